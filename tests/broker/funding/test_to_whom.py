"""To whom an advisor may send a client's money: the owner decides, whatever authority was given, and hears of each."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.rules import FundingProblem
from accounts.ground.access.context import acting
from tests.broker.funding.conftest import FRIDAY
from tests.broker.funding.test_withdrawals import letters, now, step

POWER = {
    "name": "Power",
    "method": "BILLPAY",
    "bank_name": "1 Main St",
    "holder": "City Power",
    "code": "",
    "number": "7",
}


@pytest.mark.parametrize("said", [POWER, {"holder": "Bright Advisory"}, {"holder": "Chidi"}, {"holder": ""}])
def test_to_whom_money_goes_besides_its_owner_the_owner_decides_whatever_was_agreed(till, world, said):
    """A payee of bills, or a bank of somebody else, could be the advisor itself, once and every month."""
    till.cash("U2000001", "1000")
    till.streamline("bob", "chidi", "U2000001")

    asked = till.bank("bob", "U2000001", **said)

    assert asked.status == "pending_verification"
    assert letters()[-1] == ("chidi", "Your advisor asks to move money")
    with pytest.raises(FundingProblem, match="saved bank"):
        till.withdraw("bob", "U2000001", "1", method=asked.method, bank=asked.bank)
    with pytest.raises(DatabaseError), acting(world.users["bob"].pk), transaction.atomic():
        FundingRequest.unscoped.filter(pk=asked.pk).update(status="approved", ended_at=FRIDAY)
    assert step(world, "chidi", "verify", asked, accepts=True, at=FRIDAY).status == "approved"


def test_the_owners_own_bank_is_there_at_once_by_the_streamlined_authority(till, world):
    till.streamline("bob", "chidi", "U2000001")
    last, first = world["U2000001"].title.split(", ")
    assert till.bank("bob", "U2000001", holder=f"{first} {last.upper()}").status == "approved"


def test_the_database_lets_no_advisor_approve_a_payee(till, world):
    """Past every rule of ours: neither as it is asked nor after a number."""
    till.streamline("bob", "chidi", "U2000001")
    asked = till.bank("bob", "U2000001", factor="password", **POWER)
    assert asked.status == "pending_confirmation"
    before = now(asked)
    with pytest.raises(DatabaseError, match="once the owner"), acting(world.users["bob"].pk), transaction.atomic():
        FundingRequest.unscoped.filter(pk=asked.pk).update(status="approved", ended_at=FRIDAY)
    with pytest.raises(DatabaseError, match="once the owner"), acting(world.users["bob"].pk), transaction.atomic():
        made = now(asked)
        made.pk, made.key, made.status, made.ended_at = uuid4(), uuid4(), "approved", FRIDAY
        made.save(force_insert=True)
    assert now(asked).status == before.status
    assert FundingRequest.unscoped.count() == 1


def test_of_each_movement_that_an_advisor_releases_the_owner_is_written_to(till, world):
    till.cash("U2000001", "1000")
    till.streamline("bob", "chidi", "U2000001")
    asked = till.bank("bob", "U2000001", **POWER)
    payee = step(world, "chidi", "verify", asked, accepts=True, at=FRIDAY).bank
    before = len(letters())

    bill = till.withdraw("bob", "U2000001", "10", method="BILLPAY", bank=payee)
    till.withdraw("bob", "U2000001", "20")

    assert bill.status == "pending"
    assert letters()[before:] == [("chidi", "Your advisor moves money")] * 2


def test_what_the_owner_has_approved_itself_is_told_once(till, world):
    till.cash("U2000001", "1000")
    asked = till.withdraw("bob", "U2000001", "900")
    step(world, "chidi", "verify", asked, accepts=True, at=FRIDAY)
    assert letters() == [("chidi", "Your advisor asks to move money")]
