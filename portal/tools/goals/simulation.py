"""How likely a plan is to reach its goal: many monthly paths from one seed, and the closed form; no rows, no pages.

Wealth grows each month by exp(m + s Z) with m = (ln(1 + R) - V^2 / 2) / 12 and s = V / sqrt(12), so that a year is
expected to bring R. Contributions come at the end of a month, payments after it; a path fails when nothing is left to
pay from. These are guesses about the future and not money that is owed, so they are reckoned in binary numbers.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter, mul
from random import Random
from statistics import NormalDist

PATHS = 10_000
STEPS = 1 << 16
MONTHS = 12
MOST_POINTS = 60
LOW, MIDDLE, HIGH = 0.10, 0.50, 0.90
# Whatever it is multiplied by and whatever comes in, it stays so.
FAILED = -math.inf


@dataclass(frozen=True)
class Plan:
    """What a simulation needs: where it starts, what comes in and goes out in each month, how markets behave."""

    start: float
    inflows: tuple[float, ...]
    outflows: tuple[float, ...]
    mean: float
    volatility: float

    @property
    def months(self) -> int:
        return len(self.inflows)

    @property
    def drift(self) -> float:
        return (math.log1p(self.mean) - self.volatility**2 / 2) / MONTHS

    @property
    def spread(self) -> float:
        return self.volatility / math.sqrt(MONTHS)


@dataclass(frozen=True)
class Outcome:
    """The share of paths that did not fail, and the values that a tenth, half and nine tenths of them stayed below.

    Values are those before the payment of the month. `months` counts from now.
    """

    probability: float
    months: tuple[int, ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


def simulate(plan: Plan, *, seed: int, also: int = 0, paths: int = PATHS) -> Outcome:
    """The same seed gives the same outcome on every machine. `also` is a month whose values are wanted in any case."""
    if not plan.volatility:
        paths = 1
    points = _points(plan.months, also)
    factors = _factors(plan.drift, plan.spread)
    draws = struct.Struct(f"<{paths}H")
    random = Random(seed)  # noqa: S311 (weather, not secrets)
    wealth = [plan.start] * paths
    seen: list[list[float]] = []
    for month, (inflow, paid) in enumerate(zip(plan.inflows, plan.outflows, strict=True), start=1):
        drawn = draws.unpack(random.randbytes(draws.size))
        wealth = list(map(mul, wealth, _picked(factors, drawn)))
        if inflow:
            wealth = [one + inflow for one in wealth]
        if month in points:
            seen.append(sorted(wealth))
        if paid:
            wealth = [one - paid if one >= paid else FAILED for one in wealth]
    return Outcome(
        probability=1 - wealth.count(FAILED) / paths,
        months=points,
        low=tuple(_quantile(values, LOW) for values in seen),
        middle=tuple(_quantile(values, MIDDLE) for values in seen),
        high=tuple(_quantile(values, HIGH) for values in seen),
    )


def closed_form(plan: Plan) -> float | None:
    """The probability without a single draw; None where several payments or contributions leave no formula."""
    if not plan.volatility:
        return simulate(plan, seed=0).probability
    paid = [amount for amount in plan.outflows if amount]
    if any(plan.inflows) or len(paid) != 1 or not plan.outflows[-1] or plan.start <= 0 or paid[0] <= 0:
        return None
    spread = plan.spread * math.sqrt(plan.months)
    return NormalDist().cdf((math.log(plan.start / paid[0]) + plan.drift * plan.months) / spread)


def _points(months: int, also: int) -> tuple[int, ...]:
    """The months of the chart: each year's end, or fewer, the one that is wanted and the last."""
    step = MONTHS * max(1, -(-months // (MONTHS * MOST_POINTS)))
    if months <= MONTHS * 3:
        step = 1
    wanted = {*range(step, months + 1, step), months}
    return tuple(sorted(wanted | ({also} if 0 < also <= months else set())))


def _quantile(values: list[float], share: float) -> float:
    return max(values[max(0, math.ceil(share * len(values)) - 1)], 0.0)


def _picked(factors: list[float], drawn: tuple[int, ...]) -> Sequence[float]:
    """The factors at the drawn places; in one call, because there are millions."""
    return itemgetter(*drawn)(factors) if len(drawn) > 1 else (factors[drawn[0]],)


def _factors(drift: float, spread: float) -> list[float]:
    return [math.exp(drift + spread * one) for one in _normals()]


@cache
def _normals() -> tuple[float, ...]:
    """The middles of equally likely slices of the normal distribution, with a variance of exactly one: drawing one of
    them takes a table and no formula, and depends on no library's way of drawing."""
    law = NormalDist()
    half = [law.inv_cdf((place + 0.5) / STEPS) for place in range(STEPS // 2)]
    scale = math.sqrt(2 * sum(one * one for one in half) / STEPS)
    lower = [one / scale for one in half]
    return (*lower, *(-one for one in reversed(lower)))
