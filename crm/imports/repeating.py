"""On which days an event repeats: the rule as it may be kept, and the first days as the product understands it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import recurring_ical_events
from icalendar import Calendar, Event, vRecur

if TYPE_CHECKING:
    from crm.imports.calendars import Entry, ReadEntry

TOLD = 10
# How far ahead the first days are looked for; nothing finer than an hour repeats in anybody's calendar.
_AHEAD = {
    "YEARLY": timedelta(days=11 * 366),
    "MONTHLY": timedelta(days=3 * 366),
    "WEEKLY": timedelta(days=400),
    "DAILY": timedelta(days=60),
    "HOURLY": timedelta(days=3),
}


# What each part of a rule may hold, and the frequencies beside which it makes sense (RFC 5545 3.3.10).
_RANGES = {
    "BYMONTH": (1, 12, ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")),
    "BYMONTHDAY": (1, 31, ("YEARLY", "MONTHLY", "DAILY", "HOURLY")),
    "BYYEARDAY": (1, 366, ("YEARLY",)),
    "BYWEEKNO": (1, 53, ("YEARLY",)),
    "BYSETPOS": (1, 366, ("YEARLY", "MONTHLY", "WEEKLY")),
    "BYHOUR": (0, 23, ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")),
    "BYMINUTE": (0, 59, ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")),
}
_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
# Rules that never come true, and that no check finds, are looked for this long in a whole file.
SECONDS = 10


def fitting_rule(value: Any, start: datetime | date | None) -> str:
    """The rule as text, or nothing where it cannot be worked out: without a frequency, finer than hours, no step."""
    if not isinstance(value, vRecur) or start is None:
        return ""
    frequency = str(next(iter(value.get("FREQ", [])), "")).upper()
    interval = next(iter(value.get("INTERVAL", [1])), 1)
    if frequency not in _AHEAD or not isinstance(interval, int) or not 1 <= interval <= 1000:
        return ""
    if any(sub in value for sub in ("BYSECOND", "BYEASTER")) or sum(len(one) for one in value.values()) > 200:
        return ""
    return value.to_ical().decode() if _makes_sense(value, frequency) else ""


def _makes_sense(value: vRecur, frequency: str) -> bool:
    """Whether each part is within its range and the whole can come true."""
    for part, (least, most, beside) in _RANGES.items():
        given = [abs(int(one)) for one in value.get(part, [])]
        if given and (frequency not in beside or not all(least <= one <= most for one in given)):
            return False
    months, days = (list(map(int, value.get(part, []))) for part in ("BYMONTH", "BYMONTHDAY"))
    if months and days and not any(abs(day) <= _LONGEST_MONTHS.get(month, 31) for month in months for day in days):
        return False
    positions = [abs(int(one)) for one in value.get("BYSETPOS", [])]
    if positions and not any(part in value for part in (*_RANGES, "BYDAY") if part != "BYSETPOS"):
        return False
    return not (positions and frequency == "WEEKLY" and max(positions) > len(value.get("BYDAY", [])))


def first_days(found: list[ReadEntry]) -> None:
    """Work out the first days of each series, single days left out or moved as the file says."""
    series: dict[str, list[Entry]] = defaultdict(list)
    for number, one in enumerate(found):
        if one.problem is None and one.entry.kind == "event":
            series[one.entry.uid or f"\0{number}"].append(one.entry)
    end = monotonic() + SECONDS
    for entries in series.values():
        # A series has one beginning; a second one under its name is an event of its own.
        moved = [one for one in entries if one.replaces is not None]
        for entry in (one for one in entries if one.replaces is None):
            if (entry.rule or entry.added_on) and monotonic() < end:
                entry.first = _days(entry, moved)
                moved = []


def times(entry: Entry, begin: datetime, end: datetime) -> list[datetime | date]:
    """When a series begins each time that any of it lies between two moments."""
    calendar = Calendar()
    calendar.add_component(_event(entry))
    try:
        found = recurring_ical_events.of(calendar).between(begin, end)
    except (ValueError, OverflowError, TypeError, ArithmeticError):
        return []
    return sorted((one["DTSTART"].dt for one in found), key=_at)


def _days(entry: Entry, moved: list[Entry]) -> list[datetime | date]:
    if entry.start is None:
        return []
    calendar = Calendar()
    for one in (entry, *moved[:200]):
        calendar.add_component(_event(one))
    frequency = entry.rule.partition("FREQ=")[2].partition(";")[0] or "YEARLY"
    begin = entry.start
    try:
        end = begin + _AHEAD[frequency]
        days = recurring_ical_events.of(calendar).between(begin, end)
    except (ValueError, OverflowError, TypeError, ArithmeticError):
        return []
    return list(itertools.islice(sorted((one["DTSTART"].dt for one in days), key=_at), TOLD))


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid or "series")
    event.add("dtstart", entry.start)
    if entry.end is not None:
        event.add("dtend", entry.end)
    if entry.rule and entry.replaces is None:
        event.add("rrule", vRecur.from_ical(entry.rule))
    for day in entry.added_on[:1000]:
        event.add("rdate", day)
    for day in entry.left_out_on[:1000]:
        # A day alone leaves out whatever begins on it.
        if isinstance(entry.start, datetime) and not isinstance(day, datetime):
            day = datetime.combine(day, entry.start.timetz())
        event.add("exdate", day)
    if entry.replaces is not None:
        event.add("recurrence-id", entry.replaces)
    return event


def _at(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(moment, time(), tzinfo=UTC)
