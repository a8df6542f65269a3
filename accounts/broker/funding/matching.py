"""Which line of a statement shows which request. Pure: the same lines and requests always pair the same way."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

# An id with or without hyphens and in any case, whatever stands around it.
_HEX = re.compile(r"(?=([0-9a-f]{32}))")

# What a bank takes for a movement at most, in whatever currency; with a small amount it may be booked in one line.
CHARGE = Decimal(100)
# For so long a line that may be a part of a movement, or one with a charge, waits for one that shows it better.
OTHERS_COME = timedelta(days=7)


class Line(NamedTuple):
    """A line that moves money; `terms` are what must be the same besides the amount, such as account and currency.

    What leaves is negative.
    """

    id: int
    terms: tuple[object, ...]
    amount: Decimal
    day: date
    text: str


class Wait(NamedTuple):
    """A request that waits for its line."""

    id: UUID
    terms: tuple[object, ...]
    amount: Decimal
    asked_on: date
    asked_at: datetime


def ids_in(text: str) -> set[UUID]:
    """Whatever in a text may be the id of a request."""
    return {UUID(one) for one in _HEX.findall(text.replace("-", "").lower())}


def pairs(
    lines: Iterable[Line], waiting: Iterable[Wait], *, ours: Collection[UUID], today: date
) -> list[tuple[Line, Wait]]:
    """Equal terms and amount, and no line from before the request; `ours` are all requests that the lines may name.

    A line that names one of our requests shows that one or none, and that one also with an amount that is near, or once
    no better one has come with a charge above it. Any other shows the request that was asked for first.
    """
    open_ones: dict[tuple[object, ...], list[Wait]] = defaultdict(list)
    for one in sorted(waiting, key=lambda one: (one.asked_at, one.id)):
        open_ones[one.terms].append(one)
    found: list[tuple[Line, Wait]] = []
    unnamed: list[Line] = []
    other_amounts: list[tuple[Line, set[UUID]]] = []
    for line in sorted(lines, key=lambda one: (one.day, one.id)):
        named = ids_in(line.text).intersection(ours)
        if not named:
            unnamed.append(line)
        elif not _take(line, [one for one in _alike(line, open_ones) if one.id in named], open_ones, found):
            other_amounts.append((line, named))
    _take_near(other_amounts, open_ones, found, today)
    for line in unnamed:
        _take(line, _alike(line, open_ones), open_ones, found)
    return found


def is_near(shown: Decimal, asked: Decimal) -> bool:
    """Whether an amount may be what became of another one on its way: the same sign, half to twice as much.

    A charge for a wire names the wire too, and is not it.
    """
    return shown * asked > 0 and abs(asked) <= 2 * abs(shown) <= 4 * abs(asked)


def is_with_charge(shown: Decimal, asked: Decimal) -> bool:
    """Whether what leaves may have left together with what the bank took for it."""
    return shown < asked < 0 and asked - shown <= CHARGE


def is_short(shown: Decimal, asked: Decimal) -> bool:
    """Whether so much less is shown than asked for that the rest may follow in another line."""
    short = abs(asked) - abs(shown)
    return short > CHARGE or short * 10 > abs(asked)


def _alike(line: Line, open_ones: Mapping[tuple[object, ...], Sequence[Wait]]) -> list[Wait]:
    return [one for one in open_ones.get(line.terms, ()) if one.amount == line.amount]


def _take(
    line: Line,
    these: Sequence[Wait],
    open_ones: dict[tuple[object, ...], list[Wait]],
    found: list[tuple[Line, Wait]],
) -> bool:
    one = next((one for one in these if one.asked_on <= line.day), None)
    if one is not None:
        open_ones[line.terms].remove(one)
        found.append((line, one))
    return one is not None


def _take_near(
    lines: Sequence[tuple[Line, set[UUID]]],
    open_ones: dict[tuple[object, ...], list[Wait]],
    found: list[tuple[Line, Wait]],
    today: date,
) -> None:
    """The nearest amounts first, so that of two lines that name a request the likelier one shows it."""
    may_be = [
        (abs(line.amount - one.amount), line, one)
        for line, named in lines
        for one in open_ones.get(line.terms, ())
        if one.id in named
        and (
            is_near(line.amount, one.amount)
            or (line.day + OTHERS_COME <= today and is_with_charge(line.amount, one.amount))
        )
    ]
    taken: set[int] = set()
    for _difference, line, one in sorted(may_be, key=lambda each: (each[0], each[1].day, each[1].id, each[2].id)):
        if line.id not in taken and one in open_ones[line.terms] and _take(line, [one], open_ones, found):
            taken.add(line.id)
