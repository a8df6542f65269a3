"""How the demo's history is cut into files."""

from datetime import date

from portal.demo.broker.calendar import business_days
from portal.demo.history import Stretch, stretches


def test_a_month_ends_on_the_first_business_day_of_the_next_one_and_the_last_day_stands_alone():
    found = stretches(date(2026, 8, 17), date(2026, 10, 15), date(2026, 10, 15))

    assert found == [
        Stretch(date(2026, 8, 17), date(2026, 9, 1)),
        Stretch(date(2026, 9, 2), date(2026, 10, 1)),
        Stretch(date(2026, 10, 2), date(2026, 10, 14)),
        Stretch(date(2026, 10, 15), date(2026, 10, 15)),
    ]


def test_days_after_the_making_come_one_by_one_and_change_nothing_before():
    built = date(2026, 10, 15)
    before = stretches(date(2026, 8, 17), built, built)
    later = stretches(date(2026, 8, 17), built, date(2026, 10, 20))

    assert later[: len(before)] == before
    assert later[len(before) :] == [
        Stretch(day, day) for day in (date(2026, 10, 16), date(2026, 10, 19), date(2026, 10, 20))
    ]


def test_every_business_day_is_in_exactly_one_stretch():
    since = date(2025, 10, 20)
    for until in business_days(date(2026, 9, 25), date(2026, 11, 10)):
        covered = [day for one in stretches(since, until, until) for day in business_days(one.first, one.last)]

        assert covered == list(business_days(since, until))


def test_a_history_of_one_day_is_one_stretch():
    day = date(2026, 10, 15)

    assert stretches(day, day, day) == [Stretch(day, day)]
