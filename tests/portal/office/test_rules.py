"""What is usual, what is odd, and where in its month a night stands."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.lib.business_days import Calendar, nyse
from portal.office.rules import Place, Share, Usual, left_of, place_of, progress, rate, rest, usual
from portal.office.words import duration

CALENDAR = Calendar([day for day, _name in nyse(2026, 2026)], years=(2026, 2026))


def test_usual_leaves_the_most_extreme_night_at_either_end_out():
    found = usual([100, 101, 102, 103, 104, 105, 900])

    assert found == Usual(low=Decimal(101), middle=Decimal(103), high=Decimal(105))


def test_too_few_nights_say_nothing():
    assert usual([1, 2, 3, 4]) is None


@pytest.mark.parametrize(("figure", "odd"), [(103, False), (91, False), (90, True), (116, True), (115, False)])
def test_odd_is_outside_the_range_by_more_than_a_tenth_of_the_middle(figure, odd):
    assert Usual(low=Decimal(101), middle=Decimal(100), high=Decimal(105)).is_odd(figure) is odd


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2026, 11, 2), Place.FIRST),  # the 1st is a Sunday
        (date(2026, 11, 3), Place.WITHIN),
        (date(2026, 10, 30), Place.LAST),  # the 31st is a Saturday
        (date(2026, 12, 31), Place.WITHIN),  # the calendar ends here, so nothing is known of the next day
    ],
)
def test_the_place_of_a_night_in_its_month(day, place):
    assert place_of(day, CALENDAR) == place


def test_pace():
    assert rate(1000, timedelta(seconds=4)) == 250
    assert rate(1000, None) is None
    assert rate(0, timedelta(seconds=4)) is None
    assert rest(2, 8, timedelta(seconds=10)) == timedelta(seconds=30)
    assert rest(0, 8, timedelta(seconds=10)) is None
    assert rest(8, 8, timedelta(seconds=10)) is None


@pytest.mark.parametrize(
    ("took", "words"),
    [
        (timedelta(milliseconds=235), "235 ms"),
        (timedelta(seconds=4.25), "4.2 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=252), "4 min 12 s"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (None, ""),
    ],
)
def test_durations_are_said_shortly(took, words):
    assert duration(took) == words


def test_a_night_is_as_far_as_the_usual_time_of_its_stages_says():
    """Stages that usually take 10, 30 and 60: one is done and half of the next, so a quarter is behind."""
    stages = [
        Share(Decimal(10), Decimal(1)),
        Share(Decimal(30), Decimal("0.5")),
        Share(Decimal(60), Decimal(0)),
    ]

    assert progress(stages) == Decimal("0.25")
    assert left_of(stages, timedelta(seconds=20)) == timedelta(seconds=60)


def test_nothing_is_said_of_the_end_before_there_is_a_pace():
    assert left_of([Share(Decimal(10), Decimal(0))], timedelta(seconds=5)) is None
    assert left_of([Share(Decimal(10), Decimal(1))], timedelta(seconds=5)) is None
    assert progress([]) == 0
