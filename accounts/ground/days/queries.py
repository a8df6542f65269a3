"""The business calendar as stored: exchange closings plus the overrides of the back office."""

from collections.abc import Iterable
from datetime import date

from accounts.ground.days.models import CalendarDay
from portal.lib.business_days import Calendar


def calendar() -> Calendar:
    """The calendar in force; one query, a few hundred rows."""
    return calendar_of(CalendarDay.objects.values_list("day", "is_business", "is_override"))


def calendar_of(rows: Iterable[tuple[date, bool, bool]]) -> Calendar:
    """The same from its rows: a day, whether it is one of business, and whether the back office says so."""
    closed, overrides = [], {}
    for day, is_business, is_override in rows:
        if is_override:
            overrides[day] = is_business
        elif not is_business:
            closed.append(day)
    years = (min(closed).year, max(closed).year) if closed else (1, 1)
    return Calendar(closed, overrides, years=years)
