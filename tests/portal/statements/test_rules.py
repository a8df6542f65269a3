"""A month's figures, worked by hand."""

from datetime import date
from decimal import Decimal

from portal.performance.rules import DayValue
from portal.statements.rules import Member, month_of, months_of, together


def day(number, month=3):
    return date(2026, month, number)


def value(on, nlv, flow="0", complete=True):
    return DayValue(on, Decimal(nlv), Decimal(flow), complete)


def test_a_month_goes_from_the_value_before_it_to_its_last():
    """Case DSH-6: 100,000 / 101,000 / 152,510 with 50,000 in / 150,984.90 / 120,787.92 with 30,196.98 out: 1.4849 %."""
    found = month_of(
        [
            value(day(27, 2), "100000"),
            value(day(2), "101000"),
            value(day(3), "152510", "50000"),
            value(day(4), "150984.90"),
            value(day(5), "120787.92", "-30196.98"),
        ],
        day(1),
        until=day(5),
    )

    assert (found.opening, found.closing) == (Decimal(100000), Decimal("120787.92"))
    assert (found.came_in, found.went_out) == (Decimal(50000), Decimal("30196.98"))
    assert found.change == Decimal("984.90")
    assert round(found.earned, 6) == Decimal("0.014849")
    assert [point.day for point in found.days] == [day(2), day(3), day(4), day(5)]
    assert not found.is_whole


def test_an_account_that_began_in_the_month_opened_with_what_its_first_deposit_leaves():
    found = month_of([value(day(10), "5000", "5000"), value(day(11), "5050")], day(1), until=day(31))

    assert (found.opening, found.came_in, found.change) == (0, Decimal(5000), Decimal(50))
    assert found.earned == Decimal("0.01")
    assert found.is_whole


def test_a_month_without_values_is_none():
    assert month_of([value(day(27, 2), "100")], day(1), until=day(31)) is None
    assert month_of([value(day(2), "100")], day(1), until=day(1)) is None


def test_nothing_after_the_sealed_day_is_in_it():
    found = month_of([value(day(2), "100"), value(day(3), "999")], day(1), until=day(2))

    assert found.closing == Decimal(100)


def test_months_come_newest_first_and_join_without_a_gap():
    march, february = months_of(
        [value(day(30, 1), "90"), value(day(27, 2), "100"), value(day(31), "110")], 2026, until=day(31)
    )[:2]

    assert (february.opening, february.closing) == (Decimal(90), Decimal(100))
    assert (march.opening, march.closing) == (Decimal(100), Decimal(110))


def member(currency="USD", closed=None, **values):
    days = {day(int(key[1:])): tuple(map(Decimal, pair)) for key, pair in values.items()}
    return Member(currency, days, date(2024, 1, 2), closed)


def test_rep_1_a_consolidation_weighs_by_value():
    """100 to 110 and 900 to 900: 1.00 %, not 5.00 %."""
    summed = together([member(d2=("100", "0"), d3=("110", "0")), member(d2=("900", "0"), d3=("900", "0"))], {}, "USD")
    found = month_of(summed, day(1), until=day(31))

    assert round(found.earned, 6) == Decimal("0.01")


def test_rep_2_what_one_member_gives_another_cancels_out():
    summed = together([member(d2=("100", "0"), d3=("50", "-50")), member(d2=("100", "0"), d3=("150", "50"))], {}, "USD")
    found = month_of(summed, day(1), until=day(31))

    assert (found.came_in, found.went_out, found.earned) == (0, 0, 0)


def test_a_day_on_which_a_member_is_missing_is_left_out():
    summed = together([member(d2=("100", "0"), d3=("100", "0")), member(d2=("900", "0"))], {}, "USD")

    assert [one.is_complete for one in summed] == [True, False]
    assert month_of(summed, day(1), until=day(31)).closing == Decimal(1000)


def test_a_closed_member_is_not_missed():
    summed = together([member(d2=("100", "0"), d3=("100", "0")), member(closed=day(3), d2=("900", "0"))], {}, "USD")

    assert [one.is_complete for one in summed] == [True, True]


def test_other_currencies_are_converted_by_the_rate_of_the_day_or_the_day_is_incomplete():
    euro = member("EUR", d2=("1000", "100"), d3=("1000", "0"))
    summed = together([member(d2=("500", "0"), d3=("500", "0")), euro], {(day(2), "EUR"): Decimal("1.10")}, "USD")

    assert summed[0] == DayValue(day(2), Decimal("1600.00"), Decimal("110.00"), True)
    assert not summed[1].is_complete
