"""The performance threshold: what a period must earn before a share of profit is charged.  See docs/money/profit.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from fees.engine.arithmetic import CONTEXT, ZERO, as_amount
from fees.engine.limits import AMOUNT_CEILING, problem
from fees.engine.types import Problem
from portal.lib.words import gettext_noop


class ThresholdKind(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"
    BENCHMARK = "benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A static return of the fee period (a fraction, not annual), a static amount, or the return of a benchmark.

    An amount may be in another `currency` than the account's; empty is the account's.
    """

    kind: ThresholdKind
    figure: Decimal | None = None
    benchmark: str = ""
    currency: str = ""


class Flow(NamedTuple):
    """Money or positions in (above zero) or out (below), at the end of a day with so many calendar days left."""

    amount: Decimal
    days_left: int


def validate(threshold: Threshold) -> list[Problem]:
    """What is wrong with a threshold; empty when it may be agreed."""
    if threshold.currency and threshold.kind != ThresholdKind.AMOUNT:
        msgid = gettext_noop("Only an amount has a currency; leave it empty.")
        return [problem("currency", "not_used", msgid)]
    if threshold.kind == ThresholdKind.BENCHMARK:
        if threshold.figure is not None:
            msgid = gettext_noop("A benchmark has no figure of its own; leave it empty.")
            return [problem("threshold", "not_used", msgid)]
        if not threshold.benchmark.strip():
            return [problem("benchmark", "required", gettext_noop("Choose a benchmark."))]
        return []
    figure = threshold.figure
    if figure is None:
        return [problem("threshold", "required", gettext_noop("Enter the threshold."))]
    if not figure.is_finite() or figure <= 0 or figure >= AMOUNT_CEILING:
        return [problem("threshold", "too_low", gettext_noop("The threshold must be a number above zero."))]
    return []


def weighted_base(begin: Decimal, flows: Iterable[Flow], days: int) -> Decimal:
    """The equity a threshold is a percentage of: what the period began with, and each flow for the part of the period's
    calendar days that it was there."""
    money_days = ZERO
    for amount, days_left in flows:
        if not 0 <= days_left <= days:
            raise ValueError(f"{days_left} days left in a period of {days}")
        money_days = CONTEXT.add(money_days, CONTEXT.multiply(amount, Decimal(days_left)))
    return base_of(begin, money_days, days)


def base_of(begin: Decimal, money_days: Decimal, days: int) -> Decimal:
    """`weighted_base` where each flow times its days is summed up already; divided once, so that both ways agree."""
    return CONTEXT.add(begin, CONTEXT.divide(money_days, Decimal(days))) if money_days else begin


def benchmark_return(begin: Decimal, end: Decimal) -> Decimal:
    """The price return of a benchmark as a fraction, never below zero: a loss is not charged for being smaller."""
    if begin <= 0:
        raise ValueError("a benchmark's price is above zero")
    return max(CONTEXT.subtract(CONTEXT.divide(end, begin), Decimal(1)), ZERO)


def hurdle_amount(
    threshold: Threshold, *, base: Decimal, returned: Decimal | None = None, rate: Decimal | None = None
) -> Decimal:
    """The amount that must be exceeded, to 8 decimals; `returned` is the benchmark's return, `rate` turns an amount in
    another currency into the account's."""
    if threshold.kind == ThresholdKind.AMOUNT:
        return as_amount(CONTEXT.multiply(_figure(threshold), Decimal(1) if rate is None else rate))
    if threshold.kind == ThresholdKind.BENCHMARK and returned is None:
        raise ValueError("the benchmark's return is not known")
    rate = returned if threshold.kind == ThresholdKind.BENCHMARK else _figure(threshold)
    return as_amount(CONTEXT.multiply(max(base, ZERO), max(rate or ZERO, ZERO)))


def _figure(threshold: Threshold) -> Decimal:
    if threshold.figure is None:
        raise ValueError("a static threshold carries a figure")
    return threshold.figure
