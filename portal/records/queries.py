"""Lists of accounts for one person: search, filters, order, sums."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.broker.feed.models import FxRate, NavDaily
from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.paging import PAGE, order_of
from accounts.ground.runs.models import Hold
from accounts.ground.tree.models import SHELLS, Account, Practice
from accounts.ground.tree.queries import is_number, matching, typed
from fees.accrual.models import AdviserDaily
from fees.posting.models import Charge
from fees.proofs.queries import charges
from fees.schedules.models import Schedule, Strategy
from portal.records.filters import Filters

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
    rows = matching(scope(who, Account).exclude(kind__in=SHELLS), filters.text)
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


def with_values(rows: "QuerySet[Account]", sealed: date | None) -> "QuerySet[Account]":
    """The rows of one page, each with its value on the last sealed day in its own currency, looked up by key."""
    value = NavDaily.unscoped.filter(account_id=OuterRef("pk"), nav_date=sealed).values("nlv")
    return rows.annotate(nlv=Subquery(value))


def practices_of_page(who: Who, rows: "QuerySet[Account]", first: int | None) -> list[int]:
    """The practices that a page in the order of advisors can reach, from one on: no index knows that order."""
    one_more = rows.filter(practice_id=OuterRef("pk")).order_by().values("pk")[: PAGE + 1]
    known = scope(who, Practice).order_by("level", "name", "pk").values_list("pk", ArraySubquery(one_more))
    found: list[int] = []
    reached = 0
    for practice, some in known:
        if not found and first not in (None, practice):
            continue
        # Of the first one, a part may stand on the pages before.
        reached += len(some) if found else 0
        found.append(practice)
        if reached > PAGE or (first is None and len(some) > PAGE):
            break
    return found


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
    try:
        listed, params = rows.select_related(None).order_by().values("pk", "practice_id").query.sql_with_params()
    except EmptyResultSet:
        return Totals(*_rates(who, sealed), ())
    with cursor() as cur:
        cur.execute(
            f"""
            SELECT s.practice_id, p.level, p.name, s.currency, s.accounts, s.nlv
              FROM (SELECT f.practice_id, v.currency, count(*) AS accounts, sum(v.nlv) AS nlv
                      FROM ({listed}) AS f (id, practice_id)
                      LEFT JOIN broker_navdaily v ON v.nav_date = %s AND v.account_id = f.id
                     GROUP BY 1, 2) s
              JOIN accounts_practice p ON p.id = s.practice_id
             ORDER BY p.level, p.name, s.practice_id
            """,
            [*params, sealed],
        )
        sums = cur.fetchall()
    base, rates = _rates(who, sealed)
    sections: dict[int, Section] = {}
    for practice, _level, name, currency, number, nlv in sums:
        so_far = sections.get(practice, Section(practice, name, 0, Decimal(0)))
        worth = (nlv or Decimal(0)) * rates.get(currency, Decimal(0))
        sections[practice] = replace(so_far, accounts=so_far.accounts + number, value=so_far.value + worth)
    return Totals(base, rates, tuple(sections.values()))


def known_totals(who: Who, sealed: date | None, practice: int | None = None) -> Totals:
    """The same of everything a person manages, or of one practice in it, read from the night's rollup: as quick for a
    million accounts."""
    rows = scope(who, AdviserDaily).filter(day=sealed).select_related("practice")
    by_level = sorted(rows, key=lambda one: (one.practice.level, one.practice.name, one.practice_id))
    base = by_level[0].currency if by_level else ""
    below = [one for one in by_level if one.practice.level != TOP_LEVEL]
    top = [one for one in by_level if one.practice.level == TOP_LEVEL]
    own = [Section(one.practice_id, one.practice.name, one.accounts, one.nlv) for one in top]
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
    return Totals(base, {}, tuple(one for one in (*mine, *others) if practice in (None, one.practice)))


def _rates(who: Who, sealed: date | None) -> tuple[str, dict[str, Decimal]]:
    """The firm's currency and what one unit of each other is worth in it on a day."""
    with cursor() as cur:
        cur.execute(
            "SELECT f.base_currency, x.from_currency, x.rate FROM accounts_firm f"
            " LEFT JOIN broker_fxrate x ON x.to_currency = f.base_currency AND x.day = %s WHERE f.id = %s",
            [sealed, who.firm_id],
        )
        found = cur.fetchall()
    base = found[0][0] if found else ""
    return base, {**{code: rate for _base, code, rate in found if code}, base: Decimal(1)}


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
