"""Looking as another user: who may look as whom, that rights are those of both, and that nothing can be changed."""

import pytest

from accounts.ground.people import actions as people
from accounts.ground.people.models import Seat
from accounts.ground.trail.models import Event, TrailEntry
from tests.house import rights
from tests.house.scenery import dress
from tests.house.written import fingerprint_of_rows
from tests.world import CANARIES

TREE = "/structure/"


def look(browse, world, name, other, text=""):
    client = browse(name)
    answer = client.post("/seen-as/", {"seat": world.seats[other].pk, "name": text or other})
    return client, answer


@pytest.mark.parametrize(
    ("name", "other"), [("alice", "bob"), ("alice", "carol"), ("alice", "sam"), ("alice", "chidi"), ("alice", "vera"),
                        ("bob", "chidi")]
)  # fmt: skip
def test_the_lists_are_those_of_the_other_user(browse, world, name, other):
    client, answer = look(browse, world, name, other)
    assert answer.status_code == 302

    shown = {row["number"] for row in client.get("/api/v1/accounts/").json()["results"]}
    page = client.get("/accounts/").content.decode()

    assert shown == rights.SEES[other]
    assert "You can look and change nothing" in page
    assert other in page
    note = Event.unscoped.get(kind="seen_as")
    assert (note.user_id, note.data["user"]) == (world.users[name].pk, other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("bob", "alice"), ("bob", "carol"), ("bob", "dana"), ("bob", "ana"), ("alice", "mallory"), ("alice", "nina"),
     ("alice", "olga"), ("alice", "frank"), ("alice", "dora"), ("alice", "alice"), ("sam", "alice"), ("ana", "ken"),
     ("vera", "bob"), ("vera", "chidi"), ("mallory", "bob")],
)  # fmt: skip
def test_nobody_looks_as_who_reaches_further_or_elsewhere(browse, world, name, other):
    before = fingerprint_of_rows()

    client, answer = look(browse, world, name, other)

    assert answer.status_code == 404
    assert fingerprint_of_rows() == before
    if name != "ana":
        shown = {row["number"] for row in client.get("/api/v1/accounts/").json()["results"]}
        assert shown == rights.SEES[name]


def test_no_seat_at_all_is_a_bad_request(browse, world):
    assert browse("bob").post("/seen-as/", {}).status_code == 400


def test_a_seat_that_was_put_into_the_session_counts_for_nothing(browse, world):
    bob = browse("bob")
    session = bob.session
    session["seen_as"] = [world.seats["alice"].pk, "alice", "top"]
    session.save()

    assert bob.get("/accounts/U1000001/").status_code == 404
    assert bob.get("/accounts/U2000001/").status_code == 200
    assert "seen_as" not in bob.session


def test_rights_are_those_of_both_and_never_more(browse, world):
    """Bob funds his clients and chidi signs; alice does neither, so looking as them she does neither."""
    dress(world)
    client, _answer = look(browse, world, "alice", "bob")
    may = {row["function"]: row["allowed"] for row in client.get("/api/v1/accounts/U2000001/may/").json()}
    assert not may["fund"]
    assert not may["allocate"]
    assert may["trade"]

    client, _answer = look(browse, world, "alice", "chidi")
    assert client.get("/links/ask/U2000001/").status_code == 403
    for number, word in CANARIES.items():
        if not rights.may_read_word("chidi", number) and number != "F100001":
            assert word not in client.get("/accounts/").content.decode()
            assert client.get(f"/accounts/{number}/").status_code == 404


@pytest.mark.parametrize(
    ("method", "address", "fields"),
    [
        ("post", "/applications/U2000001/status/", {"status": "C"}),
        ("post", "/applications/new/", {"number": "U5000001"}),
        ("post", "/api/v1/accounts/U2000001/status/", {"status": "C"}),
        ("delete", "/api/v1/accounts/U2000001/application/", {}),
        ("post", "/links/join/F200002/", {"master": "F900001", "title": "Southbank Capital"}),
        ("post", "/language/", {"language": "ru"}),
        ("post", "/seen-as/", {"seat": "1"}),
    ],
)
def test_nothing_can_be_changed_meanwhile(browse, world, method, address, fields):
    client, _answer = look(browse, world, "alice", "bob")
    before = fingerprint_of_rows()

    answer = getattr(client, method)(address, fields)

    assert answer.status_code == 403
    assert fingerprint_of_rows() == before
    assert TrailEntry.unscoped.get(table="refused").user_id == world.users["alice"].pk


def test_one_goes_back_to_ones_own_view(browse, world):
    client, _answer = look(browse, world, "alice", "bob")
    assert client.get("/accounts/U1000001/").status_code == 404

    assert client.post("/seen-as/stop/").status_code == 302

    assert client.get("/accounts/U1000001/").status_code == 200
    assert "You can look and change nothing" not in client.get(TREE).content.decode()


def test_it_ends_with_the_seat_of_either(browse, world):
    from datetime import UTC, datetime

    client, _answer = look(browse, world, "alice", "bob")
    Seat.unscoped.filter(pk=world.seats["bob"].pk).update(is_active=False)
    assert client.get("/accounts/U1000001/").status_code == 200

    client, _answer = look(browse, world, "alice", "carol")
    people.end_seat(seat=world.seats["alice"], at=datetime(2026, 1, 1, tzinfo=UTC))
    assert client.get("/accounts/U3000001/").status_code in (302, 403)


@pytest.mark.parametrize("wall", ["first", "second"])
def test_each_wall_alone_shows_what_the_other_user_sees(browse, world, settings, monkeypatch, wall):
    client, _answer = look(browse, world, "alice", "bob")
    if wall == "first":
        settings.SWITCH_DATABASE_ROLES = False
    else:
        from accounts.ground.access import scope

        monkeypatch.setattr(scope, "_within_reach", lambda who, rows, scoped_by: rows)

    assert client.get("/accounts/U2000001/").status_code == 200
    assert client.get("/accounts/U1000001/").status_code == 404
