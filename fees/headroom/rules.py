"""Pure decisions about the rolling cap: which fees of one night it lets through, and how much of each."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from fees.engine.arithmetic import CONTEXT
from fees.engine.rolling_cap import WINDOW_DAYS, YEAR_WINDOW, Window, chargeable, share
from portal.lib.money import minor_places

BOUND_STEP = Decimal("1E-12")
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Due:
    """A fee on its way; `rate` turns its currency into the account's, None where none is known.

    `cash` is what a cash account has in that currency, None where the account may be debited further.
    """

    id: UUID
    account: int
    currency: str
    amount: Decimal
    rate: Decimal | None
    cash: Decimal | None


class Decision(NamedTuple):
    """What may be taken of a fee, and the windows that say so; a fee that cash does not cover waits whole."""

    due: Due
    taken: Decimal
    waits: bool
    seen: tuple[Window, ...]

    @property
    def is_cut(self) -> bool:
        return not self.waits and self.taken < self.due.amount


def decide(dues: Iterable[Due], seen: Sequence[Window]) -> list[Decision]:
    """The fees of one account in their order: what one takes is not there for the next, in any window or in cash."""
    found, cash = [], dict[str, Decimal]()
    for due in dues:
        taken = _allowed(due, seen)
        left = cash.get(due.currency, due.cash) if due.cash is not None else None
        waits = left is not None and taken > left
        found.append(Decision(due, taken, waits, tuple(seen)))
        if not waits and taken:
            if left is not None:
                cash[due.currency] = left - taken
            seen = [one.less(taken * due.rate) for one in seen] if due.rate is not None else seen
    return found


def _allowed(due: Due, seen: Sequence[Window]) -> Decimal:
    """In the smallest unit and never above what is left; a fee in a currency without a rate cannot be compared."""
    if due.rate is None:
        return due.amount
    wanted = due.amount * due.rate
    left = chargeable(wanted, seen)
    if left == wanted:
        return due.amount
    return (left / due.rate).quantize(Decimal(1).scaleb(-minor_places(due.currency)), ROUND_DOWN)


@lru_cache(maxsize=8)
def least_share(day: date) -> Decimal:
    """What fees may surely come to of the closing values of the last 30 days, added up, in every longer window.

    A window of X days has at least those values in its sum and at most its weekdays in its count, so its average is no
    less than that sum divided by that count; this is the smallest share so divided, rounded down.
    """
    every = weekdays(day, YEAR_WINDOW)
    smallest = min(
        CONTEXT.divide(share(length), Decimal(bisect_right(every, length - 1, key=lambda one: (day - one).days)))
        for length in range(WINDOW_DAYS, YEAR_WINDOW + 1)
    )
    return smallest.quantize(BOUND_STEP, ROUND_DOWN)


def weekdays(day: date, length: int) -> list[date]:
    """The days of a window that ends with `day` which may have a closing value."""
    every = (day - timedelta(days=back) for back in range(length))
    return [one for one in every if one.weekday() < SATURDAY]
