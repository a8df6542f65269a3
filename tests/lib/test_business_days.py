"""Business days: the exchange's holidays, an administrator's exceptions, and arithmetic over both."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.business_days import Calendar, DayOutsideCalendar, nyse

# fees.md 1.0, counted from the exchange's published holidays.
BUSINESS_DAYS_A_MONTH = {
    2024: (21, 20, 20, 22, 22, 19, 22, 22, 20, 23, 20, 21),
    2025: (20, 19, 21, 21, 21, 20, 22, 21, 21, 23, 19, 22),
    2026: (20, 19, 22, 21, 20, 21, 22, 21, 21, 22, 20, 22),
}
BUSINESS_DAYS_A_YEAR = {2024: 252, 2025: 250, 2026: 251}

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2025, 9, day) for day in (26, 27, 28, 29))
LABOR_DAY = date(2025, 9, 1)


def new_york(*, overrides=None) -> Calendar:
    return Calendar((day for day, _ in nyse(2024, 2026)), overrides, years=(2024, 2026))


@pytest.mark.parametrize("year", BUSINESS_DAYS_A_MONTH)
def test_each_month_has_the_published_number_of_business_days(year):
    calendar = new_york()
    firsts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]

    counts = tuple(calendar.count(starts, ends) for starts, ends in pairwise(firsts))

    assert counts == BUSINESS_DAYS_A_MONTH[year]
    assert sum(counts) == BUSINESS_DAYS_A_YEAR[year]


def test_the_exchange_mourned_on_9_january_2025():
    assert not new_york().is_business_day(date(2025, 1, 9))
    assert "Carter" in dict(nyse(2025, 2025))[date(2025, 1, 9)]


@pytest.mark.parametrize(
    ("day", "is_business"),
    [
        (date(2025, 4, 18), False),  # Good Friday
        (date(2025, 10, 13), True),  # Columbus Day
        (date(2025, 11, 11), True),  # Veterans Day
        (date(2025, 11, 28), True),  # closes early, counts whole
        (date(2026, 7, 3), False),  # Independence Day, observed
        (SATURDAY, False),
    ],
)
def test_the_exchange_is_not_a_bank(day, is_business):
    assert new_york().is_business_day(day) is is_business


def test_the_list_of_holidays_holds_weekdays_of_the_years_asked_for():
    rows = nyse(2021, 2022)

    assert all(day.weekday() < 5 and day.year in (2021, 2022) and name for day, name in rows)
    assert rows == sorted(rows)


def test_stepping_over_a_weekend_and_a_holiday():
    calendar = new_york()

    assert calendar.next(FRIDAY) == MONDAY
    assert calendar.previous(MONDAY) == FRIDAY
    assert calendar.next(SATURDAY) == calendar.on_or_after(SATURDAY) == MONDAY
    assert calendar.previous(SUNDAY) == calendar.on_or_before(SUNDAY) == FRIDAY
    assert calendar.on_or_after(FRIDAY) == calendar.on_or_before(FRIDAY) == FRIDAY
    assert calendar.next(date(2025, 8, 29)) == date(2025, 9, 2)
    assert calendar.previous(date(2025, 9, 2)) == date(2025, 8, 29)


def test_adding_business_days_both_ways():
    calendar = new_york()

    assert calendar.add(FRIDAY, 1) == MONDAY
    assert calendar.add(SATURDAY, 1) == MONDAY
    assert calendar.add(MONDAY, -1) == FRIDAY
    assert calendar.add(SATURDAY, 0) == MONDAY
    assert calendar.add(FRIDAY, 0) == FRIDAY
    # "Posts on the tenth business day": 30 Sep 2025 plus ten.
    assert calendar.add(date(2025, 9, 30), 10) == date(2025, 10, 14)


def test_between_includes_the_start_and_not_the_end():
    calendar = new_york()

    assert calendar.between(FRIDAY, MONDAY) == [FRIDAY]
    assert calendar.between(FRIDAY, date(2025, 9, 30)) == [FRIDAY, MONDAY]
    assert calendar.between(MONDAY, MONDAY) == calendar.between(MONDAY, FRIDAY) == []
    assert calendar.count(MONDAY, FRIDAY) == 0


def test_an_override_closes_an_ordinary_day_and_opens_any_other():
    calendar = new_york(overrides={FRIDAY: False, LABOR_DAY: True, SATURDAY: True, SUNDAY: False})

    assert not calendar.is_business_day(FRIDAY)
    assert calendar.is_business_day(LABOR_DAY)
    assert calendar.is_business_day(SATURDAY)
    assert not calendar.is_business_day(SUNDAY)
    assert calendar.count(date(2025, 9, 1), date(2025, 10, 1)) == 21 - 1 + 1 + 1


def test_a_year_without_known_holidays_is_refused_rather_than_billed():
    calendar = new_york()

    with pytest.raises(DayOutsideCalendar, match="2027-01-01 is outside"):
        calendar.is_business_day(date(2027, 1, 1))
    with pytest.raises(DayOutsideCalendar):
        calendar.next(date(2026, 12, 31))
    with pytest.raises(DayOutsideCalendar):
        calendar.count(date(2026, 12, 1), date(2027, 1, 2))
    assert calendar.count(date(2026, 12, 1), date(2027, 1, 1)) == 22


def test_a_calendar_that_never_opens_says_so():
    always_closed = {date(2025, 1, 1) + timedelta(days=step): False for step in range(800)}

    with pytest.raises(LookupError, match="no business day"):
        Calendar(overrides=always_closed).next(date(2025, 1, 1))


def test_equal_calendars_are_equal_whatever_they_were_built_from():
    assert Calendar({LABOR_DAY}) == Calendar([LABOR_DAY, SATURDAY]) == Calendar((), {LABOR_DAY: False})
    assert len({Calendar({LABOR_DAY}), Calendar([LABOR_DAY])}) == 1
    assert Calendar({LABOR_DAY}) != Calendar()


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(starts=DAYS, length=st.integers(0, 200), overrides=st.dictionaries(DAYS, st.booleans(), max_size=20))
def test_counting_agrees_with_listing(starts, length, overrides):
    calendar = Calendar((day for day, _ in nyse(2024, 2026)), overrides)
    ends = starts + timedelta(days=length)

    assert calendar.count(starts, ends) == len(calendar.between(starts, ends))


@given(day=DAYS, steps=st.integers(1, 15))
def test_going_forth_and_back_returns(day, steps):
    calendar = Calendar(day for day, _ in nyse(2023, 2027))
    there = calendar.add(calendar.on_or_after(day), steps)

    assert calendar.is_business_day(there)
    assert calendar.add(there, -steps) == calendar.on_or_after(day)
