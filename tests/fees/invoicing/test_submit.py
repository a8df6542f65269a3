"""Sending invoices: verdicts, one a client and day, whose client it is, changing and cancelling until the cut-off."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.ground.access.context import as_role
from accounts.ground.tree.models import Account
from fees.invoicing.actions import InvoiceRefused, cancel, change
from fees.invoicing.models import Invoice
from fees.sending.rules import Asked
from tests.fees.invoicing.conftest import ANA, CHIDI, DANA, KEN, OCTOBER, SEPTEMBER, at


def reasons(verdicts) -> list[str]:
    return [str(one.reason) for one in verdicts]


def nothing_was_sent() -> bool:
    with as_role("owner"):
        return not Invoice.unscoped.exists()


def test_an_accepted_row_is_an_invoice_of_its_business_day(desk):
    [verdict] = desk.send("alice", Asked(1, " u1000001 ", "100.00", " Q4 planning "))

    [invoice] = desk.sent(ANA)
    assert verdict.is_accepted
    assert verdict.invoice == str(invoice.pk)
    assert (invoice.amount, invoice.currency, invoice.memo) == (100, "USD", "Q4 planning")
    assert (invoice.business_day, invoice.state, invoice.practice_id) == (
        OCTOBER, "pending", desk.world[ANA].practice_id)  # fmt: skip


def test_p24_before_and_after_the_cut_off(desk):
    desk.send("alice", (ANA, "10"), on=at(OCTOBER, 17, 29))
    desk.send("alice", (ANA, "10"), on=at(OCTOBER, 17, 31))

    assert [one.business_day for one in desk.sent(ANA)] == [OCTOBER, date(2025, 10, 7)]


def test_d24_up_to_the_limit_and_not_a_cent_more(desk):
    assert reasons(desk.send("alice", (ANA, "100"), on=at(date(2025, 10, 1)))) == [""]
    assert reasons(desk.send("alice", (ANA, "66.67"), on=at(date(2025, 10, 2)))) == [""]
    [verdict] = desk.send("alice", (ANA, "0.01"), on=at(date(2025, 10, 3)))

    assert (verdict.reason, verdict.available) == ("over_limit", 0)
    assert len(desk.sent(ANA)) == 2


def test_p21_a_thousand_a_quarter_may_be_reached_and_not_passed(desk):
    """A fixed sum a quarter, whatever the values; October and December are the same quarter."""
    desk.cap(KEN, None, kind="PERCENTOFNLV_CAP_Q", amount="1000")
    sent = [
        desk.send("alice", (KEN, amount), on=at(date(2025, month, 6)))[0].reason
        for month, amount in ((10, "400"), (11, "600"), (12, "1"))
    ]

    assert sent == ["", "", "over_limit"]


def test_d31_one_invoice_a_client_and_day(desk):
    desk.send("alice", (ANA, "10"))

    [verdict] = desk.send("alice", (ANA, "20"))

    assert verdict.reason == "duplicate_today"
    assert len(desk.sent(ANA)) == 1


def test_the_database_holds_it_too(desk):
    desk.send("alice", (ANA, "10"))
    [invoice] = desk.sent(ANA)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cur:
        cur.execute(
            "INSERT INTO fees_invoice (id, firm_id, account_id, practice_id, amount, currency, memo, business_day,"
            " state, reason, submitted_at, submitted_by_id)"
            " SELECT gen_random_uuid(), firm_id, account_id, practice_id, 1,"
            " currency, '', business_day, state, '', submitted_at, submitted_by_id FROM fees_invoice WHERE id = %s",
            [invoice.pk],
        )


def test_the_second_of_two_rows_for_one_client_is_refused_and_the_first_kept(desk):
    verdicts = desk.send("alice", (ANA, "10"), (ANA, "20"))

    assert reasons(verdicts) == ["", "duplicate_today"]
    assert [one.amount for one in desk.sent(ANA)] == [10]


def test_another_payees_invoice_of_the_day_is_told_although_it_cannot_be_seen(desk):
    top = desk.world["F100001"].practice
    for practice in (desk.world[CHIDI].practice, top):
        desk.cap(CHIDI, practice=practice)
    desk.values(CHIDI, "100000", *SEPTEMBER)

    assert reasons(desk.send("alice", (CHIDI, "10"))) == [""]
    assert reasons(desk.send("bob", (CHIDI, "10"))) == ["duplicate_today"]


@pytest.mark.parametrize(
    ("name", "number"),
    [("bob", ANA), ("bob", DANA), ("carol", CHIDI), ("mallory", ANA), ("alice", "U9000001"), ("alice", "F100001"),
     ("alice", "U4000001"), ("alice", "U7777777"), ("ana", ANA), ("sam", "I4000001"), ("tess", ANA)],
)  # fmt: skip
def test_nobody_invoices_what_is_not_theirs(desk, name, number):
    assert reasons(desk.send(name, (number, "10"))) == ["bad_account"]
    assert nothing_was_sent()


@pytest.mark.parametrize(
    "amount",
    ["0", "-1", "0.001", "1,000", "1e3", "NaN", "Infinity", "", " ", "=1+1", "١٠", "9" * 30, "1 0", "0x10", "+5"],
)
def test_an_amount_that_is_none_is_refused_in_words(desk, amount):
    [verdict] = desk.send("alice", (ANA, amount))

    assert verdict.reason == "bad_amount"
    assert verdict.sentence
    assert nothing_was_sent()


def test_yen_have_no_cents(desk):
    desk.cap(KEN)
    desk.values(KEN, "10000000", *SEPTEMBER)

    assert reasons(desk.send("alice", (KEN, "10.5"))) == ["bad_amount"]
    assert reasons(desk.send("alice", (KEN, "10"))) == [""]


@pytest.mark.parametrize("memo", ["x" * 256, "two\nlines", "nul\x00", "\u202eevil"])
def test_a_memo_that_cannot_be_printed_is_refused(desk, memo):
    assert reasons(desk.send("alice", (ANA, "10", memo))) == ["bad_amount"]
    assert nothing_was_sent()


def test_without_a_signed_limit_nothing_is_taken(desk):
    assert reasons(desk.send("alice", (KEN, "1"))) == ["no_cap"]
    assert nothing_was_sent()


def test_a_closed_account_is_not_invoiced(desk):
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(status="C", closed_on=date(2025, 10, 1))

    assert reasons(desk.send("alice", (ANA, "1"))) == ["account_restricted"]
    assert nothing_was_sent()


def test_a_review_keeps_nothing(desk):
    assert reasons(desk.send("alice", (ANA, "10"), save=False)) == [""]
    assert nothing_was_sent()


def test_a_pending_invoice_can_be_changed_until_its_cut_off(desk):
    desk.send("alice", (ANA, "100"))
    [invoice] = desk.sent(ANA)

    with desk.acting("alice") as who:
        change(who=who, invoice=invoice, amount="166.67", memo="all of it", at=at(OCTOBER, 17, 29, 59))
        with pytest.raises(InvoiceRefused, match="Over the limit"):
            change(who=who, invoice=invoice, amount="166.68", memo="", at=at(OCTOBER, 17, 29, 59))
        with pytest.raises(InvoiceRefused, match="cut-off"):
            change(who=who, invoice=invoice, amount="1", memo="", at=at(OCTOBER, 17, 30))

    assert [(one.amount, one.memo) for one in desk.sent(ANA)] == [(Decimal("166.67"), "all of it")]


def test_one_sent_after_the_cut_off_can_be_changed_until_the_next(desk):
    desk.send("alice", (ANA, "100"), on=at(OCTOBER, 18))
    [invoice] = desk.sent(ANA)

    with desk.acting("alice") as who:
        cancel(who=who, invoice=invoice, at=at(date(2025, 10, 7), 17, 29))

    assert [one.state for one in desk.sent(ANA)] == ["cancelled"]


def test_a_cancelled_invoice_frees_the_day_and_the_limit(desk):
    desk.send("alice", (ANA, "166.67"))
    [invoice] = desk.sent(ANA)
    with desk.acting("alice") as who:
        cancel(who=who, invoice=invoice, at=at(OCTOBER))
        with pytest.raises(InvoiceRefused, match="processed, rejected or cancelled"):
            cancel(who=who, invoice=invoice, at=at(OCTOBER))

    assert reasons(desk.send("alice", (ANA, "166.67"))) == [""]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fees_invoice SET state = 'processed', processed_on = '2025-10-06', run_id = 1",
        "UPDATE fees_invoice SET account_id = account_id + 1",
        "UPDATE fees_invoice SET business_day = '2025-10-05'",
        "DELETE FROM fees_invoice",
        "UPDATE fees_invoicecap SET rate = 1",
        "DELETE FROM fees_invoicecap",
    ],
)
def test_the_portals_own_login_cannot_pay_move_or_drop_an_invoice(desk, statement):
    desk.send("alice", (ANA, "100"))

    refused = pytest.raises(DatabaseError, match=r"denied|only a night|only be closed|append-only|change")
    with desk.acting("alice"), refused, transaction.atomic(), connection.cursor() as cur:
        cur.execute(statement)

    assert [(one.state, one.amount) for one in desk.sent(ANA)] == [("pending", 100)]


@pytest.mark.parametrize("name", ["bob", "mallory", "ana", "carol"])
def test_the_second_wall_alone_keeps_others_from_writing(desk, name):
    desk.send("alice", (ANA, "100"))

    with desk.acting(name), connection.cursor() as cur:
        cur.execute("UPDATE fees_invoice SET amount = 1")
        assert cur.rowcount == 0
    theirs = {"firm_id": desk.world[ANA].firm_id, "account": desk.world[ANA], "amount": 1, "currency": "USD"}
    refused = pytest.raises(DatabaseError, match="row-level security")
    with desk.acting(name) as who, refused, transaction.atomic():
        Invoice.unscoped.create(
            practice_id=who.practice_id or 1,
            business_day=date(2025, 10, 8),
            submitted_at=at(OCTOBER),
            submitted_by_id=who.user_id,
            **theirs,
        )

    assert [one.amount for one in desk.sent(ANA)] == [100]
