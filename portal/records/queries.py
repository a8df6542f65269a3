"""Lists of accounts for one person: search, filters, order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.broker.feed.models import FxRate, NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.tree.models import Account, Kind, Status
from accounts.ground.tree.queries import with_payee
from fees.posting.models import Charge, ChargeState

MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)
SUGGESTED = 12
CHARGES_SHOWN = 15

# Values are compared in the firm's currency; an account without one sorts below every other.
BELOW_ALL = Decimal("-1e15")

ORDERS = {
    "value": "value",
    "number": "number",
    "title": "sort_key",
    "advisor": "practice__name",
    "kind": "kind",
    "currency": "base_currency",
    "status": "status",
    "opened": "opened_on",
}
USUAL_ORDER = "title"


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; unknown values are left out."""

    text: str = ""
    status: str = ""
    kind: str = ""
    practice: int | None = None

    @classmethod
    def of(cls, query: "dict[str, str]") -> "Filters":
        practice = query.get("practice", "")
        return cls(
            text=typed(query.get("q")),
            status=query.get("status", "") if query.get("status") in Status.values else "",
            kind=query.get("kind", "") if query.get("kind") in Kind.values else "",
            practice=int(practice) if practice.isascii() and practice.isdigit() and len(practice) < 16 else None,
        )


def typed(text: str | None) -> str:
    """What somebody typed to find; PostgreSQL knows no null character."""
    return (text or "").replace("\0", "").strip()[:100]


def order_of(sort: str) -> list[str]:
    """Columns behind a heading; an unknown heading is the usual one."""
    name, minus = sort.lstrip("-"), "-" if sort.startswith("-") else ""
    if name not in ORDERS:
        return [ORDERS[USUAL_ORDER], "pk"]
    return [minus + ORDERS[name], "pk"]


def accounts(who: Who, filters: Filters, sealed: date | None) -> "QuerySet[Account]":
    """Accounts that hold something, of those the person may see, with their value on the last sealed day."""
    value = NavDaily.unscoped.filter(account_id=OuterRef("pk"), nav_date=sealed).values("nlv")
    rate = FxRate.unscoped.filter(
        day=sealed, from_currency=OuterRef("base_currency"), to_currency=OuterRef("firm__base_currency")
    ).values("rate")
    in_firm_currency = Case(
        When(base_currency=F("firm__base_currency"), then=F("nlv")),
        default=F("nlv") * Subquery(rate),
        output_field=DecimalField(max_digits=28, decimal_places=4),
    )
    rows = matching(scope(who, Account).exclude(kind__in=MASTERS), filters.text).select_related("practice")
    rows = rows.annotate(nlv=Subquery(value)).annotate(value=Coalesce(in_firm_currency, Value(BELOW_ALL)))
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.practice:
        rows = rows.filter(practice_id=filters.practice)
    return rows


def matching(rows: "QuerySet[Account]", text: str) -> "QuerySet[Account]":
    """Every word of the text, anywhere in number, title or alias; case does not matter."""
    for word in text.split():
        rows = rows.filter(Q(number__icontains=word) | Q(title__icontains=word) | Q(alias__icontains=word))
    return rows


def suggested(who: Who, text: str) -> "QuerySet[Account]":
    """The first few accounts that a half-typed number or name may mean; masters come first."""
    return matching(scope(who, Account), typed(text)).order_by("level", "sort_key", "pk")[:SUGGESTED]


def charges(who: Who, account: Account, sealed: date | None) -> "QuerySet[Charge]":
    """The latest fees of an account, of closed nights only; newest first."""
    if sealed is None:
        return Charge.unscoped.none()
    rows = with_payee(scope(who, Charge).filter(account=account, period_end_day__lte=sealed))
    return rows.order_by("-period_end_day", "practice_id", "method")[:CHARGES_SHOWN]


FEE_ORDERS = {
    "period": "period_end_day",
    "account": "account__number",
    "title": "account__sort_key",
    "amount": "amount",
    "state": "state",
}
USUAL_FEE_ORDER = "-period"


def fee_order(sort: str) -> list[str]:
    """Columns behind a heading of the fee list; an unknown heading is the usual one."""
    name, minus = sort.lstrip("-"), "-" if sort.startswith("-") else ""
    if name not in FEE_ORDERS:
        return fee_order(USUAL_FEE_ORDER)
    return [minus + FEE_ORDERS[name], "pk"]


def fees(who: Who, *, text: str, state: str, sealed: date | None) -> "QuerySet[Charge]":
    """Fees of closed nights on every account the person may see."""
    rows = with_payee(scope(who, Charge).filter(period_end_day__lte=sealed or date.min).select_related("account"))
    for word in text.split():
        rows = rows.filter(Q(account__number__icontains=word) | Q(account__title__icontains=word))
    return rows.filter(state=state) if state in ChargeState.values else rows
