"""The rolling cap, the USD 1,000 rule, reimbursements and hedge-fund fees: published cases and cases worked by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.engine.hedge_fund import Holding, effective_from, fee_period, fund_fee
from fees.engine.hedge_fund import validate as fund_problems
from fees.engine.payer import Payer, payer, payers
from fees.engine.reimbursement import ceiling
from fees.engine.rolling_cap import Paid, chargeable, look_back, share, window, windows
from portal.lib.periods import Frequency

DAY = date(2026, 3, 31)


def test_p08_thirty_days_of_ten_thousand():
    one = window(days=30, average=Decimal(10_000), paid=Decimal(50), currency="USD")

    assert one.available == Decimal("671.69")


def test_p09_the_share_of_every_window():
    shown = [str(round(share(days) * 100, 1)) for days in windows(360)]

    assert shown == ["7.2", "10.2", "12.5", "14.4", "16.1", "17.7", "19.1", "20.4", "21.7", "22.8", "23.9", "25.0"]


def test_a_younger_account_has_its_full_windows_and_its_exact_age():
    assert windows(75) == [30, 60, 75]
    assert windows(60) == [30, 60]
    assert windows(12) == [12]
    assert windows(5000)[-1] == 360


def test_windows_are_worked_out_from_days():
    equity = {DAY - timedelta(days=step): Decimal(10_000) for step in range(40)}
    paid = [Paid(DAY - timedelta(days=29), Decimal(50)), Paid(DAY - timedelta(days=30), Decimal(7))]

    thirty, forty = look_back(day=DAY, age=40, equity=equity, paid=paid, currency="USD")

    assert (thirty.days, thirty.paid, thirty.available) == (30, 50, Decimal("671.69"))
    assert (forty.days, forty.paid) == (40, 57)


def test_a_fee_is_trimmed_to_what_every_window_has_left():
    seen = [window(days=30, average=Decimal(10_000), paid=Decimal(50), currency="USD")]

    assert chargeable(Decimal(1_000), seen) == Decimal("671.69")
    assert chargeable(Decimal(100), seen) == 100
    spent = window(days=60, average=Decimal(10_000), paid=Decimal(5_000), currency="USD")
    assert chargeable(Decimal(1), [*seen, spent]) == 0


def test_a_reimbursement_raises_the_cap():
    seen = look_back(day=DAY, age=30, equity={DAY: Decimal(10_000)}, paid=[Paid(DAY, Decimal(-100))], currency="USD")

    assert seen[0].available == Decimal("821.69")


@pytest.mark.parametrize(
    ("balance", "rate", "who"),
    [("999.99", "1", Payer.CLIENT), ("1000.00", "1", Payer.MASTER), ("920", "1.10", Payer.MASTER)],
)
def test_d28_the_master_pays_from_a_thousand_dollars(balance, rate, who):
    assert payer(balance=Decimal(balance), usd_rate=Decimal(rate)) == who


def test_charges_are_tested_one_after_another():
    charges = [Decimal(4), Decimal(2), Decimal(1)]

    # 1,005 pays 4; 1,001 pays 2; 999 is below the floor
    assert payers(charges, balance=Decimal(1_005)) == [Payer.MASTER, Payer.MASTER, Payer.CLIENT]


def test_p10_and_p11_half_of_the_fees_less_what_went_back():
    assert ceiling(fees=Decimal(12_000), rebates=Decimal(0), currency="USD") == 6_000
    assert ceiling(fees=Decimal(12_000), rebates=Decimal(5_000), currency="USD") == 1_000
    assert ceiling(fees=Decimal(12_000), rebates=Decimal(7_000), currency="USD") == 0


@given(st.decimals(0, 1_000_000, places=2))
def test_never_more_than_half_goes_back(fees):
    assert ceiling(fees=fees, rebates=Decimal(0), currency="USD") * 2 <= fees


def test_a_fund_costs_a_part_of_its_value_and_of_its_profit():
    holding = Holding(begin=Decimal(100_000), end=Decimal(112_000), contributions=Decimal(2_000))

    fee = fund_fee(holding, rate=Decimal("0.02"), profit_share=Decimal("0.20"), fee_days=63, currency="USD")

    # 112,000 × 2 % × 63 ÷ 252 = 560; the profit is 10,000, of which 20 %
    assert (fee.on_value, fee.on_profit, fee.amount) == (560, 2_000, Decimal("2560.00"))


def test_a_fund_that_lost_costs_nothing_on_profit():
    fee = fund_fee(
        Holding(begin=Decimal(100), end=Decimal(90)),
        rate=None,
        profit_share=Decimal("0.2"),
        fee_days=21,
        currency="USD",
    )

    assert fee.amount == 0


@pytest.mark.parametrize(
    ("before", "after", "starts"),
    [
        (None, Frequency.MONTHLY, date(2026, 2, 10)),
        (Frequency.MONTHLY, Frequency.MONTHLY, date(2026, 3, 1)),
        (Frequency.QUARTERLY, Frequency.QUARTERLY, date(2026, 4, 1)),
        (Frequency.MONTHLY, Frequency.QUARTERLY, date(2026, 4, 1)),
        (Frequency.QUARTERLY, Frequency.MONTHLY, date(2026, 4, 1)),
    ],
)
def test_when_a_fund_fee_starts_to_count(before, after, starts):
    assert effective_from(approved_on=date(2026, 2, 10), before=before, after=after) == starts


def test_a_first_period_is_cut_to_its_approval():
    cut = fee_period(Frequency.MONTHLY, date(2026, 2, 20), starts=date(2026, 2, 10))

    assert cut == (date(2026, 2, 10), date(2026, 3, 1))


def test_a_fund_fee_needs_a_figure():
    assert [one.key for one in fund_problems(None, None)] == ["required"]
    assert [one.key for one in fund_problems(None, Decimal("0.31"))] == ["too_high"]
