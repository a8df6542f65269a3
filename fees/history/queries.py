"""What an account has paid in a year, read from the ledger itself, with the fee or invoice behind every line.

A reader sees what their scope shows: an owner everything without payees, the top level everything with them, a second
level what itself was paid.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractYear, TruncMonth
from django.utils.translation import gettext as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer, TransferKind
from accounts.ground.ledger.queries import INSIDE, PAID
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import with_payee
from fees.engine.registry import EVERY
from fees.groups.queries import base_between
from fees.invoicing.models import Invoice
from fees.posting.models import Charge

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement of the ledger; below zero it came back. `proof` is the charge that it settles."""

    day: date
    words: str
    title: str = ""
    first: date | None = None
    last: date | None = None
    amount: Decimal
    currency: str
    payee: str = ""
    proof: UUID | None = None


@dataclass
class Kind:
    """One kind of fee over the year."""

    words: str
    payee: str
    currency: str
    count: int = 0
    total: Decimal = ZERO


@dataclass
class Year:
    """A year of an account: by kind, by month, and together; amounts by currency."""

    year: int
    kinds: list[Kind] = field(default_factory=list)
    months: list[tuple[date, str, Decimal]] = field(default_factory=list)
    totals: dict[str, Decimal] = field(default_factory=dict)
    average: Decimal | None = None
    rate: Decimal | None = None


def movements(who: Who, account: Account, sealed: date | None) -> "QuerySet[Transfer]":
    """Every movement between the account and its advisors, of closed nights."""
    rows = scope(who, Transfer).filter(account=account).exclude(kind__in=INSIDE)
    return rows.none() if sealed is None else rows.filter(day__lte=sealed)


def years(who: Who, account: Account, sealed: date | None) -> list[int]:
    """The years that have a movement, the latest first."""
    rows = movements(who, account, sealed).annotate(year=ExtractYear("day")).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


def of_year(who: Who, account: Account, year: int, sealed: date | None) -> "QuerySet[Transfer]":
    """The movements of one year."""
    return movements(who, account, sealed).filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))


def lines(who: Who, rows: Sequence[Transfer]) -> list[Line]:
    """Movements in words, each with what it settles."""
    sources = [one.source for one in rows if one.source]
    charges = {one.pk: one for one in with_payee(scope(who, Charge).filter(pk__in=sources))}
    invoices = {one.pk: one for one in with_payee(scope(who, Invoice).filter(pk__in=sources))}
    return [_line(who, one, charges, invoices) for one in rows]


def summary(who: Who, account: Account, year: int, sealed: date | None) -> Year:
    """The year added up by the ledger; the kinds add up to the totals, and so do the months."""
    rows = of_year(who, account, year, sealed)
    found = Year(year)
    kinds: dict[tuple[str, str, str], Kind] = {}
    # A year of one account has at most a few hundred movements: a day's fee each, at the most.
    for one in lines(who, list(rows.order_by("day", "pk"))):
        kind = kinds.setdefault((one.words, one.payee, one.currency), Kind(one.words, one.payee, one.currency))
        kind.count += 1
        kind.total += one.amount
        found.totals[one.currency] = found.totals.get(one.currency, ZERO) + one.amount
    found.kinds = sorted(kinds.values(), key=lambda one: (one.currency, -one.total, one.words))
    found.months = _months(rows)
    found.average = _average(account, year, sealed)
    paid = found.totals.get(account.base_currency)
    if found.average and paid is not None:
        found.rate = paid / found.average
    return found


def _months(rows: "QuerySet[Transfer]") -> list[tuple[date, str, Decimal]]:
    by_month: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    sums = rows.annotate(month=TruncMonth("day")).values_list("month", "currency", "kind").annotate(Sum("amount"))
    for month, currency, kind, amount in sums.order_by("month"):
        by_month[month, currency] += amount if kind in PAID else -amount
    return [(month, currency, amount) for (month, currency), amount in sorted(by_month.items())]


def _average(account: Account, year: int, sealed: date | None) -> Decimal | None:
    known = base_between([account.pk], date(year, 1, 1), min(date(year, 12, 31), sealed or date.min))
    values = [one.nlv for one in known.get(account.pk, ())]
    return sum(values, Decimal(0)) / len(values) if values else None


def _line(who: Who, one: Transfer, charges: dict[UUID, Charge], invoices: dict[UUID, Invoice]) -> Line:
    amount = one.amount if one.kind in PAID else -one.amount
    charge = charges.get(one.source) if one.source else None
    invoice = invoices.get(one.source) if one.source else None
    behind = charge or invoice
    payee = getattr(behind, "payee_name", None) or "" if who.is_advisor else ""
    if charge is not None:
        method = EVERY.get(charge.method)
        return Line(
            day=one.day,
            words=_(method.label) if method else str(charge.method),
            title=_(method.title) if method else "",
            first=charge.starts,
            last=charge.period_end_day,
            amount=amount,
            currency=one.currency,
            payee=payee,
            proof=charge.pk,
        )
    words = TransferKind(one.kind).label
    return Line(
        day=one.day,
        words=str(words),
        title=invoice.memo if invoice else "",
        amount=amount,
        currency=one.currency,
        payee=payee,
    )
