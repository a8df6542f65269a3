"""Mail about requests to invest: to the client who signs, and back to the practice that asked."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.desk.hedge_funds.models import FundRequest, FundRequestState
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe_people

OWNER, PRACTICE = "owner", "practice"
Words = tuple[object, object]

_ENDED: Words = (
    _("A request to invest has ended"),
    _("Nothing was sent for account %(number)s: the request was declined, taken back or not answered in time."),
)
LETTERS: Mapping[str, Mapping[str, Words]] = {
    FundRequestState.WAITING: {
        OWNER: (
            _("Your advisor asks for your signature"),
            _("A request to invest for account %(number)s waits for you. Nothing is sent before you sign."),
        )
    },
    FundRequestState.SIGNED: {
        PRACTICE: (
            _("A client has signed a request to invest"),
            _("The request of account %(number)s is with the back office."),
        )
    },
    FundRequestState.CONFIRMED: {
        side: (
            _("A request to invest was sent to the fund"),
            _("The request of account %(number)s was sent. The investment appears when a statement shows it."),
        )
        for side in (OWNER, PRACTICE)
    },
    FundRequestState.REFUSED: {
        side: (
            _("A request to invest was refused"),
            _("The request of account %(number)s was refused; sign in to read why. No money has moved."),
        )
        for side in (OWNER, PRACTICE)
    },
    FundRequestState.DECLINED: {PRACTICE: _ENDED},
    FundRequestState.CANCELLED: {OWNER: _ENDED},
    FundRequestState.EXPIRED: {OWNER: _ENDED, PRACTICE: _ENDED},
}


def people_of(found: FundRequest, side: str) -> list[int]:
    """The users on one side of it: who owns the account, or who asked for the practice."""
    with cursor() as cur:
        cur.execute("SELECT user_id FROM desk_people_of_fund_request(%s, %s)", [found.pk, side])
        return [row[0] for row in cur.fetchall()]


def tell(found: FundRequest) -> None:
    """A mail to everybody whom the state that it has reached concerns."""
    for side, (subject, text) in LETTERS[found.state].items():
        owe_people(
            users=people_of(found, side),
            subject=subject,
            text=text,
            said={"number": found.account.number},
            path=reverse("marketplace:fund_request", args=[found.pk]),
            natural_key=f"fund request {found.pk} {found.state} {side}",
            firm_id=found.firm_id,
        )
