"""What a practice earned, what it has agreed that begins later, what waits, and whose terms stand apart from others'.

Sums of the past are the sweeps, a row a day; what needs every account is asked for after the page stands.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMonth

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Book, BookKind, Transfer, TransferKind
from accounts.ground.tree.models import Account
from fees.accrual.models import AdviserDaily
from fees.accrual.statements import HOLDING, day_literal, in_force
from fees.engine import sql
from fees.engine.registry import METHODS
from fees.overview.rules import Running
from fees.posting.models import WAITING, Charge
from fees.schedules.models import Component, Schedule

CODES = ", ".join(map(str, METHODS))
# A fifth away from what is usual in one's own book is worth a look.
APART = Decimal("0.2")
SHOWN = 10
# Between a practice's share and others: swept to it, given back to a client, or undone.
MOVES = (TransferKind.SWEEP, TransferKind.REIMBURSEMENT, TransferKind.ADJUSTMENT, TransferKind.REVERSAL)


@dataclass(frozen=True)
class Usual:
    """What is usual in a book: the rates that a year's fee comes to at the latest values, lowest quarter to highest."""

    accounts: int
    low: Decimal
    median: Decimal
    high: Decimal


def earned(who: Who, since: date, sealed: date | None) -> list[tuple[date, str, Decimal]]:
    """Month, currency, amount: what reached the practice's share less what it gave back; none of an unsealed night."""
    if sealed is None:
        return []
    # The other side's book may be hidden, so nothing is joined.
    own = scope(who, Book).filter(kind=BookKind.PAYEE, practice_id=who.practice_id).values("pk")
    credited, debited = Q(credit_id__in=own), Q(debit_id__in=own)
    rows = scope(who, Transfer).filter(credited | debited, kind__in=MOVES, day__gte=since, day__lte=sealed)
    signed = Case(When(credited, then=F("amount")), default=-F("amount"))
    sums = rows.annotate(month=TruncMonth("day")).values_list("month", "currency").annotate(sum=Sum(signed))
    return list(sums.order_by("month", "currency"))


def home_currency(who: Who, sealed: date) -> str | None:
    """The currency in which the practice's book is summed up at night."""
    rows = scope(who, AdviserDaily).filter(practice_id=who.practice_id, day=sealed)
    return rows.values_list("currency", flat=True).first()


def waiting(who: Who) -> list[dict[str, Any]]:
    """Charges of closed periods that are not posted yet, by state, day and currency."""
    rows = scope(who, Charge).filter(practice_id=who.practice_id, state__in=WAITING)
    named = rows.values("state", "due_on", "currency").annotate(number=Count("pk"), amount=Sum("amount"))
    return [dict(one) for one in named.order_by("due_on", "state", "currency")[:SHOWN]]


def upcoming(who: Who, day: date) -> "QuerySet[Schedule]":
    """Terms that are agreed and begin later, the nearest first."""
    rows = scope(who, Schedule).filter(practice_id=who.practice_id, starts__gt=day)
    begun = Q(ends=None) | Q(ends__gt=F("starts"))
    components = Prefetch("components", queryset=scope(who, Component))
    return rows.filter(begun).select_related("account").prefetch_related(components).order_by("starts", "pk")


def running(who: Who, sealed: date) -> list[Running]:
    """What each method of the practice costs a year at the values of the last sealed night."""
    with cursor() as cur:
        cur.execute(
            f"SELECT s.method, a.base_currency, count(*), sum({sql.ANNUAL}) {_agreed(sealed)}"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            [who.practice_id],
        )
        return [Running(*row) for row in cur.fetchall()]


def usual(who: Who, sealed: date, but: Account | None = None) -> Usual | None:
    """What the practice's clients pay a year in parts of their value, one of them left out where it is named."""
    with cursor() as cur:
        cur.execute(
            f"SELECT count(*), percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY rate)"
            f" FROM ({_rates(sealed)}) one WHERE account_id IS DISTINCT FROM %s",
            [who.practice_id, but.pk if but else None],
        )
        accounts, edges = cur.fetchone()
    return Usual(accounts, *(Decimal(str(edge)) for edge in edges)) if accounts else None


def apart(who: Who, sealed: date, median: Decimal) -> list[tuple[Account, Decimal]]:
    """Whose rate is furthest from the usual one, by a fifth of it or more; the furthest first."""
    with cursor() as cur:
        cur.execute(
            f"SELECT account_id, rate FROM ({_rates(sealed)}) one WHERE abs(rate - %s) > %s"
            " ORDER BY abs(rate - %s) DESC, account_id LIMIT %s",
            [who.practice_id, median, median * APART, median, SHOWN],
        )
        found = dict(cur.fetchall())
    rows = {one.pk: one for one in scope(who, Account).filter(pk__in=list(found))}
    return [(rows[key], rate) for key, rate in found.items() if key in rows]


def year_before(day: date) -> date:
    """The first day of the twelve months that end with a day's month."""
    first = day.replace(day=1)
    return (first - timedelta(days=335)).replace(day=1)


def _rates(sealed: date) -> str:
    """A row for each account: what its terms cost a year, in parts of its value."""
    return (
        f"SELECT s.account_id, round(sum({sql.ANNUAL})::numeric(40,20) / min(n.nlv), 6) AS rate"
        f" {_agreed(sealed)} AND n.nlv > 0 GROUP BY s.account_id"
    )


def _agreed(sealed: date) -> str:
    return (
        "FROM fees_runschedule s JOIN accounts_account a ON a.id = s.account_id"
        f" JOIN fees_base n ON n.account_id = s.account_id AND n.nav_date = {day_literal(sealed)}"
        f" WHERE s.practice_id = %s AND s.method IN ({CODES}) AND {in_force(sealed)} AND a.kind IN ({HOLDING})"
        " AND a.status = 'O'"
    )
