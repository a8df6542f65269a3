"""The numbers every method shares: a billing year of 252 days, where things are rounded, and how."""

from decimal import ROUND_HALF_UP, Context, Decimal

# 50 digits hold any product of stored values exactly, so that rounding happens only where it is named.
CONTEXT = Context(prec=50)

YEAR_DAYS = Decimal(252)
ZERO = Decimal(0)
BASE_STEP = Decimal("0.0001")
RATE_STEP = Decimal("0.000001")
AMOUNT_STEP = Decimal("0.00000001")
NO_RATE = ZERO.quantize(RATE_STEP)
NO_AMOUNT = ZERO.quantize(AMOUNT_STEP)


def share(annual: Decimal, days: Decimal = Decimal(1)) -> Decimal:
    """The share of an annual fee that falls on so many business days, to 8 decimals, half up."""
    return _to(AMOUNT_STEP, CONTEXT.divide(CONTEXT.multiply(annual, days), YEAR_DAYS))


def as_base(number: Decimal) -> Decimal:
    """A value as accruals store it: 4 decimals, half up."""
    return _to(BASE_STEP, number)


def as_rate(number: Decimal) -> Decimal:
    """A yearly rate as accruals store it: a fraction with 6 decimals, half up."""
    return _to(RATE_STEP, number)


def as_amount(number: Decimal) -> Decimal:
    """An accrual as it is stored: 8 decimals, half up; money is made of it only when it is charged."""
    return _to(AMOUNT_STEP, number)


def _to(step: Decimal, number: Decimal) -> Decimal:
    return number.quantize(step, ROUND_HALF_UP, CONTEXT)
