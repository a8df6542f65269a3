"""How much an advisor may invoice: limits from an agreed cap, a fraction of the value a year (0.02 is 2 %).

See docs/money/invoice-cap.md.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce

from fees.engine.arithmetic import CONTEXT, YEAR_DAYS, ZERO
from portal.lib.money import round_money
from portal.lib.periods import Frequency

TRANSITION_CEILING = Decimal("0.03")
# A new client has no earlier period to look back on: an ordinary month and quarter of business days stand in for it.
TRANSITION_DAYS = {Frequency.MONTHLY: 21, Frequency.QUARTERLY: 63}


def accrued_limit(cap: Decimal, values: Iterable[Decimal], currency: str) -> Decimal:
    """The limit from the closing values of every business day of the period before; days below zero add nothing."""
    total = reduce(CONTEXT.add, (max(nlv, ZERO) for nlv in values), ZERO)
    return _limit(cap, total, 1, currency)


def closing_limit(cap: Decimal, closing: Decimal, business_days: int, currency: str) -> Decimal:
    """The limit from the last closing value of the period before and its number of business days."""
    return _limit(cap, max(closing, ZERO), business_days, currency)


def transition_limit(cap: Decimal, nlv: Decimal, frequency: Frequency | str, currency: str) -> Decimal:
    """The limit of a new client's first weeks, on today's value; the cap counts for at most 3 % a year."""
    days = TRANSITION_DAYS[Frequency(frequency)]
    return _limit(min(cap, TRANSITION_CEILING), max(nlv, ZERO), days, currency)


def available(limit: Decimal, invoiced: Decimal) -> Decimal:
    """What may still be invoiced in the period; never below zero, also when the cap was lowered meanwhile."""
    return max(limit - invoiced, ZERO)


def _limit(cap: Decimal, value: Decimal, days: int, currency: str) -> Decimal:
    annual = CONTEXT.multiply(cap, CONTEXT.multiply(value, Decimal(days)))
    return round_money(CONTEXT.divide(annual, YEAR_DAYS), currency)
