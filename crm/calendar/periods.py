"""The days of a page of the calendar: a month in whole weeks, a week, a day, or the weeks ahead; pure."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MONTH, WEEK, DAY, AGENDA = "month", "week", "days", "agenda"
SHAPES: dict[str, str | Promise] = {
    MONTH: pgettext_lazy("calendar view", "Month"),
    WEEK: pgettext_lazy("calendar view", "Week"),
    DAY: _("Day list"),
    AGENDA: pgettext_lazy("calendar view", "Agenda"),
}
AHEAD = timedelta(days=27)
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
FIRST, LAST = date(1990, 1, 1), date(2210, 12, 31)


@dataclass(frozen=True)
class Period:
    """The first and the last day that are shown, and the day to ask for to see what was before and comes after."""

    shape: str
    day: date
    first: date
    last: date
    previous: date
    following: date

    @property
    def weeks(self) -> list[list[date]]:
        """Its days by weeks."""
        count = (self.last - self.first).days + 1
        every = [self.first + ONE_DAY * step for step in range(count)]
        return [every[at : at + 7] for at in range(0, count, 7)]


def period(shape: str, day: date, first_weekday: int) -> Period:
    """What is shown around a day. `first_weekday` is 0 for Monday and 6 for Sunday."""
    if shape == MONTH:
        first, length = day.replace(day=1), calendar.monthrange(day.year, day.month)[1]
        last = first + timedelta(days=length - 1)
        grid_first = week_of(first, first_weekday)
        return Period(
            *(shape, day, grid_first, week_of(last, first_weekday) + ONE_WEEK - ONE_DAY),
            *((first - ONE_DAY).replace(day=1), last + ONE_DAY),
        )
    if shape == WEEK:
        first = week_of(day, first_weekday)
        return Period(shape, day, first, first + ONE_WEEK - ONE_DAY, day - ONE_WEEK, day + ONE_WEEK)
    if shape == DAY:
        return Period(shape, day, day, day, day - ONE_DAY, day + ONE_DAY)
    return Period(shape, day, day, day + AHEAD, day - AHEAD - ONE_DAY, day + AHEAD + ONE_DAY)


def week_of(day: date, first_weekday: int) -> date:
    """The day on which its week begins."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def day_asked(text: str | None, today: date) -> date:
    """The day in the address; today where there is none, or none that a calendar of ours has."""
    try:
        asked = date.fromisoformat(text) if text else today
    except ValueError:
        return today
    return asked if FIRST <= asked <= LAST else today
