"""Goals on pages and over the API: kept and run, run again with the same seed, and who may not."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import acting, as_role
from portal.tools.goals.models import Goal
from tests.portal.tools.kit import worth

ANA, CHIDI = "U1000001", "U2000001"
API = "/api/v1/goals/"
TODAY = date(2026, 11, 20)
SAID = {
    "number": ANA,
    "name": "House",
    "kind": "house",
    "amount": "120000",
    "starts_on": "2036-11-20",
    "start": "100000",
    "profile": "moderate",
}


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    """The day is 20 November 2026, and the night of the 19th is closed, wherever a page asks."""
    for module in ("views", "api"):
        monkeypatch.setattr(f"portal.tools.goals.{module}.exchange_today", lambda: TODAY)
        monkeypatch.setattr(f"portal.tools.goals.{module}.sealed_day", lambda: date(2026, 11, 19))


def kept():
    with as_role("owner"):
        return list(Goal.unscoped.order_by("pk").values())


def made(browse, name="alice", **more):
    answer = browse(name).post("/tools/goals/new/", {"key": str(uuid4()), **SAID, **more})
    assert answer.status_code == 302, answer.content.decode()
    with as_role("owner"):
        return Goal.unscoped.latest("saved_at")


def test_goal_2_on_the_page(world, browse):
    found = made(browse)

    assert abs(found.probability - Decimal("0.6809")) <= Decimal("0.015")
    assert round(Decimal(found.outcome["closed_form"]), 4) == Decimal("0.6809")
    page = browse("alice").get(f"/tools/goals/{found.pk}/").content.decode()
    for words in ("Manageable", "161,269.97", "68.09%", str(found.seed), "<polyline", "Show data"):
        assert words in page
    assert "Manageable" in browse("alice").get("/tools/goals/").content.decode()


def test_goal_1_over_the_api(world, browse):
    said = {**SAID, "account": ANA, "amount": "100000", "starts_on": "2031-11-20", "mean": "0.07", "volatility": "0"}
    said = {name: value for name, value in said.items() if name not in ("number", "profile")}

    answer = browse("alice").post(API, said, content_type="application/json")

    assert answer.status_code == 201
    found = answer.json()
    assert (found["probability"], found["band"], found["outcome"]["needed"]) == ("1.00000", "on_target", "115927.41")
    assert found["outcome"]["middle"][-1] == "140255.17"
    assert [one["id"] for one in browse("alice").get(API).json()["results"]] == [found["id"]]


def test_a_rerun_gives_the_same_number(world, browse):
    found = made(browse)

    browse("alice").post(f"/tools/goals/{found.pk}/", {**SAID, "name": "A house"})

    (again,) = kept()
    assert (again["name"], again["seed"], again["probability"]) == ("A house", found.seed, found.probability)
    assert again["outcome"] == found.outcome


def test_two_clicks_make_one_goal(world, browse):
    key = str(uuid4())
    for _click in range(2):
        browse("alice").post("/tools/goals/new/", {**SAID, "key": key})
    assert len(kept()) == 1


def test_a_plan_starts_from_the_value_of_the_last_closed_day(world, browse):
    worth(world[ANA], date(2026, 11, 18), "90000")
    worth(world[ANA], date(2026, 11, 19), "91000")
    worth(world[ANA], date(2026, 11, 20), "99999")

    found = made(browse, start="")

    assert (found.start, found.ran_from, found.value_day) == (None, Decimal(91000), date(2026, 11, 19))


@pytest.mark.parametrize(
    "said",
    [
        {"start": ""},  # no value is known
        {"amount": "0"},
        {"amount": "NaN"},
        {"amount": "1e400"},
        {"starts_on": "2020-01-01"},
        {"starts_on": "9999-12-31"},
        {"kind": "retirement"},
        {"kind": "yacht"},
        {"profile": "own", "mean": "51"},
        {"profile": "own", "volatility": "-1"},
        {"number": "F100001"},
        {"number": "U9000001"},
        {"number": "'; --"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(world, browse, said):
    answer = browse("alice").post("/tools/goals/new/", {"key": "no key", **SAID, **said})

    assert answer.status_code == 422
    assert kept() == []


@pytest.mark.parametrize("name", ["carol", "mallory", "chidi", "ana", "sam", "frank", ""])
def test_nobody_else_sees_changes_or_removes(world, browse, name):
    """A goal of bob's client."""
    found = made(browse, "bob", number=CHIDI)
    before, person = kept(), browse(name)
    address = f"/tools/goals/{found.pk}/"
    refused = {302, 401, 403} if name in ("frank", "") else {404}

    assert person.get(address).status_code in refused
    assert person.post(address, SAID).status_code in refused
    assert person.post(f"{address}delete/").status_code in refused
    assert person.get(f"{API}{found.pk}/").status_code in refused
    assert person.delete(f"{API}{found.pk}/").status_code in refused
    assert kept() == before


def test_the_level_above_reads_and_does_not_write(world, browse):
    found = made(browse, "bob", number=CHIDI)
    before, alice = kept(), browse("alice")

    assert alice.get(f"/tools/goals/{found.pk}/").status_code == 200
    assert alice.post(f"/tools/goals/{found.pk}/", {**SAID, "number": CHIDI}).status_code == 403
    assert alice.post(f"/tools/goals/{found.pk}/delete/").status_code == 403
    assert alice.post("/tools/goals/new/", {**SAID, "number": CHIDI}).status_code == 403
    assert kept() == before


def test_the_database_alone_keeps_others_out(world, browse):
    found = made(browse, "bob", number=CHIDI)
    for name in ("carol", "mallory", "chidi"):
        with acting(world.users[name].pk):
            assert not Goal.unscoped.exists()
    with acting(world.users["alice"].pk):
        assert Goal.unscoped.filter(pk=found.pk).delete()[0] == 0
        assert Goal.unscoped.filter(pk=found.pk).update(name="Mine") == 0
    foreign = {name: getattr(found, name) for name in ("firm_id", "account_id", "kind", "amount", "starts_on", "mean")}
    with acting(world.users["carol"].pk), pytest.raises(DatabaseError), transaction.atomic():
        Goal.unscoped.create(
            **foreign,
            volatility=0,
            seed=1,
            ran_on=TODAY,
            ran_from=1,
            probability=0,
            outcome={},
            saved_by=1,
            saved_at="2026-01-02T12:00:00Z",
        )


def test_a_goal_is_removed(world, browse):
    found = made(browse)
    assert browse("alice").post(f"/tools/goals/{found.pk}/delete/").status_code == 302
    assert kept() == []


def test_the_list_asks_as_much_for_one_goal_as_for_three(world, browse):
    def questions():
        alice.get("/tools/goals/")
        with CaptureQueriesContext(connection) as asked:
            assert alice.get("/tools/goals/").status_code == 200
        return len([one for one in asked.captured_queries if " FROM " in one["sql"]])

    alice = browse("alice")
    made(browse)
    one = questions()
    made(browse)
    made(browse, "bob", number=CHIDI)

    assert questions() == one
    assert one <= 12
