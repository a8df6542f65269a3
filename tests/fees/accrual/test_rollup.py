"""The daily rollup: a practice's book in the firm's currency, the top practice's row being the whole firm."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F

from accounts.ground.access.context import acting
from accounts.ground.runs.actions import hold_account
from accounts.ground.tree.actions import change_status
from accounts.ground.tree.models import Account
from fees.accrual import night
from fees.accrual.models import AdviserDaily
from tests.fees.accrual.conftest import DAY, figures

NORTHGATE = ("U1000001", "U1000002", "U2000001", "U3000001", "I4000001", "U4000001", "U4000002")


@pytest.fixture
def valued(book):
    """Everybody at 1,000 of the own currency; 10 of it came in today."""
    for number in (*NORTHGATE, "U9000001"):
        book.value(number, "1000", flow="10")
    book.rate("EUR", "USD", "1.2")
    book.rate("USD", "JPY", "160")
    return book


def rows(book) -> dict[str, tuple[int, Decimal, Decimal, bool]]:
    book.stage(night.rollup_stage)
    return {one.practice.name: (one.accounts, one.nlv, one.flow, one.complete) for one in
            AdviserDaily.unscoped.filter(day=DAY).select_related("practice")}  # fmt: skip


def practice(book, number: str) -> str:
    return book.world[number].practice.name


def test_both_levels_in_the_firms_currency(valued):
    found = rows(valued)

    assert len(found) == 4
    # five at 1,000 USD, one at 1,000 EUR = 1,200 USD, one at 1,000 JPY = 6.25 USD (the rate's inverse)
    assert found[practice(valued, "F100001")] == (7, Decimal("6206.25"), Decimal("62.0625"), True)
    assert found[practice(valued, "F200002")] == (1, Decimal(1000), Decimal(10), True)
    assert found[practice(valued, "F200003")] == (1, Decimal(1200), Decimal(12), True)
    assert found[practice(valued, "F900001")] == (1, Decimal(1000), Decimal(10), True)


def test_a_missing_rate_leaves_the_row_incomplete(valued):
    Account.unscoped.filter(opened_on__isnull=False).update(funded_on=F("opened_on"))
    valued.value("U9000001", "1000", day=DAY.replace(day=29))
    valued.stage(night.rollup_stage, DAY.replace(day=29))

    first = AdviserDaily.unscoped.get(day=DAY.replace(day=29), practice=valued.world["F900001"].practice)
    assert first.complete
    other = AdviserDaily.unscoped.get(day=DAY.replace(day=29), practice=valued.world["F100001"].practice)
    assert (other.complete, other.accounts, other.nlv) == (False, 0, 0)


def test_an_account_of_which_nothing_was_ever_heard_leaves_the_day_complete_unless_the_feed_holds_it(valued):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM broker_navdaily WHERE account_id = %s", [valued.world["U2000001"].pk])
    assert rows(valued)[practice(valued, "F100001")][3]

    hold_account(
        account=valued.world["U2000001"], day=DAY, stage="accrue", reason="no_nav", detail="", title="No value"
    )

    assert not rows(valued)[practice(valued, "F100001")][3]


def test_an_unknown_currency_is_left_out_and_said(book):
    book.value("U3000001", "1000", currency="EUR")

    assert rows(book)[practice(book, "F200003")] == (1, Decimal(0), Decimal(0), False)


def test_an_account_waits_for_its_first_money_without_leaving_the_day_incomplete(valued):
    Account.unscoped.filter(number="U9000001").update(funded_on=DAY.replace(day=29))
    Account.unscoped.filter(number="U2000001").update(funded_on=DAY.replace(month=DAY.month + 1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM broker_navdaily WHERE account_id = %s", [valued.world["U2000001"].pk])

    found = rows(valued)

    assert found[practice(valued, "F100001")][0] == 6
    assert found[practice(valued, "F100001")][3]
    assert found[practice(valued, "F900001")][3]


def test_an_account_that_closed_today_counts_with_its_last_flow(valued):
    change_status(account=valued.world["U2000001"], status="C", day=DAY)

    assert rows(valued)[practice(valued, "F200002")] == (1, Decimal(1000), Decimal(10), True)


def test_written_twice_it_is_the_same(valued):
    assert rows(valued) == rows(valued)


def test_the_accrued_sums_follow_with_the_check(valued):
    for number in ("U2000001", "U3000001"):
        valued.agree(number, figures("ANNUALFLATFEE", flat=Decimal(252)))
    rows(valued)
    valued.accrue()
    valued.stage(night.finish_check)

    accrued = dict(AdviserDaily.unscoped.filter(day=DAY).values_list("practice__name", "accrued"))
    assert accrued[practice(valued, "F200002")] == 1
    assert accrued[practice(valued, "F200003")] == Decimal("1.2")
    assert accrued[practice(valued, "F100001")] == Decimal("2.2")


def test_a_practice_is_told_apart_what_it_earns_itself(valued):
    """Each 1 USD a day of one client's 252 a year: its own advisor's, and the level above's beside it."""
    for number in ("U2000001", "U1000001"):
        valued.agree(number, figures("ANNUALFLATFEE", flat=Decimal(252)))
    valued.agree("U2000001", figures("ANNUALFLATFEE", flat=Decimal(504)), practice=valued.world["F100001"].practice)
    rows(valued)
    valued.accrue()
    valued.stage(night.finish_check)

    found = {
        one.practice.name: (one.accrued, one.own_accrued)
        for one in AdviserDaily.unscoped.filter(day=DAY).select_related("practice")
    }
    # 2 USD of the 3 on bright's client go to the top level, which also has 1 USD of its own client.
    assert found[practice(valued, "F200002")] == (3, 1)
    assert found[practice(valued, "F100001")] == (4, 3)
    assert found[practice(valued, "F200003")] == (0, 0)


def test_a_practice_sees_its_own_row_only(valued, world):
    rows(valued)

    for person, count in (("alice", 3), ("bob", 1), ("carol", 1), ("mallory", 1), ("ana", 0)):
        with acting(world.users[person].pk):
            assert AdviserDaily.unscoped.count() == count, person
