"""Mail about links: who asks, who is asked, and, once somebody has accepted, who is left."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import cursor
from accounts.ground.linkage.models import Linkage, LinkState
from accounts.ground.outbox.actions import owe_people
from portal.lib.exchange import EXCHANGE_ZONE

Words = tuple[object, object]

ASKED: Words = (
    _("An account asks to be linked to you"),
    _("Account %(number)s asks to be linked to you. Accept or reject it."),
)
REJECTED: Words = (_("Your link was rejected"), _("Account %(number)s stays with its advisor."))
ACCEPTED: Words = (
    _("Your link was accepted"),
    _("Account %(number)s goes to the other advisor on %(when)s New York time."),
)
LEAVING: Words = (
    _("An account of yours goes to another advisor"),
    _("Account %(number)s goes to the other advisor on %(when)s New York time."),
)
CANCELLED: Words = (_("A link was taken back"), _("Account %(number)s stays with its advisor."))
UNANSWERED: Words = (
    _("Your link was not answered"),
    _("The advisor has not answered in time, so account %(number)s stays where it is. You can ask again."),
)
EXPIRED: Words = (
    _("A link that you were asked for has expired"),
    _("The link of account %(number)s was not answered in time, so the account stays where it is."),
)
DONE: Words = (_("A link has taken effect"), _("Account %(number)s has moved to its new advisor."))
FAILED: Words = (
    _("A link could not be carried out"),
    _("Account %(number)s stays where it is: %(problem)s."),
)

# What each side reads of a link in a state. The advisor that is left learns of it once another one has accepted.
LETTERS: Mapping[str, Mapping[str, Words]] = {
    LinkState.ASKED: {"asked": ASKED},
    LinkState.REJECTED: {"asker": REJECTED},
    LinkState.ACCEPTED: {"asker": ACCEPTED, "former": LEAVING},
    LinkState.CANCELLED: {"asked": CANCELLED, "former": CANCELLED},
    LinkState.EXPIRED: {"asker": UNANSWERED, "asked": EXPIRED},
    LinkState.DONE: {"asker": DONE, "asked": DONE, "former": DONE},
    LinkState.FAILED: {"asker": FAILED, "asked": FAILED, "former": FAILED},
}


def tell(link: Linkage) -> None:
    """A mail to everybody whom the state that the link has reached concerns; told twice, it is one mail.

    It is the mail of the firm whose person has acted: the second wall lets nobody write in another's name.
    """
    answered = link.state in (LinkState.ACCEPTED, LinkState.REJECTED)
    when = link.effective_at.astimezone(EXCHANGE_ZONE) if link.effective_at else None
    said = {"number": link.number, "problem": link.problem, "when": f"{when:%Y-%m-%d %H:%M}" if when else ""}
    for side, (subject, text) in LETTERS[link.state].items():
        if side == "former" and when is None:
            continue
        owe_people(
            users=_people(link, side),
            subject=subject,
            text=text,
            said=said,
            path=reverse("links:list"),
            natural_key=f"link {link.pk} {link.state} {side}",
            firm_id=link.to_firm_id if answered else link.firm_id,
        )


def _people(link: Linkage, side: str) -> list[int]:
    """The second wall hides other people's seats from the writer, so a function names the users of a side."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM app_people_of_link(%s, %s)", [link.pk, side])
        return [row[0] for row in cur.fetchall()]
