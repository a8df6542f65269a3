"""What the owner of accounts sees first: what they have, what was charged last, what waits for them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.requests.queries import told_to_owners
from accounts.ground.tree.models import Account, Status
from fees.posting.models import Charge, ChargeState
from portal.performance.rules import DayValue, months_before, returns, since

SHOWN = 12
YEAR = 12
LATE_BY = timedelta(days=40)


@dataclass(frozen=True)
class Holding:
    """One account with its last value, its return of the last twelve months, and the line that a small plot draws."""

    account: Account
    day: date | None = None
    nlv: Decimal | None = None
    earned: Decimal | None = None
    line: str = ""
    since: date | None = None


def holdings(who: Who, sealed: date | None) -> list[Holding]:
    """The first accounts, open ones before the others."""
    rows = list(scope(who, Account).order_by("-status", "level", "sort_key", "pk")[:SHOWN])
    rows.sort(key=lambda one: one.status != Status.OPEN)
    values = _values(who, rows, sealed)
    return [_holding(account, values[account.pk]) for account in rows]


def _values(who: Who, accounts: Sequence[Account], sealed: date | None) -> dict[int, list[DayValue]]:
    found: dict[int, list[DayValue]] = defaultdict(list)
    if sealed is None:
        return found
    rows = scope(who, NavDaily).filter(
        account_id__in=[account.pk for account in accounts],
        nav_date__gte=months_before(sealed, YEAR) - LATE_BY,
        nav_date__lte=sealed,
    )
    for account_id, day, nlv, flow in rows.order_by("nav_date").values_list("account_id", "nav_date", "nlv", "flow"):
        found[account_id].append(DayValue(day, nlv, flow))
    return found


def _holding(account: Account, values: Sequence[DayValue]) -> Holding:
    if not values:
        return Holding(account)
    points = returns(since(values, months_before(values[-1].day, YEAR)))
    last = points[-1]
    earned = last.total if len(points) > 1 else None
    line = line_of([point.nlv for point in points])
    return Holding(account, last.day, last.nlv, earned, line, values[0].day)


def line_of(values: Sequence[Decimal], width: int = 120, height: int = 32, most: int = 60) -> str:
    """The points of a small plot, for an SVG polyline of that size; "" where there is nothing to draw."""
    if len(values) < 2:
        return ""
    step = max(1, -(-len(values) // most))
    kept = [*values[::-1][::step]][::-1]
    low, high = min(kept), max(kept)
    span = (high - low) or Decimal(1)
    last = len(kept) - 1 or 1
    spots = [(width * place / last, (1 + (height - 2) * (high - value) / span)) for place, value in enumerate(kept)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)


def totals(found: Sequence[Holding]) -> list[tuple[str, Decimal]]:
    """What they are worth together, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in found:
        if one.nlv is not None:
            sums[one.account.base_currency] += one.nlv
    return sorted(sums.items())


def last_charge(who: Who, sealed: date | None) -> Charge | None:
    """The latest fee that was taken, of closed nights."""
    if sealed is None:
        return None
    rows = scope(who, Charge).filter(state=ChargeState.POSTED, posted_on__lte=sealed)
    return rows.select_related("account").order_by("-posted_on", "-amount", "pk").first()


def to_decide(who: Who) -> "QuerySet[Request]":
    """What waits for the owner's word, oldest first."""
    rows = told_to_owners(scope(who, Request, "sign")).filter(finished_at__isnull=True)
    mine = Q(status=RequestStatus.AWAITING_CLIENT) | Q(
        kind=RequestKind.CLIENT_APPROVAL, status=RequestStatus.INCOMPLETE
    )
    return rows.filter(mine).select_related("account").order_by("day", "pk")


def elsewhere(who: Who) -> "QuerySet[Request]":
    """What has begun and waits for somebody else."""
    rows = told_to_owners(scope(who, Request, "sign")).filter(finished_at__isnull=True)
    others = (RequestStatus.AWAITING_ADVISOR, RequestStatus.AWAITING_BROKER)
    return rows.filter(status__in=others).select_related("account").order_by("day", "pk")


def decided(who: Who) -> "QuerySet[Request]":
    """What has ended."""
    return told_to_owners(scope(who, Request, "sign")).filter(finished_at__isnull=False).select_related("account")
