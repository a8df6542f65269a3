"""Corrections that wait: for an earlier one, or for the fee itself, which they never precede and never outlive."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account, Margin
from tests.fees.adjustments.conftest import ANA
from tests.fees.adjustments.test_adjust import AFTER, MONTH_END, NEXT, month_end, moved, written_off
from tests.fees.posting.profits import Q3, Q3_END, path, profit


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
