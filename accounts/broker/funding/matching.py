"""Which line of a statement shows which request. Pure: the same lines and requests always pair the same way."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

# An id with or without hyphens and in any case, whatever stands around it.
_HEX = re.compile(r"(?=([0-9a-f]{32}))")


class Line(NamedTuple):
    """A line that moves money; `terms` are what must be the same, such as account, currency and amount."""

    id: int
    terms: tuple[object, ...]
    day: date
    text: str


class Wait(NamedTuple):
    """A request that waits for its line."""

    id: UUID
    terms: tuple[object, ...]
    asked_on: date
    asked_at: datetime


def ids_in(text: str) -> set[UUID]:
    """Whatever in a text may be the id of a request."""
    return {UUID(one) for one in _HEX.findall(text.replace("-", "").lower())}


def pairs(lines: Iterable[Line], waiting: Iterable[Wait], *, ours: Collection[UUID]) -> list[tuple[Line, Wait]]:
    """Equal terms, and no line from before the request; `ours` are all requests that the lines may name.

    A line that names one of our requests shows that one or none; any other shows the request that was asked for first.
    """
    open_ones: dict[tuple[object, ...], list[Wait]] = defaultdict(list)
    for one in sorted(waiting, key=lambda one: (one.asked_at, one.id)):
        open_ones[one.terms].append(one)
    found: list[tuple[Line, Wait]] = []
    unnamed: list[Line] = []
    for line in sorted(lines, key=lambda one: (one.day, one.id)):
        named = ids_in(line.text).intersection(ours)
        if named:
            _take(line, [one for one in open_ones[line.terms] if one.id in named], open_ones, found)
        else:
            unnamed.append(line)
    for line in unnamed:
        _take(line, open_ones[line.terms], open_ones, found)
    return found


def _take(
    line: Line,
    these: Sequence[Wait],
    open_ones: dict[tuple[object, ...], list[Wait]],
    found: list[tuple[Line, Wait]],
) -> None:
    one = next((one for one in these if one.asked_on <= line.day), None)
    if one is not None:
        open_ones[line.terms].remove(one)
        found.append((line, one))
