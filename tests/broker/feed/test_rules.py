"""The checks and flows as pure decisions; figures worked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.broker.feed import rules
from accounts.broker.feed.rules import Changes
from portal.lib.business_days import Calendar

MON, TUE, WED = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
D = Decimal
CALENDAR = Calendar()


def changes(ending, twr=None, *, starting="1000", first=MON, last=MON, **components):
    parts = {name: D(amount) for name, amount in components.items()}
    return Changes(first, last, D(starting), D(ending), parts, None if twr is None else D(twr))


def check(*one, totals, flows=None):
    return rules.check(one, totals, flows, CALENDAR)


@pytest.mark.parametrize(("ending", "reason"), [("1120.03", ""), ("1120.04", "components"), ("1119.97", "")])
def test_the_tolerance_is_a_cent_for_each_component_that_is_there(ending, reason):
    one = changes(ending, mtm="20", depositsWithdrawals="101.50", commissions="-1.50", dividends="0", otherFees="0")

    assert check(one, totals={MON: D(ending)}).reason == reason


def test_gains_given_twice_count_once():
    one = changes("1030", mtm="30", realized="10", changeInUnrealized="20")

    assert check(one, totals={MON: D(1030)}).reason == ""


def test_gains_given_by_realization_alone_count():
    assert check(changes("1030", realized="10", changeInUnrealized="20"), totals={MON: D(1030)}).reason == ""


def test_the_ending_value_is_the_last_daily_value():
    one = changes("1030", mtm="30", last=TUE)

    assert check(one, totals={MON: D(1030), TUE: D("1030.01")}).reason == ""
    assert check(one, totals={MON: D(1030), TUE: D("1030.02")}).reason == "ending_value"


def test_the_return_is_time_weighted_with_flows_at_the_end_of_their_day():
    # 1000 -> 1100 (10 %); then 500 come in: (1650 - 500) / 1100 = 4.5454... %; together 15 %.
    days = [(MON, D(1100), D(0)), (TUE, D(1650), D(500))]

    assert round(rules.time_weighted(D(1000), days), 6) == D("15.000000")


def test_a_series_that_begins_with_nothing_begins_the_day_after():
    days = [(MON, D(500), D(500)), (TUE, D(550), D(0))]

    assert rules.time_weighted(D(0), days) == D(10)


@pytest.mark.parametrize(("twr", "reason"), [("10.01", ""), ("9.99", ""), ("10.02", "return"), ("-10", "return")])
def test_the_return_may_differ_by_a_hundredth_of_a_point(twr, reason):
    one = changes("1100", twr, mtm="100")

    assert check(one, totals={MON: D(1100)}, flows={}).reason == reason


def test_what_cannot_be_checked_is_said():
    assert "no ChangeInNAV" in check(totals={MON: D(1)}).unchecked[0].msgid
    assert "no EquitySummaryInBase" in check(totals={}).unchecked[1].msgid
    gap = check(changes("1100", "10", mtm="100", last=WED), totals={MON: D(1050), WED: D(1100)}, flows={})
    assert gap.unchecked[0].params == {"days": 1}
    unknown = check(changes("1100", "10", mtm="100"), totals={MON: D(1100)}, flows=None)
    assert "lines behind its flows" in unknown.unchecked[0].msgid


def test_days_before_the_first_deposit_and_after_the_last_withdrawal_are_not_missing():
    begins = changes("1000", "0", starting="0", depositsWithdrawals="1000", last=WED)
    ends = changes("0", "0", depositsWithdrawals="-1000", last=WED)

    assert check(begins, totals={TUE: D(1000), WED: D(1000)}, flows={TUE: D(1000)}).unchecked == []
    assert check(ends, totals={MON: D(1000), TUE: D(0)}, flows={TUE: D(-1000)}).unchecked == []


@pytest.mark.parametrize(
    ("lines", "stated", "known"),
    [
        ({}, "0", {}),
        ({}, "100", {MON: D(100)}),
        ({MON: D(100)}, "100", {MON: D(100)}),
        ({MON: D(100)}, "100.01", {MON: D(100)}),
        ({MON: D(60)}, "100", None),
    ],
)
def test_which_flows_are_known(lines, stated, known):
    one = changes("1000", depositsWithdrawals=stated)

    assert rules.known_flows(lines, [one], [MON], has_sections=False) == known


def test_flows_of_several_days_are_not_guessed_from_their_sum():
    one = changes("1000", depositsWithdrawals="100", last=TUE)

    assert rules.known_flows({}, [one], [MON, TUE], has_sections=False) is None


def test_without_the_brokers_sum_a_section_of_lines_is_believed():
    assert rules.known_flows({MON: D(5)}, [], [MON], has_sections=True) == {MON: D(5)}
    assert rules.known_flows({}, [], [MON], has_sections=False) is None


@pytest.mark.parametrize(
    ("amount", "direction", "flow"), [("5", "IN", "5"), ("5", "OUT", "-5"), ("-5", "OUT", "-5"), ("-5", "IN", "-5")]
)
def test_the_sign_of_a_transfer(amount, direction, flow):
    assert rules.signed(D(amount), direction) == D(flow)


def test_a_flow_of_a_closed_day_moves_to_the_next_open_one():
    calendar = Calendar([MON], years=(2026, 2026))

    assert rules.flow_day(calendar, date(2026, 2, 28)) == TUE
    assert rules.flow_day(calendar, WED) == WED
    assert rules.flow_day(calendar, date(1999, 1, 2)) == date(1999, 1, 4), "years beyond the calendar go by the week"
