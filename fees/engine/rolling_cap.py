"""The platform's rolling cap: advisor fees of any 30 to 360 days stay below a part of the average equity.

See docs/money/rolling-cap.md.  The share of a window of X days is 0.25 × sqrt(X ÷ 360).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, reduce
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount
from portal.lib.money import round_money
from portal.lib.words import Sentence, gettext_noop

WINDOW_DAYS = 30
YEAR_WINDOW = 360
YEAR_SHARE = Decimal("0.25")


class Paid(NamedTuple):
    """An advisor fee posted on a day (below zero for a reimbursement)."""

    day: date
    amount: Decimal


class Window(NamedTuple):
    """One look back: its calendar days, the average equity, what may be charged in it, what was, and what is left."""

    days: int
    average: Decimal
    allowed: Decimal
    paid: Decimal
    available: Decimal

    def less(self, taken: Decimal) -> "Window":
        """The window after one more fee."""
        left = CONTEXT.subtract(self.available, taken)
        return self._replace(paid=CONTEXT.add(self.paid, taken), available=left)


def windows(age: int) -> list[int]:
    """The windows of an account that is so many days old: every 30 days up to 360, and a younger one's exact age."""
    if age < 1:
        return []
    full = list(range(WINDOW_DAYS, min(age, YEAR_WINDOW) + 1, WINDOW_DAYS))
    return full if age >= YEAR_WINDOW or age in full else [*full, age]


@lru_cache(maxsize=YEAR_WINDOW)
def share(days: int) -> Decimal:
    """The part of the average equity that fees of a window may come to."""
    return CONTEXT.multiply(YEAR_SHARE, CONTEXT.sqrt(CONTEXT.divide(Decimal(days), Decimal(YEAR_WINDOW))))


def look_back(
    *, day: date, age: int, equity: Mapping[date, Decimal], paid: Iterable[Paid], currency: str
) -> list[Window]:
    """Every window that ends with `day`; the average is over the days of it that have a value."""
    charges = list(paid)
    found = []
    for days in windows(age):
        first = day - timedelta(days=days - 1)
        values = [value for on, value in equity.items() if first <= on <= day]
        average = CONTEXT.divide(_sum(values), Decimal(len(values))) if values else ZERO
        spent = _sum(one.amount for one in charges if first <= one.day <= day)
        found.append(_window(days, average, spent, currency))
    return found


def window(*, days: int, average: Decimal, paid: Decimal, currency: str) -> Window:
    """One window whose average equity and paid fees are known."""
    return _window(days, average, paid, currency)


def chargeable(fee: Decimal, seen: Iterable[Window]) -> Decimal:
    """What may be charged of a fee: as much as every window has left, and nothing once one has nothing left."""
    left = min((one.available for one in seen), default=None)
    if left is None:
        return fee
    return min(fee, left) if left > 0 else ZERO


def text(seen: Iterable[Window]) -> str:
    """The stored lines: days, average, allowed, paid and left of each window."""
    return "\n".join(" ".join((str(one.days), *(f"{as_amount(figure):f}" for figure in one[1:]))) for one in seen)


def parse(stored: str) -> list[Window]:
    """Windows out of their stored lines; ValueError or ArithmeticError where they are not ours."""
    lines = [line.split(" ") for line in stored.splitlines()]
    return [Window(int(days), *map(Decimal, figures)) for days, *figures in lines]


def tightest(seen: Iterable[Window]) -> Window:
    """The window that decides: the one that leaves least, and of several the shortest."""
    return min(seen, key=lambda one: (one.available, one.days))


def story(seen: Iterable[Window], *, fee: Decimal, taken: Decimal, currency: str) -> list[Sentence]:
    """Why no more than `taken` of a fee was charged."""
    one = tightest(seen)
    told = [
        Sentence(
            gettext_noop(
                "All fees of %(days)s days may come to %(percent)s %% of the account's average value of %(average)s,"
                " which is %(allowed)s. Of that %(left)s was left."
            ),
            {
                "days": one.days,
                "percent": (share(one.days) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP),
                "average": round_money(one.average, currency),
                "allowed": round_money(one.allowed, currency),
                "left": max(one.available, ZERO),
            },
        )
    ]
    figures = {"taken": taken, "rest": fee - taken, "currency": currency}
    if taken:
        msgid = gettext_noop(
            "So %(taken)s %(currency)s of the fee is charged; the other %(rest)s %(currency)s is not, now or later."
        )
    else:
        msgid = gettext_noop("So nothing of the fee of %(rest)s %(currency)s is charged, now or later.")
    return [*told, Sentence(msgid, figures)]


def _window(days: int, average: Decimal, paid: Decimal, currency: str) -> Window:
    allowed = CONTEXT.multiply(share(days), average)
    return Window(days, average, allowed, paid, round_money(CONTEXT.subtract(allowed, paid), currency))


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return reduce(CONTEXT.add, numbers, ZERO)
