"""The second wall alone, row by row: no row in one's own practice's name hangs on an account of somebody else."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.ground.access.context import enter
from tests.house.scenery import dress

# Whose name, own practice's account, and an account of somebody else in the same firm and in another.
FORGERS = [("bob", "U2000001", "U3000001"), ("bob", "U2000001", "U1000001"), ("alice", "U1000001", "U9000001")]
DENIED = "42501"
# A trigger that runs before the policy asks for more of these rows; tests/broker, tests/accounts/assignments and
# tests/desk/mailboxes prove theirs.
ASKED_FIRST = {"accounts_assignment", "broker_productapproval", "desk_mailbox", "desk_mailboxcharge"}


def tables_with_account_and_practice():
    """Every table that pages may insert into and whose rows name an account and a practice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND has_table_privilege('portal_web', c.oid, 'INSERT') AND"
            " (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped"
            "   AND a.attname IN ('account_id', 'practice_id')) = 2 ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall() if name not in ASKED_FIRST]


def insert(world, person, table, values):
    """The error of inserting these values in a person's name as the pages' login, or None; nothing stays."""
    columns = ", ".join(values)
    sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s)"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE portal_web")  # ends with the transaction, however that ends
            enter(world.users[person].pk)
            cursor.execute(sql, [json.dumps(values)])
            transaction.set_rollback(True)
    except DatabaseError as problem:
        return problem.__cause__
    return None


def test_there_are_such_tables(db):
    assert {"accounts_event", "accounts_request", "fees_schedule", "fees_invoice"} <= set(
        tables_with_account_and_practice()
    )


def said_by(table, user):
    """What else the row must say so that nothing but its account speaks against it."""
    return {
        "accounts_event": [{"user_id": user.pk}],
        "accounts_request": [{"kind": kind} for kind in ("statement", "funding", "authorization")],
        "fees_minimumchoice": [{"chosen_by_id": user.pk}],
        "desk_message": [{"author_id": user.pk, "side": "practice"}],
    }.get(table, [{}])


@pytest.mark.parametrize(("person", "own", "foreign"), FORGERS)
def test_no_row_hangs_on_an_account_of_somebody_else(world, person, own, foreign):
    accepted = []
    for table in tables_with_account_and_practice():
        account, mine = world[foreign], world[own]
        for firm in {account.firm_id, mine.firm_id}:
            for more in said_by(table, world.users[person]):
                values = {"firm_id": firm, "practice_id": mine.practice_id, "account_id": account.pk, **more}
                if table == "fees_runschedule":
                    del values["firm_id"]
                problem = insert(world, person, table, values)
                if getattr(problem, "pgcode", None) != DENIED:
                    accepted.append((table, more, str(problem)))

    assert accepted == []


@pytest.mark.parametrize("table", ["accounts_request", "accounts_event"])
@pytest.mark.parametrize(("person", "number", "fits"), [
    ("bob", "U2000001", True), ("alice", "U1000001", True), ("alice", "U2000001", True), ("ana", "U1000001", True),
    ("sam", "U4000001", True), ("ana", "U1000002", False), ("sam", "U1000001", False), ("carol", "U2000001", False),
])  # fmt: skip
def test_rows_stand_with_their_account(world, table, person, number, fits):
    account = world[number]
    row = sample(world, table)
    row |= {"firm_id": account.firm_id, "practice_id": account.practice_id, "account_id": account.pk}
    if table == "accounts_event":
        row["user_id"] = world.users[person].pk  # the sample is anybody's

    problem = insert(world, person, table, row)

    assert getattr(problem, "pgcode", None) == (None if fits else DENIED)
    elsewhere = world["F200003" if person != "carol" else "F200002"].practice_id
    wrong = insert(world, person, table, {**row, "practice_id": elsewhere})
    assert getattr(wrong, "pgcode", None) == DENIED, "in no other practice's name"


def sample(world, table):
    """A row as the actions write it, with a key of its own."""
    dress(world)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t LIMIT 1")
        row = cursor.fetchone()[0]
    row = json.loads(row) if isinstance(row, str) else row
    row["id"] = "00000000-0000-4000-8000-000000000001" if isinstance(row["id"], str) else 10**12
    return {**row, "natural_key": "forged"}


def test_an_event_is_written_in_ones_own_name(world):
    row = sample(world, "accounts_event")
    row |= {"firm_id": world["U2000001"].firm_id, "account_id": world["U2000001"].pk}
    row |= {"practice_id": world["U2000001"].practice_id}

    assert insert(world, "bob", "accounts_event", {**row, "user_id": world.users["bob"].pk}) is None
    assert insert(world, "bob", "accounts_event", {**row, "user_id": world.users["carol"].pk}) is not None


def test_an_owner_finishes_nothing_that_waits_for_others(world, as_role):
    dress(world)
    account = world["U1000001"]
    moved = {}
    for status in ("awaiting_broker", "awaiting_client"):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_request SET status = %s WHERE account_id = %s AND finished_at IS NULL",
                [status, account.pk],
            )
        with as_role("portal_web"):
            enter(world.users["ana"].pk)
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE accounts_request SET status = 'approved', finished_at = now() WHERE account_id = %s",
                    [account.pk],
                )
                moved[status] = cursor.rowcount

    # Six of them wait for the owner: a statement, trading permissions, a fee proposal, a question of the advisor, a
    # request to invest, and a bank account that the advisor has added.
    assert moved == {"awaiting_broker": 0, "awaiting_client": 6}
