"""Positions move as money does: confirmed by their asker, verified by the owner, closed by the broker's rows alone."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingFile
from accounts.broker.funding.rules import FundingConflict, FundingProblem
from accounts.broker.funding.sending import go_on_due, send_due
from accounts.broker.positions.models import MovedPosition
from accounts.broker.transmit.answers import take_answers
from accounts.ground.access.context import acting, as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from portal.demo.broker.orders import answers_to, read_orders
from tests.broker.funding.conftest import FRIDAY
from tests.broker.positions.conftest import now

MONDAY, TUESDAY = date(2026, 5, 4), date(2026, 5, 5)


def step(world, name, action, found, **more):
    with acting(world.users[name].pk) as who:
        return getattr(actions, action)(who=who, found=found, **more)


def file_rows():
    text = OutboxMessage.unscoped.get(natural_key=FundingFile.unscoped.get().natural_key).body
    return list(csv.DictReader(io.StringIO(text)))


def test_positions_leave_for_another_broker_and_only_its_rows_close_them(depot, world):
    depot.hold("U1000001", "AAPL", "100", "150")
    depot.hold("U1000001", "MSFT", "40", "300")
    broker = depot.broker("ana", "U1000001").bank
    asked = depot.ask("ana", "U1000001", "position_out", {"AAPL": "60", "MSFT": "40"}, bank=broker)
    # 60 x 150 + 40 x 300
    assert (asked.status, asked.usd, asked.amount) == ("pending", Decimal("21000.00"), None)
    assert Request.unscoped.get(natural_key=f"funding {asked.pk}").title == "Outbound position transfer"
    with pytest.raises(FundingProblem, match="Only 40 of AAPL"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "40.5"}, bank=broker)

    depot.row("U1000001", "MSFT", "-40", "OUT", day=MONDAY)  # nothing leaves before the broker has heard of it
    assert now(asked).status == "pending"
    assert send_due(at=FRIDAY) == 1
    rows = [(one["reference"], one["kind"], one["symbol"], one["quantity"], one["amount"]) for one in file_rows()]
    assert rows == [
        (str(asked.pk), "position_out", "AAPL", "60.0000000000", ""),
        (str(asked.pk), "position_out", "MSFT", "40.0000000000", ""),
    ]
    (where,) = {
        (one["payer"], one["memo"], one["bank_name"], one["bank_code"], one["bank_account"]) for one in file_rows()
    }
    assert where == ("U1000001", "ACATS", "Harborlight", "0123", "HL-778899")

    go_on_due(at=FRIDAY + timedelta(days=30))
    depot.row("U1000001", "AAPL", "-59", "OUT", day=MONDAY)  # another quantity
    depot.row("U1000001", "AAPL", "-60", "OUT", day=MONDAY, kind="FOP")  # another way
    depot.row("U1000001", "AAPL", "60", "IN", day=MONDAY)  # another direction
    assert now(asked).status == "processed"
    depot.row("U1000001", "AAPL", "-60", "OUT", day=TUESDAY)
    found = now(asked)
    assert (found.status, found.credited_on) == ("completed", TUESDAY)
    assert MovedPosition.unscoped.filter(request=asked, moved=None).count() == 0
    # What has left is not free again before a statement's positions show it.
    with pytest.raises(FundingProblem, match="Only 40 of AAPL"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "41"}, bank=broker)
    depot.hold("U1000001", "AAPL", "40", "150", day=TUESDAY)
    assert depot.ask("ana", "U1000001", "position_out", {"AAPL": "40"}, bank=broker).status == "pending"


def test_a_row_that_names_the_request_closes_it_although_a_fraction_was_paid_out(depot, world):
    depot.hold("U1000001", "AAPL", "10.5", "150")
    broker = depot.broker("ana", "U1000001").bank
    asked = depot.ask("ana", "U1000001", "position_out", {"AAPL": "10.5"}, bank=broker)
    send_due(at=FRIDAY)
    depot.row("U1000001", "AAPL", "-10", "OUT", day=MONDAY, description=f"AAPL {asked.pk}")
    assert now(asked).status == "completed"
    assert MovedPosition.unscoped.get(request=asked).difference == Decimal("-0.5")


def test_a_whole_account_comes_without_a_list_and_single_positions_with_one(depot, world):
    broker = depot.broker("ana", "U1000001").bank
    whole = depot.ask("ana", "U1000001", "position_in", {}, bank=broker, factor="")
    some = depot.ask("ana", "U1000001", "position_in", {"SAP": "7"}, bank=broker, factor="")
    assert (whole.status, some.status, whole.usd) == ("pending", "pending", None)
    send_due(at=FRIDAY)
    assert sorted(one["symbol"] for one in file_rows()) == ["", "SAP"]
    depot.row("U1000001", "SAP", "7", "IN", day=MONDAY)
    assert (now(some).status, now(whole).status) == ("completed", "processed")
    depot.row("U1000001", "AAPL", "3", "IN", day=TUESDAY, other_account="somebody else's")
    assert now(whole).status == "processed"
    depot.row("U1000001", "AAPL", "3", "IN", day=TUESDAY, other_account="HL-778899")
    assert now(whole).status == "completed"


def test_what_an_advisor_asks_for_waits_for_the_owner(depot, world):
    depot.hold("U1000001", "AAPL", "100")
    broker = depot.broker("ana", "U1000001").bank
    asked = depot.ask("alice", "U1000001", "position_out", {"AAPL": "60"}, bank=broker)
    assert asked.status == "pending_verification"
    with pytest.raises(FundingProblem, match="Only 40 of AAPL"):  # promised already
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "41"}, bank=broker)
    step(world, "ana", "verify", asked, accepts=False, at=FRIDAY)
    assert now(asked).status == "rejected"
    again = depot.ask("alice", "U1000001", "position_out", {"AAPL": "100"}, bank=broker)
    assert step(world, "ana", "verify", again, accepts=True, at=FRIDAY).status == "pending"


def test_without_a_device_a_number_is_mailed_and_the_limit_is_that_of_a_password(depot, world):
    depot.hold("U1000001", "AAPL", "1000", "100")
    depot.till.cash("U1000001", "30000")
    broker = depot.broker("ana", "U1000001").bank
    with pytest.raises(FundingProblem, match="at most USD"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "500.1"}, bank=broker, factor="password")
    asked = depot.ask("ana", "U1000001", "position_out", {"AAPL": "300"}, bank=broker, factor="password")
    assert asked.status == "pending_confirmation"
    step(world, "ana", "confirm", asked, number=actions.number_of(asked), at=FRIDAY)
    assert now(asked).status == "pending"
    with pytest.raises(FundingProblem, match="at most USD"):  # 30,000 of 50,000 have gone
        depot.till.withdraw("ana", "U1000001", "20000.01", factor="password")


def test_a_number_confirms_only_what_is_still_there(depot, world):
    depot.hold("U1000001", "AAPL", "100")
    broker = depot.broker("ana", "U1000001").bank
    asked = depot.ask("ana", "U1000001", "position_out", {"AAPL": "60"}, bank=broker, factor="password")
    depot.ask("ana", "U1000001", "position_out", {"AAPL": "60"}, bank=broker)
    with pytest.raises(FundingProblem, match="Only 40 of AAPL"):
        step(world, "ana", "confirm", asked, number=actions.number_of(asked), at=FRIDAY)


def test_stl_positions_leave_by_the_master_alone_and_move_inside_its_group(depot, world, settings):
    depot.hold("I4000001", "AAPL", "100")
    depot.hold("U4000001", "AAPL", "10")
    asked = depot.ask("sam", "I4000001", "position_inside", {"AAPL": "30"}, other="U4000001")
    assert asked.status == "pending"
    assert depot.ask("sam", "U4000001", "position_inside", {"AAPL": "10"}, other="I4000001").status == "pending"
    with pytest.raises(FundingProblem, match="do not pay each other"), acting(world.users["sam"].pk) as who:
        from accounts.broker.funding.checking import Asked
        from accounts.broker.positions.rules import Part

        part = Part("AAPL", Decimal(1), 265598, "STK", "USD")
        asks = Asked("position_inside", "USD", uuid4(), method="INTERNAL", counter=world["U4000002"], parts=(part,))
        actions.transfer_positions(who=who, account=world["U4000001"], asked=asks, factor="phone", at=FRIDAY)
    send_due(at=FRIDAY)
    depot.row("I4000001", "AAPL", "-30", "OUT", day=MONDAY, kind="INTERNAL", other_account="U4000002")
    assert now(asked).status == "processed"
    depot.row("I4000001", "AAPL", "-30", "OUT", day=MONDAY, kind="INTERNAL", other_account="U4000001")
    assert now(asked).status == "completed"
    assert depot.ask("alice", "I4000001", "position_inside", {"AAPL": "1"}, other="U4000001").status == (
        "pending_verification"
    )


def test_positions_move_between_accounts_of_one_owner_and_title_only(depot):
    depot.hold("U1000001", "AAPL", "100")
    with pytest.raises(FundingProblem, match="same owner and title"):
        depot.ask("alice", "U1000001", "position_inside", {"AAPL": "1"}, other="U1000002")


def test_what_the_broker_rejects_is_free_again(depot):
    depot.hold("U1000001", "AAPL", "100")
    depot.hold("U1000001", "MSFT", "5")
    broker = depot.broker("ana", "U1000001").bank
    asked = depot.ask("ana", "U1000001", "position_out", {"AAPL": "100", "MSFT": "5"}, bank=broker)
    send_due(at=FRIDAY)
    with as_role("night"):
        answer = f"reference,answer,reason\n{asked.pk},rejected,title differs\n{asked.pk},rejected,title differs\n"
        taken = take_answers(answer.encode(), at=FRIDAY)
    assert (taken.rejected, taken.unchanged, now(asked).status) == (1, 1, "rejected")
    assert depot.ask("ana", "U1000001", "position_out", {"AAPL": "100"}, bank=broker).status == "pending"


@pytest.mark.parametrize(("parts", "words"), [
    ({}, "at least one"), ({"AAPL": "0"}, "above zero"), ({"AAPL": "-1"}, "above zero"),
    ({"GOOG": "1"}, "Only 0 of GOOG"), ({"ES": "1"}, "Only 0 of ES"), ({"TSLA": "1"}, "Only 0 of TSLA"),
])  # fmt: skip
def test_what_cannot_move_is_refused_in_words(depot, parts, words):
    depot.hold("U1000001", "AAPL", "100")
    depot.hold("U1000001", "ES", "2", asset="FUT")
    depot.hold("U1000001", "TSLA", "-9", side="Short")
    broker = depot.broker("ana", "U1000001").bank
    with pytest.raises(FundingProblem, match=words):
        depot.ask("ana", "U1000001", "position_out", parts, bank=broker)


def test_a_broker_is_confirmed_before_anything_goes_there_and_is_no_bank(depot, world):
    depot.hold("U1000001", "AAPL", "100")
    depot.till.cash("U1000001", "1000")
    waits = depot.broker("alice", "U1000001").bank
    with pytest.raises(FundingProblem, match="saved broker"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "1"}, bank=waits)
    ready = depot.broker("ana", "U1000001", name="Another").bank
    with pytest.raises(FundingProblem, match="method"):
        depot.till.withdraw("ana", "U1000001", "1", method="ACATS", bank=ready)
    bank = depot.till.bank("ana", "U1000001", name="A bank").bank
    with pytest.raises(FundingProblem, match="saved broker"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "1"}, bank=bank)
    for method, code in (("ACATS", "12"), ("ACATS", "ABCD"), ("DWAC", ""), ("FOP", "DEUTDEFFX"), ("ATON", "12345")):
        with pytest.raises(FundingProblem, match="clearing number"):
            depot.broker("ana", "U1000001", name="x", method=method, code=code)
    assert depot.broker("ana", "U1000001", name="x", method="FOP", code="DEUTDEFF").status == "approved"


def test_asking_twice_with_one_key_is_one_request_and_another_wish_is_refused(depot):
    depot.hold("U1000001", "AAPL", "100")
    broker, key = depot.broker("ana", "U1000001").bank, uuid4()
    first = depot.ask("ana", "U1000001", "position_out", {"AAPL": "60"}, bank=broker, key=key)
    assert depot.ask("ana", "U1000001", "position_out", {"AAPL": "60"}, bank=broker, key=key).pk == first.pk
    with pytest.raises(FundingConflict, match="sent before"):
        depot.ask("ana", "U1000001", "position_out", {"AAPL": "30"}, bank=broker, key=key)
    assert MovedPosition.unscoped.count() == 1


def test_the_demo_broker_hands_over_what_the_file_asks_for(depot):
    depot.hold("U1000001", "AAPL", "100")
    depot.hold("I4000001", "AAPL", "100")
    broker = depot.broker("ana", "U1000001").bank
    out = depot.ask("ana", "U1000001", "position_out", {"AAPL": "60"}, bank=broker)
    depot.ask("ana", "U1000001", "position_in", {}, bank=broker)
    depot.ask("sam", "I4000001", "position_inside", {"AAPL": "5"}, other="U4000001")
    send_due(at=FRIDAY)
    text = OutboxMessage.unscoped.get(natural_key=FundingFile.unscoped.get().natural_key).body
    orders = read_orders(text, posted_on=FRIDAY.date())
    said = {(one.account, one.symbol, one.amount, one.other, one.other_number, one.memo) for one in orders}
    assert said == {
        ("U1000001", "AAPL", Decimal(60), "", "HL-778899", "ACATS"),
        ("U1000001", "*", Decimal(0), "", "HL-778899", "ACATS"),
        ("I4000001", "AAPL", Decimal(5), "U4000001", "", "INTERNAL"),
        ("U4000001", "AAPL", Decimal(-5), "I4000001", "", "INTERNAL"),
    }
    answers = answers_to(text, {"U1000001", "I4000001", "U4000001"})
    assert f"{out.pk},rejected,unknown symbol AAPL\n" in answers  # which its own exchange does not list
    assert len(answers) == 3
