"""Trading permissions of accounts and of the levels above them."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import ALL_COUNTRIES
from accounts.broker.products.models import ProductApproval
from accounts.broker.products.rules import Permission
from accounts.broker.restrictions.queries import named, on_the_path, on_the_paths
from accounts.ground.access.authority import is_allowed
from accounts.ground.access.context import Who
from accounts.ground.access.scope import relation_to
from accounts.ground.tree.models import Account, Kind


def approvals(account: Account) -> "QuerySet[ProductApproval]":
    """Living approvals of an account that came through the scope, and of every node above it."""
    return ProductApproval.unscoped.filter(on_the_path(account), removed_at__isnull=True)


def approvals_of(accounts: Iterable[Account]) -> "QuerySet[ProductApproval]":
    """The same for many accounts at once."""
    return ProductApproval.unscoped.filter(on_the_paths(accounts), removed_at__isnull=True)


def approvals_of_nodes(nodes: Iterable[int]) -> "QuerySet[ProductApproval]":
    """Living approvals of the accounts themselves, which came through the scope."""
    return ProductApproval.unscoped.filter(account_id__in=list(nodes), removed_at__isnull=True)


def nodes_above(account: Account, rows: Iterable[ProductApproval]) -> list[int]:
    """The nodes above the account that have any approval; one that has none is -1, which holds nothing."""
    found = {Kind(row.node_kind): row.account_id for row in rows if row.account_id != account.pk}
    return [found.get(kind, -1) for kind in kinds_above(account)]


def kinds_above(account: Account) -> list[Kind]:
    """The levels above an account, from the root down."""
    if account.parent_kind is None:
        return []
    parent = Kind(account.parent_kind)
    return [Kind.TOP_MASTER] if parent == Kind.TOP_MASTER else [Kind.TOP_MASTER, parent]


def country_words(country: str) -> str:
    """A column of the matrix in words."""
    return _("All countries") if country == ALL_COUNTRIES else country


def history(who: Who, account: Account) -> "QuerySet[ProductApproval]":
    """What was approved for the account itself and has ended; newest first."""
    rows = ProductApproval.unscoped.filter(account_id=account.pk, removed_at__isnull=False)
    return named(who, rows).order_by("-removed_at", "product", "country")


def by_node(rows: "Iterable[ProductApproval]") -> dict[int, set[Permission]]:
    """Permissions by the node that they hang on."""
    found: dict[int, set[Permission]] = defaultdict(set)
    for row in rows:
        found[row.account_id].add(Permission(row.product, row.country))
    return found


def may_grant(who: Who, account: Account) -> bool:
    """Whether the person may give and take permissions of this node."""
    return who.can("grant_products") and is_allowed(who.role, "grant_products", relation_to(who, account))
