"""Which days are business days, and arithmetic over them.

The exchange's days are the rule and an administrator's override is the exception; both arrive as plain values,
so this module never reads a table or a clock.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import holidays

ONE_DAY = timedelta(days=1)
SATURDAY = 5
# Past this many closed days in a row the calendar itself must be wrong; better to say so than to search for ever.
LONGEST_CLOSURE = 366
MOST_SPANS = 1000


class DayOutsideCalendar(LookupError):
    """A day for which no holidays are known: treating it as ordinary would bill a holiday."""

    def __init__(self, day: date, first_year: int, last_year: int) -> None:
        super().__init__(f"{day.isoformat()} is outside the business calendar ({first_year} to {last_year})")
        self.day = day


class Calendar:
    """Business days of one exchange; immutable.

    `holidays` are the weekdays on which it is closed.  `overrides` wins over everything: True makes a day a business
    day (even a Saturday), False closes it.  With `years=(first, last)` any question about another year is refused.
    """

    __slots__ = ("_closed", "_opened", "_spans", "_years")

    def __init__(
        self,
        holidays: Iterable[date] = (),
        overrides: Mapping[date, bool] | None = None,
        *,
        years: tuple[int, int] | None = None,
    ) -> None:
        closed = {day for day in holidays if day.weekday() < SATURDAY}
        opened = set()
        for day, is_business in (overrides or {}).items():
            if day.weekday() < SATURDAY:
                (closed.discard if is_business else closed.add)(day)
            elif is_business:
                opened.add(day)
        self._closed = tuple(sorted(closed))
        self._opened = tuple(sorted(opened))
        self._years = years
        # A night asks for the same few periods a million times.
        self._spans: dict[tuple[date, date], tuple[date, ...]] = {}

    def __repr__(self) -> str:
        return f"Calendar({len(self._closed)} weekdays closed, {len(self._opened)} weekend days open, {self._years})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    @property
    def first_day(self) -> date:
        """The first day that can be asked about."""
        return date(self._years[0], 1, 1) if self._years else date.min

    def is_business_day(self, day: date) -> bool:
        self._refuse_unknown(day)
        if day.weekday() < SATURDAY:
            return not _holds(self._closed, day)
        return _holds(self._opened, day)

    def next(self, day: date) -> date:
        """The first business day after `day`."""
        return self._walk(day + ONE_DAY, ONE_DAY)

    def previous(self, day: date) -> date:
        """The last business day before `day`."""
        return self._walk(day - ONE_DAY, -ONE_DAY)

    def on_or_after(self, day: date) -> date:
        return self._walk(day, ONE_DAY)

    def on_or_before(self, day: date) -> date:
        return self._walk(day, -ONE_DAY)

    def between(self, starts: date, ends: date) -> list[date]:
        """The business days of a half-open stretch: `starts` included, `ends` not."""
        known = self._spans.get((starts, ends))
        if known is None:
            length = max(0, (ends - starts).days)
            days = (starts + timedelta(days=step) for step in range(length))
            known = tuple(day for day in days if self.is_business_day(day))
            if len(self._spans) < MOST_SPANS:
                self._spans[starts, ends] = known
        return list(known)

    def count(self, starts: date, ends: date) -> int:
        """How many business days `between(starts, ends)` lists, without listing them."""
        if ends <= starts:
            return 0
        self._refuse_unknown(starts)
        self._refuse_unknown(ends - ONE_DAY)
        weekdays = _weekdays_before(ends) - _weekdays_before(starts)
        return weekdays - _held_within(self._closed, starts, ends) + _held_within(self._opened, starts, ends)

    def add(self, day: date, steps: int) -> date:
        """The business day `steps` business days after `day` (before it when negative; on or after it when 0)."""
        if steps == 0:
            return self.on_or_after(day)
        move = self.next if steps > 0 else self.previous
        for _ in range(abs(steps)):
            day = move(day)
        return day

    def _walk(self, day: date, step: timedelta) -> date:
        for _ in range(LONGEST_CLOSURE):
            if self.is_business_day(day):
                return day
            day += step
        raise LookupError(f"no business day within {LONGEST_CLOSURE} days of {day.isoformat()}")

    def _refuse_unknown(self, day: date) -> None:
        if self._years and not self._years[0] <= day.year <= self._years[1]:
            raise DayOutsideCalendar(day, *self._years)

    def _key(self) -> tuple[object, ...]:
        return self._closed, self._opened, self._years


def nyse(first_year: int, last_year: int) -> list[tuple[date, str]]:
    """The weekdays on which the New York Stock Exchange is closed, with their names.  Early closes are full days."""
    closed = holidays.financial_holidays("NYSE", years=range(first_year, last_year + 1), language="en_US")
    # The package may add an observed day of a neighbouring year; the caller asked for these years only.
    return [
        (day, name)
        for day, name in sorted(closed.items())
        if day.weekday() < SATURDAY and first_year <= day.year <= last_year
    ]


def _holds(days: tuple[date, ...], day: date) -> bool:
    place = bisect_left(days, day)
    return place < len(days) and days[place] == day


def _held_within(days: tuple[date, ...], starts: date, ends: date) -> int:
    return bisect_left(days, ends) - bisect_left(days, starts)


def _weekdays_before(day: date) -> int:
    # Day 1 of the proleptic calendar is a Monday, so whole weeks before `day` begin on Mondays too.
    weeks, rest = divmod(day.toordinal() - 1, 7)
    return weeks * SATURDAY + min(rest, SATURDAY)
