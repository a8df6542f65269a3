"""The limit of an advisor's invoices at its edges; the worked cases are in test_worked_cases."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.engine.accrual import line
from fees.engine.invoice_cap import accrued_limit, available, closing_limit, transition_limit
from portal.lib.money import round_money
from tests.fees.engine.agreed import percent

CAP = Decimal("0.02")
VALUES = st.integers(-(10**9), 10**13).map(lambda parts: Decimal(parts).scaleb(-4))


def test_days_below_zero_do_not_eat_the_limit_of_the_others():
    assert accrued_limit(CAP, [Decimal(126_000), Decimal(-126_000), Decimal(0)], "USD") == 10
    assert accrued_limit(CAP, [], "USD") == 0


def test_the_closing_variant_counts_every_day_at_the_last_value():
    assert closing_limit(CAP, Decimal(120_000), 21, "USD") == 200
    assert closing_limit(CAP, Decimal(-120_000), 21, "USD") == 0


def test_a_new_client_is_limited_to_three_percent_a_year():
    assert transition_limit(Decimal("0.03"), Decimal(84_000), "monthly", "USD") == 210
    assert transition_limit(Decimal("0.031"), Decimal(84_000), "monthly", "USD") == 210
    assert transition_limit(Decimal("0.029"), Decimal(84_000), "monthly", "USD") == 203
    assert transition_limit(CAP, Decimal(-84_000), "quarterly", "USD") == 0
    with pytest.raises(ValueError, match="weekly"):
        transition_limit(CAP, Decimal(1), "weekly", "USD")


def test_the_limit_is_money_of_the_account():
    assert str(accrued_limit(CAP, [Decimal(100_000)] * 21, "JPY")) == "167"


def test_nothing_is_left_when_more_was_invoiced_than_a_lowered_cap_allows():
    assert available(Decimal(10), Decimal(11)) == 0


@given(st.lists(VALUES, max_size=30))
def test_the_limit_is_what_an_automatic_fee_of_the_same_rate_would_charge(values):
    charged = sum((line(percent("0.02"), nlv).amount for nlv in values), Decimal(0))

    assert abs(accrued_limit(CAP, values, "USD") - round_money(charged, "USD")) <= Decimal("0.01")
