"""Giving and taking trading permissions. What is taken from a node is taken from everything below it at once."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import Product
from accounts.broker.products.models import ProductApproval, Removal
from accounts.broker.products.queries import approvals, by_node, may_grant
from accounts.broker.products.rules import Permission, ProductRefused, covers, not_approved_words, permission_words
from accounts.broker.restrictions.models import MASTERS
from accounts.ground.access.context import Who, current_alias, cursor
from accounts.ground.access.scope import refusal
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account, Kind
from portal.lib.words import gettext_noop


def set_products(*, who: Who, account: Account, wanted: Iterable[Permission], day: date, at: datetime) -> None:
    """Make the wanted permissions the account's: give what is new, take what is no longer there; all or nothing."""
    wanted = set(wanted)
    with transaction.atomic(using=current_alias.get()):
        _enter(who, account)
        held = by_node(approvals(account))[account.pk]
        _withdraw(who, account, held - wanted, day=day, at=at)
        _grant(who, account, wanted - held, day=day, at=at)


def grant(*, who: Who, account: Account, permissions: Iterable[Permission], day: date, at: datetime) -> None:
    """Give permissions; what the account has already stays as it is."""
    with transaction.atomic(using=current_alias.get()):
        _enter(who, account)
        held = by_node(approvals(account))[account.pk]
        _grant(who, account, set(permissions) - held, day=day, at=at)


def withdraw(*, who: Who, account: Account, permissions: Iterable[Permission], day: date, at: datetime) -> None:
    """Take permissions, here and below."""
    with transaction.atomic(using=current_alias.get()):
        _enter(who, account)
        _withdraw(who, account, set(permissions), day=day, at=at)


def _enter(who: Who, account: Account) -> None:
    """Ask for the right, and wait until nobody else changes this firm's permissions."""
    if not (may_grant(who, account) or _is_for_the_broker(who, account)):
        raise refusal(who, "grant_products", account)
    with cursor() as cur:
        cur.execute("SELECT broker_one_permission_at_a_time(%s)", [account.firm_id])


def _is_for_the_broker(who: Who, account: Account) -> bool:
    """A top-level advisor is approved by the broker, for whom the back office writes it down."""
    return who.role == "office" and account.kind == Kind.TOP_MASTER


def _grant(who: Who, account: Account, permissions: set[Permission], *, day: date, at: datetime) -> None:
    if not permissions:
        return
    _check_level_above(account, permissions)
    try:
        with transaction.atomic(using=current_alias.get()):
            ProductApproval.unscoped.bulk_create(
                [
                    ProductApproval(
                        firm_id=account.firm_id,
                        account=account,
                        node_kind=account.kind,
                        practice_id=account.practice_id if account.kind in MASTERS else None,
                        product=one.product,
                        country=one.country,
                        granted_by_id=who.user_id,
                        granted_at=at,
                    )
                    for one in sorted(permissions)
                ]
            )
    except IntegrityError as error:
        if "product_within_the_level_above" not in str(error) and "is not approved for" not in str(error):
            raise
        raise ProductRefused(_("The level above is not approved for it.")) from error
    _tell(who, account, permissions, gettext_noop("Trading permission given"), "granted", day)


def _check_level_above(account: Account, permissions: set[Permission]) -> None:
    """Raises ProductRefused naming the highest level that lacks a permission, in the words of the three-level rules."""
    if account.parent_kind is None:
        return
    rows = list(approvals(account))
    kinds = {row.account_id: row.node_kind for row in rows}
    held = by_node(rows)
    nodes = (
        [Kind.TOP_MASTER] if account.parent_kind == Kind.TOP_MASTER else [Kind.TOP_MASTER, Kind(account.parent_kind)]
    )
    for one in sorted(permissions):
        for level in nodes:
            ids = [node for node, kind in kinds.items() if kind == level and node != account.pk]
            if not any(covers(held[node], one) for node in ids):
                label = Product(one.product).label
                raise ProductRefused(
                    _("%(product)s: %(words)s") % {"product": label, "words": not_approved_words(level)}
                )


def _withdraw(who: Who, account: Account, permissions: set[Permission], *, day: date, at: datetime) -> None:
    taken = set()
    for one in sorted(permissions):
        changed = ProductApproval.unscoped.filter(
            account_id=account.pk, product=one.product, country=one.country, removed_at__isnull=True
        ).update(removed_at=at, removed_by_id=who.user_id, removal=Removal.WITHDRAWN)
        if changed:
            taken.add(one)
    if taken:
        _tell(who, account, taken, gettext_noop("Trading permission withdrawn"), "withdrawn", day)


def _tell(who: Who, account: Account, permissions: set[Permission], title: str, status: str, day: date) -> None:
    record(
        account=account,
        kind="products",
        title=title,
        status=status,
        data={"permissions": [permission_words(one) for one in sorted(permissions)]},
        day=day,
        by=who.user_id,
    )
