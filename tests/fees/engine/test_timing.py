"""When periods close and post."""

from datetime import date

import pytest

from fees.engine.timing import due_on, periods_closing_on
from portal.lib.periods import Period
from tests.fees.engine.agreed import NEW_YORK, SEPTEMBER_2025, THIRD_QUARTER_2025

DAILY = {1, 11, 21}
MONTHLY = {2, 4, 12, 14, 22, 51}
QUARTERLY = {3, 5, 13, 15, 23, 32, 52}
ANNUAL = {31}


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2025, 9, 15), DAILY),
        (date(2025, 8, 29), DAILY | MONTHLY),
        (date(2025, 9, 30), DAILY | MONTHLY | QUARTERLY),
        (date(2025, 12, 31), DAILY | MONTHLY | QUARTERLY | ANNUAL),
        (date(2025, 8, 30), set()),  # a Saturday
        (date(2025, 8, 31), set()),  # the month's last day, a Sunday
        (date(2025, 9, 1), set()),  # Labor Day
        (date(2024, 3, 28), DAILY | MONTHLY | QUARTERLY),  # before Good Friday
    ],
)
def test_periods_close_on_their_last_business_day(day, codes):
    assert set(periods_closing_on(NEW_YORK, day)) == codes


def test_each_closing_method_knows_its_period():
    closing = periods_closing_on(NEW_YORK, date(2025, 9, 30))

    assert closing[1] == Period(date(2025, 9, 30), date(2025, 10, 1))
    assert closing[4] == SEPTEMBER_2025
    assert closing[5] == THIRD_QUARTER_2025


def test_a_closed_period_posts_on_a_later_business_day():
    assert due_on(NEW_YORK, date(2025, 8, 29)) == date(2025, 9, 2)
    assert due_on(NEW_YORK, date(2025, 9, 30)) == date(2025, 10, 1)
    assert due_on(NEW_YORK, date(2025, 9, 30), lag=10) == date(2025, 10, 14)
    assert due_on(NEW_YORK, date(2025, 9, 30), lag=0) == date(2025, 9, 30)
