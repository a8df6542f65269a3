"""When invoices must be in: 17:30 in New York on a business day, 17:30:00.000 being too late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fees.sending.rules import business_day_of, cut_off_after, cut_off_of
from portal.lib.business_days import Calendar, nyse

CALENDAR = Calendar([day for day, _name in nyse(2026, 2027)], years=(2026, 2027))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 20, 19, 18, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 22, 29, 59, 999999, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 22, 30, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 26, 12, 0, tzinfo=UTC), date(2026, 11, 27)),
        (datetime(2026, 7, 1, 21, 29, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 21, 30, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_next_cut_off(at: datetime, day: date):
    assert business_day_of(at, CALENDAR) == day


def test_it_is_half_past_five_in_new_york():
    cut_off = cut_off_of(business_day_of(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), CALENDAR))

    assert (cut_off.hour, cut_off.minute, cut_off.utcoffset()) == (17, 30, timedelta(hours=-5))


def test_hours_and_minutes_left():
    """14:17:01 in New York on a Friday; after the cut-off it is Monday's."""
    friday = cut_off_after(datetime(2026, 11, 20, 19, 17, 1, tzinfo=UTC), CALENDAR)
    late = cut_off_after(datetime(2026, 11, 20, 22, 30, tzinfo=UTC), CALENDAR)

    assert (friday.is_today, friday.hours, friday.minutes) == (True, 3, 12)
    assert (late.is_today, late.at.date()) == (False, date(2026, 11, 23))
