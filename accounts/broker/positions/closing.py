"""Which rows of statements show the positions of which request. Runs under the night's own login."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from accounts.broker.activity.models import PositionTransfer
from accounts.broker.funding.matching import Line, Wait, ids_in, pairs
from accounts.broker.funding.models import FundingRequest, PositionKind
from accounts.broker.positions.models import MovedPosition
from accounts.broker.positions.rules import shown_as

Ours = Callable[[Sequence[Line]], set[UUID]]
Shown = dict[UUID, tuple[PositionTransfer, date]]


def pair_positions(waiting: Mapping[UUID, FundingRequest], *, ours: Ours, today: date) -> Shown:
    """Give each position its row, and say which requests are shown whole: with their last row and its day.

    A row that carries our reference shows that request or none; without one it shows the oldest of exactly its account,
    way, contract and quantity. What comes as a whole account is shown by the first row that nothing else explains.
    """
    asked = MovedPosition.unscoped.filter(request__in=list(waiting)).select_related("moved").order_by("pk")
    parts: dict[UUID, list[MovedPosition]] = {pk: [] for pk in waiting}
    for one in asked:
        parts[one.request_id].append(one)
    rows = _rows(waiting.values())
    lines = [
        Line(row.pk, _terms_of(row), row.quantity or Decimal(0), row.report_on, row.description)
        for row in rows.values()
        if row.report_on is not None
    ]
    named = ours(lines)
    waits = {
        (pk, _terms(waiting[pk], one.symbol)): one for pk, these in parts.items() for one in these if one.moved is None
    }
    asks = [_wait(waiting[pk], terms, one) for (pk, terms), one in waits.items()]
    for line, wait in pairs(_without_signs(lines), asks, ours=named, today=today):
        one = waits[wait.id, wait.terms]
        one.moved = rows.pop(line.id)
        one.save(update_fields=["moved"])
    found: Shown = {}
    for pk, these in parts.items():
        shown = [(one.moved.report_on, one.moved) for one in these if one.moved is not None]
        if these and len(shown) == len(these):
            day, row = max((day, row.pk) for day, row in shown if day is not None)
            found[pk] = (next(each for _day, each in shown if each.pk == row), day)
    whole = [waiting[pk] for pk, these in parts.items() if not these]
    return found | _whole_accounts(whole, rows.values(), named)


def _rows(waiting: Iterable[FundingRequest]) -> dict[int, PositionTransfer]:
    """Positions that moved since the first of them was asked for, and that show nothing yet."""
    requests = list(waiting)
    found = PositionTransfer.unscoped.filter(
        account_id__in={one.account_id for one in requests},
        report_on__gte=min(one.requested_on for one in requests),
        funding=None,
        asked=None,
    ).exclude(Q(quantity=None) | Q(quantity=0))
    return {row.pk: row for row in found.order_by("report_on", "pk")}


def _terms_of(row: PositionTransfer) -> tuple[object, ...]:
    other = row.other_account if row.kind == "INTERNAL" else ""
    return (row.account_id, row.direction, row.kind, other, row.symbol)


def _terms(one: FundingRequest, symbol: str) -> tuple[object, ...]:
    other = one.counter.number if one.counter is not None else ""
    direction = "IN" if one.kind == PositionKind.IN else "OUT"
    return (one.account_id, direction, shown_as(one.method), other, symbol)


def _wait(one: FundingRequest, terms: tuple[object, ...], part: MovedPosition) -> Wait:
    return Wait(one.pk, terms, part.quantity, one.requested_on, one.asked_at)


def _without_signs(lines: Iterable[Line]) -> list[Line]:
    """What leaves is negative in some statements and not in others; the direction says it either way."""
    return [line._replace(amount=abs(line.amount)) for line in lines]


def _whole_accounts(whole: Sequence[FundingRequest], rows: Iterable[PositionTransfer], named: set[UUID]) -> Shown:
    left, found = list(rows), Shown()
    for one in sorted(whole, key=lambda one: (one.asked_at, one.pk)):
        row = next((row for row in left if _may_be(row, one, named)), None)
        if row is not None and row.report_on is not None:
            found[one.pk] = (row, row.report_on)
            # The rest of that day's rows are of the same account elsewhere.
            left = [each for each in left if (each.account_id, each.report_on) != (row.account_id, row.report_on)]
    return found


def _may_be(row: PositionTransfer, one: FundingRequest, named: set[UUID]) -> bool:
    ours = ids_in(row.description) & named
    if ours:
        return one.pk in ours
    is_there = (row.account_id, row.direction, row.kind) == (one.account_id, "IN", shown_as(one.method))
    other = row.other_account.strip()
    return (
        is_there
        and (not other or one.bank is None or other == one.bank.number)
        and row.report_on is not None
        and row.report_on >= one.requested_on
    )
