"""A value that is corrected after its period was closed: the next night charges or gives back the difference."""

import json
from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.runs.models import Seal
from accounts.ground.tree.models import Account, Margin
from fees.results.models import PeriodResult
from fees.schedules.rules import Figures
from tests.fees.adjustments.conftest import ANA
from tests.fees.posting.nights import figures
from tests.fees.posting.profits import Q3, Q3_END, path, profit

MONDAY, MONTH_END, NEXT, AFTER = date(2025, 9, 29), date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 2)


def money(charges):
    return [(one.revision, one.amount, one.state) for one in charges]


def moved(number=ANA):
    with as_role("owner"):
        rows = Transfer.unscoped.filter(account__number=number).order_by("day", "kind")
        return [(one.kind, one.amount, one.day) for one in rows]


def month_end(nights):
    """The worked case D01: 250,000 × 1 % × 21 ÷ 252 = 208.33, posted on the first of October."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, MONTH_END, "250000")
    nights.value(ANA, NEXT, "250000")
    nights.value(ANA, AFTER, "250000")
    nights.night(MONTH_END)
    nights.night(NEXT)


def test_too_much_is_given_back_by_the_next_night(nights):
    """240,000 × 1 % × 21 ÷ 252 = 200.00: 8.33 too much."""
    month_end(nights)
    seal = nights.sealed(ANA, NEXT).digest
    nights.correct(ANA, MONTH_END, "240000")

    sealed = nights.night(AFTER)

    assert sealed.problem == ""
    first, second = nights.revisions()
    assert (first.amount, first.exact, first.posted_on) == (Decimal("208.33"), Decimal("208.33333333"), NEXT)
    assert (second.amount, second.exact, second.posted_on) == (Decimal("-8.33"), Decimal("-8.33333333"), AFTER)
    assert moved() == [("fee", Decimal("208.33"), NEXT), ("adjustment", Decimal("8.33"), AFTER)]
    assert nights.sealed(ANA, NEXT).digest == seal


def test_too_little_is_charged_in_addition_and_swept(nights):
    """300,000 × 1 % × 21 ÷ 252 = 250.00: 41.67 too little."""
    month_end(nights)
    nights.correct(ANA, MONTH_END, "300000")

    assert nights.night(AFTER).problem == ""

    assert money(nights.revisions()) == [(0, Decimal("208.33"), "posted"), (1, Decimal("41.67"), "posted")]
    assert moved() == [("fee", Decimal("208.33"), NEXT), ("fee", Decimal("41.67"), AFTER)]


def test_the_proof_shows_the_correction_and_both_work_out_again(nights):
    month_end(nights)
    nights.correct(ANA, MONTH_END, "240000")
    nights.night(AFTER)

    first, second = nights.revisions()

    assert (nights.agrees(first), nights.agrees(second)) == (True, True)
    told = nights.story(second)
    assert told[0] == "For this period 208.33 USD had been charged. With what is known since:"
    assert "240,000.00" in " ".join(told)
    assert told[-1] == "The difference of 8.33 USD is given back."
    assert "250,000.00" in " ".join(nights.story(first))


def test_nothing_is_adjusted_twice(nights):
    month_end(nights)
    nights.correct(ANA, MONTH_END, "240000")
    nights.night(AFTER)

    nights.close(AFTER)
    nights.value(ANA, date(2025, 10, 3), "250000")
    nights.night(date(2025, 10, 3))

    assert len(nights.revisions()) == 2


def test_a_second_correction_is_counted_from_the_first(nights):
    """208.33, then 200.00 for 240,000, then 216.67 for 260,000: 16.67 more than 200.00."""
    month_end(nights)
    nights.correct(ANA, MONTH_END, "240000")
    nights.night(AFTER)
    nights.correct(ANA, MONTH_END, "260000")
    nights.value(ANA, date(2025, 10, 3), "250000")

    nights.night(date(2025, 10, 3))

    assert [one.amount for one in nights.revisions()] == [Decimal("208.33"), Decimal("-8.33"), Decimal("16.67")]
    assert all(nights.agrees(one) for one in nights.revisions())


def test_a_month_that_accrued_a_wrong_day_is_made_right_when_it_has_closed(nights):
    """Two days at 1.2 %: 100,000 accrues 4.76190476; Monday's was 110,000: 5.23809524, so 10.00 instead of 9.52."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=MONDAY)
    nights.value(ANA, MONDAY, "100000")
    nights.value(ANA, MONTH_END, "100000")
    nights.night(MONDAY)
    nights.correct(ANA, MONDAY, "110000")

    assert nights.night(MONTH_END).problem == ""

    first, second = nights.revisions()
    assert (first.amount, first.exact) == (Decimal("9.52"), Decimal("9.52380952"))
    assert (second.amount, second.exact) == (Decimal("0.48"), Decimal("0.47619048"))
    assert nights.agrees(second)


def test_days_after_an_exit_are_given_back_and_the_difference_ends(nights):
    """Monday and Tuesday at 5 % of 100,000 are 19.84 each; the account had left on Tuesday."""
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=MONDAY)
    for day in (MONDAY, MONTH_END, NEXT):
        nights.value(ANA, day, "100000")
    nights.nights(MONDAY, MONTH_END)
    nights.leave(ANA, MONTH_END)
    nights.night(NEXT)

    nights.night(AFTER)

    assert [one.amount for one in nights.revisions(starts=MONTH_END)] == [Decimal("19.84"), Decimal("-19.84")]
    assert [one.amount for one in nights.revisions(starts=MONDAY)] == [Decimal("19.84")]
    last = nights.revisions(starts=MONTH_END)[-1]
    assert nights.agrees(last)
    assert "nothing is owed" in " ".join(nights.story(last))


def written_off(nights):
    """The 208.33 of 250,000 lacks the money on every day that it is tried."""
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(margin_kind=Margin.CASH)
    nights.cash(ANA, MONTH_END, "0.00")
    month_end(nights)
    for day in nights.days(NEXT, date(2025, 10, 8)):
        nights.post(day)
    assert nights.revisions()[0].state == "written_off"


def test_what_was_written_off_is_not_given_back(nights):
    """240,000 instead of 250,000 is 200.00 instead of 208.33, of which nothing was ever taken."""
    written_off(nights)
    nights.correct(ANA, MONTH_END, "240000")

    nights.close(date(2025, 10, 9))
    nights.post(date(2025, 10, 9))

    first, second = nights.revisions()
    assert (second.amount, second.state, second.reason) == (Decimal("-8.33"), "written_off", "not_taken")
    assert (first.taken, second.taken) == (0, 0)
    assert not Transfer.unscoped.exists()
    assert "Of that 8.33 USD had never been taken, so 0.00 USD is given back." in nights.story(second)


def test_what_a_written_off_fee_should_have_been_in_addition_is_charged(nights):
    """300,000 instead of 250,000 is 41.67 more; the 208.33 stay written off."""
    written_off(nights)
    nights.correct(ANA, MONTH_END, "300000")
    nights.cash(ANA, date(2025, 10, 8), "1000.00")

    nights.close(date(2025, 10, 9))
    nights.post(date(2025, 10, 9))

    assert [one.taken for one in nights.revisions()] == [0, Decimal("41.67")]


def down_and_up(nights, last: str):
    """Written off at 208.33; 240,000 makes it 200.00, which gives nothing back; then the value is `last`."""
    written_off(nights)
    nights.correct(ANA, MONTH_END, "240000")
    nights.close(date(2025, 10, 9))
    nights.post(date(2025, 10, 9))
    nights.cash(ANA, date(2025, 10, 9), "1000.00")
    nights.correct(ANA, MONTH_END, last)
    nights.close(date(2025, 10, 10))
    nights.post(date(2025, 10, 10))
    return nights.revisions()


def test_what_was_dropped_is_not_charged_by_a_correction_down_and_up_again(nights):
    """250,000 again is 8.33 more than 200.00, all of it part of the 208.33 that were written off."""
    first, down, up = down_and_up(nights, "250000")

    assert [one.amount for one in (first, down, up)] == [Decimal("208.33"), Decimal("-8.33"), Decimal("8.33")]
    assert (up.state, up.reason, up.taken) == ("written_off", "not_taken", 0)
    assert not Transfer.unscoped.exists()
    assert nights.story(up)[-1] == (
        "So much of the fee had been dropped for good before: 8.33 USD of the difference is not charged, 0.00 USD is."
    )


def test_only_what_exceeds_the_dropped_fee_is_charged_in_addition(nights):
    """260,000 is 216.67: 8.34 more than the 208.33 that stay written off, and 16.67 more than 200.00."""
    _, _, up = down_and_up(nights, "260000")

    assert (up.amount, up.state, up.reason, up.taken) == (Decimal("16.67"), "posted", "not_taken", Decimal("8.34"))
    assert moved() == [("fee", Decimal("8.34"), date(2025, 10, 10))]
    assert "8.33 USD of the difference is not charged, 8.34 USD is." in nights.story(up)[-1]


def test_a_correction_is_set_off_once(nights):
    """8.33 were set off; another 8.33 up to 260,000 (216.67) is what no one had dropped: 8.34."""
    down_and_up(nights, "250000")
    nights.correct(ANA, MONTH_END, "260000")
    nights.close(date(2025, 10, 14))
    nights.post(date(2025, 10, 14))

    last = nights.revisions()[-1]
    assert (last.amount, last.taken, last.reason) == (Decimal("8.34"), Decimal("8.34"), "")


def test_a_correction_up_waits_for_one_down_that_is_due_the_same_night(nights):
    """As where the office held the account between: 8.33 down and 8.33 up again are due together, and cost nothing."""
    written_off(nights)
    nights.cash(ANA, date(2025, 10, 8), "1000.00")
    first, second = date(2025, 10, 9), date(2025, 10, 10)
    for value, day in (("240000", first), ("250000", second)):
        nights.correct(ANA, MONTH_END, value)
        nights.close(day)

    nights.post(second)
    assert [(one.state, one.reason) for one in nights.revisions()[1:]] == [
        ("written_off", "not_taken"),
        ("deferred", "earlier"),
    ]
    nights.post(nights.next(second))

    up = nights.revisions()[-1]
    assert (up.state, up.reason, up.taken, up.set_off) == ("written_off", "not_taken", 0, Decimal("8.33"))
    assert not Transfer.unscoped.exists()


def test_two_corrections_up_are_not_both_set_off_against_one_down(nights):
    """216.67 (260,000) takes 8.34 above the 208.33 that were dropped, 225.00 (270,000) the other 8.33, in that order:
    the first lacks the money for a night, so the second waits for it."""
    written_off(nights)
    days = nights.days(date(2025, 10, 9), date(2025, 10, 15))
    for value, day in zip(("240000", "260000", "270000"), days[:3], strict=True):
        nights.correct(ANA, MONTH_END, value)
        nights.close(day)
        nights.post(day)
    assert [(one.state, one.reason) for one in nights.revisions()[2:]] == [
        ("deferred", "funds"),
        ("deferred", "earlier"),
    ]

    nights.cash(ANA, days[2], "1000.00")
    nights.post(days[3])
    nights.post(days[4])

    last = nights.revisions()[2:]
    assert [(one.state, one.taken, one.set_off) for one in last] == [
        ("posted", Decimal("8.34"), Decimal("8.33")),
        ("posted", Decimal("8.33"), Decimal("0.00")),
    ]


def two_up(nights) -> list[date]:
    """Corrections of 8.34 and 8.33 up, of which the second waits for the first; the days of the tries from the first
    one on."""
    written_off(nights)
    nights.correct(ANA, MONTH_END, "240000")
    first, *days = nights.days(date(2025, 10, 9), date(2025, 10, 31))
    nights.close(first)
    nights.post(first)
    for value, day in zip(("260000", "270000"), days[:2], strict=True):
        nights.correct(ANA, MONTH_END, value)
        nights.close(day)
    return days[1:]


def test_a_correction_up_is_not_written_off_for_the_nights_that_it_waited(nights):
    """8.34 lack the money until the last try of both; the 8.33 that waited for them are charged the night after."""
    tries = two_up(nights)
    for day in tries[:5]:
        nights.post(day)
    nights.cash(ANA, tries[4], "1000.00")

    nights.post(tries[5])
    assert [one.state for one in nights.revisions()[2:]] == ["posted", "deferred"]
    nights.post(tries[6])

    assert [one.taken for one in nights.revisions()[2:]] == [Decimal("8.34"), Decimal("8.33")]


@pytest.mark.parametrize(("comes", "state"), [(10, "posted"), (11, "written_off")], ids=["last_try", "after_it"])
def test_the_tries_of_a_correction_that_waited_begin_when_it_no_longer_waits(nights, comes, state):
    """8.34 are written off at the sixth night; 8.33 are tried from the seventh until five business days later."""
    tries = two_up(nights)
    for day in tries[: comes + 1]:
        nights.post(day)
    first, second = nights.revisions()[2:]
    assert (first.state, second.state) == ("written_off", "deferred" if comes == 10 else "written_off")
    assert second.retry_until == tries[11]

    nights.cash(ANA, tries[comes], "1000.00")
    nights.post(tries[comes + 1])

    second = nights.revisions()[-1]
    assert (second.state, second.taken) == (state, Decimal("8.33") if state == "posted" else 0)


def test_nothing_is_given_back_while_the_fee_still_waits(nights):
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(margin_kind=Margin.CASH)
    nights.cash(ANA, MONTH_END, "0.00")
    month_end(nights)
    nights.post(NEXT)
    nights.correct(ANA, MONTH_END, "240000")

    nights.close(AFTER)
    nights.post(AFTER)
    assert [(one.state, one.reason) for one in nights.revisions()] == [("deferred", "funds"), ("deferred", "earlier")]

    nights.cash(ANA, AFTER, "1000.00")
    nights.post(date(2025, 10, 3))
    assert [(one.state, one.taken) for one in nights.revisions()] == [
        ("posted", Decimal("208.33")),
        ("posted", Decimal("-8.33")),
    ]


def test_a_correction_never_ends_while_the_fee_waits(nights):
    """The account is let in after the last try of both: the fee is written off, and of that 8.33 nothing goes back."""
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(margin_kind=Margin.CASH)
    nights.cash(ANA, MONTH_END, "0.00")
    month_end(nights)
    nights.correct(ANA, MONTH_END, "240000")
    nights.close(AFTER)
    nights.post(AFTER)

    nights.post(date(2025, 10, 21))
    assert [one.state for one in nights.revisions()] == ["written_off", "deferred"]
    nights.post(date(2025, 10, 22))

    assert [(one.reason, one.taken) for one in nights.revisions()] == [("funds", 0), ("not_taken", 0)]


@pytest.mark.parametrize(
    ("corrected", "difference", "gone"),
    [
        pytest.param("1040000", "-2000.00", ("adjustment", Decimal("2000.00")), id="down"),
        pytest.param("1050250", "50.00", ("fee", Decimal("50.00")), id="up"),
    ],
)
def test_a_correction_of_a_fee_on_profit_moves_with_the_fee_and_not_before(nights, corrected, difference, gone):
    """20 % of 50,000 are 10,000.00, due on the tenth business day of October; two days after its end the quarter turns
    out to have made 40,000, which costs 8,000.00, or 50,250, which costs 10,050.00."""
    due = date(2025, 10, 14)
    nights.agree(ANA, profit("0.20"), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "1000000", "1050000")
    nights.values(ANA, "1050000", NEXT, due)
    nights.nights(Q3_END, NEXT)
    nights.correct(ANA, Q3_END, corrected)

    nights.nights(AFTER, date(2025, 10, 13))

    assert [(one.amount, one.state, one.due_on) for one in nights.revisions()] == [
        (Decimal("10000.00"), "due", due),
        (Decimal(difference), "due", due),
    ]
    assert not Transfer.unscoped.exists()

    assert nights.night(due).problem == ""

    assert [one.taken for one in nights.revisions()] == [Decimal("10000.00"), Decimal(difference)]
    assert sorted(moved()) == sorted([("fee", Decimal("10000.00"), due), (*gone, due)])
    assert all(nights.agrees(one) for one in nights.revisions())


def shared(rate="0.20", **more):
    return Figures(method=32, rate=Decimal(rate), more={"look_back": 4, **more})


def test_a_corrected_quarter_changes_the_losses_that_the_next_one_carries(nights):
    """A loss of 1,000 that was none: 20 % of the next quarter's 5,000 instead of 4,000 is 200.00 more."""
    june, september, later = date(2025, 6, 30), date(2025, 9, 30), date(2025, 10, 1)
    nights.agree(ANA, shared(), starts=june)
    nights.value(ANA, date(2025, 6, 27), "100000")
    nights.value(ANA, june, "99000")
    nights.close(june)
    for day in nights.days(date(2025, 7, 1), later):
        nights.value(ANA, day, "104000")
    nights.close(september)
    assert [one.amount for one in nights.revisions()] == [Decimal("0.00"), Decimal("800.00")]

    nights.correct(ANA, date(2025, 6, 27), "99000")
    nights.close(later)

    amounts = [(one.starts.month, one.revision, one.amount) for one in nights.revisions()]
    assert amounts == [(4, 0, Decimal("0.00")), (4, 1, Decimal("0.00")), (7, 0, Decimal("800.00")),
                       (7, 1, Decimal("200.00"))]  # fmt: skip
    assert all(nights.agrees(one) for one in nights.revisions())
    with as_role("owner"):
        rows = PeriodResult.unscoped.order_by("period", "revision").values_list("profit", "carried")
        assert [(profit, json.dumps(carried)) for profit, carried in rows][1] == (Decimal(0), "[]")


def test_the_days_that_were_sealed_stay_sealed(nights):
    month_end(nights)
    nights.correct(ANA, MONTH_END, "240000")
    nights.night(AFTER)

    with as_role("owner"):
        days = Seal.unscoped.filter(firm=nights.world[ANA].firm).order_by("day").values_list("day", flat=True)
        assert list(days) == [MONTH_END, NEXT, AFTER]
