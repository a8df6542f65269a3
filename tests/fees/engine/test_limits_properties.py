"""What holds for any figures of hedge funds, trades, caps, minimums and adjustments, and for what is shared in two."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fees.engine import adjustment
from fees.engine.adjustment import Billed
from fees.engine.allocation_minimum import CEILINGS, Plan, commission, minimum
from fees.engine.hedge_fund import Holding, fund_fee
from fees.engine.invoice_cap import accrued_limit, available, closing_limit, transition_limit
from fees.engine.payer import FLOOR_USD, Payer, payers
from fees.engine.reimbursement import ceiling
from fees.engine.rolling_cap import YEAR_SHARE, Paid, chargeable, look_back, windows
from portal.lib.money import minor_unit, round_money, split
from portal.lib.periods import Frequency

CENT = Decimal("0.01")
HAIR = Decimal("0.00000002")

cents = st.integers(0, 10**13).map(lambda parts: Decimal(parts).scaleb(-2))
values = st.integers(-(10**10), 10**15).map(lambda parts: Decimal(parts).scaleb(-4))
positive = st.integers(1, 10**15).map(lambda parts: Decimal(parts).scaleb(-4))
rates = st.integers(1, 10**6).map(lambda parts: Decimal(parts).scaleb(-6))
shares = st.integers(1, 300_000).map(lambda parts: Decimal(parts).scaleb(-6))
currencies = st.sampled_from(["USD", "JPY"])


@st.composite
def holdings(draw):
    return Holding(begin=draw(positive), end=draw(positive), contributions=draw(cents), redemptions=draw(cents))


def fund(holding, days=21, *, rate=None, profit_share=None):
    return fund_fee(holding, rate=rate, profit_share=profit_share, fee_days=days, currency="USD")


@given(holdings(), rates, shares, st.integers(0, 64))
def test_a_fund_fee_is_the_sum_of_two_parts_that_are_never_negative(holding, rate, profit_share, days):
    both = fund(holding, days, rate=rate, profit_share=profit_share)
    value, profit = fund(holding, days, rate=rate), fund(holding, days, profit_share=profit_share)

    assert both.on_value == value.exact >= 0
    assert both.on_profit == profit.exact >= 0
    assert both.exact == value.exact + profit.exact
    earned = holding.end - holding.begin - holding.contributions + holding.redemptions
    assert (both.on_profit > 0) <= (earned > 0)


@given(holdings(), rates, st.integers(0, 32), st.integers(0, 32))
def test_a_fund_fee_on_value_is_additive_in_days(holding, rate, first, second):
    whole = fund(holding, first + second, rate=rate).exact
    assert abs(fund(holding, first, rate=rate).exact + fund(holding, second, rate=rate).exact - whole) <= HAIR


@given(rates, st.lists(values, max_size=63), st.lists(values, max_size=63), currencies)
def test_a_limit_is_additive_in_days_and_never_negative(cap, some, others, currency):
    parts = [accrued_limit(cap, one, currency) for one in (some, others)]
    whole = accrued_limit(cap, [*some, *others], currency)

    assert all(part >= 0 for part in parts)
    assert abs(sum(parts) - whole) <= minor_unit(currency)


@given(rates, rates, positive, st.integers(1, 64), currencies)
def test_a_higher_cap_never_allows_less_and_a_closing_value_is_that_many_days(one, other, nlv, days, currency):
    low, high = sorted((one, other))

    assert closing_limit(low, nlv, days, currency) <= closing_limit(high, nlv, days, currency)
    assert closing_limit(low, nlv, days, currency) == accrued_limit(low, [nlv] * days, currency)
    for frequency in (Frequency.MONTHLY, Frequency.QUARTERLY):
        most = transition_limit(Decimal("0.03"), nlv, frequency, currency)
        assert transition_limit(low, nlv, frequency, currency) <= most


@given(cents, st.lists(cents, max_size=8))
def test_invoices_that_were_accepted_never_exceed_the_limit(limit, asked):
    used = Decimal(0)
    for amount in asked:
        if amount <= available(limit, used):
            used += amount
    assert used <= limit and available(limit, used) == limit - used


@given(st.integers(1, 2000))
def test_windows_end_with_the_age_and_none_is_longer_than_a_year(age):
    found = windows(age)
    assert found == sorted(set(found)) and found[-1] == min(age, 360) and found[0] == min(age, 30)


@given(
    age=st.integers(1, 400),
    equity=st.lists(positive, min_size=1, max_size=60),
    paid=st.lists(st.tuples(st.integers(0, 399), cents), max_size=10),
    fees=st.tuples(cents, cents),
)
def test_the_rolling_cap_trims_and_never_adds(age, equity, paid, fees):
    day = date(2025, 12, 31)
    known = {day - timedelta(days=back): value for back, value in enumerate(equity)}
    charged = [Paid(day - timedelta(days=back), amount) for back, amount in paid]
    seen = look_back(day=day, age=age, equity=known, paid=charged, currency="USD")
    low, high = sorted(fees)

    assert 0 <= chargeable(low, seen) <= low
    assert chargeable(low, seen) <= chargeable(high, seen)
    assert all(one.allowed <= one.average * YEAR_SHARE + HAIR for one in seen)
    # What was let through fits: charged, no window is left below zero by it.
    let = chargeable(high, seen)
    if let:
        again = look_back(day=day, age=age, equity=known, paid=[*charged, Paid(day, let)], currency="USD")
        assert all(one.available >= 0 for one in again)
    # A reimbursement never makes less room.
    back = look_back(day=day, age=age, equity=known, paid=[*charged, Paid(day, -low)], currency="USD")
    assert chargeable(high, back) >= chargeable(high, seen)


@given(st.lists(cents, max_size=8), cents, st.integers(1, 10**6).map(lambda parts: Decimal(parts).scaleb(-4)))
def test_the_master_pays_one_by_one_while_it_stood_at_a_thousand(charges, balance, rate):
    paid = payers(charges, balance=balance, usd_rate=rate)

    left = balance
    for amount, who in zip(charges, paid, strict=True):
        assert who == (Payer.MASTER if left * rate >= FLOOR_USD else Payer.CLIENT)
        left -= amount if who == Payer.MASTER else 0
    # Once it is the client's turn it stays so: nothing in between raises the balance.
    assert sorted(paid, key=lambda who: who == Payer.CLIENT) == paid


@given(cents, cents, cents, currencies)
def test_what_may_be_paid_back_falls_by_what_was_and_is_never_more_than_half(fees, first, more, currency):
    fees, first, more = (round_money(one, currency) for one in (fees, first, more))
    whole = ceiling(fees=fees, rebates=Decimal(0), currency=currency)

    assert 0 <= whole <= fees / 2
    assert ceiling(fees=fees, rebates=first, currency=currency) == max(whole - first, Decimal(0))
    assert ceiling(fees=fees, rebates=first + more, currency=currency) <= ceiling(
        fees=fees, rebates=first, currency=currency
    )


@given(st.sampled_from(Plan), positive, positive, rates)
def test_a_commission_is_never_below_its_minimum_nor_a_minimum_above_its_ceiling(plan, quantity, price, rate):
    least = minimum(plan, quantity=quantity, price=price)

    assert 0 <= least <= CEILINGS[plan]
    assert commission(plan, rate=rate, quantity=quantity, price=price) >= least


@given(st.lists(st.tuples(values, currencies), min_size=1, max_size=6))
def test_an_adjustment_and_what_was_billed_make_the_right_fee_however_often(series):
    """However a fee came out again and again, its parts together are what it comes out as last, to the unit."""
    parts, currency = [], series[0][1]
    for figure, _currency in series:
        right = Billed(figure, round_money(figure, currency))
        parts.append(adjustment.difference(adjustment.together(parts), right))
        assert adjustment.together(parts) == right
        words = adjustment.text(adjustment.together(parts[:-1]), "7 0.010000 21")
        assert adjustment.parse(words)[1] == "7 0.010000 21"


@given(cents, st.integers(0, 10**6), st.integers(0, 10**6), currencies)
def test_what_two_advisors_share_is_all_of_it(total, one, other, currency):
    total = round_money(total, currency)
    if not one + other:
        return
    parts = split(total, [one, other], currency)

    assert sum(parts) == total and all(part >= 0 for part in parts)
    for part, weight in zip(parts, (one, other), strict=True):
        assert abs(part - total * weight / (one + other)) <= minor_unit(currency)
