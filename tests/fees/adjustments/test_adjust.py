"""A value that is corrected after its period was closed: the next night charges or gives back the difference."""

import json
from datetime import date
from decimal import Decimal

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.runs.models import Seal
from accounts.ground.tree.models import Account, Margin
from fees.results.models import PeriodResult
from fees.schedules.rules import Figures
from tests.fees.adjustments.conftest import ANA
from tests.fees.posting.nights import figures

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
