"""Nobody sees or moves what is not theirs: the matrix with both walls, and with each wall alone."""

from dataclasses import replace

import pytest
from django.test import override_settings

from accounts.ground.access import authority, scope
from tests.figures import write
from tests.house import matrix, rights

PEOPLE = [*rights.SEES, "olga", "key"]
# With one wall down, one person of each kind is enough; the others differ from these only in the name: carol is bob
# next door, mallory is alice of another firm, ken, dana and nina are ana and chidi elsewhere, dora is nobody. With both
# walls these others come to every second place.
ONE_OF_EACH = {
    "top": "alice",
    "second": "bob",
    "stl": "sam",
    "stl_sub": "suki",
    "client": "ana",
    "client of a second level": "chidi",
    "some functions": "tess",
    "some accounts": "vera",
    "token": "key",
    "office": "olga",
    "former": "frank",
    "nobody": "",
}


@pytest.fixture
def stage(world):
    """The cast with rows of every kind, so that every route has something to show."""
    from tests.house.scenery import dress

    dress(world)
    return world


@pytest.mark.slow
@pytest.mark.parametrize("name", PEOPLE)
def test_both_walls(stage, name):
    tally = matrix.walk(stage, name, every=1 if name in ONE_OF_EACH.values() else 2)

    write("access_matrix", f"both walls/{name or 'nobody'}", cells=tally.cells, leaks=len(tally.leaks))
    assert not tally.leaks, "\n".join(tally.leaks)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_the_first_wall_alone(stage, name):
    """Without row-level security: the owner's role reads everything, only our scoping stands."""
    with override_settings(SWITCH_DATABASE_ROLES=False):
        tally = matrix.walk(stage, name, foreign=True)

    write("access_matrix", f"first wall alone/{name or 'nobody'}", cells=tally.cells, leaks=len(tally.leaks))
    assert not tally.leaks, "\n".join(tally.leaks)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_the_second_wall_alone(stage, name, monkeypatch):
    """Without our scoping: every query asks for all rows, only PostgreSQL's policies stand."""
    monkeypatch.setattr(scope, "_within_reach", lambda who, rows, scoped_by: rows)
    monkeypatch.setattr(scope, "_relations", lambda who, right, lookup: scope.models.Q())
    monkeypatch.setattr(scope, "is_allowed", lambda role, right, relation: True)

    tally = matrix.walk(stage, name, statuses=False, foreign=True)

    write("access_matrix", f"second wall alone/{name or 'nobody'}", cells=tally.cells, leaks=len(tally.leaks))
    assert not tally.leaks, "\n".join(tally.leaks)


# Somebody of each role, and an account in each relation to them.
SOMEBODY = {"top": "alice", "second": "bob", "stl": "sam", "stl_sub": "suki", "client": "ana", "manager": "max"}
# Northgate, which has second-level advisors, has no money manager.
EMPLOYER = {("top", "money_manager"): "mallory"}
RELATED = {
    ("top", "self"): "F100001",
    ("top", "own_client"): "U1000001",
    ("top", "own_stl"): "I4000001",
    ("top", "own_stl_sub"): "U4000001",
    ("top", "second_master"): "F200002",
    ("top", "second_client"): "U2000001",
    ("top", "money_manager"): "A9000002",
    ("second", "self"): "F200002",
    ("second", "own_client"): "U2000001",
    ("stl", "self"): "I4000001",
    ("stl", "own_stl_sub"): "U4000001",
    ("stl_sub", "self"): "U4000001",
    ("client", "self"): "U1000001",
    ("manager", "self"): "A9000002",
    ("manager", "assigned"): "U9000001",
}


def disagreements() -> list[tuple[str, str, str]]:
    """Where the product's table, asked as the product asks it, and the second reading say different things."""
    return [
        (role, function.value, relation)
        for (role, relation), number in RELATED.items()
        for function in authority.Function
        if authority.is_allowed(role, function.value, relation)
        != rights.may(EMPLOYER.get((role, relation), SOMEBODY[role]), function.value, number)
    ]


def test_the_authority_table_and_the_second_reading_agree():
    assert {role for role, _function, _relation in authority._BY_KEY} == set(SOMEBODY)
    assert {(role, relation.value) for role, _function, relation in authority._BY_KEY} == set(RELATED)
    assert disagreements() == []


@pytest.mark.parametrize("key", sorted(authority._BY_KEY), ids=lambda key: f"{key[0]} {key[1].value} {key[2].value}")
def test_a_flipped_rule_turns_the_comparison_red(monkeypatch, key):
    """Each line of the authority table matters: turned round, the second reading disagrees there and only there."""
    rule = authority._BY_KEY[key]
    monkeypatch.setitem(authority._BY_KEY, key, replace(rule, allowed=not rule.allowed))

    assert disagreements() == [(key[0], key[1].value, key[2].value)]


@pytest.mark.parametrize("name", [name for name in rights.SEES if name])
def test_a_fee_of_the_level_above_is_shown_to_its_payee_and_its_payer_alone(stage, name):
    """Chidi pays Bright and Northgate: he and Northgate open Northgate's fee, his own advisor does not."""
    client = matrix.Client(raise_request_exception=False)
    client.force_login(stage.users[name])
    charge = stage.rows["charge from above"]["U2000001"]

    answers = {client.get(url).status_code for url in (f"/fees/proofs/{charge}/", f"/api/v1/charges/{charge}/proof/")}

    may = {"alice": 200, "vera": 200, "chidi": 200, "tess": 403, "frank": 403, "dora": 302}
    expected = may.get(name, 404)
    assert answers <= ({302, 401} if expected == 302 else {expected})
