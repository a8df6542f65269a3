"""Risk of a series of values: volatility, largest fall and Sharpe ratio; no rows, no pages.

docs/returns.md has the formulas and a worked example.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from portal.lib.money import CONTEXT
from portal.performance.rules import Point

# Business days of a year, as everywhere in the portal.
YEAR = Decimal(252)
ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class Risk:
    """What the daily returns of a period say. Fractions, None where there are too few days or nothing varied."""

    days: int
    volatility: Decimal | None
    sharpe: Decimal | None
    fall: Decimal
    peak: date
    trough: date


def risk(points: Sequence[Point], free: Decimal) -> Risk | None:
    """Of points whose first is the base; `free` is the yearly return without risk, as a fraction.

    s² = Σ (r − m)² ÷ (n − 1); volatility = s × √252; Sharpe = (m × 252 − free) ÷ volatility; the fall is the least
    value ÷ highest value before it − 1.
    """
    if not points or any(one.nlv < 0 for one in points):
        return None
    # A day that begins with nothing has no return, and its zero would only thin the others.
    daily = [one.daily for before, one in pairwise(points) if before.nlv]
    fall, peak, trough = _fall(points)
    if len(daily) < 2:
        return Risk(len(daily), None, None, fall, peak, trough)
    number = Decimal(len(daily))
    mean = CONTEXT.divide(sum(daily, ZERO), number)
    squares = sum((CONTEXT.power(one - mean, 2) for one in daily), ZERO)
    volatility = CONTEXT.sqrt(CONTEXT.divide(squares, number - ONE) * YEAR)
    sharpe = CONTEXT.divide(mean * YEAR - free, volatility) if volatility else None
    return Risk(len(daily), volatility, sharpe, fall, peak, trough)


def _fall(points: Sequence[Point]) -> tuple[Decimal, date, date]:
    """The deepest fall from a highest point before it, the first of several equal ones."""
    highest, since = ONE + points[0].total, points[0].day
    found = (ZERO, points[0].day, points[0].day)
    for one in points:
        growth = ONE + one.total
        if growth > highest:
            highest, since = growth, one.day
        fall = CONTEXT.divide(growth, highest) - ONE if highest > 0 else ZERO
        if fall < found[0]:
            found = (fall, since, one.day)
    return found
