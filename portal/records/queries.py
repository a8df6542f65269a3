"""Lists of accounts for one person: search, filters, order, sums."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.broker.feed.models import FxRate, NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.paging import order_of
from accounts.ground.runs.models import Hold
from accounts.ground.tree.models import Account, Firm, Kind, Practice
from accounts.ground.tree.queries import is_number, matching, typed
from fees.accrual.models import AdviserDaily
from fees.posting.models import Charge
from fees.proofs.queries import charges
from fees.schedules.models import Schedule, Strategy
from portal.records.filters import Filters

MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)
SUGGESTED = 8
CHARGES_SHOWN = 15
MOST_PRACTICES = 300
# Longer lists are added up when asked, and are not sorted by what they are worth.
MOST_SUMMED = 1000
TOP_LEVEL = 1

# Values are compared in the firm's currency; an account without one sorts below every other.
BELOW_ALL = Decimal("-1e15")

ORDERS = {
    "value": "value",
    "number": "number",
    "title": "sort_key",
    "alias": "alias",
    "advisor": "practice__name",
    "kind": "kind",
    "type": "account_type",
    "margin": "margin_kind",
    "currency": "base_currency",
    "status": "status",
    "opened": "opened_key",
    "funded": "funded_key",
}
USUAL_ORDER = "title"


@dataclass(frozen=True)
class Section:
    """The accounts of one advisor within a list: how many, and what they are worth in the firm's currency."""

    practice: int
    name: str
    accounts: int
    value: Decimal


@dataclass(frozen=True)
class Totals:
    """A list summed up; the sections add up to the whole, whichever way the list is read."""

    currency: str
    rates: dict[str, Decimal]
    sections: tuple[Section, ...]

    @property
    def accounts(self) -> int:
        return sum(one.accounts for one in self.sections)

    @property
    def value(self) -> Decimal:
        return sum((one.value for one in self.sections), Decimal(0))


def found(who: Who, filters: Filters, today: date) -> "QuerySet[Account]":
    """Accounts that hold something and that the filters let through, of those the person may see."""
    rows = matching(scope(who, Account).exclude(kind__in=MASTERS), filters.text)
    for column, wanted in (
        ("status", filters.status),
        ("kind", filters.kind),
        ("account_type", filters.type),
        ("base_currency", filters.currency),
        ("practice_id", filters.practice),
    ):
        if wanted not in ("", None):
            rows = rows.filter(**{column: wanted})
    if filters.is_held:
        rows = rows.filter(Exists(Hold.unscoped.filter(account_id=OuterRef("pk"), resolved_at=None)))
    if filters.is_unscheduled:
        agreed = Schedule.unscoped.filter(Q(ends=None) | Q(ends__gt=today), starts__lte=today)
        rows = rows.filter(~Exists(agreed.filter(account_id=OuterRef("pk")).exclude(strategy=Strategy.NONE)))
    return rows.select_related("practice").annotate(
        opened_key=Coalesce("opened_on", Value(date.max)), funded_key=Coalesce("funded_on", Value(date.max))
    )


def valued(rows: "QuerySet[Account]", sealed: date | None) -> "QuerySet[Account]":
    """The rows with their value in the firm's currency, to sort by it."""
    nlv = NavDaily.unscoped.filter(account_id=OuterRef("pk"), nav_date=sealed).values("nlv")
    rate = FxRate.unscoped.filter(
        day=sealed, from_currency=OuterRef("base_currency"), to_currency=OuterRef("firm__base_currency")
    ).values("rate")
    in_firm_currency = Case(
        When(base_currency=F("firm__base_currency"), then=Subquery(nlv)),
        default=Subquery(nlv) * Subquery(rate),
        output_field=DecimalField(max_digits=28, decimal_places=4),
    )
    return rows.annotate(value=Coalesce(in_firm_currency, Value(BELOW_ALL)))


def values_of(rows: Iterable[Account], sealed: date | None) -> dict[int, Decimal]:
    """What accounts that the person sees were worth on the last sealed day, each in its own currency."""
    keys = [one.pk for one in rows]
    found = NavDaily.unscoped.filter(nav_date=sealed, account_id__in=keys)
    return dict(found.values_list("account_id", "nlv")) if sealed and keys else {}


def number_of(rows: "QuerySet[Account]") -> int:
    """How many rows there are, counted no further than one past what is summed up at once."""
    return rows.order_by().values("pk")[: MOST_SUMMED + 1].count()


def totals(who: Who, rows: "QuerySet[Account]", sealed: date | None) -> Totals:
    """A list summed up, exactly; for a long one it takes a moment."""
    names = rows.order_by().values_list("practice_id", "practice__level", "practice__name")
    listed = {key: (level, name, number) for key, level, name, number in names.annotate(Count("pk"))}
    values = NavDaily.unscoped.filter(nav_date=sealed, account__in=rows.order_by().values("pk"))
    sums = values.order_by().values_list("account__practice_id", "currency").annotate(Sum("nlv"))
    base, rates = _rates(who, sealed)
    worth: dict[int, Decimal] = defaultdict(Decimal)
    for practice, currency, nlv in sums if sealed else ():
        worth[practice] += nlv * rates.get(currency, Decimal(0))
    ordered = sorted((level, name, key, number) for key, (level, name, number) in listed.items())
    return Totals(base, rates, tuple(Section(key, name, number, worth[key]) for _level, name, key, number in ordered))


def known_totals(who: Who, sealed: date | None) -> Totals:
    """The same of everything a person manages, read from the night's rollup: as quick for a million accounts."""
    rows = scope(who, AdviserDaily).filter(day=sealed).select_related("practice")
    by_level = sorted(rows, key=lambda one: (one.practice.level, one.practice.name, one.practice_id))
    base = by_level[0].currency if by_level else ""
    below = [one for one in by_level if one.practice.level != TOP_LEVEL]
    own = [Section(one.practice_id, one.practice.name, one.accounts, one.nlv) for one in by_level if one not in below]
    # The top practice's row is the whole firm: its own clients are what the others leave.
    mine = [
        replace(
            one,
            accounts=one.accounts - sum(other.accounts for other in below),
            value=one.value - sum((other.nlv for other in below), Decimal(0)),
        )
        for one in own
    ]
    others = [Section(one.practice_id, one.practice.name, one.accounts, one.nlv) for one in below]
    return Totals(base, {}, (*mine, *others))


def _rates(who: Who, sealed: date | None) -> tuple[str, dict[str, Decimal]]:
    """The firm's currency and what one unit of each other is worth in it on a day."""
    base = Firm.unscoped.filter(pk=who.firm_id).values_list("base_currency", flat=True).first() or ""
    known = FxRate.unscoped.filter(day=sealed, to_currency=base).values_list("from_currency", "rate")
    return base, {**dict(known), base: Decimal(1)}


def order(sort: str, *, by_advisor: bool) -> list[str]:
    """The columns behind a heading; by advisor, the sections come first, the firm's own before the others."""
    usual = order_of(sort, ORDERS, USUAL_ORDER)
    return ["practice__level", "practice__name", "practice_id", *usual] if by_advisor else usual


def choices(who: Who) -> dict[str, Any]:
    """What the filters offer: the advisors and the types that occur. Asked only while the filters stand open."""
    practices = scope(who, Practice).order_by("level", "name").values_list("pk", "name")[:MOST_PRACTICES]
    types = scope(who, Account).exclude(account_type="").order_by("account_type")
    return {"practices": practices, "types": types.values_list("account_type", flat=True).distinct()[:100]}


def suggested(who: Who, text: str) -> "QuerySet[Account]":
    """The few accounts that a half-typed text most likely means: its number, its last digits, its first letters."""
    text = typed(text)
    rows = matching(scope(who, Account), text)
    rank = Case(
        When(number=text.upper(), then=Value(0)),
        When(number__endswith=text.upper(), then=Value(1)),
        When(title__istartswith=text, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return rows.order_by(*([rank] if text else []), "level", "sort_key", "pk")[:SUGGESTED]


def named(who: Who, text: str) -> str | None:
    """The number of the one account that somebody typed out in full, if they may see it."""
    if not is_number(text):
        return None
    return scope(who, Account).filter(number=text.upper()).values_list("number", flat=True).first()


def latest_charges(who: Who, account: Account, sealed: date | None) -> "QuerySet[Charge]":
    """The latest fees of an account, newest first."""
    rows = charges(who, sealed).filter(account=account)
    return rows.order_by("-period_end_day", "practice_id", "method")[:CHARGES_SHOWN]
