"""What a period brought: values, flows, time-weighted and money-weighted return; no rows, no pages.

docs/returns.md has the formulas, their conventions and worked examples.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.lib.business_days import Calendar
from portal.lib.money import CONTEXT
from portal.performance.rules import DayValue, Point, returns
from portal.reports.periods import ONE_DAY, Span

ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)
# How far on both sides of "nothing gained" a money-weighted return is looked for: times a million, or a millionth left.
DOUBLINGS = 20
CLOSE_ENOUGH = Decimal("1e-12")
MOST_STEPS = 200
# A hundredth of a percentage point, in parts of the value.
TOLERANCE = Decimal("0.0001")


@dataclass(frozen=True)
class Measured:
    """One period of some accounts. Returns are fractions, None where they mean nothing; `missing` are business days
    without a value (or, of several accounts, without all of them), whose place no figure takes."""

    first: date
    last: date
    opening: Decimal
    came_in: Decimal
    went_out: Decimal
    closing: Decimal
    by_time: Decimal | None
    by_money: Decimal | None
    missing: tuple[date, ...] = ()
    # Whether there was a value before it; the broker's returns are compared from there on.
    has_base: bool = True

    @property
    def flow(self) -> Decimal:
        return self.came_in - self.went_out

    @property
    def gain(self) -> Decimal:
        """What is left once the flows are taken out: markets, income and costs."""
        return self.closing - self.opening - self.flow


def measure(values: Sequence[DayValue], span: Span, expected: Iterable[date]) -> Measured | None:
    """One span of the values, which reach back to the one before it; None where it has no value.

    It opens with the last value before it. Where there is none the accounts began in it: then it opens with what their
    first day's value leaves once that day's own flow is taken out. `expected` are the business days that should have
    a value.
    """
    points = points_of(values, span)
    inside = [one for one in points if one.day >= span.first]
    if not inside:
        return None
    has_base = points[0].day < span.first
    known = {one.day for one in inside}
    opening = points[0].nlv if has_base else inside[0].nlv - inside[0].flow
    means_something = all(one.nlv >= 0 for one in points)
    return Measured(
        first=inside[0].day,
        last=inside[-1].day,
        opening=opening,
        came_in=sum((one.flow for one in inside if one.flow > 0), ZERO),
        went_out=-sum((one.flow for one in inside if one.flow < 0), ZERO),
        closing=inside[-1].nlv,
        by_time=inside[-1].total if means_something else None,
        by_money=_by_money(points, span, has_base=has_base) if means_something else None,
        missing=tuple(day for day in expected if day not in known),
        has_base=has_base,
    )


def points_of(values: Sequence[DayValue], span: Span) -> list[Point]:
    """The days of a span with their returns; the first is the base, on the last complete day before it if any."""
    return returns(_with_base(values, span))


def _with_base(values: Sequence[DayValue], span: Span) -> Sequence[DayValue]:
    """The values of a span and the last complete one before it, out of values in the order of their days."""
    first = bisect_left(values, span.first, key=_day_of)
    base = next((place for place in range(first - 1, -1, -1) if values[place].is_complete), first)
    return values[base : bisect_right(values, span.last, key=_day_of)]


def _day_of(value: DayValue) -> date:
    return value.day


def _by_money(points: Sequence[Point], span: Span, *, has_base: bool) -> Decimal | None:
    """From the close before the span, or from the first value where the accounts began in it, to the last value."""
    base, *rest = points
    starts = span.first - ONE_DAY if has_base else base.day
    flows = [(one.day, one.flow) for one in rest if one.flow]
    return money_weighted(base.nlv, starts, flows, points[-1].nlv, points[-1].day)


def money_weighted(
    opening: Decimal, starts: date, flows: Sequence[tuple[date, Decimal]], closing: Decimal, ends: date
) -> Decimal | None:
    """The one return R of the whole period at which opening and flows grow to the closing value:

    opening * (1 + R) + sum of flow * (1 + R) ** w = closing, where w is the part of the calendar days from `starts` to
    `ends` that was left at the end of the flow's day. It is not stretched to a year. None where no R does it; of
    several, the one nearest to nothing gained.
    """
    if not flows:
        return CONTEXT.divide(closing, opening) - ONE if opening > 0 else None
    length = Decimal((ends - starts).days)
    if length <= 0:
        return None
    weighed = [(Decimal((ends - day).days) / length, flow) for day, flow in flows]

    def left_over(growth: Decimal) -> Decimal:
        total = opening * growth - closing
        logarithm = growth.ln()
        for weight, flow in weighed:
            total += flow * (weight * logarithm).exp()
        return total

    bracket = _bracket(left_over)
    return None if bracket is None else _root(left_over, *bracket) - ONE


def _bracket(left_over: Callable[[Decimal], Decimal]) -> tuple[Decimal, Decimal] | None:
    """The two neighbours on the scale of doublings between which the sign changes, the nearest to 1 first."""
    low = high = ONE
    at_low = at_high = left_over(ONE)
    if at_low == 0:
        return ONE, ONE
    for _step in range(DOUBLINGS):
        further, nearer = high * TWO, low / TWO
        at_further, at_nearer = left_over(further), left_over(nearer)
        if (at_high > 0) != (at_further > 0):
            return high, further
        if (at_low > 0) != (at_nearer > 0):
            return nearer, low
        low, high, at_low, at_high = nearer, further, at_nearer, at_further
    return None


def _root(left_over: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> Decimal:
    """Bisection, which cannot leave the bracket; each step halves it."""
    at_low = left_over(low)
    if at_low == 0:
        return low
    for _step in range(MOST_STEPS):
        middle = (low + high) / TWO
        if high - low < CLOSE_ENOUGH:
            return middle
        at_middle = left_over(middle)
        if at_middle == 0:
            return middle
        if (at_middle > 0) == (at_low > 0):
            low = middle
        else:
            high = middle
    return middle


def chained(said: Iterable[tuple[date, date, Decimal]], first: date, last: date, days: Calendar) -> Decimal | None:
    """The broker's own returns, in percent and each from its first to its last day, as one fraction over a stretch.

    The longest is taken where several begin together. None where they leave a business day of the stretch out: a return
    of half of it is not compared with one of the whole.
    """
    product, reached = ONE, first
    for starts, ends, percent in sorted(said, key=lambda one: (one[0], -one[1].toordinal())):
        if starts < reached or ends > last:
            continue
        if days.count(reached, starts):
            return None
        product = CONTEXT.multiply(product, ONE + percent / 100)
        reached = ends + ONE_DAY
    return None if days.count(reached, last + ONE_DAY) else product - ONE


def differs(ours: Decimal | None, brokers: Decimal | None) -> bool:
    """Whether the two are more than a hundredth of a percentage point apart."""
    return ours is not None and brokers is not None and abs(ours - brokers) > TOLERANCE
