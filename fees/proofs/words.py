"""Sentences of the engine in the reader's language, with dates and numbers as that language writes them."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from accounts.ground.amounts import MINUS, grouped
from accounts.ground.dates import day_text
from fees.engine.registry import EVERY
from portal.lib.words import Sentence

MONEY_PLACES = 2


def method_title(code: int) -> str:
    """A method's name in the reader's language; the bare code of one that the engine no longer knows."""
    method = EVERY.get(code)
    return gettext(method.title) if method else str(code)


def tell(sentence: Sentence) -> str:
    """The sentence, translated and filled in."""
    return gettext(sentence.msgid) % {name: _told(name, value) for name, value in sentence.params.items()}


def exact(number: Decimal, least: int = MONEY_PLACES) -> str:
    """A number with every place that says something, and no fewer than `least`: a proof rounds nothing away."""
    places = max(least, -_exponent(number.normalize()), 0)
    text = grouped(abs(number), places)
    return MINUS + text if number < 0 else text


def _told(name: str, value: object) -> object:
    if isinstance(value, Decimal):
        return exact(value, 0 if name == "percent" else min(MONEY_PLACES, max(0, -_exponent(value))))
    if isinstance(value, date):
        return day_text(value)
    return value


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
