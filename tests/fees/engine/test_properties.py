"""What must hold for any terms and any value: continuity, monotony, splits that add up, and nothing for nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fees.engine.accrual import annual, line
from fees.engine.charge import recompute
from fees.engine.flattened import flatten
from fees.engine.registry import METHODS, validate
from fees.engine.types import MARGINAL, WHOLE_BALANCE, NavPoint, Range, Terms
from portal.lib.periods import period_of
from tests.fees.engine.agreed import LONG_AGO, NEW_YORK, blended, percent

CENT = Decimal("0.01")
STEP = Decimal("0.0001")

RATES = st.integers(1, 1_000_000).map(lambda parts: Decimal(parts).scaleb(-6))
VALUES = st.integers(-(10**12), 10**18).map(lambda parts: Decimal(parts).scaleb(-4))
POSITIVE = st.integers(1, 10**18).map(lambda parts: Decimal(parts).scaleb(-4))
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def range_lists(draw):
    """One to five contiguous ranges, the last open."""
    bounds = sorted(draw(st.sets(POSITIVE, max_size=4)))
    edges = [Decimal(0), *bounds]
    return tuple(Range(low, high, draw(RATES)) for low, high in zip(edges, [*bounds, None], strict=True))


@st.composite
def terms_of(draw, codes=tuple(METHODS)):
    code = draw(st.sampled_from(codes))
    agreed = {
        "percent": {"rate": draw(RATES)},
        "flat": {"flat": draw(POSITIVE)},
        "blended": {"ranges": draw(range_lists()), "mode": draw(st.sampled_from([MARGINAL, WHOLE_BALANCE]))},
    }[METHODS[code].family]
    return Terms(method=code, starts=LONG_AGO, **agreed)


@given(range_lists())
def test_i17_a_marginal_blend_has_no_jump_at_a_boundary(ranges):
    terms = Terms(method=11, starts=LONG_AGO, ranges=ranges)

    for one in ranges[1:]:
        below, at, above = (annual(terms, value) for value in (one.low - STEP, one.low, one.low + STEP))
        assert at - below <= STEP  # rates are at most 100 %
        assert above - at <= STEP


@given(range_lists(), POSITIVE)
def test_i17_a_marginal_blend_is_the_sum_of_its_bands(ranges, nlv):
    bands = [(min(nlv, one.high or nlv) - one.low) * one.rate for one in ranges if nlv > one.low]

    assert annual(Terms(method=11, starts=LONG_AGO, ranges=ranges), nlv) == sum(bands)


@given(range_lists(), POSITIVE)
def test_whole_balance_charges_one_rate_on_everything(ranges, nlv):
    terms = Terms(method=11, starts=LONG_AGO, ranges=ranges, mode=WHOLE_BALANCE)
    reached = [one.rate for one in ranges if one.low < nlv]

    assert annual(terms, nlv) == nlv * reached[-1]


@given(terms_of(), VALUES, VALUES)
def test_i18_more_value_never_costs_less(terms, one, other):
    assume(terms.mode == MARGINAL)
    low, high = sorted((one, other))

    assert line(terms, low).amount <= line(terms, high).amount


@given(range_lists(), POSITIVE)
def test_i18_the_effective_rate_lies_within_the_agreed_ones(ranges, nlv):
    terms = Terms(method=11, starts=LONG_AGO, ranges=ranges)
    rates = [one.rate for one in ranges]

    assert min(rates) <= line(terms, nlv).rate <= max(rates)


@given(
    terms=terms_of(),
    day=DAYS,
    cut=st.integers(0, 92),
    values=st.lists(POSITIVE.filter(lambda nlv: nlv < 10**9), min_size=70, max_size=70),
)
def test_i19_cutting_an_agreement_in_two_changes_nothing_but_a_cent(terms, day, cut, values):
    period = period_of(METHODS[terms.method].frequency, day)
    days = NEW_YORK.between(*period)
    assume(days)
    nav = [NavPoint(on, nlv) for on, nlv in zip(days, values, strict=False)]
    join = period.starts + timedelta(days=cut)
    assume(join < period.ends)

    def fee(*versions):
        charge = recompute(
            method=terms.method, nav=nav, terms=versions, calendar=NEW_YORK, period=period, currency="USD"
        )
        return charge.amount if charge else Decimal(0)

    fields = {name: getattr(terms, name) for name in ("method", "rate", "flat", "ranges", "mode")}
    before = Terms(**fields, starts=LONG_AGO, ends=join, component=1)
    after = Terms(**fields, starts=join, component=2)
    whole = fee(terms)
    assert fee(before, after) == whole
    assert abs(fee(before) + fee(after) - whole) <= CENT


@given(terms_of(), VALUES.filter(lambda nlv: nlv <= 0))
def test_i20_no_value_costs_nothing(terms, nlv):
    day = line(terms, nlv)

    assert day.rate == day.amount == annual(terms, nlv) == 0


@given(terms_of(), DAYS)
def test_i20_no_enabled_day_makes_no_charge(terms, day):
    method = METHODS[terms.method]
    ended = Terms(method=terms.method, starts=date(2020, 1, 1), ends=LONG_AGO, rate=terms.rate, flat=terms.flat)

    assert (
        recompute(
            method=method.code,
            nav=[],
            terms=[ended],
            calendar=NEW_YORK,
            period=period_of(method.frequency, day),
            currency="USD",
        )
        is None
    )


@given(terms_of(), VALUES)
def test_every_line_fits_its_columns(terms, nlv):
    day = line(terms, nlv)

    assert [-part.as_tuple().exponent for part in day] == [4, 6, 8]
    assert 0 <= day.rate <= 1
    assert 0 <= day.amount < Decimal(10) ** 12 * 10**3


@given(terms_of((1, 21)), VALUES)
def test_base_times_rate_explains_the_amount(terms, nlv):
    day = line(terms, nlv)

    assert abs(day.base * day.rate / 252 - day.amount) <= Decimal("0.000000005")


@given(terms_of(), POSITIVE)
def test_the_flat_row_holds_enough_to_charge_by(terms, nlv):
    """The night's formula, worked here from the columns alone, gives the engine's annual fee."""
    row = flatten(terms)
    if row["r1"] is None:
        expected = row["flat"] if row["flat"] is not None else nlv * row["rate"]
    else:
        reached = max((k for k in range(1, 5) if row[f"b{k}"] is not None and nlv > row[f"b{k}"]), default=0)
        if reached:
            expected = row[f"c{reached}"] + (nlv - row[f"b{reached}"]) * row[f"r{reached + 1}"]
        else:
            expected = nlv * row["r1"]

    assert annual(terms, nlv) == expected


@given(terms_of())
def test_terms_drawn_here_are_terms_that_may_be_agreed(terms):
    assert validate(terms) == []


@pytest.mark.parametrize("value", ["1000000", "1000000.0001", "999999.9999"])
def test_a_value_on_a_bound_belongs_to_the_range_below(value):
    nlv = Decimal(value)
    rate = Decimal("0.01") if nlv <= 1_000_000 else Decimal("0.0075")

    terms = blended([("0", "0.01"), ("1000000", "0.0075")], mode=WHOLE_BALANCE)

    assert annual(terms, nlv) == nlv * rate


def test_a_thousand_billions_are_exact():
    assert annual(percent("0.123457"), Decimal("999999999999.9999")) == Decimal("123456999999.9999876543")
