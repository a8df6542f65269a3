"""Periods: half-open calendar stretches and the business day on which each closes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.business_days import Calendar, nyse
from portal.lib.periods import (
    Frequency,
    Period,
    annual,
    daily,
    is_period_end,
    last_business_day,
    monthly,
    period_of,
    previous_period,
    quarterly,
)

CALENDAR = Calendar((day for day, _ in nyse(2024, 2026)), years=(2024, 2026))


def test_each_frequency_holds_the_day_it_was_asked_for():
    day = date(2025, 12, 31)

    assert daily(day) == Period(day, date(2026, 1, 1))
    assert monthly(day) == Period(date(2025, 12, 1), date(2026, 1, 1))
    assert quarterly(day) == Period(date(2025, 10, 1), date(2026, 1, 1))
    assert annual(day) == Period(date(2025, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("month", "starts"), [(1, 1), (2, 1), (3, 1), (4, 4), (6, 4), (7, 7), (9, 7), (10, 10), (11, 10), (12, 10)]
)
def test_quarters_begin_in_january_april_july_and_october(month, starts):
    assert quarterly(date(2024, month, 29)).starts == date(2024, starts, 1)


def test_a_period_covers_its_start_and_not_its_end():
    september = monthly(date(2025, 9, 15))

    assert september.covers(date(2025, 9, 1))
    assert september.covers(date(2025, 9, 30))
    assert not september.covers(date(2025, 10, 1))
    assert september.last_day == date(2025, 9, 30)


@pytest.mark.parametrize(
    ("period", "closes"),
    [
        (monthly(date(2025, 9, 1)), date(2025, 9, 30)),
        (monthly(date(2025, 8, 1)), date(2025, 8, 29)),  # the 30th and 31st are a weekend
        (monthly(date(2024, 3, 1)), date(2024, 3, 28)),  # Good Friday, then the weekend
        (quarterly(date(2024, 6, 1)), date(2024, 6, 28)),
        (annual(date(2025, 6, 1)), date(2025, 12, 31)),
        (daily(date(2025, 9, 2)), date(2025, 9, 2)),
        (daily(date(2025, 9, 1)), None),  # Labor Day
    ],
)
def test_a_period_closes_on_its_last_business_day(period, closes):
    assert last_business_day(CALENDAR, period) == closes


def test_only_the_last_business_day_ends_a_period():
    assert is_period_end(CALENDAR, Frequency.MONTHLY, date(2025, 8, 29))
    assert not is_period_end(CALENDAR, Frequency.MONTHLY, date(2025, 8, 28))
    assert not is_period_end(CALENDAR, Frequency.MONTHLY, date(2025, 8, 31))
    assert is_period_end(CALENDAR, "daily", date(2025, 8, 28))
    assert not is_period_end(CALENDAR, "daily", date(2025, 8, 30))
    assert not is_period_end(CALENDAR, "quarterly", date(2025, 8, 29))


def test_the_period_before():
    assert previous_period("monthly", monthly(date(2025, 1, 15))) == monthly(date(2024, 12, 1))
    assert previous_period("quarterly", quarterly(date(2025, 1, 15))) == quarterly(date(2024, 12, 1))


def test_an_unknown_frequency_is_refused():
    with pytest.raises(ValueError, match="weekly"):
        period_of("weekly", date(2025, 1, 1))


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(Frequency))
def test_periods_tile_the_calendar(day, frequency):
    period = period_of(frequency, day)

    assert period.covers(day)
    assert period_of(frequency, period.starts) == period_of(frequency, period.last_day) == period
    assert previous_period(frequency, period).ends == period.starts
