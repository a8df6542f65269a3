"""Amounts: how they are rounded, read from text, and shared out.  Decimal only; rates and methods live elsewhere."""

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from portal.lib.words import gettext_noop

CONTEXT = Context(prec=50)

# The base currencies of an account and their minor units in decimal places (ISO 4217; CNH as CNY).
MINOR_UNITS: dict[str, int] = {
    "AED": 2,
    "AUD": 2,
    "BGN": 2,
    "CAD": 2,
    "CHF": 2,
    "CNH": 2,
    "CZK": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "HUF": 2,
    "ILS": 2,
    "JPY": 0,
    "KRW": 0,
    "MXN": 2,
    "NOK": 2,
    "NZD": 2,
    "PLN": 2,
    "RON": 2,
    "RUB": 2,
    "SAR": 2,
    "SEK": 2,
    "SGD": 2,
    "TRY": 2,
    "USD": 2,
    "ZAR": 2,
}
CURRENCIES = tuple(MINOR_UNITS)
USUAL_PLACES = 2

# Longer text is refused before it is looked at: no amount needs it, and a hostile file may hold megabytes.
LONGEST_NUMBER = 64


class UnknownCurrency(LookupError):
    def __init__(self, currency: str) -> None:
        super().__init__(f"{currency!r} is not a currency an account can have")
        self.currency = currency


class BadDecimal(ValueError):
    """Text that is not a number we accept.  `msgid` with `params` is the message for translation."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params


def minor_places(currency: str) -> int:
    """Decimal places of the currency's smallest unit: 2 for most, 0 for yen and won; UnknownCurrency for others."""
    try:
        return MINOR_UNITS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of the currency: 0.01 for most, 1 for yen and won."""
    return Decimal(1).scaleb(-minor_places(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """The amount as money: half up (away from zero) to the currency's minor unit."""
    return _unsigned_zero(amount.quantize(minor_unit(currency), ROUND_HALF_UP, CONTEXT))


def round_display(amount: Decimal, places: int = USUAL_PLACES) -> Decimal:
    """The amount as a report shows it: half to even.  Never store the result."""
    return _unsigned_zero(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, CONTEXT))


_PLAIN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)", re.ASCII)
# What people and machines write instead, in the order in which it is looked for, and what to tell them.
_COMPLAINTS = (
    (re.compile(r"\s*"), gettext_noop("The number is missing.")),
    (re.compile(r"[-+]?s?nan[0-9]*", re.I), gettext_noop("%(text)s means “not a number”, which is not an amount.")),
    (re.compile(r"[-+]?inf(inity)?|.*∞.*", re.I), gettext_noop("%(text)s is infinite, which is not an amount.")),
    (re.compile(r".*[^\x00-\x7f].*", re.S), gettext_noop("%(text)s has characters other than the digits 0-9.")),
    (
        re.compile(r"[-+]?[0-9.]+e[-+]?[0-9]+", re.I),
        gettext_noop("%(text)s has an exponent; write it in full."),
    ),
    (re.compile(r".*_.*", re.S), gettext_noop("%(text)s has an underscore.")),
    (re.compile(r".*,.*", re.S), gettext_noop("%(text)s has a comma; use a point and no thousands separators.")),
    (re.compile(r".*\s.*", re.S), gettext_noop("%(text)s has spaces in or around it.")),
    (re.compile(r"\+.*", re.S), gettext_noop("%(text)s begins with a plus sign; leave it out.")),
)
_OTHERWISE = gettext_noop("%(text)s is not a number.")


def parse_decimal(text: str, *, digits: int, places: int) -> Decimal:
    """The number a text holds, if numeric(digits, places) can store it exactly; BadDecimal says why not.

    Plain ASCII digits with an optional minus and point: no exponent, separators, spaces or other scripts' digits.
    """
    if len(text) > LONGEST_NUMBER:
        raise BadDecimal(gettext_noop("The number is longer than %(longest)s characters."), longest=LONGEST_NUMBER)
    if not _PLAIN.fullmatch(text):
        raise BadDecimal(_complaint(text), text=ascii(text))
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction.rstrip("0")) > places:
        raise BadDecimal(gettext_noop("%(text)s has more than %(places)s decimal places."), text=text, places=places)
    if len(whole.lstrip("0")) > digits - places:
        msgid = gettext_noop("%(text)s has more than %(digits)s digits before the point.")
        raise BadDecimal(msgid, text=text, digits=digits - places)
    return _unsigned_zero(Decimal(text))


def split(total: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """Shares of `total` in proportion to the weights, in whole minor units, that add up to it exactly.

    Every share is first rounded down; the units left over go to the largest remainders, earlier weights first among
    equal ones.  A negative total is shared as its mirror image.
    """
    unit = minor_unit(currency)
    if total != round_money(total, currency):
        raise ValueError(f"{total} {currency} is not a whole number of minor units")
    weighed = [Decimal(weight) for weight in weights]
    if any(weight < 0 for weight in weighed):
        raise ValueError("a weight may not be negative")
    whole = sum(weighed, Decimal(0))
    if not whole:
        raise ValueError("the weights add up to nothing")
    units = CONTEXT.divide(abs(total), unit)
    exact = [CONTEXT.divide(CONTEXT.multiply(units, weight), whole) for weight in weighed]
    shares = [share.to_integral_value(ROUND_DOWN) for share in exact]
    left = int(units - sum(shares, Decimal(0)))
    by_remainder = sorted(range(len(exact)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_remainder[:left]:
        shares[place] += 1
    sign = -1 if total < 0 else 1
    return [round_money(share * unit * sign, currency) for share in shares]


def _complaint(text: str) -> str:
    return next((msgid for pattern, msgid in _COMPLAINTS if pattern.fullmatch(text)), _OTHERWISE)


def _unsigned_zero(number: Decimal) -> Decimal:
    # "-0.00" on an invoice is a question waiting to be asked, and the database has no such number.
    return abs(number) if number.is_zero() else number
