"""Calendar periods that contain a day: half-open, so that the end of one is the start of the next."""

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from portal.lib.business_days import Calendar

DECEMBER = 12


class Frequency(StrEnum):
    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


class Period(NamedTuple):
    """From `starts` (included) to `ends` (not included)."""

    starts: date
    ends: date

    @property
    def last_day(self) -> date:
        """The last calendar day inside, for people who read "1 to 30 September"."""
        return self.ends - timedelta(days=1)

    def covers(self, day: date) -> bool:
        return self.starts <= day < self.ends


def daily(day: date) -> Period:
    return Period(day, day + timedelta(days=1))


def monthly(day: date) -> Period:
    starts = day.replace(day=1)
    return Period(starts, _months_later(starts, 1))


def quarterly(day: date) -> Period:
    starts = date(day.year, day.month - (day.month - 1) % 3, 1)
    return Period(starts, _months_later(starts, 3))


def annual(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))


_MAKERS = {
    Frequency.DAILY: daily,
    Frequency.MONTHLY: monthly,
    Frequency.QUARTERLY: quarterly,
    Frequency.ANNUAL: annual,
}


def period_of(frequency: Frequency | str, day: date) -> Period:
    """The period of this frequency that contains `day`."""
    return _MAKERS[Frequency(frequency)](day)


def previous_period(frequency: Frequency | str, period: Period) -> Period:
    return period_of(frequency, period.starts - timedelta(days=1))


def last_business_day(calendar: Calendar, period: Period) -> date | None:
    """The day on which the period closes; None for a period without business days, such as a Saturday's."""
    if not calendar.count(period.starts, period.ends):
        return None
    return calendar.previous(period.ends)


def is_period_end(calendar: Calendar, frequency: Frequency | str, day: date) -> bool:
    """Whether `day` is the last business day of its period, so that the night of `day` closes the period."""
    return last_business_day(calendar, period_of(frequency, day)) == day


def _months_later(first_of_month: date, months: int) -> date:
    years, month = divmod(first_of_month.month - 1 + months, DECEMBER)
    return date(first_of_month.year + years, month + 1, 1)
