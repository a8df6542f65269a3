"""Statements for one person: values of sealed days, flows, and what was charged in a month."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from django.db.models import Q, QuerySet, Value

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer, TransferKind
from accounts.ground.tree.models import SHELLS, Account, Kind
from fees.invoicing.models import Invoice
from fees.posting.models import Charge, ChargeState
from fees.reimbursements.models import Reimbursement
from fees.sending.models import State
from portal.lib.periods import monthly
from portal.performance.rules import DayValue
from portal.statements.rules import Member, Month, month_of, months_of, together

# Enough to find the value before the first day of a month, whatever holidays and held days lie between.
BEFORE = timedelta(days=40)

_RATES = """
    SELECT d.day, c.code, broker_rate(d.day, c.code, %(to)s)
      FROM unnest(%(days)s::date[]) AS d(day) CROSS JOIN unnest(%(codes)s::text[]) AS c(code)
"""


@dataclass(frozen=True)
class Subject:
    """What a statement is of: one account, or an STL master with its subs as one."""

    account: Account
    members: tuple[Account, ...]

    @property
    def currency(self) -> str:
        return self.account.base_currency

    @property
    def is_consolidated(self) -> bool:
        return len(self.members) > 1


class Back(NamedTuple):
    """What came back to an account: reimbursed by its advisor, or taken back because the broker rejected it."""

    day: date
    account: str
    amount: Decimal
    currency: str
    memo: str
    kind: Literal["reimbursement", "reversal"]


@dataclass(frozen=True)
class Statement:
    """One month of a subject, with the fees and invoices that were posted in it."""

    subject: Subject
    month: Month
    fees: tuple[Charge, ...]
    invoices: tuple[Invoice, ...]
    came_back: tuple[Back, ...] = ()

    @property
    def fee_totals(self) -> dict[str, Decimal]:
        return _by_currency(self.fees)

    @property
    def invoice_totals(self) -> dict[str, Decimal]:
        return _by_currency(self.invoices)

    @property
    def charged_totals(self) -> dict[str, Decimal]:
        """All that left the accounts for an advisor, less what came back."""
        totals = _by_currency((*self.fees, *self.invoices))
        for currency, amount in _by_currency(self.came_back).items():
            totals[currency] = totals.get(currency, Decimal(0)) - amount
        return totals


def with_statements(who: Who) -> "QuerySet[Account]":
    """The accounts whose statements the person may see; shells have none."""
    return scope(who, Account, "report").exclude(kind__in=SHELLS)


def subject_of(who: Who, account: Account, *, consolidated: bool) -> Subject:
    """The account alone, or with its subs where it is an STL master and that is asked for."""
    if not consolidated or account.kind != Kind.STL_MASTER:
        return Subject(account, (account,))
    subs = with_statements(who).filter(stl_id=account.pk).order_by("number")
    return Subject(account, (account, *subs))


def statement(who: Who, subject: Subject, day: date, sealed: date | None) -> Statement | None:
    """The month that contains `day`, as far as it is sealed."""
    if sealed is None:
        return None
    last = min(sealed, day.replace(day=28) + timedelta(days=10))
    found = month_of(_values(who, subject, day - BEFORE, last), day, until=sealed)
    if found is None:
        return None
    span = (found.first, min(sealed, monthly(day).last_day))
    return Statement(
        subject,
        found,
        tuple(_fees(who, subject, *span)),
        tuple(_invoices(who, subject, *span)),
        tuple(_came_back(who, subject, *span)),
    )


def months(who: Who, subject: Subject, year: int, sealed: date | None) -> list[Statement]:
    """A year's months, newest first."""
    if sealed is None:
        return []
    span = (date(year, 1, 1), min(sealed, date(year, 12, 31)))
    values = _values(who, subject, span[0] - BEFORE, span[1])
    fees: dict[tuple[int, int], list[Charge]] = defaultdict(list)
    for charge in _fees(who, subject, *span):
        fees[charge.posted_on.year, charge.posted_on.month].append(charge)
    invoices: dict[tuple[int, int], list[Invoice]] = defaultdict(list)
    for invoice in _invoices(who, subject, *span):
        invoices[invoice.processed_on.year, invoice.processed_on.month].append(invoice)
    came_back: dict[tuple[int, int], list[Back]] = defaultdict(list)
    for one in _came_back(who, subject, *span):
        came_back[one.day.year, one.day.month].append(one)
    return [
        Statement(subject, month, tuple(fees[key]), tuple(invoices[key]), tuple(came_back[key]))
        for month in months_of(values, year, until=sealed)
        if (key := (month.first.year, month.first.month))
    ]


def years(account: Account, sealed: date | None) -> list[int]:
    """The years that the account may have statements of, newest first."""
    if sealed is None:
        return []
    began = account.funded_on or account.opened_on or sealed
    return list(range(sealed.year, min(began.year, sealed.year) - 1, -1))


def _values(who: Who, subject: Subject, first: date, last: date) -> list[DayValue]:
    ids = [account.pk for account in subject.members]
    found: dict[int, dict[date, tuple[Decimal, Decimal]]] = defaultdict(dict)
    rows = scope(who, NavDaily).filter(account_id__in=ids, nav_date__gte=first, nav_date__lte=last)
    for account_id, day, nlv, flow in rows.values_list("account_id", "nav_date", "nlv", "flow"):
        found[account_id][day] = (nlv, flow)
    if not subject.is_consolidated:
        alone = found[subject.account.pk]
        return [DayValue(day, *alone[day]) for day in sorted(alone)]
    members = [
        Member(one.base_currency, found[one.pk], one.funded_on or one.opened_on, one.closed_on)
        for one in subject.members
    ]
    return together(members, _rates(members, subject.currency), subject.currency)


def _rates(members: Sequence[Member], currency: str) -> dict[tuple[date, str], Decimal]:
    codes = sorted({member.currency for member in members} - {currency})
    if not codes:
        return {}
    days = sorted({day for member in members for day in member.values})
    with cursor() as cur:
        cur.execute(_RATES, {"days": days, "codes": codes, "to": currency})
        return {(day, code): rate for day, code, rate in cur.fetchall() if rate is not None}


def _fees(who: Who, subject: Subject, first: date, last: date) -> Any:
    inside = Q(state=ChargeState.POSTED, posted_on__gte=first, posted_on__lte=last)
    rows = scope(who, Charge).filter(inside, account_id__in=[account.pk for account in subject.members])
    return rows.select_related("account").order_by("posted_on", "account__number", "method", "pk")


def _invoices(who: Who, subject: Subject, first: date, last: date) -> Any:
    inside = Q(state=State.PROCESSED, processed_on__gte=first, processed_on__lte=last)
    rows = scope(who, Invoice).filter(inside, account_id__in=[account.pk for account in subject.members])
    return rows.select_related("account").order_by("processed_on", "account__number", "pk")


def _came_back(who: Who, subject: Subject, first: date, last: date) -> "Iterator[Back]":
    """Reimbursements, and fees and invoices that the broker rejected and a night took back; one question for both."""
    accounts = [account.pk for account in subject.members]
    inside = Q(state=State.PROCESSED, processed_on__gte=first, processed_on__lte=last)
    given = scope(who, Reimbursement).filter(inside, account_id__in=accounts)
    taken = scope(who, Transfer).filter(kind=TransferKind.REVERSAL, day__gte=first, day__lte=last)
    told = [
        rows.order_by().values_list(day, "account__number", "amount", "currency", words, kind)
        for rows, day, words, kind in (
            (given, "processed_on", "memo", Value("reimbursement")),
            (taken.filter(account_id__in=accounts), "day", Value(""), Value("reversal")),
        )
    ]
    return (Back(*row) for row in sorted(told[0].union(told[1], all=True)))


def _by_currency(rows: Iterable[Charge | Invoice | Back]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row.currency] += row.taken if isinstance(row, Charge) else row.amount
    return dict(totals)
