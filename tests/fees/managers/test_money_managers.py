"""Wealth manager and money manager paid by one client: two schedules, invoices payable to either, each its own book.

Nina's account is worth 250,000 on 30 September 2025, a month of 21 business days. End of month: 1 % is 208.33 for
Southbank (D01), 0.5 % is 250,000 x 0.005 x 21 / 252 = 104.1666..., so 104.17 for the money manager. An invoice limit of
1 % a month on 100,000 every day of September is 0.01 x 2,100,000 / 252 = 83.33 in October; 2 % is 166.67 (D21).
"""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django.test.utils import CaptureQueriesContext

from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role as in_role
from accounts.ground.assignments.actions import as_payee
from accounts.ground.assignments.models import Assignment, AssignmentState
from accounts.ground.assignments.rules import AssignmentProblem
from accounts.ground.ledger.models import Transfer
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from fees.invoicing.actions import InvoiceRefused, cancel, change
from fees.invoicing.models import Invoice, InvoiceCap
from fees.proposals.models import Proposal, ProposalState
from fees.schedules.models import Schedule
from fees.schedules.rules import ScheduleRefused
from fees.sending.actions import LineRefused
from fees.sending.rules import Asked
from portal.managed.actions import end
from tests.accounts.assignments.managed import CLIENT, NUMBER, OTHER, assign
from tests.fees.invoicing.conftest import OCTOBER, SEPTEMBER, at
from tests.fees.managers.conftest import proposed, row, signed
from tests.fees.posting.nights import figures
from tests.fees.posting.test_trades import key, per_trade
from tests.house.written import fingerprint_of_rows

EOM = "PERCENTOFEQUITY_EOM"
FIRST, LAST, DUE = date(2025, 9, 1), date(2025, 9, 30), date(2025, 10, 1)


def reasons(verdicts):
    return [str(one.reason) for one in verdicts]


# Schedules


def test_two_schedules_are_charged_apart_and_each_payee_is_swept_its_own(desk):
    world = desk.world
    for number, rate in (("F900001", "0.01"), (NUMBER, "0.005")):
        desk.agree(CLIENT, figures(EOM, rate=rate), starts=FIRST, practice=world[number].practice)
    desk.value(CLIENT, LAST, "250000")
    assert desk.night(LAST).problem == ""
    desk.value(CLIENT, DUE, "250000")
    assert desk.night(DUE).problem == ""

    own, managers = world["F900001"].practice_id, world[NUMBER].practice_id
    expected = sorted([(own, D("208.33")), (managers, D("104.17"))])
    with in_role("owner"):
        for kind in ("fee", "sweep"):
            rows = Transfer.unscoped.filter(kind=kind, day=DUE).values_list("practice_id", "amount")
            assert sorted(rows) == expected
        told = sorted(Instruction.unscoped.filter(day=DUE).values_list("kind", "payer", "payee", "amount"))
    assert told == [
        ("fee", CLIENT, "F900001", D("104.17")),
        ("fee", CLIENT, "F900001", D("208.33")),
        ("sweep", "F900001", NUMBER, D("104.17")),
    ]


@pytest.mark.parametrize(
    ("component", "switches", "said"),
    [
        (per_trade(key("absolute", "0.01")), {}, "manager_per_trade"),
        (figures(EOM, rate="0.005"), {"commissions_to_master": True}, "manager_bears"),
    ],
)
def test_a_money_manager_is_not_paid_per_trade_and_bears_nothing(desk, component, switches, said):
    before = fingerprint_of_rows()
    with pytest.raises(ScheduleRefused) as refused:
        desk.agree(CLIENT, component, starts=FIRST, practice=desk.world[NUMBER].practice, **switches)
    assert said in {one.key for one in refused.value.problems}
    assert fingerprint_of_rows() == before


def test_only_accounts_assigned_to_it_pay_a_money_manager(desk):
    before = fingerprint_of_rows()
    with pytest.raises(ScheduleRefused) as refused:
        desk.agree(OTHER, figures(EOM, rate="0.005"), starts=FIRST, practice=desk.world[NUMBER].practice)
    assert [one.key for one in refused.value.problems] == ["foreign_payee"]
    assert fingerprint_of_rows() == before


def test_the_wealth_manager_proposes_the_money_managers_part_and_the_client_signs_it(desk):
    sent = proposed(desk)
    assert (sent.state, sent.practice_id) == (ProposalState.PROPOSED, desk.world[NUMBER].practice_id)
    assert "Gannet Trading" in sent.document

    signed(desk, sent)

    with in_role("owner"):
        schedule = Schedule.unscoped.get(account__number=CLIENT)
        assert (schedule.practice_id, schedule.signed_name) == (desk.world[NUMBER].practice_id, "Nina Novak")
        cap = InvoiceCap.unscoped.get(account__number=CLIENT)
        assert (cap.practice_id, cap.rate) == (desk.world[NUMBER].practice_id, D("0.01"))


@pytest.mark.parametrize("name", ["max", "alice", "bob", "nina"])
def test_nobody_but_the_wealth_manager_enters_for_the_money_manager(desk, name):
    before = fingerprint_of_rows()
    account, manager = desk.account(CLIENT), desk.world[NUMBER]
    with desk.acting(name) as who, pytest.raises(AssignmentProblem), as_payee(who, [account.pk], manager):
        pass
    assert fingerprint_of_rows() == before


PAID = {"currency": "GBP", "amount": D("1.00"), "business_day": OCTOBER, "submitted_at": at(OCTOBER)}


@pytest.fixture
def both(limited):
    """Two of Southbank's clients are assigned, each with a limit of 83.33 for the money manager."""
    assign(limited.world, number=OTHER)
    limited.cap(OTHER, "0.01", practice=limited.world[NUMBER].practice)
    limited.values(OTHER, "100000", *SEPTEMBER)
    return limited


def test_who_enters_for_one_account_writes_for_no_other(both):
    """Also where the other is assigned to the same money manager; and past every action of ours."""
    before = fingerprint_of_rows()
    account, other, manager = both.account(CLIENT), both.account(OTHER), both.world[NUMBER]
    row = {"firm_id": other.firm_id, "account": other, "practice_id": manager.practice_id}
    for make in (
        lambda who: Invoice.unscoped.create(**row, **PAID, submitted_by_id=who.user_id),
        lambda who: Proposal.unscoped.create(
            **row, version=1, strategy="automatic", created_at=at(OCTOBER), created_by_id=who.user_id
        ),
        lambda who: InvoiceCap.unscoped.filter(account=account).exists()
        and InvoiceCap.unscoped.create(
            **row, version=9, kind="PERCENTOFNLV_CAP", rate=D("0.5"), starts=OCTOBER, signed_name="x",
            signed_at=at(OCTOBER), document_hash="0" * 64, agreed_at=at(OCTOBER), agreed_by_id=who.user_id,
        ),
    ):  # fmt: skip
        with both.acting("mallory") as who, as_payee(who, [account.pk], manager) as payee:
            with pytest.raises(Error, match="row-level security"), transaction.atomic():
                make(payee)
            assert not InvoiceCap.unscoped.filter(account=other).update(ends=OCTOBER)
    assert fingerprint_of_rows() == before


def test_a_file_enters_once_for_all_the_accounts_of_a_money_manager(both):
    rows = [row(1, CLIENT, "10.00"), row(2, OTHER, "20.00")]
    with CaptureQueriesContext(connection) as asked:
        assert [one.is_accepted for one in both.send("mallory", *rows)] == [True, True]

    entered = [
        one["sql"] for one in asked if "app_enter_payee" in one["sql"] or 'INSERT INTO "fees_invoice"' in one["sql"]
    ]
    assert len(entered) == 2
    payable = {one.practice_id for number in (CLIENT, OTHER) for one in both.sent(number)}
    assert payable == {both.world[NUMBER].practice_id}


def test_one_account_that_is_not_assigned_keeps_all_from_being_entered(desk):
    accounts = [desk.account(number).pk for number in (CLIENT, OTHER)]
    with desk.acting("mallory") as who, pytest.raises(AssignmentProblem), as_payee(who, accounts, desk.world[NUMBER]):
        pass


def test_its_people_hear_of_invoices_once_a_day(both):
    with in_role("owner"):
        User.objects.filter(pk=both.world.users["max"].pk).update(email="max@gannet.example")
    both.send("mallory", row(1, CLIENT, "10.00"))
    both.send("mallory", row(1, OTHER, "20.00"))

    with in_role("owner"):
        [mail] = OutboxMessage.unscoped.filter(natural_key__startswith="money manager invoiced")
    assert "has sent invoices that are payable to you" in mail.body
    assert "10.00" not in mail.body and CLIENT not in mail.body


def test_the_advisor_hears_what_the_client_answers_to_the_money_managers_terms(desk):
    with in_role("owner"):
        User.objects.filter(pk=desk.world.users["mallory"].pk).update(email="mallory@southbank.example")
    sent = proposed(desk)

    signed(desk, sent)

    with in_role("owner"):
        [mail] = OutboxMessage.unscoped.filter(natural_key__startswith=f"fee proposal:{sent.pk}:approved")
        assert mail.recipient == "mallory@southbank.example"
        told = Notification.unscoped.get(natural_key=f"fee proposal {sent.pk} approved")
        assert told.practice_id == desk.world["F900001"].practice_id


def test_the_money_manager_cannot_write_a_proposal_of_its_own(desk):
    before = fingerprint_of_rows()
    with desk.acting("max") as who, pytest.raises(Error), transaction.atomic():
        Proposal.unscoped.create(
            firm_id=who.firm_id, account=desk.world[CLIENT], practice=desk.world[NUMBER].practice, version=1,
            strategy="automatic", created_at=at(OCTOBER), created_by_id=who.user_id,
        )  # fmt: skip
    assert fingerprint_of_rows() == before


# Invoices


def test_an_invoice_payable_to_the_money_manager_counts_against_its_own_limit(limited):
    [verdict] = limited.send("mallory", row(1, CLIENT, "83.33"))
    assert verdict.is_accepted
    [invoice] = limited.sent(CLIENT)
    assert (invoice.practice_id, invoice.amount) == (limited.world[NUMBER].practice_id, D("83.33"))

    [verdict] = limited.send("mallory", row(1, CLIENT, "0.01"), on=at(date(2025, 10, 7)))
    assert (verdict.reason, verdict.available) == ("over_limit", 0)
    [verdict] = limited.send("mallory", (CLIENT, "166.67"), on=at(date(2025, 10, 7)))
    assert verdict.is_accepted
    assert {one.practice_id for one in limited.sent(CLIENT)} == {
        limited.world[NUMBER].practice_id, limited.world["F900001"].practice_id}  # fmt: skip


def test_the_night_pays_it_into_the_money_managers_book(limited):
    limited.send("mallory", row(1, CLIENT, "83.33"))
    for day in limited.days(date(2025, 10, 1), OCTOBER):
        limited.value(CLIENT, day, "100000")
    assert limited.whole_night(OCTOBER).problem == ""

    payee = limited.world[NUMBER].practice_id
    with in_role("owner"):
        moved = Transfer.unscoped.filter(day=OCTOBER).values_list("kind", "practice_id", "amount")
        assert sorted(moved) == [("invoice", payee, D("83.33")), ("sweep", payee, D("83.33"))]
        told = Instruction.unscoped.filter(day=OCTOBER).values_list("kind", "payer", "payee")
        assert sorted(told) == [("invoice", CLIENT, "F900001"), ("sweep", "F900001", NUMBER)]


def test_one_invoice_a_client_and_day_whoever_is_paid(limited):
    verdicts = limited.send("mallory", row(1, CLIENT, "10"), Asked(2, CLIENT, "10"))
    assert reasons(verdicts) == ["", "duplicate_today"]
    assert reasons(limited.send("mallory", (CLIENT, "10"))) == ["duplicate_today"]
    assert len(limited.sent(CLIENT)) == 1


@pytest.mark.parametrize(
    ("account", "manager", "reason"),
    [
        (CLIENT, "A1234567", "bad_money_manager"),
        (CLIENT, "F900001", "bad_money_manager"),
        (OTHER, NUMBER, "bad_money_manager"),
        ("U1000001", NUMBER, "bad_account"),
    ],
)
def test_a_money_manager_that_the_account_does_not_have_is_refused(limited, account, manager, reason):
    before = fingerprint_of_rows()
    assert reasons(limited.send("mallory", row(1, account, "10", manager))) == [reason]
    assert fingerprint_of_rows() == before


def test_without_a_limit_of_its_own_nothing_is_invoiced_for_it(desk):
    desk.cap(CLIENT, "0.02")
    desk.values(CLIENT, "100000", *SEPTEMBER)
    assert reasons(desk.send("mallory", row(1, CLIENT, "10"))) == ["no_cap"]
    assert desk.sent(CLIENT) == []


@pytest.mark.parametrize("name", ["max", "alice", "bob", "nina"])
def test_nobody_but_the_wealth_manager_sends_it(limited, name):
    before = fingerprint_of_rows()
    assert reasons(limited.send(name, row(1, CLIENT, "10"))) == ["bad_account"]
    assert fingerprint_of_rows() == before


def test_it_can_be_changed_and_cancelled_until_the_cut_off(limited):
    limited.send("mallory", row(1, CLIENT, "83.33"))
    [invoice] = limited.sent(CLIENT)
    with limited.acting("mallory") as who:
        with pytest.raises(InvoiceRefused):
            change(who=who, invoice=invoice, amount="83.34", memo="", at=at(OCTOBER, 13))
        change(who=who, invoice=invoice, amount="80.00", memo="less", at=at(OCTOBER, 13))
    assert [(one.amount, one.memo) for one in limited.sent(CLIENT)] == [(D("80.00"), "less")]
    before = fingerprint_of_rows()
    with limited.acting("max") as who, pytest.raises((LineRefused, AssignmentProblem)):
        cancel(who=who, invoice=invoice, at=at(OCTOBER, 13))
    assert fingerprint_of_rows() == before
    with limited.acting("mallory") as who:
        cancel(who=who, invoice=invoice, at=at(OCTOBER, 14))
    assert [one.state for one in limited.sent(CLIENT)] == ["cancelled"]


def test_the_money_manager_reads_what_is_payable_to_it_and_no_more(limited):
    """Neither the limit nor the invoices of the wealth manager, on the same account."""
    limited.send("mallory", row(1, CLIENT, "10"))
    limited.send("mallory", (CLIENT, "10"), on=at(date(2025, 10, 7)))
    with limited.acting("max"):
        payee = limited.world[NUMBER].practice_id
        assert list(Invoice.unscoped.values_list("practice_id", flat=True)) == [payee]
        assert list(InvoiceCap.unscoped.values_list("practice_id", flat=True)) == [payee]


# The end


@pytest.mark.parametrize("name", ["mallory", "max"])
def test_with_the_assignment_the_money_managers_fees_end(limited, name):
    """By whoever ends it; what the wealth manager has agreed and sent stays."""
    own = limited.agree(CLIENT, figures(EOM, rate="0.01"), starts=FIRST)
    part = limited.agree(CLIENT, figures(EOM, rate="0.005"), starts=FIRST, practice=limited.world[NUMBER].practice)
    limited.send("mallory", row(1, CLIENT, "10"))
    limited.send("mallory", (CLIENT, "10"), on=at(date(2025, 10, 7)))
    assignment = Assignment.unscoped.get()
    with limited.acting(name) as who:
        end(who=who, assignment=assignment, at=at(date(2025, 10, 7), 15))

    with in_role("owner"):
        assert Assignment.unscoped.get().state == AssignmentState.ENDED
        ends = dict(Schedule.unscoped.values_list("pk", "ends"))
        assert ends == {own.pk: None, part.pk: date(2025, 10, 7)}
        caps = dict(InvoiceCap.unscoped.values_list("practice_id", "ends"))
        assert caps == {own.practice_id: None, part.practice_id: date(2025, 10, 7)}
        states = dict(Invoice.unscoped.values_list("practice_id", "state"))
        assert states == {own.practice_id: "pending", part.practice_id: "cancelled"}
    assert reasons(limited.send("mallory", row(1, CLIENT, "10"), on=at(date(2025, 10, 8)))) == ["bad_money_manager"]
