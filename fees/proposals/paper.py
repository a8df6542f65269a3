"""The signed agreement as a PDF: the text as it was sent, then who signed it, when and from where.

It is made anew whenever it is asked for, from rows that never change, and is the same byte for byte.
"""

from io import BytesIO

from django.utils.translation import gettext as _

from accounts.ground.writing import told_in
from fees.papers.paper import LINE, SMALL, Paper
from fees.proposals.models import Proposal, Signature, SignatureKind
from portal.lib.exchange import EXCHANGE_ZONE

DRAWN_WIDTH = 60
SIGNED_HEIGHT = 60


def paper(proposal: Proposal, signature: Signature | None) -> bytes:
    """The document in its own language; without a signature it says that it is not signed."""
    with told_in(proposal.language):
        return _write(proposal, signature)


def _write(proposal: Proposal, signature: Signature | None) -> bytes:
    pdf = Paper(proposal.document_hash[:16])
    heading, _line, rest = proposal.document.partition("\n")
    pdf.set_title(heading)
    pdf.set_creator("Advisor Portal")
    pdf.set_lang(proposal.language)
    made = signature.at if signature else proposal.proposed_at
    assert made is not None, "a draft has no paper"
    pdf.set_creation_date(made)
    pdf.add_page()
    pdf.say(heading, size=15, after=2)
    for line in rest.splitlines():
        pdf.say(line) if line else pdf.ln(LINE / 2)
    pdf.ln(LINE)
    if signature is None:
        pdf.say(_("Not signed."), size=12)
    else:
        # The signature stands together on one page.
        if pdf.will_page_break(SIGNED_HEIGHT):
            pdf.add_page()
        _signature_block(pdf, signature)
    return bytes(pdf.output())


def _signature_block(pdf: Paper, signature: Signature) -> None:
    pdf.say(_("Signed by %(name)s") % {"name": signature.name}, size=12, after=1)
    if signature.kind == SignatureKind.DRAWN and signature.drawing:
        pdf.image(BytesIO(bytes(signature.drawing)), w=DRAWN_WIDTH)
    at = signature.at.astimezone(EXCHANGE_ZONE)
    if signature.kind == SignatureKind.PAPER:
        pdf.say(_("Signed on paper; the back office has seen it and accepted it."), size=SMALL + 1)
    for words, value in (
        (_("Time"), f"{at:%Y-%m-%d %H:%M:%S} New York"),
        (_("Sign-in"), signature.username),
        (_("Address"), signature.address or "-"),
        (_("Program"), signature.agent or "-"),
        (_("SHA-256 of the text"), signature.document_hash),
    ):
        pdf.say(f"{words}: {value}", size=SMALL + 1)
