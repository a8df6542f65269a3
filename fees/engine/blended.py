"""Blended percent: up to five ranges of value, each with its own annual rate.  See docs/money/blended.md."""

from decimal import Decimal
from itertools import pairwise

from fees.engine.arithmetic import CONTEXT, ZERO, as_base, as_rate
from fees.engine.limits import (
    AMOUNT_CEILING,
    AMOUNT_PLACES,
    NLV,
    check_period,
    check_rate,
    check_unused,
    decimal_places,
    problem,
)
from fees.engine.types import MARGINAL, WHOLE_BALANCE, Method, Problem, Range, Terms
from portal.lib.periods import Frequency
from portal.lib.words import Sentence, gettext_noop

FAMILY = "blended"
LABEL = gettext_noop("Percentage of Assets Fee")
MAX_RANGES = 5

TITLE = gettext_noop("Percent of value in ranges")

METHODS = (
    Method(
        code=11,
        name="BLENDEDPERCENTOFEQUITY",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Blended percent of net liquidation value, daily"),
        frequency=Frequency.DAILY,
    ),
    Method(
        code=12,
        name="BLENDEDPERCENTOFEQUITY_MONTHLY",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Blended percent of net liquidation value, monthly"),
        frequency=Frequency.MONTHLY,
    ),
    Method(
        code=13,
        name="BLENDEDPERCENTOFEQUITY_QUARTERLY",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Blended percent of net liquidation value, quarterly"),
        frequency=Frequency.QUARTERLY,
    ),
    Method(
        code=14,
        name="BLENDEDPERCENTOFEQUITY_EOM",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Blended percent of net liquidation value at the end of the month"),
        frequency=Frequency.MONTHLY,
        at_period_end=True,
    ),
    Method(
        code=15,
        name="BLENDEDPERCENTOFEQUITY_EOQ",
        family=FAMILY,
        kin=NLV,
        label=LABEL,
        title=gettext_noop("Blended percent of net liquidation value at the end of the quarter"),
        frequency=Frequency.QUARTERLY,
        at_period_end=True,
    ),
)

SHARE_WORDS = gettext_noop(
    "Each business day costs a 252nd of what the ranges make of the account's closing value in a year; "
    "a billing year has 252 business days."
)
DAY_WORDS = gettext_noop(
    "%(day)s: on %(base)s the ranges come to about %(percent)s %% a year, and a 252nd of it is %(amount)s."
)

# A bound that the schedule does not use is null, and a comparison with null is not true: the search falls through
# to the range below.  c1..c4 carry the annual fee at each bound on the line of the range above it, so one expression
# serves both modes.
SQL_ANNUAL = """case
      when n.nlv > s.b4 then s.c4 + (n.nlv - s.b4) * s.r5
      when n.nlv > s.b3 then s.c3 + (n.nlv - s.b3) * s.r4
      when n.nlv > s.b2 then s.c2 + (n.nlv - s.b2) * s.r3
      when n.nlv > s.b1 then s.c1 + (n.nlv - s.b1) * s.r2
      else n.nlv * s.r1 end"""
SQL_BASE = "n.nlv"
# Thirty places keep the quotient of the largest storable values on the right side of a tie before it is rounded to six.
SQL_RATE = f"round(({SQL_ANNUAL})::numeric(50,30) / nullif(n.nlv, 0), 6)"


def validate(terms: Terms) -> list[Problem]:
    """What keeps these terms from being agreed; empty where nothing does."""
    problems = check_unused(terms, used="ranges") + check_period(terms)
    if terms.mode not in (MARGINAL, WHOLE_BALANCE):
        problems.append(problem("mode", "unknown_mode", gettext_noop("Choose how the ranges apply.")))
    return problems + _check_shape(terms.ranges) + _check_bounds(terms.ranges) + _check_rates(terms.ranges)


def annual(terms: Terms, nlv: Decimal) -> Decimal:
    """What the ranges make of the value in a year, in the account's currency, not rounded."""
    if terms.mode == WHOLE_BALANCE:
        return CONTEXT.multiply(nlv, _reached(terms.ranges, nlv).rate)
    total = ZERO
    for low, high, range_rate in terms.ranges:
        if nlv <= low:
            break
        inside = CONTEXT.subtract(nlv if high is None else min(nlv, high), low)
        total = CONTEXT.add(total, CONTEXT.multiply(inside, range_rate))
    return total


def base(terms: Terms, nlv: Decimal) -> Decimal:
    """What the fee is worked out on: the value of the day, with 4 decimals."""
    return as_base(nlv)


def rate(terms: Terms, nlv: Decimal, yearly: Decimal) -> Decimal:
    """The effective rate: what the blend comes to on this value.  It informs; the amount is not made from it."""
    return as_rate(CONTEXT.divide(yearly, nlv))


def columns(terms: Terms) -> dict[str, Decimal]:
    """r1..r5, the bounds between them b1..b4, and c1..c4: the annual fee at each bound, seen from the range above."""
    flattened: dict[str, Decimal] = {}
    for place, (low, _, range_rate) in enumerate(terms.ranges):
        flattened[f"r{place + 1}"] = range_rate
        if place:
            flattened[f"b{place}"] = low
            marginal = terms.mode == MARGINAL
            flattened[f"c{place}"] = annual(terms, low) if marginal else CONTEXT.multiply(low, range_rate)
    return flattened


def words(terms: Terms) -> list[Sentence]:
    """The ranges in sentences, for the proof and the form."""
    if terms.mode == WHOLE_BALANCE:
        opening = gettext_noop("The whole value is charged at the rate of the range that it reaches.")
    else:
        opening = gettext_noop("Each part of the value is charged at the rate of the range it falls in.")
    return [Sentence(opening, {}), *(_range_words(one) for one in terms.ranges)]


def _range_words(one: Range) -> Sentence:
    params: dict[str, object] = {"percent": one.rate * 100, "low": one.low}
    if one.high is None:
        return Sentence(gettext_noop("Above %(low)s: %(percent)s %% a year."), params)
    msgid = gettext_noop("From %(low)s to %(high)s: %(percent)s %% a year.")
    return Sentence(msgid, params | {"high": one.high})


def _reached(ranges: tuple[Range, ...], nlv: Decimal) -> Range:
    # A value exactly on a bound still belongs to the range below it.
    return next(one for one in ranges if one.high is None or nlv <= one.high)


def _check_shape(ranges: tuple[Range, ...]) -> list[Problem]:
    if not ranges:
        return [problem("ranges", "required", gettext_noop("Enter at least one range."))]
    problems = []
    if len(ranges) > MAX_RANGES:
        msgid = gettext_noop("Enter at most %(count)s ranges.")
        problems.append(problem("ranges", "too_many", msgid, count=MAX_RANGES))
    if ranges[0].low != 0:
        problems.append(problem("ranges.0.low", "not_from_zero", gettext_noop("The first range starts at 0.")))
    if ranges[-1].high is not None:
        msgid = gettext_noop("The last range has no upper end.")
        problems.append(problem(f"ranges.{len(ranges) - 1}.high", "not_open", msgid))
    for place, (one, following) in enumerate(pairwise(ranges)):
        if one.high != following.low:
            msgid = gettext_noop("Each range starts where the one before it ends, without gap or overlap.")
            problems.append(problem(f"ranges.{place + 1}.low", "not_contiguous", msgid))
    return problems


def _check_bounds(ranges: tuple[Range, ...]) -> list[Problem]:
    problems = []
    for place, one in enumerate(ranges):
        high = one.high
        if high is None:
            continue
        field = f"ranges.{place}.high"
        if not high.is_finite() or not one.low.is_finite():
            problems.append(problem(field, "not_a_number", gettext_noop("Enter a number.")))
        elif high <= one.low:
            problems.append(problem(field, "not_rising", gettext_noop("A range ends above its start.")))
        elif high >= AMOUNT_CEILING:
            problems.append(problem(field, "too_high", gettext_noop("The amount is larger than can be stored.")))
        elif decimal_places(high) > AMOUNT_PLACES:
            msgid = gettext_noop("Give the amount with at most %(places)s decimal places.")
            problems.append(problem(field, "too_fine", msgid, places=AMOUNT_PLACES))
    return problems


def _check_rates(ranges: tuple[Range, ...]) -> list[Problem]:
    problems = []
    for place, one in enumerate(ranges):
        problems += check_rate(one.rate, field=f"ranges.{place}.rate", zero_allowed=True)
    if ranges and not problems and not any(one.rate for one in ranges):
        msgid = gettext_noop("At least one range must have an annual percentage above zero.")
        problems.append(problem("ranges.0.rate", "all_zero", msgid))
    return problems
