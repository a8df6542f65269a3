"""Pure decisions about trading permissions: what covers what, and what an advisor is told when it does not."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.broker.instruments.rules import ALL_COUNTRIES, COUNTRY_PATTERN, PROGRAMS, Product
from accounts.ground.tree.models import Kind


class ProductRefused(ValueError):
    """A sentence a person can read: why a permission cannot be given."""


# The countries offered as columns; others are added where an account has them.
COUNTRIES = ("AU", "CA", "CH", "DE", "FR", "GB", "HK", "JP", "US")


class Permission(NamedTuple):
    """One cell of the matrix."""

    product: str
    country: str = ALL_COUNTRIES

    @classmethod
    def read(cls, text: str) -> "Permission | None":
        """From `product:country` as forms send it; None for what is no cell."""
        product, _colon, country = text.partition(":")
        return cls(product, country) if product in Product.values and is_cell(product, country) else None


def is_cell(product: str, country: str) -> bool:
    """Whether the matrix has that country for the product; a trading program has none."""
    return country == ALL_COUNTRIES or (product not in PROGRAMS and bool(re.fullmatch(COUNTRY_PATTERN, country)))


def covers(held: Iterable[Permission], wanted: Permission) -> bool:
    """Whether one is approved for what is wanted: in that country, or in all of them."""
    return any(one.product == wanted.product and one.country in (wanted.country, ALL_COUNTRIES) for one in held)


def may_trade_product(held: Iterable[Permission], product: Product | None, country: str) -> bool:
    """Whether an instrument of that country may be traded; one of an unknown country needs all countries."""
    return product is not None and covers(held, Permission(product, country or ALL_COUNTRIES))


def not_approved_words(node_kind: str) -> str:
    """The refusal, naming the level that lacks the approval."""
    return {
        Kind.TOP_MASTER: _("not approved for the top-level advisor"),
        Kind.SECOND_MASTER: _("not approved for the second-level advisor"),
        Kind.STL_MASTER: _("not approved for the STL master"),
    }.get(Kind(node_kind), _("not approved for this account"))


def permission_words(permission: Permission) -> str:
    """A cell in words; a trading program has no country to name."""
    if permission.product in PROGRAMS:
        return str(Product(permission.product).label)
    country = _("all countries") if permission.country == ALL_COUNTRIES else permission.country
    return _("%(product)s, %(country)s") % {"product": Product(permission.product).label, "country": country}
