"""A period's charge: which version applies on which day, what is missing, what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fees.engine.charge import MissingNav, OverlappingTerms, recompute
from fees.engine.types import NavPoint, Segment
from portal.lib.business_days import Calendar
from portal.lib.periods import daily
from tests.fees.engine.agreed import (
    NEW_YORK,
    SEPTEMBER_2025,
    THIRD_QUARTER_2025,
    always,
    blended,
    closes,
    flat,
    percent,
)

EOM, MONTHLY = "PERCENTOFEQUITY_EOM", "PERCENTOFEQUITY_MONTHLY"
MIDDLE = date(2025, 9, 16)


def charge(*terms, nav, method=None, period=SEPTEMBER_2025, calendar=NEW_YORK):
    return recompute(
        method=method or terms[0].method, nav=nav, terms=terms, calendar=calendar, period=period, currency="USD"
    )


def test_a_new_rate_inside_an_end_of_month_period_bills_each_rate_for_its_days():
    september = charge(
        percent("0.02", EOM, starts=MIDDLE, component=8),
        percent("0.01", EOM, ends=MIDDLE, component=7),
        nav=always(SEPTEMBER_2025, "252000"),
    )

    assert september.segments == (
        Segment(7, Decimal("0.01"), 10, Decimal(2520)),
        Segment(8, Decimal("0.02"), 11, Decimal(5040)),
    )
    # 252,000 x (1 % x 10 + 2 % x 11) / 252 = 100 + 220
    assert september.exact == Decimal("320.00000000")
    assert september.amount == Decimal("320.00")


def test_a_new_method_inside_the_period_bills_its_own_days_on_the_same_closing_value():
    fixed = percent("0.01", EOM, ends=MIDDLE, component=7)
    ranges = blended([("0", "0.02"), ("100000", "0.01")], "BLENDEDPERCENTOFEQUITY_EOM", starts=MIDDLE, component=8)
    nav = closes(SEPTEMBER_2025, (20, "1"), (1, "252000"))

    by_fixed = charge(fixed, ranges, nav=nav)
    by_ranges = charge(ranges, fixed, nav=nav)

    assert [(one.component, one.days) for one in by_fixed.segments + by_ranges.segments] == [(7, 10), (8, 11)]
    assert by_fixed.exact == Decimal(100)
    # (2,000 + 1,520) x 11 / 252
    assert by_ranges.exact == Decimal("153.65079365")
    assert by_ranges.amount == Decimal("153.65")


def test_an_end_of_month_fee_needs_only_the_closing_value():
    only_last = [NavPoint(date(2025, 9, 30), Decimal(250_000))]

    assert charge(percent("0.01", EOM), nav=only_last).amount == Decimal("208.33")
    with pytest.raises(MissingNav, match="2025-09-30"):
        charge(percent("0.01", EOM), nav=always(SEPTEMBER_2025, "250000")[:-1])


def test_terms_that_ended_before_the_close_are_billed_on_the_closing_value():
    september = charge(percent("0.01", EOM, ends=MIDDLE), nav=always(SEPTEMBER_2025, "252000"))

    assert september.exact == Decimal(100)


def test_an_accrued_day_without_a_value_is_missing_and_not_zero():
    nav = always(SEPTEMBER_2025, "100000")
    without = [point for point in nav if point.day.day not in (3, 17)]

    with pytest.raises(MissingNav) as missing:
        charge(percent("0.01", MONTHLY), nav=without)

    assert missing.value.days == (date(2025, 9, 3), date(2025, 9, 17))
    assert charge(percent("0.01", MONTHLY, starts=date(2025, 9, 18)), nav=without).amount > 0


def test_days_without_a_positive_value_are_lines_of_zero():
    september = charge(flat("252", "ANNUALFLATFEE_MONTHLY"), nav=closes(SEPTEMBER_2025, (19, "5"), (1, "0"), (1, "-7")))

    assert len(september.accruals) == 21
    assert september.exact == Decimal(19)
    assert [(one.base, one.rate, one.amount) for one in september.accruals[-2:]] == [(252, 0, 0), (252, 0, 0)]


def test_values_of_other_days_and_terms_of_other_methods_are_passed_over():
    nav = [*always(THIRD_QUARTER_2025, "252000"), NavPoint(date(2025, 9, 6), Decimal(10**9))]
    monthly = percent("0.01", MONTHLY)

    alone = charge(monthly, nav=nav)

    assert alone.exact == Decimal(210)
    assert charge(monthly, percent("0.5"), flat("1000"), nav=nav) == alone


def test_two_agreements_for_one_method_on_one_day_are_refused():
    with pytest.raises(OverlappingTerms, match="components 1, 2 all apply on 2025-09-16"):
        charge(
            percent("0.01", MONTHLY, component=1),
            percent("0.02", MONTHLY, starts=MIDDLE, component=2),
            nav=always(SEPTEMBER_2025, "1"),
        )


def test_overlap_outside_the_period_does_not_matter():
    september = charge(
        percent("0.01", MONTHLY, component=1),
        percent("0.02", MONTHLY, starts=date(2025, 10, 1), component=2),
        nav=always(SEPTEMBER_2025, "252000"),
    )

    assert september.exact == Decimal(210)


def test_an_emergency_closure_takes_its_day_out():
    day = date(2025, 9, 10)
    closed = Calendar(overrides={day: False, date(2025, 9, 1): False})

    september = charge(percent("0.01", EOM), nav=always(SEPTEMBER_2025, "252000"), calendar=closed)

    assert september.exact == Decimal(200)


def test_a_daily_charge_is_one_accrual():
    day = date(2025, 9, 30)

    charged = charge(percent("0.05"), nav=[NavPoint(day, Decimal(100_000))], period=daily(day))

    assert (len(charged.accruals), charged.exact, charged.amount) == (1, Decimal("19.84126984"), Decimal("19.84"))
    assert charge(percent("0.05"), nav=[], period=daily(date(2025, 9, 1))) is None


def test_the_order_of_what_arrives_does_not_matter():
    terms = [percent("0.01", MONTHLY, ends=MIDDLE, component=9), percent("0.02", MONTHLY, starts=MIDDLE, component=3)]
    nav = closes(SEPTEMBER_2025, (10, "100"), (11, "200"))

    assert charge(*terms, nav=nav) == charge(*reversed(terms), nav=reversed(nav))


def test_money_is_rounded_from_the_sum_and_not_day_by_day():
    # 21 days of 0.00396825; rounded a day at a time nothing would be left.
    september = charge(flat("1", "ANNUALFLATFEE_MONTHLY"), nav=always(SEPTEMBER_2025, "1"))

    assert september.exact == Decimal("0.08333325")
    assert september.amount == Decimal("0.08")


def test_charges_are_values():
    nav = always(SEPTEMBER_2025, "1")
    one = charge(percent("0.01", MONTHLY), nav=nav)

    assert one == charge(percent("0.01", MONTHLY), nav=nav)
    assert one != replace(one, amount=Decimal(1))
