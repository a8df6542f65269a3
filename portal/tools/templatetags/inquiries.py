"""Template tags of queries: figures as people read them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.functional import Promise

from accounts.ground.amounts import NOTHING, money_words, number_words
from portal.shell.tags import percent
from portal.tools.inquiries.queries import Row

register = template.Library()

MOST_PLACES = 4


@register.filter
def told_figures(row: Row, columns: Sequence[tuple[str | Promise, str]]) -> list[tuple[str, str]]:
    """Each column's word with the row's figure."""
    currency = row.account.base_currency
    return [(str(word), told(value, sort, currency)) for (word, sort), value in zip(columns, row.figures, strict=True)]


def told(value: Any, sort: str, currency: str) -> str:
    """One figure: money, a part of one, a percentage as the broker gives it, or a plain number."""
    if value is None:
        return NOTHING
    if sort == "money":
        return money_words(value, currency)
    if sort == "part":
        return percent(value)
    if sort == "percent":
        return percent(value / 100)
    number = Decimal(value)
    return number_words(number, min(max(-int(number.normalize().as_tuple().exponent), 0), MOST_PLACES))
