"""A tender offer in the demo firm for what most accounts hold, one choice of it, and an account whose dearest lots go
first."""

from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.utils import timezone

from accounts.broker.corporate.actions import Announcement, announce, elect
from accounts.broker.corporate.models import Entitlement, VoluntaryAction, VoluntaryKind
from accounts.broker.holdings.models import Position
from accounts.broker.lots import actions as lots
from accounts.broker.lots.locking import begin, finish
from accounts.ground.access.context import acting, as_role
from accounts.ground.people.models import Role, Seat
from accounts.ground.tree.models import Account
from portal.demo.agreements import cast_of
from portal.demo.broker import Plan


def announce_missing(firm: Plan, *, at: datetime) -> int:
    """Announce one offer and choose for one account; how many accounts may choose. Where there is one, nothing is."""
    cast = cast_of(firm)
    with as_role("office"):
        office = Seat.unscoped.filter(role=Role.OFFICE, is_active=True).values_list("user_id", flat=True).first()
        if office is None or VoluntaryAction.unscoped.exists():
            return 0
        rows = Position.unscoped.filter(account__in=list(cast.accounts.values()), asset="STK", level=Position.SUMMARY)
        day = rows.aggregate(last=Max("day"))["last"]
        most = (
            rows.filter(day=day, conid__isnull=False)
            .values("symbol", "conid")
            .annotate(many=Count("pk"))
            .order_by("-many", "symbol")
            .first()
        )
        if day is None or most is None:
            return 0
        said = Announcement(
            firm_id=next(iter(cast.accounts.values())).firm_id,
            kind=VoluntaryKind.TENDER,
            symbol=most["symbol"],
            conid=most["conid"],
            title="Offer to buy back a tenth of all shares",
            terms="The issuer offers to buy back up to a tenth of its shares at five per cent above the last price.\n\n"
            "What is tendered beyond that is reduced in proportion.",
            options=("Keep the shares", "Tender all of them", "Tender half of them"),
            default=0,
            held_on=day,
            # The database's own clock closes it.
            deadline=max(at, timezone.now()) + timedelta(days=21),
        )
        action = announce(said=said, by=office, at=at).action
        first = Entitlement.unscoped.filter(action=action).select_related("account").order_by("account__number").first()
        entitled = Entitlement.unscoped.filter(action=action).count()
    if first is not None:
        _choose(first.account, cast.users[first.account.practice_id], action, at)
    return entitled


def _choose(account: Account, advisor: int, action: VoluntaryAction, at: datetime) -> None:
    """The advisor tenders half, and has the dearest lots of this account go first from now on."""
    with acting(advisor) as who:
        assert who is not None
        elect(who=who, pk=action.pk, number=account.number, choice=2, at=at)
        now = timezone.now()
        begin(who=who, account=account, at=now)
        lots.set_default(who=who, account=account, method="HC", at=now)
        finish(who=who, account=account, at=now)
