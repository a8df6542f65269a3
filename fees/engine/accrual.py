"""One business day of one account under one set of terms."""

from decimal import Decimal

from fees.engine.arithmetic import NO_AMOUNT, NO_RATE, ZERO, share
from fees.engine.registry import FAMILY_OF
from fees.engine.types import Accrual, Line, NavPoint, Terms


def annual(terms: Terms, nlv: Decimal) -> Decimal:
    """What a whole year at this value would cost, exactly.  A value of zero or below costs nothing in any method."""
    return FAMILY_OF[terms.method].annual(terms, nlv) if nlv > 0 else ZERO


def effective_rate(terms: Terms, nlv: Decimal) -> Decimal:
    """The rate a year, as a fraction with 6 decimals, that was applied at this value; 0 at a value of zero or below."""
    if nlv <= 0:
        return NO_RATE
    family = FAMILY_OF[terms.method]
    return family.rate(terms, nlv, family.annual(terms, nlv))


def line(terms: Terms, nlv: Decimal) -> Line:
    """The day's line.  Its rate is the applied one: 0 on a day without a positive value."""
    family = FAMILY_OF[terms.method]
    if nlv <= 0:
        return Line(family.base(terms, nlv), NO_RATE, NO_AMOUNT)
    yearly = family.annual(terms, nlv)
    return Line(family.base(terms, nlv), family.rate(terms, nlv, yearly), share(yearly))


def accrue(terms: Terms, point: NavPoint) -> Accrual:
    """The line of one business day, with its day and the component it belongs to; raises nothing for agreed terms."""
    return Accrual(point.day, *line(terms, point.nlv), terms.component)
