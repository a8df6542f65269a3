"""Time-weighted return; no rows, no pages.

A day's flows count at its end: r_d = (NAV_d - CF_d) / NAV_(d-1) - 1, and R = prod(1 + r_d) - 1.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.lib.money import CONTEXT

RANGES = {"1m": 1, "3m": 3, "12m": 12}

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True)
class DayValue:
    """The value of some accounts at the end of a day and what flowed in (or out, negative) on it."""

    day: date
    nlv: Decimal
    flow: Decimal = ZERO
    is_complete: bool = True


@dataclass(frozen=True)
class Point:
    """One point of the plot: value, flow, the day's own return and the return since the first point."""

    day: date
    nlv: Decimal
    flow: Decimal
    daily: Decimal
    total: Decimal


def returns(values: Iterable[DayValue]) -> list[Point]:
    """The plot's points. An incomplete day is left out and its flows count on the next complete one.

    Where yesterday's value is zero there is nothing to earn on: the day returns 0 and the series goes on from it.
    """
    points: list[Point] = []
    waiting = ZERO
    for value in values:
        if not value.is_complete:
            waiting += value.flow
            continue
        flow, waiting = value.flow + waiting, ZERO
        if not points:
            points.append(Point(value.day, value.nlv, value.flow, ZERO, ZERO))
            continue
        before = points[-1]
        daily = ZERO
        if before.nlv:
            daily = CONTEXT.divide(value.nlv - flow, before.nlv) - ONE
        total = CONTEXT.multiply(ONE + before.total, ONE + daily) - ONE
        points.append(Point(value.day, value.nlv, flow, daily, total))
    return points


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def since(values: Sequence[DayValue], starts: date) -> list[DayValue]:
    """The values from a day on, with the last complete one before it as the base of the first return."""
    base = max((value.day for value in values if value.is_complete and value.day <= starts), default=starts)
    return [value for value in values if value.day >= base]
