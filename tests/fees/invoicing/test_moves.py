"""Accounts that change their advisor: what the former one has asked for, and may ask for, ends with the move."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.ground.access.context import acting, as_role, cursor
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer
from accounts.ground.linkage import actions as links
from accounts.ground.tree.models import Account
from fees.invoicing.models import Invoice, InvoiceCap
from portal.structure.moves import carry_out_due
from tests.fees.invoicing.conftest import CHIDI, DANA, NEW_YORK

THURSDAY = datetime(2026, 11, 19, 10, 0, tzinfo=NEW_YORK)
FRIDAY = date(2026, 11, 20)
MOVED = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
NINA = "U9000001"
LAKESIDE = {"master": "F200003", "title": "Lakeside LLC"}


@pytest.fixture
def moving(desk, world):
    """Chidi and Nina go to Carol, who has accepted; both have signed a limit for their present advisor."""
    with as_role("owner"):
        Account.unscoped.filter(kind="client").update(customer_type="Individual")
    for number, name in ((CHIDI, "chidi"), (NINA, "nina")):
        desk.cap(number, None, amount="500")
        with acting(world.users[name].pk) as who:
            account = scope(who, Account).get(number=number)
            asked = links.ask(who=who, account=account, **LAKESIDE, at=THURSDAY)
        with acting(world.users["carol"].pk):
            links.decide(link=asked, accept=True, by=world.users["carol"].pk, at=THURSDAY)
    return desk


def states(desk, number: str) -> list[tuple[str, str]]:
    return [(one.practice.name, one.state) for one in desk.sent(number)]


def caps(number: str) -> dict[int, date | None]:
    with as_role("owner"):
        return dict(InvoiceCap.unscoped.filter(account__number=number).values_list("practice__level", "ends"))


def charged(number: str) -> Decimal:
    with as_role("owner"):
        rows = Transfer.unscoped.filter(account__number=number).values_list("amount", flat=True)
        return sum(rows, Decimal(0))


def forge(world, number: str, payee: str) -> Invoice:
    """A pending invoice as nobody can send it."""
    account, practice = world[number], world[payee].practice
    with as_role("owner"):
        return Invoice.unscoped.create(
            id=uuid.uuid4(),
            firm_id=account.firm_id,
            account_id=account.pk,
            practice=practice,
            amount=Decimal(100),
            currency=account.base_currency,
            business_day=FRIDAY,
            submitted_at=THURSDAY,
            submitted_by=world.users["bob"],
        )


def test_the_former_advisor_is_paid_nothing_after_a_move(moving, world):
    moving.send("bob", (CHIDI, "100"), on=THURSDAY.replace(hour=18))
    assert states(moving, CHIDI) == [("Brightwell LLC", "pending")]

    assert carry_out_due(at=MOVED)["failed"] == 0
    moving.invoices(FRIDAY)

    assert states(moving, CHIDI) == [("Brightwell LLC", "cancelled")]
    assert moving.sent(CHIDI)[0].changed_at == MOVED
    assert charged(CHIDI) == 0
    assert caps(CHIDI) == {2: FRIDAY}


def test_the_top_level_above_both_is_still_paid(moving, world):
    moving.cap(CHIDI, None, amount="300", practice=world["F100001"].practice)
    moving.send("alice", (CHIDI, "70"), on=THURSDAY.replace(hour=18))

    carry_out_due(at=MOVED)
    moving.invoices(FRIDAY)

    assert states(moving, CHIDI) == [(world["F100001"].practice.name, "processed")]
    assert charged(CHIDI) == 70
    assert caps(CHIDI) == {2: FRIDAY, 1: None}


def test_the_new_advisor_may_invoice_once_the_client_has_signed_for_it(moving, world):
    """What the former one had asked for that day takes no place."""
    moving.send("bob", (CHIDI, "100"), on=THURSDAY.replace(hour=18))
    carry_out_due(at=MOVED)

    first = moving.send("carol", (CHIDI, "50"), on=MOVED.replace(hour=21))
    moving.cap(CHIDI, None, amount="60", practice=world["F200003"].practice, starts=FRIDAY)
    second = moving.send("carol", (CHIDI, "50"), on=MOVED.replace(hour=21))

    assert [one.reason for one in first + second] == ["no_cap", ""]


def test_between_firms_everything_asked_of_the_former_record_ends(moving):
    moving.send("mallory", (NINA, "100"), on=THURSDAY.replace(hour=18))

    assert carry_out_due(at=MOVED)["failed"] == 0
    moving.invoices(FRIDAY)

    assert [state for _name, state in states(moving, NINA)] == ["cancelled"]
    assert charged(NINA) == 0
    assert set(caps(NINA).values()) == {FRIDAY}


def test_what_a_night_has_paid_stays_paid(moving):
    moving.send("bob", (CHIDI, "100"), on=THURSDAY)
    moving.invoices(date(2026, 11, 19))

    carry_out_due(at=MOVED)

    assert states(moving, CHIDI) == [("Brightwell LLC", "processed")]
    assert charged(CHIDI) == 100


@pytest.mark.parametrize("payee", ["F200002", "F200003"])
def test_the_night_pays_only_who_is_above_the_account(desk, world, payee):
    """Dana's advisor is Carol: an invoice of a sibling is rejected whatever put it there, and Carol's is paid."""
    forge(world, DANA, payee)

    desk.invoices(FRIDAY)

    expected = ("processed", "") if payee == "F200003" else ("rejected", "bad_account")
    assert [(one.state, one.reason) for one in desk.sent(DANA)] == [expected]
    assert charged(DANA) == (100 if payee == "F200003" else 0)


def test_the_back_office_may_cancel_an_invoice_and_end_a_limit_and_nothing_else(desk, world):
    invoice = forge(world, DANA, "F200003")
    desk.cap(DANA, None, amount="500")
    refused = [
        "UPDATE fees_invoice SET state = 'processed', changed_at = now() WHERE id = %s",
        "UPDATE fees_invoice SET state = 'rejected' WHERE id = %s",
        "UPDATE fees_invoice SET amount = 1 WHERE id = %s",
        "UPDATE fees_invoice SET practice_id = 1 WHERE id = %s",
        "DELETE FROM fees_invoice WHERE id = %s",
        "UPDATE fees_invoicecap SET amount = 1 WHERE %s::uuid IS NOT NULL",
    ]
    for sql in refused:
        with as_role("office"), pytest.raises(DatabaseError), transaction.atomic(using="office"), cursor() as cur:
            cur.execute(sql, [invoice.pk])
    with as_role("office"), cursor() as cur:
        cur.execute("UPDATE fees_invoice SET state = 'cancelled', changed_at = now() WHERE id = %s", [invoice.pk])
    assert [one.state for one in desk.sent(DANA)] == ["cancelled"]
