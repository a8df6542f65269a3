"""Returns by figures worked on paper (docs/returns.md)."""

from datetime import date
from decimal import Decimal

import pytest

from portal.lib.business_days import Calendar
from portal.lib.money import round_display
from portal.performance.rules import DayValue
from portal.reports.periods import Choice, Span, parts, span_of
from portal.reports.returns import chained, differs, measure, money_weighted
from portal.statements.rules import Member, together

D = Decimal
JUNE, LAST = date(2026, 6, 1), date(2026, 6, 30)
MAY = date(2026, 5, 29)
SPAN = Span(JUNE, LAST)
WEEKDAYS = Calendar()


def value(day, nlv, flow="0", *, is_complete=True):
    return DayValue(day, D(nlv), D(flow), is_complete)


def found(*values, expected=(), span=SPAN):
    one = measure(values, span, expected)
    assert one is not None
    return one


def percent(fraction):
    return round_display(fraction * 100)


def members(*accounts):
    """Accounts in dollars, each a mapping of day to (value, flow)."""
    named = [
        Member("USD", {day: (D(nlv), D(flow)) for day, (nlv, flow) in one.items()}, opened=date(2024, 1, 2))
        for one in accounts
    ]
    return together(named, {}, "USD")


def test_rep_1_a_consolidated_return_is_that_of_the_sums_and_not_the_average():
    """100 to 110 and 900 to 900: 1,000 to 1,010 is 1.00 %; the average of 10 % and 0 % would be 5.00 %."""
    one = found(*members({MAY: ("100", "0"), LAST: ("110", "0")}, {MAY: ("900", "0"), LAST: ("900", "0")}))

    assert (one.opening, one.closing, one.flow) == (D(1000), D(1010), 0)
    assert percent(one.by_time) == D("1.00")
    assert percent(one.by_money) == D("1.00")


def test_rep_2_what_one_member_gives_another_the_same_day_is_no_flow():
    """50 from A to B: together nothing came in, and nothing was earned."""
    middle = date(2026, 6, 15)
    one = found(
        *members(
            {MAY: ("100", "0"), middle: ("50", "-50"), LAST: ("50", "0")},
            {MAY: ("900", "0"), middle: ("950", "50"), LAST: ("950", "0")},
        )
    )

    assert (one.came_in, one.went_out, one.flow, one.gain) == (0, 0, 0, 0)
    assert one.by_time == one.by_money == 0


def test_time_weighting_takes_the_flows_out_and_money_weighting_weighs_them():
    """100, after half the time 50 more, 176 at the end. Time: (170 - 50)/100 * 176/170 = 1.2423..., so 24.24 %.

    Money: with x = 1 + R, 100x + 50 * sqrt(x) = 176 is solved by x = 1.21, for 121 + 50 * 1.1 = 176: 21.00 %.
    """
    one = found(value(MAY, "100"), value(date(2026, 6, 15), "170", "50"), value(LAST, "176"))

    assert percent(one.by_time) == D("24.24")
    assert percent(one.by_money) == D("21.00")
    assert (one.opening, one.came_in, one.went_out, one.closing, one.gain) == (100, 50, 0, 176, 26)


def test_the_money_weighted_return_of_a_withdrawal():
    """200, after half the time 110 taken, 121 left: 200x - 110 * sqrt(x) = 121 is solved by x = 1.21."""
    flows = [(date(2026, 6, 15), D(-110))]

    assert percent(money_weighted(D(200), date(2026, 5, 31), flows, D(121), LAST)) == D("21.00")


def test_a_loss_by_money():
    """100, and 100 more after half the time, 119 at the end: 100 * 0.49 + 100 * 0.7 = 119."""
    flows = [(date(2026, 6, 15), D(100))]

    assert percent(money_weighted(D(100), date(2026, 5, 31), flows, D(119), LAST)) == D("-51.00")


def test_no_return_by_money_where_nothing_solves_it():
    """Everything taken, and more than there ever was left over: no growth of nothing explains it."""
    assert money_weighted(D(0), date(2026, 5, 31), [(date(2026, 6, 15), D(-10))], D(20), LAST) is None
    assert money_weighted(D(0), date(2026, 5, 31), [], D(20), LAST) is None


def test_an_account_that_began_in_the_period_opens_with_nothing_and_earns_from_its_first_day_on():
    one = found(value(date(2026, 6, 10), "1000", "1000"), value(LAST, "1050"))

    assert (one.first, one.opening, one.came_in, one.gain) == (date(2026, 6, 10), 0, 1000, 50)
    assert percent(one.by_time) == percent(one.by_money) == D("5.00")


def test_a_missing_day_is_said_and_an_incomplete_one_is_left_out():
    gap = date(2026, 6, 15)
    whole = [value(MAY, "100"), value(LAST, "110")]

    assert found(*whole, expected=[gap, LAST]).missing == (gap,)
    with_half = found(whole[0], value(gap, "40", is_complete=False), whole[1], expected=[gap, LAST])
    assert (with_half.missing, percent(with_half.by_time)) == ((gap,), D("10.00"))


def test_below_zero_there_is_no_return():
    one = found(value(MAY, "100"), value(date(2026, 6, 15), "-20"), value(LAST, "50"))

    assert (one.by_time, one.by_money, one.closing) == (None, None, 50)


def test_nothing_in_the_period_is_nothing():
    assert measure([value(MAY, "100")], SPAN, []) is None


@pytest.mark.parametrize(("exact", "shown"), [("0.010050", "1.00"), ("0.010150", "1.02"), ("0.0101500001", "1.02")])
def test_percents_are_rounded_half_to_even_and_only_when_shown(exact, shown):
    assert percent(D(exact)) == D(shown)


def test_the_brokers_returns_are_chained_over_weekends_and_compared_to_a_hundredth_of_a_point():
    """Friday 1 % and Monday 2 %: 1.01 * 1.02 = 1.0302."""
    friday, monday = date(2026, 6, 5), date(2026, 6, 8)
    said = [(friday, friday, D(1)), (monday, monday, D(2))]

    assert chained(said, friday, monday, WEEKDAYS) == D("0.0302")
    assert chained(said[1:], friday, monday, WEEKDAYS) is None
    assert chained(said, friday, date(2026, 6, 9), WEEKDAYS) is None
    assert chained([*said, (friday, monday, D("3.02"))], friday, monday, WEEKDAYS) == D("0.0302")
    assert not differs(D("0.0303"), D("0.0302"))
    assert differs(D("0.03031"), D("0.0302"))
    assert not differs(None, D("0.0302"))


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        ("day", (2026, 11, 19), (2026, 11, 19)),
        ("mtd", (2026, 11, 1), (2026, 11, 19)),
        ("previous_month", (2026, 10, 1), (2026, 10, 31)),
        ("previous_quarter", (2026, 7, 1), (2026, 9, 30)),
        ("ytd", (2026, 1, 1), (2026, 11, 19)),
        ("year", (2025, 1, 1), (2025, 12, 31)),
        ("inception", (2024, 3, 4), (2026, 11, 19)),
        ("custom", (2026, 2, 3), (2026, 11, 19)),
    ],
)
def test_the_periods_end_with_the_last_sealed_day(choice, first, last):
    span = span_of(
        Choice(choice),
        sealed=date(2026, 11, 19),
        began=date(2024, 3, 4),
        first=date(2026, 2, 3),
        last=date(2026, 12, 31),
    )

    assert span == Span(date(*first), date(*last))


def test_a_period_that_has_not_begun_is_none():
    assert span_of(Choice.CUSTOM, sealed=date(2026, 11, 19), first=date(2026, 11, 20), last=date(2027, 1, 1)) is None


def test_a_span_is_cut_into_calendar_parts():
    assert parts(Span(date(2026, 1, 15), date(2026, 3, 10)), "monthly") == [
        Span(date(2026, 1, 15), date(2026, 1, 31)),
        Span(date(2026, 2, 1), date(2026, 2, 28)),
        Span(date(2026, 3, 1), date(2026, 3, 10)),
    ]
