"""On which days an instruction is due, and on which it is asked for. No rows, no clock."""

from calendar import monthrange
from datetime import date, timedelta

from accounts.broker.recurring.models import Every
from portal.lib.business_days import Calendar

MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
A_YEAR = 12
# So many days before its due day a turn may have its business day, whatever holidays fall together.
EARLIEST = timedelta(days=14)


def nth(starts_on: date, every: str, turn: int) -> date:
    """The due day of a turn, counted from 0; a month without such a day has it on its last, and the next month has it
    again."""
    years, month = divmod(starts_on.month - 1 + turn * MONTHS[Every(every)], A_YEAR)
    year = starts_on.year + years
    return date(year, month + 1, min(starts_on.day, monthrange(year, month + 1)[1]))


def first_since(starts_on: date, every: str, day: date) -> date:
    """The first due day that is not before a day."""
    months = (day.year - starts_on.year) * A_YEAR + day.month - starts_on.month
    turn = max(0, months // MONTHS[Every(every)])
    while nth(starts_on, every, turn) < day:
        turn += 1
    return nth(starts_on, every, turn)


def next_after(starts_on: date, every: str, due_on: date) -> date:
    """The due day after one."""
    found = first_since(starts_on, every, due_on)
    return found if found > due_on else first_since(starts_on, every, due_on + timedelta(days=1))


def asked_on(due_on: date, days: Calendar) -> date:
    """The business day on which a turn is asked for: its own, or the one before."""
    return days.on_or_before(due_on)


def first_open(starts_on: date, every: str, day: date, days: Calendar) -> date:
    """The first due day whose business day has not passed on a day."""
    due_on = first_since(starts_on, every, day)
    if due_on > day + EARLIEST:
        return due_on
    return due_on if asked_on(due_on, days) >= day else next_after(starts_on, every, due_on)
