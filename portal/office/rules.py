"""What is usual for a night: the range of earlier nights beside each figure, so that odd shows before wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median

from portal.lib.business_days import Calendar, DayOutsideCalendar

NIGHTS_COMPARED = 20
FEWEST_COMPARED = 5

# The most extreme night at either end says little about what is usual.
LEFT_OUT = 1
# A night this much outside the range is marked; small figures move by chance.
LEEWAY = Decimal("0.10")

Figure = Decimal | int


class Place(StrEnum):
    """Where a night stands in its month: the last closes the month's fees and the first posts them."""

    FIRST = "first"
    WITHIN = "within"
    LAST = "last"


def place_of(day: date, days: Calendar) -> Place:
    """Nights are compared with those of the same place, or every turn of a month would look odd."""
    try:
        if days.previous(day).month != day.month:
            return Place.FIRST
        return Place.LAST if days.next(day).month != day.month else Place.WITHIN
    except DayOutsideCalendar:
        return Place.WITHIN


@dataclass(frozen=True)
class Usual:
    """The middle of earlier nights and the range in which nearly all of them were."""

    low: Decimal
    middle: Decimal
    high: Decimal

    @property
    def is_steady(self) -> bool:
        """Whether it was always the same."""
        return self.low == self.high

    def is_odd(self, figure: Figure) -> bool:
        """Whether a figure lies outside the range by more than chance explains."""
        leeway = abs(self.middle) * LEEWAY
        return not self.low - leeway <= figure <= self.high + leeway


def usual(figures: Iterable[Figure]) -> Usual | None:
    """What these nights say is usual; None while there are too few of them."""
    ordered = sorted(Decimal(figure) for figure in figures)
    if len(ordered) < FEWEST_COMPARED:
        return None
    inner = ordered[LEFT_OUT:-LEFT_OUT]
    return Usual(low=inner[0], middle=Decimal(median(ordered)), high=inner[-1])


@dataclass(frozen=True)
class Compared:
    """A figure with what is usual for it."""

    figure: Decimal
    usual: Usual | None = None

    @property
    def is_odd(self) -> bool:
        return self.usual is not None and self.usual.is_odd(self.figure)


def rate(rows: int, took: timedelta | None) -> int | None:
    """Rows a second; None where the time is too short to say."""
    if took is None or not rows or took < timedelta(milliseconds=10):
        return None
    return round(rows / took.total_seconds())


@dataclass(frozen=True)
class Share:
    """One stage's part of a night: what it usually takes in milliseconds, and how much of it is done, from 0 to 1."""

    usual: Decimal
    done: Decimal


# A stage that no night has had yet; it counts little.
UNKNOWN_TIME = Decimal(1)


def progress(stages: Iterable[Share]) -> Decimal:
    """How much of a night is behind it, from 0 to 1, by what its stages usually take."""
    parts = list(stages)
    whole = sum((one.usual for one in parts), Decimal(0))
    return sum((one.usual * one.done for one in parts), Decimal(0)) / whole if whole else Decimal(0)


def left_of(stages: Iterable[Share], took: timedelta | None) -> timedelta | None:
    """How much longer a night takes, at the pace that it has had so far; None before there is a pace."""
    behind = progress(stages)
    if took is None or not 0 < behind < 1:
        return None
    return timedelta(milliseconds=int(Decimal(took // timedelta(milliseconds=1)) * (1 - behind) / behind))


def rest(done: int, of: int, took: timedelta | None) -> timedelta | None:
    """How much longer it takes at the pace so far."""
    if took is None or not done or not of or done >= of:
        return None
    return took * (of - done) / done
