"""Telling both sides by mail that a proposal waits or has ended; a mail never carries the terms."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import User
from accounts.ground.writing import told_in
from fees.proposals.models import Proposal
from portal.lib.words import gettext_noop

OWNER, PRACTICE = "owner", "practice"

# Subject and text by what happened.
WORDS: dict[str, tuple[str, str]] = {
    "proposed": (
        gettext_noop("A fee proposal waits for you"),
        gettext_noop("Your advisor proposes a fee. Nothing changes until you have signed. Read it here: %(address)s"),
    ),
    "cancelled": (
        gettext_noop("A fee proposal was withdrawn"),
        gettext_noop("Your advisor has withdrawn a fee proposal; there is nothing to sign. See %(address)s"),
    ),
    "approved": (
        gettext_noop("A fee proposal was signed"),
        gettext_noop("The signed agreement is here: %(address)s"),
    ),
    "handed_in": (
        gettext_noop("A fee agreement that you signed on paper was handed in"),
        gettext_noop(
            "Your advisor handed in a fee agreement with your signature. It applies once the back office has checked"
            " it. If you did not sign it, decline it here, or ask: %(address)s"
        ),
    ),
    "not_accepted": (
        gettext_noop("A signed fee agreement was not accepted"),
        gettext_noop(
            "The back office did not accept the signed paper that was handed in; nothing changes. See %(address)s"
        ),
    ),
    "declined": (
        gettext_noop("A fee proposal was declined"),
        gettext_noop("A client has declined a fee proposal; what applied before goes on. See %(address)s"),
    ),
}


def owe_mails(proposal: Proposal, what: str, *sides: str, of: object = "") -> None:
    """A mail to everybody on these sides who has an address; `of` tells apart what happens more than once."""
    subject, text = WORDS[what]
    happened = f"{what} {of}".strip()
    for side in sides:
        name = "fees:approval" if side == OWNER else "fees:proposal"
        address = settings.PUBLIC_URL + reverse(name, args=[proposal.pk])
        for user in User.objects.filter(pk__in=_people(proposal, side), is_active=True).exclude(email=""):
            with told_in(user.language):
                owe(
                    channel=Channel.MAIL,
                    recipient=user.email,
                    subject=_(subject),
                    body=_(text) % {"address": address},
                    natural_key=f"fee proposal:{proposal.pk}:{happened}:{user.pk}",
                    firm_id=proposal.firm_id,
                    person_id=user.pk,
                )


def _people(proposal: Proposal, side: str) -> list[int]:
    with cursor() as cur:
        cur.execute("SELECT user_id FROM fees_people_of_proposal(%s, %s)", [proposal.pk, side])
        return [row[0] for row in cur.fetchall()]
