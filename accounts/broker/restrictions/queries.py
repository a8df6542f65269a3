"""Restrictions as a person sees them: in force on an account, and all that hold for anything the person sees."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.broker.restrictions.models import Restriction
from accounts.ground.access.authority import is_allowed
from accounts.ground.access.context import Who
from accounts.ground.access.scope import relation_to, scope
from accounts.ground.tree.models import Account, Firm, Kind, Practice


def on_the_path(account: Account) -> Q:
    """What hangs on the account or on anything above it, up to the root; three levels need no recursion."""
    return Q(account_id=account.pk) | above(account)


def above(account: Account) -> Q:
    """What hangs on anything above the account."""
    rule = Q(node_kind=Kind.TOP_MASTER, firm_id=account.firm_id) & ~Q(account_id=account.pk)
    if account.stl_id is not None:
        rule |= Q(account_id=account.stl_id)
    if account.kind != Kind.SECOND_MASTER:
        rule |= Q(node_kind=Kind.SECOND_MASTER, practice_id=account.practice_id)
    return rule


def on_the_paths(accounts: Iterable[Account]) -> Q:
    """The same for many accounts of one firm at once."""
    accounts = list(accounts)
    ids = {account.pk for account in accounts} | {account.stl_id for account in accounts if account.stl_id}
    firms, practices = {one.firm_id for one in accounts}, {one.practice_id for one in accounts}
    return (
        Q(account_id__in=ids)
        | Q(node_kind=Kind.TOP_MASTER, firm_id__in=firms)
        | Q(node_kind=Kind.SECOND_MASTER, practice_id__in=practices)
    )


def holds_for(row: object, account: Account) -> bool:
    """Whether a row of a node holds for an account: `on_the_path`, told of two rows in hand."""
    kind, node = row.node_kind, row.account_id  # type: ignore[attr-defined]
    if node in (account.pk, account.stl_id):
        return True
    if kind == Kind.TOP_MASTER:
        return row.firm_id == account.firm_id  # type: ignore[attr-defined]
    return kind == Kind.SECOND_MASTER and row.practice_id == account.practice_id  # type: ignore[attr-defined]


def named(who: Who, rows: "QuerySet") -> "QuerySet":
    """With the node's name: of the account where it is seen, else of the practice or firm; None where hidden."""

    def name_of(rows: "QuerySet", key: str, name: str) -> Subquery:
        return Subquery(rows.filter(pk=OuterRef(key)).values(name)[:1])

    seen = scope(who, Account)

    return rows.annotate(
        node_number=name_of(seen, "account_id", "number"),
        node_title=name_of(seen, "account_id", "title"),
        practice_name=name_of(Practice.unscoped.all(), "practice_id", "name"),
        firm_name=name_of(Firm.unscoped.all(), "firm_id", "name"),
    )


def node_name(row: object) -> str:
    """Where a row hangs, as far as the reader may know it."""
    if title := row.node_title:  # type: ignore[attr-defined]
        return title
    firm = row.firm_name if row.node_kind == Kind.TOP_MASTER else None  # type: ignore[attr-defined]
    return firm or row.practice_name or ""  # type: ignore[attr-defined]


def visible(who: Who) -> "QuerySet[Restriction]":
    """Every restriction that holds for something this person sees; also from above, which is inherited."""
    rows = Restriction.unscoped.all()
    if who.reach == "firm":
        return rows.filter(firm_id=who.firm_id)
    if who.reach not in ("practice", "accounts"):
        return rows.none()
    mine = scope(who, Account)
    return rows.filter(
        Q(node_kind=Kind.TOP_MASTER, firm_id=who.firm_id)
        | Q(account_id__in=mine.values("pk"))
        | Q(account_id__in=mine.filter(stl__isnull=False).values("stl_id"))
        | Q(node_kind=Kind.SECOND_MASTER, practice_id__in=mine.values("practice_id"))
    )


class InForce(NamedTuple):
    """One restriction of an account with where it comes from and whether the reader may end it."""

    row: Restriction
    where: str
    is_inherited: bool
    may_end: bool


def in_force(who: Who, account: Account, day: date) -> "QuerySet[Restriction]":
    """What holds for an account that came through the scope, today or later; the union along the path to the root."""
    rows = Restriction.unscoped.filter(on_the_path(account)).exclude(ends__lte=day)
    return named(who, rows).order_by("starts", "pk")


def holding_for(accounts: Iterable[Account], day: date) -> "QuerySet[Restriction]":
    """What holds for any of these accounts, which came through the scope, today or later."""
    return Restriction.unscoped.filter(on_the_paths(accounts)).exclude(ends__lte=day)


def may_restrict(who: Who, account: Account) -> bool:
    """Whether the person may set restrictions on this node."""
    return who.can("restrict") and is_allowed(who.role, "restrict", relation_to(who, account))
