"""What the broker's own rows say of a request: its answer, and the statement line that shows the movement.

Nothing else closes a movement of money, neither a person nor a clock. Runs under the night's own login.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.funding.matching import OTHERS_COME, Line, Wait, ids_in, is_short, pairs
from accounts.broker.funding.models import FundingKind, FundingRequest, FundingStatus, PositionKind
from accounts.broker.funding.rules import check_step
from accounts.broker.positions.closing import pair_positions
from accounts.ground.access.context import current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import NotificationKind
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

LONGEST_REASON = 300
SLICE = 5_000
# Money may arrive before the broker has heard that it comes; nothing leaves before.
OPEN: Mapping[str, tuple[str, ...]] = {
    FundingKind.DEPOSIT: (FundingStatus.PENDING, FundingStatus.PROCESSED),
    FundingKind.WITHDRAWAL: (FundingStatus.PROCESSED,),
    FundingKind.INTERNAL: (FundingStatus.PROCESSED,),
    PositionKind.IN: (FundingStatus.PENDING, FundingStatus.PROCESSED),
    PositionKind.OUT: (FundingStatus.PROCESSED,),
    PositionKind.INTERNAL: (FundingStatus.PROCESSED,),
}


def funding_requests(references: Iterable[UUID]) -> dict[UUID, FundingRequest]:
    """The requests of these ids that the broker has heard of, locked."""
    rows = FundingRequest.unscoped.select_for_update(of=("self",)).select_related("account")
    return {one.pk: one for one in rows.filter(pk__in=list(references), sent_at__isnull=False).order_by("pk")}


def accept_funding(found: FundingRequest, *, at: datetime) -> None:
    """The broker will do it; it is done when a statement shows it."""
    found.answered_at = at
    found.save(update_fields=["answered_at"])


def reject_funding(found: FundingRequest, *, reason: str, at: datetime) -> None:
    """The broker will not do it, and what was promised away is free again."""
    check_step(found.status, FundingStatus.REJECTED)
    found.status, found.answered_at, found.ended_at = FundingStatus.REJECTED, at, at
    found.reason = reason[:LONGEST_REASON]
    found.save(update_fields=["status", "answered_at", "ended_at", "reason"])
    # The night reads no addresses, so this is told on the pages.
    notify(
        account=found.account,
        kind=NotificationKind.MESSAGE,
        title=gettext_noop("The broker rejected a movement of money"),
        natural_key=f"funding {found.pk} rejected",
        day=exchange_day(at),
    )


def complete(*, accounts: Sequence[int], at: datetime) -> int:
    """Pair the open requests of these accounts with the lines of statements that show them; how many were paired.

    A line that carries one of our references shows that request or none, with a difference if there is one; without one
    it shows the oldest of exactly its account, currency and amount.
    """
    if not accounts:
        return 0
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time("broker_funding")
        return _by_cash_lines(accounts, at) + _by_transfers(accounts, at) + _by_positions(accounts, at)


def complete_open(*, at: datetime) -> int:
    """The same for every account that waits: a line may have come before its request was released. Each night."""
    waiting = FundingRequest.unscoped.filter(_open(*OPEN)).order_by("account_id")
    accounts = list(waiting.values_list("account_id", flat=True).distinct())
    return sum(complete(accounts=accounts[n : n + SLICE], at=at) for n in range(0, len(accounts), SLICE))


def _open(*kinds: str) -> Q:
    """What a line can show; what has ended long ago is not read."""
    is_open = Q()
    for kind in kinds:
        is_open |= Q(kind=kind, status__in=OPEN[kind])
    return is_open


def _waiting(accounts: Sequence[int], *kinds: str) -> dict[UUID, FundingRequest]:
    rows = FundingRequest.unscoped.select_for_update(of=("self",)).select_related("account", "counter", "bank")
    return {one.pk: one for one in rows.filter(_open(*kinds), account_id__in=accounts).order_by("pk")}


def _paired(
    lines: Sequence[Line], waiting: Mapping[UUID, FundingRequest], at: datetime
) -> list[tuple[Line, FundingRequest]]:
    waits = [Wait(one.pk, *_terms(one), one.requested_on, one.asked_at) for one in waiting.values()]
    found = pairs(lines, waits, ours=_ours(lines), today=exchange_day(at))
    return [(line, waiting[one.id]) for line, one in found]


def _ours(lines: Sequence[Line]) -> set[UUID]:
    """The requests that the lines name."""
    named = {pk for line in lines for pk in ids_in(line.text)}
    return set(FundingRequest.unscoped.filter(pk__in=named).values_list("pk", flat=True))


def _terms(one: FundingRequest) -> tuple[tuple[object, ...], Decimal]:
    """What a line must have as the request has it, and the amount as a line would have it."""
    assert one.amount is not None, "only a bank has none"
    if one.kind == FundingKind.INTERNAL:
        assert one.counter is not None, "an internal transfer has two ends"
        return (one.account_id, one.currency, one.counter.number), -one.amount
    return (one.account_id, one.currency), one.amount if one.kind == FundingKind.DEPOSIT else -one.amount


def _by_cash_lines(accounts: Sequence[int], at: datetime) -> int:
    waiting = _waiting(accounts, FundingKind.DEPOSIT, FundingKind.WITHDRAWAL)
    if not waiting:
        return 0
    rows = {
        row.pk: row
        for row in CashLine.unscoped.filter(
            account_id__in={one.account_id for one in waiting.values()},
            kind=CashLine.DEPOSITS,
            report_on__gte=min(one.requested_on for one in waiting.values()),
            funding=None,
        )
    }
    lines = [
        Line(row.pk, (row.account_id, row.currency), row.amount, row.report_on, f"{row.reference} {row.description}")
        for row in rows.values()
        if row.report_on is not None
    ]
    found = _paired(lines, waiting, at)
    for line, one in found:
        one.line = rows[line.id]
        _completed(one, line.day, rows[line.id].settle_on or line.day, at)
    return len(found)


def _by_transfers(accounts: Sequence[int], at: datetime) -> int:
    waiting = _waiting(accounts, FundingKind.INTERNAL)
    if not waiting:
        return 0
    rows = {
        row.pk: row
        for row in PositionTransfer.unscoped.filter(
            Q(quantity=None) | Q(quantity=0),
            account_id__in={one.account_id for one in waiting.values()},
            kind="INTERNAL",
            direction="OUT",
            report_on__gte=min(one.requested_on for one in waiting.values()),
            funding=None,
        )
    }
    lines = [
        Line(
            row.pk,
            (row.account_id, row.currency, row.other_account),
            -abs(row.cash or 0),
            row.report_on,
            row.description,
        )
        for row in rows.values()
        if row.report_on is not None
    ]
    found = _paired(lines, waiting, at)
    for line, one in found:
        one.moved = rows[line.id]
        _completed(one, line.day, line.day, at)
    return len(found)


def _by_positions(accounts: Sequence[int], at: datetime) -> int:
    waiting = _waiting(accounts, *PositionKind.values)
    if not waiting:
        return 0
    shown = pair_positions(waiting, ours=_ours, today=exchange_day(at))
    for pk, (row, day) in shown.items():
        waiting[pk].moved = row
        _completed(waiting[pk], day, day, at)
    return len(shown)


def _completed(one: FundingRequest, day: date, available: date, at: datetime) -> None:
    check_step(one.status, FundingStatus.COMPLETED)
    one.status, one.ended_at = FundingStatus.COMPLETED, at
    one.arrived_on = one.credited_on = day
    one.available_on = available
    if one.kind != FundingKind.DEPOSIT and one.shown is not None and one.amount and is_short(one.shown, one.amount):
        # The rest may still leave: all of it is promised until a balance of that day shows what has.
        one.available_on = max(available, day + OTHERS_COME)
    fields = ["status", "ended_at", "arrived_on", "credited_on", "available_on"]
    one.save(update_fields=[*fields, "line" if one.line_id else "moved"])
