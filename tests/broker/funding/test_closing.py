"""Only the broker closes a movement: its answer rejects, a line of its statement completes. Files for it, banks."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.funding import actions
from accounts.broker.funding.closing import complete, complete_open
from accounts.broker.funding.models import FundingFile, FundingRequest
from accounts.broker.funding.rules import FundingConflict, FundingProblem, bank_problem
from accounts.broker.funding.sending import go_on_due, send_due
from accounts.broker.transmit.answers import take_answers
from accounts.ground.access.context import acting, as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from portal.demo.broker.orders import answers_to, read_orders
from tests.broker.funding.conftest import FRIDAY

MONDAY = date(2026, 5, 4)


def now(found):
    return FundingRequest.unscoped.get(pk=found.pk)


def step(world, name, action, found, **more):
    with acting(world.users[name].pk) as who:
        return getattr(actions, action)(who=who, found=found, **more)


@pytest.fixture
def line(till):
    def put(number, amount, *, day=MONDAY, reference="", currency="USD"):
        account = till.world[number]
        made = CashLine.unscoped.create(
            firm_id=account.firm_id, account=account, key=str(uuid4()), kind=CashLine.DEPOSITS, currency=currency,
            amount=Decimal(amount), report_on=day, settle_on=day, reference=reference, file=till.file,
        )  # fmt: skip
        with as_role("night"):
            complete(accounts=[account.pk], at=FRIDAY + timedelta(days=3))
        return made

    return put


def test_the_file_for_the_broker_and_what_the_demo_broker_makes_of_it(till, world):
    till.cash("U1000001", "1000")
    till.cash("I4000001", "1000")
    bank = till.bank("ana", "U1000001").bank
    till.deposit("ana", "U1000001", "50")
    asked = till.withdraw("ana", "U1000001", "100.5", method="WIRE", bank=bank)
    step(world, "alice", "consent", asked, at=FRIDAY)
    till.move("sam", "I4000001", "U4000001", "7")

    assert send_due(at=FRIDAY) == 3
    assert send_due(at=FRIDAY) == 0

    file = FundingFile.unscoped.get()
    text = OutboxMessage.unscoped.get(natural_key=file.natural_key).body
    orders = {one.account: one for one in read_orders(text, posted_on=FRIDAY.date()) if one.amount != -50}
    flows = [one.amount for one in read_orders(text, posted_on=FRIDAY.date()) if one.is_flow]
    assert sorted(flows) == [Decimal("-50.00"), Decimal("100.50")]
    assert orders["U1000001"].reference == str(asked.pk)
    (said,) = [row for row in csv.DictReader(io.StringIO(text)) if row["reference"] == str(asked.pk)]
    bank = (said["bank_holder"], said["bank_name"], said["bank_code"], said["bank_account"])
    assert (said["memo"], *bank) == ("WIRE", "The Holder", "Corner Bank", "021000021", "12345678")
    assert (orders["I4000001"].amount, orders["I4000001"].other) == (Decimal("7.00"), "U4000001")
    assert (orders["U4000001"].amount, orders["U4000001"].other) == (Decimal("-7.00"), "I4000001")
    answers = answers_to(text, {"U1000001", "I4000001", "U4000001"})
    assert len(answers) == 3 and all(one.endswith(",accepted,\n") for one in answers)


def test_the_longest_bank_reaches_the_broker_whole(till, world):
    till.cash("U1000001", "1000")
    long = {"bank_name": "B" * 150, "holder": "H" * 150, "code": "DEUTDEFF500", "number": "9" * 34}
    bank = till.bank("ana", "U1000001", **long).bank
    asked = till.withdraw("ana", "U1000001", "100", method="WIRE", bank=bank)
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    text = OutboxMessage.unscoped.get(natural_key=FundingFile.unscoped.get().natural_key).body
    (row,) = csv.DictReader(io.StringIO(text))
    sent = (row["bank_name"], row["bank_holder"], row["bank_code"], row["bank_account"])
    assert sent == ("B" * 150, "H" * 150, "DEUTDEFF500", "9" * 34)


def test_an_account_closed_since_moves_nothing(till, world):
    till.cash("U1000001", "1000")
    held, sent = till.withdraw("ana", "U1000001", "100"), till.withdraw("ana", "U1000001", "100")
    step(world, "alice", "consent", sent, at=FRIDAY)
    world["U1000001"].status = "C"
    world["U1000001"].closed_on = FRIDAY.date()
    world["U1000001"].save(update_fields=["status", "closed_on"])
    with pytest.raises(FundingProblem, match="open account"):
        step(world, "alice", "consent", held, at=FRIDAY)
    assert send_due(at=FRIDAY) == 0
    assert (now(sent).status, now(sent).reason) == ("cancelled", "The account was closed.")


def test_a_line_that_names_one_request_never_closes_another(till, world, line):
    till.cash("U1000001", "1000")
    one, other = (till.withdraw("ana", "U1000001", "100", at=FRIDAY + timedelta(seconds=turn)) for turn in (0, 1))
    for asked in (one, other):
        step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    line("U1000001", "-100", reference=str(one.pk))
    # Booked again under another number, given back, and with a charge taken off: none of them is the other request's.
    line("U1000001", "-100", reference=f"REBOOKED {one.pk.hex.upper()}")
    deposit = till.deposit("ana", "U1000001", "100")
    line("U1000001", "100", reference=str(one.pk))
    assert [now(asked).status for asked in (one, other, deposit)] == ["completed", "processed", "pending"]
    line("U1000001", "-100", reference="another system's words")
    assert now(other).status == "completed"


def test_our_reference_closes_a_movement_that_came_out_otherwise_and_shows_the_difference(till, world, line):
    """100.00 leave, the correspondent takes 0.25: the statement has 99.75, which is 0.25 less."""
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "100")
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    # A charge for it, a line of the other sign, another currency, and more than twice as much are something else.
    for amount, currency in (("-49.99", "USD"), ("99.75", "USD"), ("-99.75", "EUR"), ("-200.01", "USD")):
        line("U1000001", amount, reference=str(asked.pk), currency=currency)
    assert now(asked).status == "processed"
    shown = line("U1000001", "-99.75", reference=str(asked.pk))
    done = now(asked)
    assert (done.status, done.line_id) == ("completed", shown.pk)
    assert (done.shown, done.difference) == (Decimal("99.75"), Decimal("-0.25"))


def test_what_left_in_two_lines_is_promised_until_a_later_balance_shows_both(till, world, line):
    """600 of 1,000 on Monday and 400 on Tuesday: on Monday the 400 are not free a second time."""
    till.cash("U1000001", "10000")
    asked = till.withdraw("ana", "U1000001", "1000")
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    line("U1000001", "-600", reference=str(asked.pk))
    till.cash("U1000001", "9400", day=MONDAY)
    with pytest.raises(FundingProblem, match=r"Only 8,400\.00"):
        till.withdraw("ana", "U1000001", "9400", at=FRIDAY + timedelta(days=4))
    line("U1000001", "-400", reference=str(asked.pk), day=MONDAY + timedelta(days=1))
    till.cash("U1000001", "9000", day=MONDAY + timedelta(days=7))

    assert till.withdraw("ana", "U1000001", "9000", at=FRIDAY + timedelta(days=11)).status == "pending_advisor"
    assert now(asked).status == "completed"


def test_a_small_movement_booked_with_its_charge_is_closed_once_no_better_line_has_come(till, world, line):
    """20.00 and a charge of 25.00 in one line."""
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "20")
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    line("U1000001", "-120.01", reference=str(asked.pk))
    shown = line("U1000001", "-45", reference=str(asked.pk))
    with as_role("night"):
        assert complete_open(at=FRIDAY + timedelta(days=9)) == 0
        assert complete_open(at=FRIDAY + timedelta(days=10)) == 1

    done = now(asked)
    assert (done.status, done.line_id, done.difference) == ("completed", shown.pk, Decimal("25"))


def test_of_two_lines_that_name_a_request_the_nearest_shows_it(till, world, line):
    till.cash("U1000001", "1000")
    asked, other = (till.withdraw("ana", "U1000001", amount) for amount in ("100", "60"))
    for one in (asked, other):
        step(world, "alice", "consent", one, at=FRIDAY)
    account, near = world["U1000001"], []
    for amount in ("-60", "-90"):
        row = {"firm_id": account.firm_id, "account": account, "kind": CashLine.DEPOSITS, "currency": "USD"}
        more = {"amount": Decimal(amount), "report_on": MONDAY, "settle_on": MONDAY, "file": till.file}
        near.append(CashLine.unscoped.create(key=str(uuid4()), reference=str(asked.pk), **row, **more))
    send_due(at=FRIDAY)
    with as_role("night"):
        assert complete_open(at=FRIDAY + timedelta(days=3)) == 1
    # The line of 60 has the other one's amount, but it names this one.
    assert (now(asked).line_id, now(asked).difference) == (near[1].pk, Decimal("-10"))
    assert now(other).status == "processed"


def test_a_line_that_came_before_its_request_was_released_closes_it_the_next_night(till, world, line):
    coming = till.deposit("alice", "U1000001", "50")
    assert coming.status == "pending_verification"
    line("U1000001", "50")
    assert now(coming).status == "pending_verification"
    step(world, "ana", "verify", coming, accepts=True, at=FRIDAY)
    with as_role("night"):
        assert complete_open(at=FRIDAY + timedelta(days=4)) == 1
        assert complete_open(at=FRIDAY + timedelta(days=4)) == 0
    assert (now(coming).status, now(coming).difference) == ("completed", 0)


def test_the_answer_may_come_after_the_line(till, world, line):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "100")
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    line("U1000001", "-100")
    with as_role("night"):
        accepted = take_answers(f"reference,answer,reason\n{asked.pk},accepted,\n".encode(), at=FRIDAY)
        rejected = take_answers(f"reference,answer,reason\n{asked.pk},rejected,no\n".encode(), at=FRIDAY)
    assert (accepted.unchanged, accepted.strange_total, rejected.strange_total) == (1, 0, 1)
    assert now(asked).status == "completed"


def test_what_has_left_is_promised_until_the_balance_shows_it(till, world, line):
    till.cash("U1000001", "10000")
    asked = till.withdraw("ana", "U1000001", "10000")
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    line("U1000001", "-10000")
    assert now(asked).status == "completed"
    with pytest.raises(FundingProblem, match=r"Only 0\.00"):
        till.withdraw("ana", "U1000001", "0.01", at=FRIDAY + timedelta(days=3))
    till.cash("U1000001", "500", day=MONDAY)
    assert till.withdraw("ana", "U1000001", "500", at=FRIDAY + timedelta(days=4)).status == "pending_advisor"


def test_a_withdrawal_is_completed_by_its_line_and_by_nothing_else(till, world, line):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "100")
    line("U1000001", "-100")
    assert now(asked).status == "pending_advisor"  # money that nobody sent is not this money
    CashLine.unscoped.all().delete()
    step(world, "alice", "consent", asked, at=FRIDAY)
    send_due(at=FRIDAY)
    with as_role("night"):
        taken = take_answers(f"reference,answer,reason\n{asked.pk},accepted,\n".encode(), at=FRIDAY)
        assert (taken.accepted, taken.strange_total) == (1, 0)
        assert take_answers(f"reference,answer,reason\n{asked.pk},accepted,\n".encode(), at=FRIDAY).unchanged == 1
    assert now(asked).status == "processed"
    for days in (1, 30, 400):
        go_on_due(at=FRIDAY + timedelta(days=days))
    assert now(asked).status == "processed"
    line("U1000001", "-100.01")
    line("U1000001", "-100", day=date(2026, 4, 30))
    line("U1000001", "-100", currency="EUR")
    assert now(asked).status == "processed"
    shown = line("U1000001", "-100")

    done = now(asked)
    assert (done.status, done.line_id, done.credited_on) == ("completed", shown.pk, MONDAY)
    assert Request.unscoped.get(kind="funding").status == "approved"
    with pytest.raises(FundingConflict):
        step(world, "ana", "cancel", asked, reason="x", at=FRIDAY)


def test_our_reference_goes_before_age(till, world, line):
    till.cash("U1000001", "1000")
    both = [till.withdraw("ana", "U1000001", "100") for _turn in range(2)]
    for one in both:
        step(world, "alice", "consent", one, at=FRIDAY)
    send_due(at=FRIDAY)
    line("U1000001", "-100", reference=str(both[1].pk))
    assert [now(one).status for one in both] == ["processed", "completed"]
    line("U1000001", "-100")
    assert now(both[0]).status == "completed"


def test_what_the_broker_rejects_is_free_again(till, world):
    till.cash("U1000001", "1000")
    asked = till.withdraw("ana", "U1000001", "1000")
    step(world, "alice", "consent", asked, at=FRIDAY)
    with as_role("night"):
        answer = f"reference,answer,reason\n{asked.pk},rejected,closed bank\n".encode()
        assert take_answers(answer, at=FRIDAY).strange_total == 1  # the broker has not heard of it
    send_due(at=FRIDAY)
    with as_role("night"):
        assert take_answers(answer, at=FRIDAY).rejected == 1
    assert (now(asked).status, now(asked).reason) == ("rejected", "closed bank")
    assert till.withdraw("ana", "U1000001", "1000").status == "pending_advisor"


def test_a_deposit_is_completed_by_its_line_and_its_amount_changes_while_it_is_pending(till, world, line):
    asked = till.deposit("ana", "U1000001", "50")
    assert asked.status == "pending"
    step(world, "ana", "change_amount", asked, amount=Decimal("60"))
    check = till.deposit("ana", "U1000001", "5", method="CHECK")
    with pytest.raises(FundingConflict):
        step(world, "ana", "change_amount", check, amount=Decimal("6"))
    with pytest.raises(FundingProblem):
        step(world, "ana", "change_amount", asked, amount=Decimal("0"))
    send_due(at=FRIDAY)
    with pytest.raises(FundingConflict):
        step(world, "ana", "change_amount", asked, amount=Decimal("70"))
    line("U1000001", "50")
    assert now(asked).status == "processed"
    line("U1000001", "60")
    assert (now(asked).status, now(asked).available_on) == ("completed", MONDAY)


def test_an_internal_transfer_is_completed_by_the_payers_line(till, world):
    till.cash("I4000001", "1000")
    asked = till.move("sam", "I4000001", "U4000001", "400")
    send_due(at=FRIDAY)
    common = {"kind": "INTERNAL", "currency": "USD", "report_on": MONDAY, "file": till.file, "firm_id": asked.firm_id}
    for number, direction, cash, other in (
        ("I4000001", "OUT", "-400", "U4000002"),
        ("U4000001", "IN", "400", "I4000001"),
        ("I4000001", "OUT", "-400", "U4000001"),
    ):
        PositionTransfer.unscoped.create(
            account=world[number],
            key=str(uuid4()),
            direction=direction,
            cash=Decimal(cash),
            other_account=other,
            **common,
        )
        with as_role("night"):
            complete(accounts=[world[number].pk], at=FRIDAY)
        assert now(asked).status == ("completed" if other == "U4000001" else "processed")


def test_cash_moves_between_accounts_of_one_owner_and_title_only(till):
    till.cash("U1000001", "1000")
    with pytest.raises(FundingProblem, match="same owner and title"):
        till.move("alice", "U1000001", "U1000002", "1")


def test_a_bank_waits_for_a_number_then_for_the_owner_and_expires(till, world):
    asked = till.bank("ana", "U1000001", factor="password")
    assert asked.status == "pending_confirmation"
    bank = asked.bank
    till.cash("U1000001", "1000")
    with pytest.raises(FundingProblem, match="saved bank"):
        till.withdraw("ana", "U1000001", "10", method="WIRE", bank=bank)
    step(world, "ana", "confirm", asked, number=actions.number_of(asked), at=FRIDAY)
    assert now(asked).status == "approved"
    assert till.withdraw("ana", "U1000001", "10", method="WIRE", bank=bank).status == "pending_advisor"
    declined = till.bank("alice", "U1000001", name="Other")
    step(world, "ana", "verify", declined, accepts=False, at=FRIDAY)
    by_advisor = till.bank("alice", "U1000001", name="Other")
    assert by_advisor.status == "pending_verification"
    with pytest.raises(FundingConflict, match="of this name"):
        till.bank("ana", "U1000001")
    assert go_on_due(at=FRIDAY + timedelta(days=30)) == 2  # the withdrawal's hold and the bank
    assert now(by_advisor).status == "expired"


@pytest.mark.parametrize(("method", "code", "number", "fits"), [
    ("SEPA", "", "DE89370400440532013000", True), ("SEPA", "", "DE89370400440532013001", False),
    ("ACH", "021000021", "12345", True), ("ACH", "021000022", "12345", False), ("ACH", "", "12345", False),
    ("EFT", "00012345", "12345", True), ("EFT", "123", "12345", False),
    ("WIRE", "DEUTDEFF", "12345", True), ("WIRE", "021000021", "12345", True), ("WIRE", "X", "12345", False),
    ("WIRE", "DEUTDEFF", "1", False), ("WIRE", "DEUTDEFF", "12 45", False),
])  # fmt: skip
def test_numbers_of_banks_are_checked(method, code, number, fits):
    assert (bank_problem(method, code, number) == "") == fits
