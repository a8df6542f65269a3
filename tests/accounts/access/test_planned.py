"""Kept plans answer as the question itself does, and under the policies of whoever asks now."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Value

from accounts.ground.access import planned
from accounts.ground.access.context import enter
from accounts.ground.tree.models import Account


@pytest.fixture(autouse=True)
def nothing_is_kept_yet(world):
    """What earlier tests have asked on this connection."""
    planned._NAMES.pop(connection.connection, None)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


@pytest.fixture
def connections_stay(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)


def numbers():
    return set(Account.unscoped.filter(number__gt="").annotate(said=Value("100%")).values_list("number", "said"))


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'planned%%'", [])
        return cursor.fetchone()[0]


def test_each_person_is_shown_theirs_by_one_kept_plan(world, as_role, connections_stay):
    with as_role("portal_web"):
        # More often than PostgreSQL plans a statement anew for each question.
        for name in ("alice", "bob", "frank", "sam", "ana", "mallory", "alice", "bob", "frank", "") * 2:
            enter(world.users[name].pk if name else None)
            wanted = numbers()
            with planned.planned_once():
                assert numbers() == wanted
    assert kept() == 1


def test_another_role_is_under_its_own_policies(world, as_role, connections_stay):
    with planned.planned_once():
        all_of_them = numbers()
        with as_role("portal_web"):
            enter(world.users["bob"].pk)
            bobs = numbers()
        assert {number for number, _ in bobs} == {"F200002", "U2000001"}
        assert numbers() == all_of_them > bobs


def test_what_was_asked_longest_ago_is_forgotten(world, connections_stay, monkeypatch):
    monkeypatch.setattr(planned, "MOST", 3)
    with planned.planned_once():
        for size in (1, 2, 3, 4, 5, 1):
            assert Account.unscoped.filter(pk__in=range(1, size + 1)).count() <= size
    assert kept() == 3


def test_a_question_that_fails_is_not_kept(world, connections_stay):
    for _ in range(2):
        with (
            pytest.raises(ProgrammingError, match="no_such_column"),
            transaction.atomic(),
            planned.planned_once(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT no_such_column FROM accounts_account WHERE id = %s", [1])
    assert kept() == 0


def test_nothing_is_kept_where_connections_end_with_their_request(world, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    with planned.planned_once():
        numbers()
    assert kept() == 0
