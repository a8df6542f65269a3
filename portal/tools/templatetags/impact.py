"""Template tags of impact preferences: scores and shares as the pages show them."""

from decimal import Decimal

from django import template

from accounts.ground.amounts import number_words

register = template.Library()


@register.filter
def figure(value: Decimal | None, places: int = 2) -> str:
    """A number as the reader writes numbers, half to even."""
    return number_words(value, places)
