"""What one month did to a value: opening, what came in and went out, what the rest was; no rows, no pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.lib.money import CONTEXT
from portal.lib.periods import monthly
from portal.performance.rules import DayValue, Point, returns

ZERO = Decimal(0)


@dataclass(frozen=True)
class Month:
    """The figures of one month; `change` is what is left once the flows are taken out: markets, income and costs."""

    first: date
    last: date
    opening: Decimal
    came_in: Decimal
    went_out: Decimal
    closing: Decimal
    earned: Decimal
    days: tuple[Point, ...]
    is_whole: bool

    @property
    def taken(self) -> Decimal:
        """What went out, as it counts in the sum."""
        return -self.went_out if self.went_out else ZERO

    @property
    def change(self) -> Decimal:
        return self.closing - self.opening - self.came_in + self.went_out


def month_of(values: Sequence[DayValue], day: date, *, until: date) -> Month | None:
    """The month that contains `day`, from the values of it and of some days before; None where it has no value.

    The month begins with the last value before it. Where there is none, the account began in this month: then it
    opened with what its first day's value leaves once that day's own flow is taken out.
    """
    period = monthly(day)
    last = min(period.last_day, until)
    points = [point for point in returns(_from_base(values, period.starts)) if point.day <= last]
    inside = [point for point in points if point.day >= period.starts]
    if not inside:
        return None
    has_base = points[0].day < period.starts
    opening = points[0].nlv if has_base else inside[0].nlv - inside[0].flow
    return Month(
        first=period.starts,
        last=inside[-1].day,
        opening=opening,
        came_in=sum((point.flow for point in inside if point.flow > 0), ZERO),
        went_out=-sum((point.flow for point in inside if point.flow < 0), ZERO),
        closing=inside[-1].nlv,
        earned=inside[-1].total,
        days=tuple(inside),
        is_whole=until >= period.last_day,
    )


def _from_base(values: Sequence[DayValue], starts: date) -> list[DayValue]:
    base = max((value.day for value in values if value.is_complete and value.day < starts), default=starts)
    return [value for value in values if value.day >= base]


def months_of(values: Sequence[DayValue], year: int, *, until: date) -> list[Month]:
    """The months of a year that have values, newest first."""
    found = (month_of(values, date(year, number, 1), until=until) for number in range(12, 0, -1))
    return [one for one in found if one]


@dataclass(frozen=True)
class Member:
    """One account of a consolidation: value and flow by day, and when it was open."""

    currency: str
    values: Mapping[date, tuple[Decimal, Decimal]]
    opened: date | None = None
    closed: date | None = None

    def is_expected(self, day: date) -> bool:
        return (self.opened is None or self.opened <= day) and (self.closed is None or day < self.closed)


def together(members: Iterable[Member], rates: Mapping[tuple[date, str], Decimal], currency: str) -> list[DayValue]:
    """Values and flows of several accounts summed day by day; what one member gives another cancels out.

    A day on which a member lacks its value, or its currency a rate, is incomplete.
    """
    everyone = list(members)
    days = sorted({day for member in everyone for day in member.values})
    return [_day(everyone, day, rates, currency) for day in days]


def _day(members: Sequence[Member], day: date, rates: Mapping[tuple[date, str], Decimal], currency: str) -> DayValue:
    nlv = flow = ZERO
    is_complete = True
    for member in members:
        value = member.values.get(day)
        rate = Decimal(1) if member.currency == currency else rates.get((day, member.currency))
        if value is None:
            is_complete = is_complete and not member.is_expected(day)
        elif rate is None:
            is_complete = False
        else:
            nlv += CONTEXT.multiply(value[0], rate)
            flow += CONTEXT.multiply(value[1], rate)
    return DayValue(day, nlv, flow, is_complete)
