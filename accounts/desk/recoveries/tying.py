"""Tying postings of class action recovery to the lines of the broker's statements, whichever of the two came first."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.broker.activity.models import CashLine
from accounts.desk.recoveries.matching import AFTER, BEFORE, SPEAKS, Line, Posting, pairs
from accounts.desk.recoveries.models import Recovery, RecoveryLine
from accounts.ground.access.context import current_alias
from accounts.ground.access.locks import one_at_a_time

SLICE = 1_000


def untied() -> "QuerySet[Recovery]":
    """Postings that no statement has shown yet. A mistake and its reversal that both never reached the broker are
    settled between themselves."""
    alone = Recovery.unscoped.filter(tie=None)
    settled = Q(reversal__isnull=False, reversal__tie=None) | Q(reverses__isnull=False, reverses__tie=None)
    return alone.exclude(settled)


def speaking() -> "QuerySet[CashLine]":
    """Lines that speak of a class action and that no posting is tied to."""
    said = Q(description__icontains=SPEAKS) | Q(reference__icontains=SPEAKS)
    return CashLine.unscoped.filter(said, recovery_tie=None)


def tie_open(*, at: datetime) -> int:
    """Tie all that can be tied; how many there were. Under the night's own login, each night."""
    accounts = list(
        Recovery.unscoped.filter(tie=None).order_by("account_id").values_list("account_id", flat=True).distinct()
    )
    return sum(tie(accounts=accounts[n : n + SLICE], at=at) for n in range(0, len(accounts), SLICE))


def tie(*, accounts: Sequence[int], at: datetime) -> int:
    """The same for these accounts."""
    with transaction.atomic(using=current_alias.get()):
        one_at_a_time("desk_recoveryline")
        waiting = {one.pk: one for one in Recovery.unscoped.filter(tie=None, account_id__in=accounts)}
        if not waiting:
            return 0
        first = min(one.paid_on for one in waiting.values()) - BEFORE
        last = max(one.paid_on for one in waiting.values()) + AFTER
        rows = CashLine.unscoped.filter(
            account_id__in={one.account_id for one in waiting.values()},
            amount__in={one.moved for one in waiting.values()},
            report_on__gte=first,
            report_on__lte=last,
            funding=None,
            recovery_tie=None,
        )
        lines = [
            Line(row.pk, row.account_id, row.currency, row.amount, row.report_on, f"{row.reference} {row.description}")
            for row in rows
            if row.report_on is not None
        ]
        postings = [
            Posting(one.pk, one.account_id, one.currency, one.moved, one.paid_on, one.reference)
            for one in waiting.values()
        ]
        found = pairs(lines, postings)
        RecoveryLine.unscoped.bulk_create(
            RecoveryLine(
                recovery_id=posting.id,
                firm_id=waiting[posting.id].firm_id,
                account_id=posting.account,
                line_id=line.id,
                tied_at=at,
            )
            for line, posting in found
        )
    return len(found)


def with_lines(rows: "QuerySet[Recovery]") -> "QuerySet[Recovery]":
    """Postings with the day and the amount of the line that shows them."""
    return rows.annotate(line_on=F("tie__line__report_on"), line_amount=F("tie__line__amount"))


def differs(amount: Decimal | None, one: Recovery) -> bool:
    """Whether the broker has changed a line since it was tied."""
    return amount is not None and amount != one.moved
