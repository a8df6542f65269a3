"""Finding accounts by text: within one's own reach, whatever is typed, and the same however many fit."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.ground.access.context import enter
from accounts.ground.access.scope import scope
from accounts.ground.tree import queries
from accounts.ground.tree.models import Account

pytestmark = pytest.mark.django_db


def named(world, as_role, name, *words):
    """What the database's own function tells a person, with no filter of ours in front of it."""
    with as_role("portal_web"):
        if name:
            enter(world.users[name].pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT app_found_accounts(%s, 1000)", [list(words)])
            found = cursor.fetchone()[0]
    return set(Account.unscoped.filter(pk__in=found).values_list("number", flat=True))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", {"U1000001", "U1000002", "U2000001", "U3000001", "U4000001", "U4000002"}),
        ("bob", {"U2000001"}),
        ("carol", {"U3000001"}),
        ("sam", {"U4000001", "U4000002"}),
        ("ana", {"U1000001"}),
        ("vera", {"U1000001", "U2000001"}),
        ("mallory", {"F900001", "U9000001"}),
        ("frank", set()),
        ("", set()),
    ],
)
def test_the_function_names_nobody_outside_ones_reach(world, as_role, name, seen):
    assert named(world, as_role, name, "u", "0000") == seen


@pytest.mark.parametrize("role", ["portal_night", "portal_office"])
def test_only_pages_and_their_jobs_may_ask_it(world, as_role, role):
    with as_role(role), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT app_found_accounts('{u}', 10)")


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "{}", "$1", "u%1", "') or true --", "%l", "\n"])
def test_signs_of_a_pattern_are_letters_like_others(world, as_role, text):
    account = world["U1000001"]
    Account.unscoped.filter(pk=account.pk).update(alias=f"a{text}z")
    assert named(world, as_role, "alice", f"a{text}z") == {"U1000001"}
    assert named(world, as_role, "alice", f"z{text}z") == set()


@pytest.mark.parametrize("most", [0, 1000])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("u1000001", {"U1000001"}),
        ("MULLER jürgen", {"U1000001"}),
        ("straße", {"U1000001"}),
        ("STRASSE 1000", {"U1000001"}),
        ("jurgen u1000002", set()),
        ("nobody", set()),
    ],
)
def test_few_and_many_are_found_alike(world, as_role, monkeypatch, most, text, found):
    monkeypatch.setattr(queries, "MOST_NAMED", most)
    account = world["U1000001"]
    Account.unscoped.filter(pk=account.pk).update(
        title="Müller, Jürgen", sort_key="muller, jurgen", alias="Haus Goethestraße"
    )
    with as_role("portal_web"):
        who = enter(world.users["alice"].pk)
        rows = queries.matching(scope(who, Account), text)
        assert set(rows.values_list("number", flat=True)) == found
