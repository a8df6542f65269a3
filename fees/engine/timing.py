"""When periods close and when they post: decided from the calendar alone."""

from datetime import date

from fees.engine.registry import APART_CLOSING, METHODS
from fees.engine.types import Method
from portal.lib.business_days import Calendar
from portal.lib.periods import Period, is_period_end, period_of

POSTING_LAG = 1
RESULTS_LAG = 10

# What is charged for periods; a fee on a trade is charged for the trade.
CLOSING: dict[int, Method] = METHODS | APART_CLOSING


def periods_closing_on(calendar: Calendar, day: date) -> dict[int, Period]:
    """The methods whose period closes with `day`, and that period: every business day for a daily method, the last
    business day of the month, quarter or year for the others.  Empty on a day that is not a business day."""
    return {
        code: period_of(method.frequency, day)
        for code, method in CLOSING.items()
        if is_period_end(calendar, method.frequency, day)
    }


def due_on(calendar: Calendar, period_end_day: date, lag: int = POSTING_LAG) -> date:
    """The business day on which a period that closed on `period_end_day` is posted."""
    return calendar.add(period_end_day, lag)
