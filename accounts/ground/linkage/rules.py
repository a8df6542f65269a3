"""When an accepted link takes effect, and which accounts may be linked to which advisor."""

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from accounts.ground.tree.models import Account, Kind, Status
from portal.lib.exchange import EXCHANGE_ZONE

FRIDAY = 4
CUT = time(14)
TAKES_EFFECT = time(15)

# Holders whose accounts may change the advisor, as the broker's statements name them.
MOVABLE = ("INDIVIDUAL", "JOINT", "TRUST", "IRA")
MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)


class LinkProblem(ValueError):
    """A sentence a person can read: why this cannot be linked."""


def effective_at(accepted: datetime) -> datetime:
    """Friday 15:00 at the exchange: this week's if accepted before Friday 14:00, else next week's."""
    here = accepted.astimezone(EXCHANGE_ZONE)
    ahead = (FRIDAY - here.weekday()) % 7
    if ahead == 0 and here.time() >= CUT:
        ahead = 7
    return datetime.combine(here.date() + timedelta(days=ahead), TAKES_EFFECT, EXCHANGE_ZONE)


def check_may_leave(account: Account) -> None:
    """Raises LinkProblem unless an account of this kind may go to another advisor."""
    if account.status != Status.OPEN:
        raise LinkProblem(_("Only an open account can be linked to another advisor"))
    if account.kind == Kind.CLIENT:
        if account.is_own:
            raise LinkProblem(_("An advisor's own account stays with its advisor"))
        if not account.customer_type.upper().startswith(MOVABLE):
            raise LinkProblem(_("Only individual, joint, trust and IRA accounts can be linked to another advisor"))
    elif account.kind not in MASTERS:
        raise LinkProblem(_("An STL account cannot be linked to another advisor"))


def check_may_join(account: Account, master_kind: str, master_firm: int, master_practice: int) -> None:
    """Raises LinkProblem unless the account may stand below this advisor."""
    if account.practice_id == master_practice:
        raise LinkProblem(_("The account stands with this advisor already"))
    if account.kind == Kind.CLIENT:
        return
    if master_kind != Kind.TOP_MASTER:
        raise LinkProblem(_("Maximum of three levels"))
    if account.firm_id == master_firm:
        raise LinkProblem(_("The advisor stands below this top level already"))
