"""The second wall alone: what PostgreSQL shows and accepts when no filter of ours stands in front of it."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.utils import InternalError

from accounts.ground.access.context import enter
from accounts.ground.tree.models import Account, Kind, Practice

NORTHGATE = {"F100001", "F200002", "F200003", "U1000001", "U1000002", "U2000001", "U3000001", "I4000001", "U4000001"}


def numbers_seen(world, as_role, name):
    with as_role("portal_web"):
        enter(world.users[name].pk)
        return set(Account.unscoped.values_list("number", flat=True))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", NORTHGATE | {"U4000002"}),
        ("bob", {"F200002", "U2000001"}),
        ("carol", {"F200003", "U3000001"}),
        ("sam", {"I4000001", "U4000001", "U4000002"}),
        ("ana", {"U1000001"}),
        ("nina", {"U9000001"}),
        ("mallory", {"F900001", "U9000001"}),
        ("frank", set()),
    ],
)
def test_each_person_sees_exactly_their_accounts_without_any_filter(world, as_role, name, seen):
    assert numbers_seen(world, as_role, name) == seen


def test_without_a_context_nothing_is_visible(world, as_role):
    with as_role("portal_web"):
        assert not Account.unscoped.exists()


def test_an_earlier_persons_context_does_not_stay(world, as_role):
    numbers_seen(world, as_role, "alice")

    assert numbers_seen(world, as_role, "frank") == set()


def test_bob_cannot_write_a_practice_or_an_account(world, as_role):
    with as_role("portal_web"):
        enter(world.users["bob"].pk)
        for sql in (
            "UPDATE accounts_account SET title = 'mine'",
            "INSERT INTO accounts_practice (firm_id, level, name, is_registered) VALUES (1, 2, 'x', true)",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


def test_an_account_cannot_hang_below_another_firms_master(world):
    foreign = world["F900001"]

    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.create(
            firm=world["F100001"].firm,
            practice=world["F100001"].practice,
            parent=foreign,
            parent_kind=foreign.kind,
            kind=Kind.CLIENT,
            level=2,
            number="U5555555",
            title="x",
        )


def test_a_client_cannot_stand_in_the_siblings_practice(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.unscoped.filter(number="U2000001").update(practice=world["F200003"].practice)


def test_a_practice_cannot_move_to_another_firm(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.unscoped.filter(pk=world["F200002"].practice_id).update(firm=world["F900001"].firm)


ROLES = ["portal_owner", "portal_night", "portal_office", "portal_web", "portal_worker"]
# A row trigger needs a row: transfers and seals are proved with rows of their own in tests/ledger and tests/fees.
REFUSED = [
    *((table, f"TRUNCATE {table} CASCADE") for table in ("accounts_transfer", "accounts_seal")),
    *(
        (table, sql.format(table))
        for table in ("accounts_event", "accounts_trailentry")
        for sql in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")
    ),
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("table", "sql"), REFUSED)
def test_nobody_changes_or_empties_what_is_append_only(world, as_role, role, table, sql):
    before = rows_in(table)

    with pytest.raises((ProgrammingError, InternalError, IntegrityError)), transaction.atomic(), as_role(role):
        if role in ("portal_web", "portal_worker"):
            enter(world.users["alice"].pk)
        with connection.cursor() as cursor:
            cursor.execute(sql)

    assert rows_in(table) == before


def rows_in(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_the_trail_records_a_change_made_past_the_orm_and_hides_secrets(world, as_role):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET title = 'New title' WHERE number = 'U1000001'")
        cursor.execute("UPDATE accounts_user SET password = 'x' WHERE username = 'ana'")
        cursor.execute(
            'SELECT old, new FROM accounts_trailentry WHERE "table" = %s ORDER BY id DESC', ["accounts_account"]
        )
        old, new = cursor.fetchone()
        cursor.execute(
            'SELECT new::text FROM accounts_trailentry WHERE "table" = %s ORDER BY id DESC', ["accounts_user"]
        )
        secret = cursor.fetchone()[0]

    assert '"New title"' in new and "Ruiz, Ana" in old
    assert "(secret)" in secret and '"x"' not in secret
