"""Fees on investments in hedge funds: what is not known is never nothing, and what is true of any valuations."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.engine.hedge_fund import FundRate
from fees.engine.investments import MissingValuation, Valuation, fee, measure, parse, text
from fees.engine.parameters import Kind, Parameter, read
from fees.engine.results import stretches_of
from fees.engine.types import Terms
from tests.fees.engine.agreed import NEW_YORK, SEPTEMBER_2025

BEFORE, END = date(2025, 8, 29), date(2025, 9, 30)
MONEY = st.decimals(min_value=0, max_value=10**9, places=4)
RATES = st.decimals(min_value=Decimal("0.000001"), max_value=Decimal("0.3"), places=6)


def charged(terms, valuations):
    stretches = stretches_of(terms, period=SEPTEMBER_2025, opened_on=date(2020, 1, 2), closed_on=None, days=NEW_YORK)
    return measure(stretches, valuations, until=SEPTEMBER_2025.ends, days=NEW_YORK)


def agreed(*rates: FundRate, starts=date(2025, 9, 1), ends=None, component=7) -> Terms:
    return Terms(method=51, starts=starts, ends=ends, component=component, more=tuple(rates))


def whole(begin, end, put_in=Decimal(0), taken_out=Decimal(0)):
    return [Valuation("A", BEFORE, begin), Valuation("A", END, end, put_in, taken_out)]


@pytest.mark.parametrize(
    "known",
    [
        pytest.param([], id="nothing is known"),
        pytest.param([Valuation("A", date(2025, 9, 29), Decimal(5))], id="a day too early"),
        pytest.param([Valuation("A", date(2025, 10, 1), Decimal(5))], id="a day too late"),
        pytest.param([Valuation("B", END, Decimal(5))], id="another fund"),
        pytest.param([Valuation("A", END, None, Decimal(5))], id="only a flow"),
        pytest.param(
            [Valuation("A", BEFORE, Decimal(0)), Valuation("A", date(2025, 9, 9), None, Decimal(1))], id="put in again"
        ),
        pytest.param([Valuation("A", BEFORE, Decimal(0)), Valuation("A", END, None, None)], id="an unknown flow"),
    ],
)
def test_an_unknown_value_is_said_with_its_fund_and_day(known):
    with pytest.raises(MissingValuation) as missing:
        charged([agreed(FundRate("A", rate=Decimal("0.01")))], known)

    assert (missing.value.fund, missing.value.day) == ("A", END)


@pytest.mark.parametrize(
    ("known", "day"),
    [
        ([Valuation("A", END, Decimal(5))], BEFORE),
        ([Valuation("A", date(2025, 7, 31), Decimal(5)), Valuation("A", END, Decimal(5))], BEFORE),
        (whole(Decimal(5), Decimal(5), None), END),
        ([Valuation("A", date(2025, 9, 8), None, Decimal(5)), Valuation("A", END, Decimal(5))], BEFORE),
        ([Valuation("A", date(2025, 7, 31), Decimal(0)), Valuation("A", BEFORE, None), *whole(None, Decimal(5))[1:]],
         BEFORE),
    ],
    ids=["no begin", "an old begin", "an unknown flow", "a flow before all else", "unknown after nothing"],
)  # fmt: skip
def test_a_profit_needs_its_begin_and_its_flows(known, day):
    with pytest.raises(MissingValuation) as missing:
        charged([agreed(FundRate("A", profit_share=Decimal("0.2")))], known)

    assert missing.value.day == day


@given(rate=RATES, share=RATES, begin=MONEY, end=MONEY, put_in=MONEY, taken_out=MONEY)
def test_a_text_says_all_that_the_fee_is_made_of(rate, share, begin, end, put_in, taken_out):
    parts = charged([agreed(FundRate("A b", rate, share))], [
        one._replace(fund="A b") for one in whole(begin, end, put_in, taken_out)
    ])  # fmt: skip

    assert text(parse(text(parts))) == text(parts)
    assert fee(parse(text(parts)), "USD") == fee(parts, "USD")
    assert fee(parts, "USD")[0] >= 0


@given(rate=RATES, end=MONEY, day=st.integers(1, 29))
def test_the_days_of_two_versions_add_up_to_those_of_one(rate, end, day):
    """Of the same figures exactly; a version that only follows changes nothing."""
    on = date(2025, 9, 1) + timedelta(days=day)
    one = FundRate("A", rate=rate)
    split = [agreed(one, ends=on, component=1), agreed(one, starts=on, component=2)]
    known = whole(Decimal(0), end)

    assert fee(charged(split, known), "USD") == fee(charged([agreed(one)], known), "USD")


@given(share=RATES, begin=MONEY, gain=MONEY, flow=MONEY)
def test_money_put_in_is_no_profit(share, begin, gain, flow):
    terms = [agreed(FundRate("A", profit_share=share))]
    plain = charged(terms, whole(begin, begin + gain))
    moved = charged(terms, whole(begin, begin + gain + flow, put_in=flow))

    assert fee(plain, "USD") == fee(moved, "USD")


@given(rate=RATES, share=RATES, low=MONEY, more=MONEY)
def test_a_higher_value_never_costs_less(rate, share, low, more):
    terms = [agreed(FundRate("A", rate, share))]

    assert fee(charged(terms, whole(low, low)), "USD")[0] <= fee(charged(terms, whole(low, low + more)), "USD")[0]


@given(rate=RATES, one=MONEY, other=MONEY)
def test_funds_do_not_touch_each_other(rate, one, other):
    known = [Valuation("A", END, one), Valuation("B", END, other)]
    apart = [charged([agreed(FundRate(fund, rate=rate))], known) for fund in ("A", "B")]
    together = charged([agreed(FundRate("A", rate=rate), FundRate("B", rate=rate))], known)

    assert fee(together, "USD")[0] == sum(fee(part, "USD")[0] for part in apart)


def test_what_was_put_in_on_the_day_of_the_first_value_is_in_it():
    """From 100 to 110: 10 earned, whatever came in on the day of the 100."""
    known = [Valuation("A", BEFORE, Decimal(100), Decimal(40)), Valuation("A", END, Decimal(110))]

    assert fee(charged([agreed(FundRate("A", profit_share=Decimal("0.2")))], known), "USD")[1] == Decimal("2.00")


def test_a_stored_name_with_a_line_end_of_its_own_is_read_back():
    """Of agreements that were signed before spaces of any kind counted as one."""
    parts = charged([agreed(FundRate("A\u2028B", Decimal("0.01")))], [
        Valuation("A\u2028B", BEFORE, Decimal(100)), Valuation("A\u2028B", END, Decimal(110)),
    ])  # fmt: skip

    assert text(parse(text(parts))) == text(parts)
    assert parse("") == []


def test_a_name_that_is_typed_keeps_single_spaces_as_where_values_are_entered():
    name = Parameter(name="fund", kind=Kind.TEXT, label="Fund")

    assert read([name], {"fund": " ALPHA  FUND\u00a0\u2028II "}) == ({"fund": "ALPHA FUND II"}, [])
