"""Money moves once, between two books of one firm and currency, and stays where it went."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.ground.access.context import as_role as acting_as
from accounts.ground.access.context import enter
from accounts.ground.ledger import queries
from accounts.ground.ledger.checks import CHECKS, clearing_is_empty, sweeps_equal_collected_fees
from accounts.ground.ledger.models import Book, Transfer
from tests.books import Posting, clearing_book, client_book, payee_book, post

DAY = date(2025, 10, 1)
SOURCE = UUID(int=1)


@pytest.fixture
def ana(world):
    account = world["U1000001"]
    return client_book(firm_id=account.firm_id, account_id=account.pk, currency="USD")


@pytest.fixture
def clearing(world):
    return clearing_book(firm_id=world["U1000001"].firm_id, currency="USD")


@pytest.fixture
def alice(world):
    account = world["U1000001"]
    return payee_book(firm_id=account.firm_id, practice_id=account.practice_id, currency="USD")


def fee(debit, credit, amount, *, source=SOURCE, day=DAY):
    return Posting(
        kind="fee", debit=debit, credit=credit, amount=Decimal(amount), day=day, source=source,
        account_id=debit.account_id,
    )  # fmt: skip


def nothing_moved():
    return not Transfer.unscoped.exists()


def test_what_leaves_one_book_reaches_the_other(ana, clearing):
    post(fee(ana, clearing, "208.33"))

    assert queries.balance(ana) == Decimal("-208.33")
    assert queries.balance(clearing) == Decimal("208.33")


def test_the_same_source_settles_once_whatever_the_second_asks_for(ana, clearing):
    first = post(fee(ana, clearing, "208.33"))

    assert first is not None
    assert post(fee(ana, clearing, "999.99")) is None
    assert queries.balance(clearing) == Decimal("208.33")


def test_a_book_is_made_once(world, ana):
    assert client_book(firm_id=ana.firm_id, account_id=ana.account_id, currency="USD") == ana


def refused(debit, credit, amount, *, currency="USD", firm=None, match):
    """The table itself refuses, whoever writes to it and by whatever statement."""
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        Transfer.unscoped.create(
            txn=SOURCE, firm_id=firm or debit.firm_id, kind="fee", debit=debit, credit=credit, amount=Decimal(amount),
            currency=currency, day=DAY,
        )  # fmt: skip
        connection.check_constraints()
    assert nothing_moved()


@pytest.mark.parametrize("amount", ["0", "-0.01"])
def test_an_amount_that_cannot_be_paid_is_refused(ana, clearing, amount):
    refused(ana, clearing, amount, match="transfer_positive")


def test_yen_have_no_cents_whether_one_movement_or_a_whole_night(world):
    ken = world["U1000002"]
    book = client_book(firm_id=ken.firm_id, account_id=ken.pk, currency="JPY")
    clearing = clearing_book(firm_id=ken.firm_id, currency="JPY")

    refused(book, clearing, "0.50", currency="JPY", match="transfer_payable")
    with pytest.raises(IntegrityError, match="transfer_payable"), transaction.atomic():
        post(fee(book, clearing, "0.50"))
    assert nothing_moved()

    assert post(fee(book, clearing, "50")).amount == 50


def test_money_does_not_move_between_firms_or_currencies_or_within_one_book(world, ana):
    nina = world["U9000001"]

    refused(ana, clearing_book(firm_id=nina.firm_id, currency="USD"), "1.00", match="transfer_credit_fits")
    refused(ana, clearing_book(firm_id=ana.firm_id, currency="EUR"), "1.00", match="transfer_credit_fits")
    refused(clearing_book(firm_id=nina.firm_id, currency="USD"), ana, "1.00", firm=ana.firm_id,
            match="transfer_debit_fits")  # fmt: skip
    refused(clearing_book(firm_id=ana.firm_id, currency="EUR"), ana, "1.00", match="transfer_debit_fits")
    refused(ana, ana, "1.00", match="transfer_moves")


def test_only_known_currencies_move(ana):
    books = [
        Book.unscoped.create(firm_id=ana.firm_id, kind="client", account_id=ana.account_id, currency="XXX"),
        clearing_book(firm_id=ana.firm_id, currency="XXX"),
    ]

    refused(*books, "1.00", currency="XXX", match="transfer_currency_known")


@pytest.mark.parametrize("statement", [
    "UPDATE accounts_transfer SET amount = 1",
    "UPDATE accounts_transfer SET posted_at = now()",
    "DELETE FROM accounts_transfer",
    "TRUNCATE accounts_transfer CASCADE",
])  # fmt: skip
@pytest.mark.parametrize("role", ["portal_owner", "portal_web", "portal_worker", "portal_night", "portal_office"])
def test_nobody_changes_what_was_posted(world, ana, clearing, as_role, role, statement):
    post(fee(ana, clearing, "208.33"))
    connection.check_constraints()

    with as_role(role):
        if role == "portal_web":
            enter(world.users["alice"].pk)
        with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert Transfer.unscoped.get().amount == Decimal("208.33")


@pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_office"])
def test_only_the_night_posts(ana, clearing, as_role, role):
    with as_role(role), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_transfer (id, txn, firm_id, kind, debit_id, credit_id, amount, currency, day)"
            " VALUES (%s, %s, %s, 'fee', %s, %s, 1, 'USD', '2025-10-01')",
            [UUID(int=7), UUID(int=7), ana.firm_id, ana.pk, clearing.pk],
        )

    assert nothing_moved()


def test_the_night_can_post(ana, clearing):
    with acting_as("night"):
        assert post(fee(ana, clearing, "1.00")) is not None


def test_a_statement_runs_from_the_balance_before_it(ana, clearing):
    post(fee(ana, clearing, "100.00", source=UUID(int=1), day=date(2025, 9, 30)))
    post(fee(ana, clearing, "20.00", source=UUID(int=2), day=date(2025, 10, 1)))
    post(fee(ana, clearing, "3.00", source=UUID(int=3), day=date(2025, 10, 2)))

    lines = queries.statement(ana, starts=date(2025, 10, 1), ends=date(2025, 10, 3))

    assert [(line.amount, line.balance) for line in lines] == [
        (Decimal("-20.00"), Decimal("-120.00")),
        (Decimal("-3.00"), Decimal("-123.00")),
    ]


def test_a_fee_that_was_not_swept_breaks_the_day(ana, clearing, alice):
    post(fee(ana, clearing, "208.33"))

    assert [one.invariant for one in clearing_is_empty(DAY)] == ["I04"]
    assert [one.invariant for one in sweeps_equal_collected_fees(DAY)] == ["I03"]


def test_books_that_were_swept_in_full_hold_every_invariant(ana, clearing, alice):
    post(
        Posting(
            kind="fee", debit=ana, credit=clearing, amount=Decimal("208.33"), day=DAY, source=SOURCE,
            account_id=ana.account_id, practice_id=alice.practice_id,
        )
    )  # fmt: skip
    post(
        Posting(
            kind="sweep", debit=clearing, credit=alice, amount=Decimal("208.33"), day=DAY, source=UUID(int=2),
            practice_id=alice.practice_id,
        )
    )  # fmt: skip

    assert [check(DAY) for check in CHECKS] == [[]] * len(CHECKS)
    assert sum(queries.balance(book) for book in Book.unscoped.all()) == 0
