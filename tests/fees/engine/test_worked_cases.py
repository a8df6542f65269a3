"""The worked cases of the fee specification.  Expected figures come from there, never from our own output."""

from datetime import date
from decimal import Decimal

import pytest

from fees.engine.accrual import annual, line
from fees.engine.charge import recompute
from fees.engine.invoice_cap import accrued_limit, available, transition_limit
from fees.engine.timing import due_on
from fees.engine.types import WHOLE_BALANCE
from portal.lib.money import round_money
from portal.lib.periods import Period, last_business_day, monthly
from tests.fees.engine.agreed import (
    NEW_YORK,
    SECOND_QUARTER_2024,
    SEPTEMBER_2025,
    THIRD_QUARTER_2025,
    always,
    blended,
    closes,
    flat,
    percent,
)

EOM, EOQ, MONTHLY = "PERCENTOFEQUITY_EOM", "PERCENTOFEQUITY_EOQ", "PERCENTOFEQUITY_MONTHLY"
JUNE_2025 = monthly(date(2025, 6, 1))
JULY_2025 = monthly(date(2025, 7, 1))


def charge(*terms, nav, period=SEPTEMBER_2025, currency="USD"):
    return recompute(method=terms[0].method, nav=nav, terms=terms, calendar=NEW_YORK, period=period, currency=currency)


def test_p01_percent_of_nlv_for_a_day():
    day = line(percent("0.05"), Decimal(100_000))

    assert round_money(day.amount, "USD") == Decimal("19.84")
    assert day == (Decimal("100000.0000"), Decimal("0.050000"), Decimal("19.84126984"))


def test_p02_flat_fee_for_a_day():
    day = line(flat("1000"), Decimal(100_000))

    assert round_money(day.amount, "USD") == Decimal("3.97")
    assert day == (Decimal("1000.0000"), Decimal("1.000000"), Decimal("3.96825397"))


def test_p22_blended_and_whole_balance():
    steps = [("0", "0.01"), ("1000000", "0.0075")]

    assert annual(blended(steps), Decimal(1_500_000)) == Decimal("13750")
    assert annual(blended(steps, mode=WHOLE_BALANCE), Decimal(1_500_000)) == Decimal("11250")
    assert line(blended(steps), Decimal(1_500_000)).rate == Decimal("0.009167")
    assert line(blended(steps, mode=WHOLE_BALANCE), Decimal(1_500_000)).rate == Decimal("0.007500")


def test_d01_end_of_month():
    september = charge(percent("0.01", EOM), nav=always(SEPTEMBER_2025, "250000"))

    assert september.amount == Decimal("208.33")
    assert [one.days for one in september.segments] == [21]
    closed = last_business_day(NEW_YORK, SEPTEMBER_2025)
    assert closed == september.closing.day == date(2025, 9, 30)
    assert due_on(NEW_YORK, closed) == date(2025, 10, 1)


def test_d02_end_of_month_enabled_late():
    september = charge(percent("0.01", EOM, starts=date(2025, 9, 16)), nav=always(SEPTEMBER_2025, "250000"))

    assert september.amount == Decimal("109.13")
    assert [one.days for one in september.segments] == [11]


def test_d03_end_of_june():
    june = charge(percent("0.01", EOM), nav=always(JUNE_2025, "250000"), period=JUNE_2025)

    assert june.amount == Decimal("198.41")
    assert due_on(NEW_YORK, june.closing.day) == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("rate", "value", "period", "days", "amount", "due"),
    [
        ("0.012", "250000", THIRD_QUARTER_2025, 64, "761.90", date(2025, 10, 1)),
        ("0.01", "1000000", SECOND_QUARTER_2024, 63, "2500.00", date(2024, 7, 1)),
    ],
    ids=["D04", "D05"],
)
def test_end_of_quarter(rate, value, period, days, amount, due):
    quarter = charge(percent(rate, EOQ), nav=always(period, value), period=period)

    assert str(quarter.amount) == amount
    assert [one.days for one in quarter.segments] == [days]
    assert due_on(NEW_YORK, quarter.closing.day) == due


def test_d06_all_withdrawn_on_the_last_business_day():
    september = charge(percent("0.01", EOM), nav=closes(SEPTEMBER_2025, (20, "250000"), (1, "0")))

    assert september.amount == 0


def test_d07_monthly_accrued_with_a_deposit():
    september = charge(percent("0.012", MONTHLY), nav=closes(SEPTEMBER_2025, (10, "100000"), (11, "120000")))

    assert september.amount == Decimal("110.48")
    assert len(september.accruals) == 21


def test_d08_monthly_accrued_with_a_new_rate():
    changed = date(2025, 9, 16)  # the eleventh business day of the month
    before = percent("0.01", MONTHLY, ends=changed, component=1)
    after = percent("0.02", MONTHLY, starts=changed, component=2)

    september = charge(after, before, nav=always(SEPTEMBER_2025, "500000"))

    assert september.amount == Decimal("634.92")
    assert [one.component for one in september.accruals] == [1] * 10 + [2] * 11


@pytest.mark.parametrize(
    ("period", "starts", "amount"),
    [
        (SEPTEMBER_2025, date(2024, 1, 1), "500.00"),
        (JULY_2025, date(2024, 1, 1), "523.81"),
        (SEPTEMBER_2025, date(2025, 9, 19), "190.48"),
    ],
    ids=["21 days", "22 days", "8 enabled days"],
)
def test_d09_flat_monthly(period, starts, amount):
    month = charge(flat("6000", "ANNUALFLATFEE_MONTHLY", starts=starts), nav=always(period, "1000000"), period=period)

    assert str(month.amount) == amount


def test_d10_flat_quarterly():
    quarter = charge(
        flat("6000", "ANNUALFLATFEE_QUATERLY"),
        nav=always(SECOND_QUARTER_2024, "1000000"),
        period=SECOND_QUARTER_2024,
    )

    assert str(quarter.amount) == "1500.00"
    assert len(quarter.accruals) == 63


def test_d11_flat_over_a_year_of_250_days():
    days = NEW_YORK.between(date(2025, 1, 1), date(2026, 1, 1))

    total = sum(line(flat("6000"), Decimal(1_000_000)).amount for _ in days)

    assert len(days) == 250
    assert round_money(total, "USD") == Decimal("5952.38")


@pytest.mark.parametrize(("days", "limit"), [(21, "166.67"), (63, "500.00")], ids=["D21 a month", "D23 a quarter"])
def test_invoice_cap(days, limit):
    assert str(accrued_limit(Decimal("0.02"), [Decimal(100_000)] * days, "USD")) == limit


def test_p21_a_fixed_amount_a_quarter_is_a_ceiling_and_no_target():
    """Invoices of 400 and 600 fill a limit of 1,000; a cent more does not fit, and nothing need be invoiced at all."""
    limit = Decimal(1000)

    assert [available(limit, Decimal(used)) for used in (0, 400, 1000)] == [Decimal(1000), Decimal(600), Decimal(0)]
    assert available(limit, Decimal(1000)) < Decimal("0.01")


def test_d24_what_is_left_of_the_limit():
    limit = Decimal("166.67")

    assert available(limit, Decimal("100")) == Decimal("66.67")
    assert available(limit, Decimal("166.67")) == 0
    assert available(limit, Decimal("200")) == 0


@pytest.mark.parametrize(
    ("cap", "frequency", "limit"),
    [("0.05", "monthly", "125.00"), ("0.05", "quarterly", "375.00"), ("0.02", "monthly", "83.33")],
)
def test_d25_new_client(cap, frequency, limit):
    assert str(transition_limit(Decimal(cap), Decimal(50_000), frequency, "USD")) == limit


@pytest.mark.parametrize(
    ("terms", "nlv"),
    [
        (percent("0.027101"), "114796910.9299"),
        (blended([("0", "0.999999"), ("88.7801", "1")]), "3111111.0832"),
        (flat("3111111.0831112199"), "1"),
    ],
    ids=["percent", "blended", "flat"],
)
def test_a_near_tie_is_not_rounded_twice(terms, nlv):
    # x / 252 = 12345.678901234999...: a division that keeps 16 digits makes a tie of it and rounds that up to ...124.
    assert annual(terms, Decimal(nlv)) == Decimal("3111111.0831112199")
    assert line(terms, Decimal(nlv)).amount == Decimal("12345.67890123")


def test_an_exact_tie_goes_up():
    # 1.26 x 0.000001 / 252 is half of the last decimal; half of 0.000001 is half of the last decimal of a rate.
    assert line(percent("0.000001"), Decimal("1.26")).amount == Decimal("0.00000001")
    assert line(blended([("0", "0.000001"), ("1", "0")]), Decimal(2)).rate == Decimal("0.000001")


def test_yen_are_posted_whole():
    september = charge(percent("0.012", MONTHLY), nav=always(SEPTEMBER_2025, "10000000"), currency="JPY")

    # 21 days of 10,000,000 x 1.2 % / 252 = 476.190... each
    assert str(september.amount) == "10000"


def test_a_period_is_a_half_open_pair():
    assert Period(date(2025, 9, 1), date(2025, 10, 1)) == SEPTEMBER_2025
