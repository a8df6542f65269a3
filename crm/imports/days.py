"""Days as cards and sheets write them; only what can be read in one way is read."""

import re
from collections.abc import Iterable
from datetime import date

_WHOLE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$")
_WITHOUT_YEAR = re.compile(r"--(\d{2})-?(\d{2})(?:T.*)?$")
_PART = re.compile(r"\d{4}(?:-\d{2})?$|--\d{2}$|---\d{2}$")
# Programs that must give a year and know none give one of these.
_NO_YEAR = (1604, 1600)


_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})$")
DAY_FIRST, MONTH_FIRST = "day first", "month first"


def order_of(values: Iterable[str]) -> str:
    """Which of 3/22/1980 and 22/3/1980 a file writes, if one of its days shows it and none the other; else nothing."""
    found = set()
    for value in values:
        if hit := _PARTS.match(value.strip()):
            if int(hit[1]) > 12:
                found.add(DAY_FIRST)
            elif int(hit[3]) > 12:
                found.add(MONTH_FIRST)
    return found.pop() if len(found) == 1 else ""


def day_of(value: str, *, order: str = "") -> tuple[date | None, bool]:
    """(the day, whether the value was understood): a birthday without a year is understood and is no day.

    19800322, 1980-03-22 and either with a time; --0322 has no year; 22.3.1980 as people with dots write it; with
    slashes only by an `order` that the file has shown.
    """
    value = value.strip()
    if hit := _PARTS.match(value):
        one, other, year = int(hit[1]), int(hit[3]), int(hit[4])
        way = DAY_FIRST if hit[2] == "." else order
        if not way and one != other:
            return None, False
        day = _of(year, one, other) if way == MONTH_FIRST else _of(year, other, one)
        return day, day is not None
    if hit := _WHOLE.match(value):
        day = _of(int(hit[1]), int(hit[2]), int(hit[3]))
        return (None if day and day.year in _NO_YEAR else day), day is not None
    if hit := _WITHOUT_YEAR.match(value):
        # A leap year, so that the 29th of February may be somebody's birthday.
        return None, _of(2000, int(hit[1]), int(hit[2])) is not None
    return None, bool(_PART.match(value))


def _of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
