"""Both ends of what moves: one advisor's, one owner's; what the owner is asked about, and what a move takes back."""

from decimal import Decimal

import pytest
from django.db import connection

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingRequest, SavedBank
from accounts.broker.funding.rules import FundingConflict, FundingProblem
from accounts.ground.access.context import acting, as_role
from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.people.models import ClientRight
from accounts.ground.tree.models import Account
from tests.broker.funding.conftest import FRIDAY
from tests.world import PASSWORD


def step(world, name, action, found, **more):
    with acting(world.users[name].pk) as who:
        return getattr(actions, action)(who=who, found=found, **more)


def gives_to_ana(world, number):
    """An account of ana's own, under the title of her first one."""
    ClientRight.unscoped.filter(account=world[number]).update(party=world.parties["ana"])
    Account.unscoped.filter(pk=world[number].pk).update(title=world["U1000001"].title)


def test_an_owner_moves_cash_between_accounts_of_one_advisor_only(till, world):
    till.cash("U1000001", "1000")
    gives_to_ana(world, "U1000002")
    assert till.move("ana", "U1000001", "U1000002", "10").status == "pending"
    assert till.move("alice", "U1000001", "U1000002", "10").status == "pending_verification"
    gives_to_ana(world, "U2000001")
    with pytest.raises(NotAllowed):
        till.move("alice", "U1000001", "U2000001", "10")
    with pytest.raises(FundingProblem, match="one advisor"):
        till.move("ana", "U1000001", "U2000001", "10")
    assert FundingRequest.unscoped.count() == 2


def test_what_the_owner_is_asked_does_not_change_meanwhile(till, world):
    asked = till.deposit("bob", "U2000001", "500")
    assert asked.status == "pending_verification"
    for name in ("bob", "chidi"):
        with pytest.raises(FundingConflict):
            step(world, name, "change_amount", asked, amount=Decimal(5_000_000))
    assert step(world, "chidi", "verify", asked, accepts=True, at=FRIDAY).amount == Decimal(500)


def test_who_approves_a_bank_reads_all_of_it(browse, till, world):
    asked = till.bank("bob", "U2000001", code="DEUTDEFF", number="9876545678")
    place = f"/transfer/requests/{asked.pk}/"
    page = browse("chidi").get(place).content.decode()
    assert "9876545678" in page and "DEUTDEFF" in page
    assert "9876545678" not in browse("bob").get(place).content.decode()
    asks = browse("chidi").post(f"{place}answer/", {"answer": "approve"})
    assert asks.status_code == 403
    assert "The Holder, 9876545678, DEUTDEFF, Corner Bank, WIRE" in asks.content.decode()
    one = f"/api/v1/funding-requests/{asked.pk}/"
    assert browse("chidi").get(one).json()["goes_to"]["number"] == "9876545678"
    assert browse("bob").get(one).json()["goes_to"] is None
    browse("chidi").post(f"{place}answer/", {"answer": "approve", "_password": PASSWORD})
    assert "9876545678" not in browse("chidi").get(place).content.decode()
    said = {"name": "Other", "method": "WIRE", "bank_name": "Corner", "holder": "Chidi", "number": "12345"}
    asks = browse("chidi").post("/accounts/U2000001/transfer/bank/", {**said, "code": "DEUTDEFF", "key": asked.key})
    assert "Chidi, 12345, DEUTDEFF, Corner, WIRE" in asks.content.decode()


def test_a_move_takes_back_what_waits_on_either_side(till, world):
    till.cash("I4000001", "1000")
    pays = till.move("sam", "I4000001", "U4000001", "10")
    other = till.move("sam", "I4000001", "U4000002", "10")
    with as_role("office"):
        actions.cancel_for_move(account=world["U4000001"], at=FRIDAY)
    pays.refresh_from_db()
    other.refresh_from_db()
    assert (pays.status, other.status) == ("cancelled", "pending")
    assert pays.reason == "The account has another advisor now."


def test_a_former_advisor_reads_none_of_the_banks_and_names_are_free_again(till, world):
    till.bank("ana", "U1000001")
    taken_back = till.bank("ana", "U1000001", name="Wrong", factor="password")
    step(world, "ana", "cancel", taken_back, reason="a wrong number", at=FRIDAY)
    till.bank("ana", "U1000001", name="Wrong")
    with acting(world.users["alice"].pk) as who:
        assert scope(who, SavedBank).filter(deleted_at=None).count() == 2
    there = world["U2000001"]
    moved = {name: getattr(there, name) for name in ("practice_id", "parent_id", "parent_kind", "level")}
    Account.unscoped.filter(pk=world["U1000001"].pk).update(**moved)
    with acting(world.users["alice"].pk) as who:
        assert not scope(who, SavedBank).exists()
    with acting(world.users["ana"].pk) as who:
        assert scope(who, SavedBank).filter(deleted_at=None).count() == 2


def test_a_wrong_number_is_counted_for_its_asker_alone(till, world):
    till.cash("U1000001", "1000")
    waits, sure = till.withdraw("ana", "U1000001", "10", factor="password"), till.withdraw("ana", "U1000001", "10")
    for one in (waits, sure):
        actions.count_wrong(one)
        one.refresh_from_db()
    assert (waits.wrong_numbers, sure.wrong_numbers) == (1, 0)
    with acting(world.users["alice"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT broker_wrong_number(%s)", [waits.pk])
    waits.refresh_from_db()
    assert waits.wrong_numbers == 1
