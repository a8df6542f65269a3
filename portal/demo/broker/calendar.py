"""The exchange's business days by rule; apart from the portal's own calendar, so that the two can be compared."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

_ONE = timedelta(days=1)
_SPECIAL_CLOSURES = {
    date(2012, 10, 29), date(2012, 10, 30),  # hurricane
    date(2018, 12, 5), date(2025, 1, 9),  # days of mourning
}  # fmt: skip


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _closures(day.year)


def next_business_day(day: date) -> date:
    day += _ONE
    while not is_business_day(day):
        day += _ONE
    return day


def previous_business_day(day: date) -> date:
    day -= _ONE
    while not is_business_day(day):
        day -= _ONE
    return day


def business_days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if is_business_day(day):
            yield day
        day += _ONE


def add_business_days(day: date, count: int) -> date:
    for _ in range(count):
        day = next_business_day(day)
    return day


@cache
def _closures(year: int) -> frozenset[date]:
    easter = _easter(year)
    found = {
        _observed(date(year, 7, 4)),
        _observed(date(year, 12, 25)),
        _nth(year, 1, 0, 3),  # Martin Luther King
        _nth(year, 2, 0, 3),  # Washington's birthday
        easter - 2 * _ONE,  # Good Friday
        _last_monday_of_may(year),
        _nth(year, 9, 0, 1),  # Labor Day
        _nth(year, 11, 3, 4),  # Thanksgiving
    }
    # A New Year's Day on a Saturday is not kept on the Friday before: that Friday closes the books of the year.
    new_year = date(year, 1, 1)
    if new_year.weekday() != 5:
        found.add(_observed(new_year))
    if year >= 2022:
        found.add(_observed(date(year, 6, 19)))
    return frozenset(found | {day for day in _SPECIAL_CLOSURES if day.year == year})


def _observed(day: date) -> date:
    return day + {5: -_ONE, 6: _ONE}.get(day.weekday(), timedelta(0))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Gregorian Easter Sunday (the anonymous computus)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    offset = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    shift = (golden + 11 * epact + 22 * offset) // 451
    month, day = divmod(epact + offset - 7 * shift + 114, 31)
    return date(year, month, day + 1)
