"""Amounts as people read them: in the form they chose or their language's, rounded half to even, with a real minus."""

from contextvars import ContextVar
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.numberformat import format as separated
from django.utils.translation import gettext_lazy as _

from portal.lib.money import MINOR_UNITS, USUAL_PLACES, round_display

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"

# Each form with what stands between thousands and before the decimal places; the usual one is the language's own.
SEPARATORS = {
    "comma_point": (",", "."),
    "point_comma": (".", ","),
    "space_comma": ("\N{NO-BREAK SPACE}", ","),
    "quote_point": ("\N{RIGHT SINGLE QUOTATION MARK}", "."),
}
BY_LANGUAGE = ""
NUMBER_NAMES = {
    BY_LANGUAGE: _("As in the language"),
    **{form: f"1{between}234{before}56" for form, (between, before) in SEPARATORS.items()},
}

current_numbers: ContextVar[str] = ContextVar("current_numbers", default=BY_LANGUAGE)


def grouped(number: Decimal | int, places: int) -> str:
    """A number with that many places in the reader's form, as it is: nothing is rounded here."""
    form = SEPARATORS.get(current_numbers.get())
    if form is None:
        return number_format(number, places, use_l10n=True, force_grouping=True)
    between, before = form
    return separated(number, before, places, grouping=3, thousand_sep=between, force_grouping=True, use_l10n=False)


def number_words(value: Decimal | None, places: int = USUAL_PLACES, *, sign: bool = False) -> str:
    """A number, grouped; a dash where there is none. `sign` writes the plus, too."""
    if value is None:
        return NOTHING
    shown = round_display(value, places)
    text = grouped(abs(shown), places)
    if shown < 0:
        return MINUS + text
    return "+" + text if sign and shown > 0 else text


def money_words(value: Decimal | None, currency: str, *, sign: bool = False) -> str:
    """An amount with its currency, in the currency's own number of places, for sentences."""
    text = number_words(value, MINOR_UNITS.get(currency, USUAL_PLACES), sign=sign)
    return text if value is None or not currency else f"{text}\N{NO-BREAK SPACE}{currency}"
