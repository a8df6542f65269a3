"""The signed agreement as a PDF: the text as it was sent, then who signed it, when and from where.

It is made anew whenever it is asked for, from rows that never change, and is the same byte for byte.
"""

import os
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from django.utils.translation import override
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from fees.proposals.models import Proposal, Signature, SignatureKind
from portal.lib.exchange import EXCHANGE_ZONE

# The pages' own typeface, part by part; text falls back from one to the next.
PARTS = ("geist-latin", "geist-cyrillic", "geist-latin-ext")
MARGIN, LINE, SMALL = 20, 5, 8
DRAWN_WIDTH = 60
SIGNED_HEIGHT = 60


def paper(proposal: Proposal, signature: Signature | None) -> bytes:
    """The document in its own language; without a signature it says that it is not signed."""
    with override(proposal.language):
        return _write(proposal, signature)


def _write(proposal: Proposal, signature: Signature | None) -> bytes:
    pdf = _Paper(proposal.document_hash)
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


def _signature_block(pdf: "_Paper", signature: Signature) -> None:
    pdf.say(_("Signed by %(name)s") % {"name": signature.name}, size=12, after=1)
    if signature.kind == SignatureKind.DRAWN and signature.drawing:
        pdf.image(BytesIO(bytes(signature.drawing)), w=DRAWN_WIDTH)
    at = signature.at.astimezone(EXCHANGE_ZONE)
    for words, value in (
        (_("Time"), f"{at:%Y-%m-%d %H:%M:%S} New York"),
        (_("Sign-in"), signature.username),
        (_("Address"), signature.address or "-"),
        (_("Program"), signature.agent or "-"),
        (_("SHA-256 of the text"), signature.document_hash),
    ):
        pdf.say(f"{words}: {value}", size=SMALL + 1)


class _Paper(FPDF):
    """A4 in the pages' typeface, with the text's hash and page numbers below."""

    def __init__(self, document_hash: str) -> None:
        super().__init__(format="A4")
        self.document_hash = document_hash
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        for part in PARTS:
            self.add_font(part, fname=_typeface(part))
        self.set_fallback_fonts(list(PARTS[1:]), exact_match=False)

    def say(self, text: str, *, size: int = 10, after: int = 0) -> None:
        """One paragraph."""
        self.set_font(PARTS[0], size=size)
        self.multi_cell(0, LINE, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        if after:
            self.ln(after)

    def footer(self) -> None:
        """On every page."""
        self.set_y(-MARGIN + 6)
        self.set_font(PARTS[0], size=SMALL)
        self.cell(0, 4, f"{self.document_hash[:16]}  ·  {self.page_no()} / {{nb}}", align="C")


@cache
def _typeface(part: str) -> Path:
    """A published web font, unpacked once into the state folder."""
    target = Path(settings.STATE_DIR) / "typefaces" / f"{part}.ttf"
    if not target.is_file():
        name = f"npm/{part}.woff2"
        found = finders.find(name)
        source = Path(str(found)) if found and Path(str(found)).is_file() else Path(settings.STATIC_ROOT) / name
        font = TTFont(source)
        font.flavor = None
        target.parent.mkdir(parents=True, exist_ok=True)
        # Two processes at once write the same bytes; neither reads a half of them.
        passing = target.with_name(f"{target.name}.{os.getpid()}")
        font.save(passing)
        passing.replace(target)
    return target
