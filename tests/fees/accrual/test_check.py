"""The engine's recomputation finds what the accrual got wrong, both ways, and holds exactly that account."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Hold
from accounts.ground.tree.models import Account
from fees.accrual import night
from fees.schedules.models import Component, RunSchedule, Schedule
from tests.fees.accrual.conftest import DAY, ONE_PERCENT, figures

NUMBERS = ("U1000001", "U1000002", "U2000001")


@pytest.fixture
def billed(book):
    """Three accounts, of which the second was written by somebody else than the accrual."""
    for number in NUMBERS:
        book.agree(number)
        book.value(number, "100000")
    return book


def write(book, number: str, *, amount: str = "3.96825397", rate: str = "0.01", base: str = "100000", method: int = 2,
          component: int | None = None) -> None:  # fmt: skip
    """A line as a broken accrual might write it."""
    account = book.world[number]
    own = RunSchedule.unscoped.filter(account_id=account.pk).values_list("component_id", flat=True).first()
    with connection.cursor() as cur:
        cur.execute("SELECT fees_ensure_month(%s)", [DAY])
        cur.execute(
            "INSERT INTO fees_accrual VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [account.pk, DAY, component or own, book.run().pk, method, base, rate, amount],
        )


def accrue_the_others(book) -> None:
    account = book.world["U1000002"].pk
    book.accrue(hi=account)
    book.accrue(lo=account + 1)


def held(book) -> list[tuple[str, str]]:
    book.check()
    return sorted(Hold.unscoped.values_list("account__number", "reason"))


def test_an_honest_line_passes(billed):
    accrue_the_others(billed)
    write(billed, "U1000002")

    assert held(billed) == []


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "3.96825396"}, {"rate": "0.010001"}, {"base": "100000.0001"}, {"method": 1}, {"amount": "0"}],
    ids=["last decimal", "rate", "base", "method", "nothing"],
)
def test_a_wrong_line_holds_its_account(billed, wrong):
    accrue_the_others(billed)
    write(billed, "U1000002", **wrong)

    assert held(billed) == [("U1000002", "line_differs")]
    assert Request.unscoped.get().account.number == "U1000002"


def test_a_missing_line_holds_its_account(billed):
    accrue_the_others(billed)

    assert held(billed) == [("U1000002", "line_missing")]


def test_a_line_that_nobody_agreed_holds_its_account(billed):
    billed.accrue()
    write(billed, "U1000002", component=999_999)
    write(billed, "U4000001", component=999_998)

    assert sorted(held(billed)) == [("U1000002", "line_extra"), ("U4000001", "line_extra")]


def test_an_agreed_account_without_value_must_be_held_before(billed):
    billed.agree("U3000001")
    billed.accrue()

    assert held(billed) == [("U3000001", "no_value")]


def test_a_flattened_row_that_went_astray_is_found(billed):
    """The night joins the flattened row; the check reads what was agreed."""
    component = Component.unscoped.get(schedule__account=billed.world["U1000002"])
    RunSchedule.unscoped.filter(component=component).update(rate=Decimal("0.02"))
    billed.accrue()

    assert held(billed) == [("U1000002", "line_differs")]


def test_a_version_that_ended_is_not_used_again(billed):
    billed.agree("U1000002", figures("PERCENTOFEQUITY_MONTHLY", rate=Decimal("0.02")), starts=DAY)
    accrue_the_others(billed)
    write(billed, "U1000002", component=RunSchedule.unscoped.get(
        account_id=billed.world["U1000002"].pk, rate=ONE_PERCENT.rate).component_id)  # fmt: skip

    assert held(billed) == [("U1000002", "line_extra"), ("U1000002", "line_missing")]


def test_an_agreement_of_an_account_that_opens_later_owes_no_line_yet(billed):
    Account.unscoped.filter(number="U1000002").update(opened_on=DAY + timedelta(days=1))
    accrue_the_others(billed)

    assert held(billed) == []


def test_a_line_of_an_account_that_opens_later_holds_it(billed):
    Account.unscoped.filter(number="U1000002").update(opened_on=DAY + timedelta(days=1))
    accrue_the_others(billed)
    write(billed, "U1000002")

    assert held(billed) == [("U1000002", "line_extra")]


def test_a_master_owes_no_line_and_a_line_of_one_holds_it(billed):
    """No action agrees such a schedule; the rows are put there by hand, value and flattened row included."""
    master = billed.world["F200002"]
    theirs = Schedule.unscoped.get(account=billed.world["U2000001"])
    schedule = Schedule.unscoped.create(**{
        **{field.attname: getattr(theirs, field.attname) for field in Schedule._meta.fields},
        "id": None, "account_id": master.pk, "practice_id": master.practice_id,
    })  # fmt: skip
    component = Component.unscoped.create(schedule=schedule, method=2, rate=Decimal("0.01"))
    billed.value("F200002", "100000")
    billed.accrue()
    assert held(billed) == []

    write(billed, "F200002", component=component.pk)

    assert held(billed) == [("F200002", "line_extra")]


def test_the_end_of_the_stage_counts_orphans_and_missing_lines(billed):
    accrue_the_others(billed)
    write(billed, "U4000001", component=999_998, amount="1")

    result = billed.stage(night.finish_check)

    assert (result.figures["orphans"], result.figures["missing"]) == (1, 1)
    assert "1 lines without an agreement" in result.problem


def test_control_totals_by_method(billed):
    billed.accrue()

    result = billed.stage(night.finish_check)

    assert result.problem == ""
    assert result.figures["methods"] == {"2": {"lines": 3, "total": "11.90476191"}}
