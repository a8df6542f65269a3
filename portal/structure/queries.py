"""The tree as one person may see it: masters with their rollups, and one branch at a time, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
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
from django.http import QueryDict

from accounts.broker.feed.models import NavDaily
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.paging import Page, beginning_at, page_of
from accounts.ground.tree.models import Account, Kind, Practice, Status
from fees.accrual.models import Accrual, AdviserDaily
from fees.schedules.models import Component
from portal.records.queries import matching, typed

MASTERS = (Kind.TOP_MASTER, Kind.SECOND_MASTER)
GROUPS = (Kind.SECOND_MASTER, Kind.STL_MASTER)
STL = (Kind.STL_MASTER, Kind.STL_SUB)

# More masters than a page can carry are found by name.
MOST_GROUPS = 100
ORDER = ("sort_key", "pk")


@dataclass(frozen=True)
class Wishes:
    """What the address asks for."""

    text: str = ""
    aum: bool = True
    fees: bool = True
    stl: bool = True

    @classmethod
    def of(cls, query: QueryDict) -> "Wishes":
        return cls(typed(query.get("find")), *(query.get(name) != "0" for name in ("aum", "fees", "stl")))


@dataclass
class Tree:
    """Roots and groups above, the children of the open branch below it."""

    masters: list[Account]
    page: Page | None = None
    branch: Account | None = None
    is_capped: bool = False


def tree_for(who: Who, chosen: Account | None, wishes: Wishes, query: QueryDict, sealed: date | None) -> Tree:
    """The masters one may see and the branch that is open: the chosen account's own, or the one it stands in."""
    if who.reach == "accounts":
        rows = _valued(scope(who, Account), sealed).order_by("level", *ORDER)
        return Tree(list(rows[:MOST_GROUPS]))
    groups = _masters(who, wishes, sealed)
    masters = groups[:MOST_GROUPS]
    branch = _branch(chosen, masters)
    page = _children(who, branch, chosen, query, sealed) if branch else None
    return Tree(masters, page, branch, is_capped=len(groups) > MOST_GROUPS)


def found(who: Who, wishes: Wishes, query: QueryDict, sealed: date | None) -> Page:
    """Accounts anywhere in the tree by number, title or alias, by name."""
    rows = matching(scope(who, Account), wishes.text).select_related("practice")
    if not wishes.stl:
        rows = rows.exclude(kind__in=STL)
    return page_of(_valued(rows, sealed), order=ORDER, query=query)


@dataclass
class Layer:
    """What an account pays one payee; the payee's name is None where the reader may not know it."""

    payee_name: str | None
    parts: list[Component] = field(default_factory=list)


def fee_layers(who: Who, rows: Iterable[Account], day: date) -> dict[int, list[Layer]]:
    """What each account pays, by payee, in force on a day; one query whatever is shown."""
    ids = [row.pk for row in rows if row.is_holding]
    if not ids:
        return {}
    in_force = Q(schedule__ends=None) | Q(schedule__ends__gt=day)
    name = Practice.unscoped.filter(pk=OuterRef("schedule__practice_id")).values("name")[:1]
    parts = (
        scope(who, Component)
        .filter(in_force, schedule__account_id__in=ids, schedule__starts__lte=day)
        .select_related("schedule")
        .annotate(payee_name=Subquery(name))
        .order_by("schedule__practice_id", "pk")
    )
    layers: dict[int, dict[int, Layer]] = {}
    for part in parts:
        of_account = layers.setdefault(part.schedule.account_id, {})
        of_account.setdefault(part.schedule_id, Layer(part.payee_name)).parts.append(part)
    return {account: list(found.values()) for account, found in layers.items()}


def whole(who: Who, wishes: Wishes) -> "QuerySet[Account]":
    """Everything that the page shows branch by branch, in one run: each practice's master, its groups with their subs,
    its clients by name; the firm's own practice before the others."""
    rows = matching(scope(who, Account), wishes.text).select_related("practice", "parent")
    if not wishes.stl:
        rows = rows.exclude(kind__in=STL)
    place = Case(
        When(kind__in=MASTERS, then=Value(0)),
        When(kind__in=STL, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    group = Case(When(kind__in=STL, then=Coalesce("stl_id", "pk")), default=Value(0), output_field=BigIntegerField())
    branch = ("practice__level", "practice__name", "practice_id", "place", "group", "level")
    return rows.annotate(place=place, group=group).order_by(*branch, *ORDER)


def books(who: Who, sealed: date | None) -> dict[int, AdviserDaily]:
    """The rollups of the last sealed night, by practice."""
    return {row.practice_id: row for row in scope(who, AdviserDaily).filter(day=sealed)} if sealed else {}


def accrued_column(who: Who) -> str:
    """The rollup's sum of all payees for the top level; a second level is not told what the level above earns."""
    return "accrued" if who.reach == "firm" else "own_accrued"


def _masters(who: Who, wishes: Wishes, sealed: date | None) -> list[Account]:
    """One's own master first, then what stands right below it; each with its rollup on the last sealed day."""
    rows = scope(who, Account)
    root = Account.unscoped.filter(practice_id=who.practice_id, kind__in=MASTERS).values("pk")[:1]
    kinds = GROUPS if wishes.stl else (Kind.SECOND_MASTER,)
    rows = rows.filter(
        Q(practice_id=who.practice_id, kind__in=MASTERS) | Q(parent_id=Subquery(root), kind__in=kinds)
    ).select_related("practice")
    rollup = scope(who, AdviserDaily).filter(practice_id=OuterRef("practice_id"), day=sealed)
    subs = Account.unscoped.filter(parent_id=OuterRef("pk"), kind=Kind.STL_SUB, status=Status.OPEN).order_by()
    # Looked up by key, sub by sub: a join over the day's values would read the whole day for every group.
    value = NavDaily.unscoped.filter(account_id=OuterRef("pk"), nav_date=sealed, currency=OuterRef("base_currency"))
    all_subs = Account.unscoped.filter(parent_id=OuterRef("pk"), kind=Kind.STL_SUB).order_by()
    in_group = all_subs.annotate(nlv=Subquery(value.values("nlv"))).values("parent_id")
    # A group's fees are agreed on its master; nothing is charged to the subs.
    accrued = Accrual.unscoped.filter(account_id=OuterRef("pk"), accrual_date=sealed).order_by()
    rows = rows.annotate(
        book=Subquery(rollup.values("nlv")),
        book_currency=Subquery(rollup.values("currency")),
        book_accounts=Subquery(rollup.values("accounts")),
        book_accrued=Subquery(rollup.values(accrued_column(who))),
        book_own=Subquery(rollup.values("own_accrued")),
        group_accrued=Subquery(accrued.values("account_id").annotate(total=Sum("amount")).values("total")),
        subs=Subquery(subs.values("parent_id").annotate(n=Count("pk")).values("n")),
        nlv=Subquery(value.values("nlv")),
        subs_value=Subquery(in_group.annotate(total=Sum("nlv")).values("total")),
    )
    return list(rows.order_by("level", *ORDER)[: MOST_GROUPS + 1])


def _branch(chosen: Account | None, masters: list[Account]) -> Account | None:
    """The open branch: a master that is chosen, or the parent of a chosen account, if it is shown."""
    if chosen is None:
        return masters[0] if masters else None
    key = chosen.pk if chosen.kind in (*MASTERS, Kind.STL_MASTER) else chosen.parent_id
    for master in masters:
        if master.pk == key:
            return master
    return chosen if chosen.pk == key else chosen.parent


def _children(who: Who, branch: Account, chosen: Account | None, query: QueryDict, sealed: date | None) -> Page:
    """The holding accounts right below a master, by name; without a cursor the page begins at the chosen one."""
    kind = Kind.STL_SUB if branch.kind == Kind.STL_MASTER else Kind.CLIENT
    rows = _valued(scope(who, Account).filter(parent=branch, kind=kind), sealed)
    is_inside = chosen is not None and chosen.parent_id == branch.pk and chosen.kind == kind
    if is_inside and not (query.get("after") or query.get("before")):
        ahead = rows.filter(Q(sort_key__lt=chosen.sort_key) | Q(sort_key=chosen.sort_key, pk__lt=chosen.pk))  # type: ignore[union-attr]
        last = ahead.order_by("-sort_key", "-pk").values_list(*ORDER)[4:5]
        for values in last:
            query = beginning_at(query, *values)
    return page_of(rows, order=ORDER, query=query, is_counted=False)


def _valued(rows: "QuerySet[Account]", sealed: date | None) -> "QuerySet[Account]":
    value = NavDaily.unscoped.filter(account_id=OuterRef("pk"), nav_date=sealed).values("nlv")
    return rows.annotate(nlv=Subquery(value))


def value_of(row: Account) -> tuple[Decimal | None, str]:
    """What a row of the tree is worth, and in which currency: a practice by its rollup, an STL group by its sum."""
    if row.kind in MASTERS:
        return getattr(row, "book", None), getattr(row, "book_currency", None) or row.base_currency
    own, below = getattr(row, "nlv", None), getattr(row, "subs_value", None)
    known = [part for part in (own, below) if part is not None]
    return (sum(known, Decimal(0)) if known else None), row.base_currency
