"""Amounts as people read them: in their language's format, rounded half to even, with a real minus sign."""

from decimal import Decimal

from django.utils.formats import number_format

from portal.lib.money import MINOR_UNITS, USUAL_PLACES, round_display

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"


def number_words(value: Decimal | None, places: int = USUAL_PLACES, *, sign: bool = False) -> str:
    """A number, grouped; a dash where there is none. `sign` writes the plus, too."""
    if value is None:
        return NOTHING
    shown = round_display(value, places)
    text = number_format(abs(shown), places, use_l10n=True, force_grouping=True)
    if shown < 0:
        return MINUS + text
    return "+" + text if sign and shown > 0 else text


def money_words(value: Decimal | None, currency: str, *, sign: bool = False) -> str:
    """An amount with its currency, in the currency's own number of places, for sentences."""
    text = number_words(value, MINOR_UNITS.get(currency, USUAL_PLACES), sign=sign)
    return text if value is None or not currency else f"{text}\N{NO-BREAK SPACE}{currency}"
