"""The board: workflows as cards in columns, and what putting a card into another column means."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.workflows.board import STAYS
from crm.workflows.models import Stage, StageState, Workflow
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock
from tests.crm.workflows.test_workflows import (  # noqa: F401 (fixtures)
    HIGH,
    LOW,
    MEDIUM,
    TEST_ONLY,
    added,
    alice,
    ana,
    send_json,
    text,
)

PLACE, API = "/workflows/board/", "/api/v1/workflows/"


def move(browser, flow, by, to, **more):
    return browser.post(f"/workflows/{flow.pk}/move/", {"by": by, "to": to, **more})


def lanes(browser, query=""):
    """Column by column, the titles of its cards and where each may go."""
    page = browser.get(PLACE + query)
    assert page.status_code == 200
    found = {}
    for column in page.context["columns"]:
        found[column.words] = [(card.read.title, [to for to, _words in card.goals]) for card in column.cards]
    return found


def states(flow):
    return list(Stage.unscoped.filter(workflow=flow).order_by("number").values_list("state", flat=True))


def test_cards_go_stage_by_stage_and_back(alice, ana):  # noqa: F811
    flow = added(alice, ana, "Onboarding", ("Papers", "2026-05-01"), ("Call <b>", "2026-05-02"))
    added(alice, ana, "Review", ("One", "2026-04-01"))
    assert lanes(alice) == {
        "Stage 1": [("Review", ["closed"]), ("Onboarding", ["2"])],
        "Stage 2": [],
        "Closed in the last 14 days": [],
    }
    answer = move(alice, flow, "stage", "2", mine="1")
    assert answer.url == f"{PLACE}?by=stage&mine=1#card-{flow.pk}" and states(flow) == ["done", "active"]
    assert lanes(alice)["Stage 2"] == [("Onboarding", ["closed", "1"])]
    assert "Call &lt;b&gt;" in text(alice.get(PLACE))
    move(alice, flow, "stage", "closed")
    assert lanes(alice)["Closed in the last 14 days"] == [("Onboarding", ["2"])]
    move(alice, flow, "stage", "2")
    assert states(flow) == ["done", "active"] and lanes(alice)["Stage 2"] == [("Onboarding", ["closed", "1"])]
    # Closed ones leave the board after two weeks.
    move(alice, flow, "stage", "closed")
    Workflow.unscoped.filter(pk=flow.pk).update(closed_at=timezone.now() - STAYS)
    assert lanes(alice)["Closed in the last 14 days"] == []


def test_a_column_that_is_none_moves_nothing(alice, ana):  # noqa: F811
    flow = added(alice, ana, "W", ("One", "2026-05-01"), ("Two", "2026-05-02"), ("Three", "2026-05-03"))
    before = (states(flow), Workflow.unscoped.values().get())
    tries = (("stage", "3"), ("stage", "1"), ("stage", ""), ("stage", "closed"), ("stage", "x"), ("other", "x"))
    for by, to in (*tries, ("person", "bob"), ("person", ""), ("priority", "4"), ("priority", "")):
        assert move(alice, flow, by, to).status_code == 302
        assert (states(flow), Workflow.unscoped.values().get()) == before, (by, to)
    assert send_json(alice, f"{API}{flow.pk}/move/", {"by": "stage", "to": "3"}).status_code == 400
    assert send_json(alice, f"{API}{flow.pk}/move/", {"by": "due", "to": "1"}).status_code == 400


def test_cards_change_hands_and_priority(world, browse, alice, ana):  # noqa: F811
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(alice)
    unlock(abel, OTHER_PASSWORD)
    flow = added(alice, ana, "Secret", ("One", "2026-05-01", HIGH), ("Two", "2026-05-02"), visibility="private")
    assert lanes(abel, "?by=person") == {"abel": [], "alice": []}
    assert lanes(alice, "?by=person") == {"abel": [], "alice": [("Secret", ["abel"])]}
    move(alice, flow, "person", "abel")
    flow.refresh_from_db()
    assert Stage.unscoped.get(workflow=flow, number=1).assignee == world.users["abel"]
    assert world.users["abel"].pk in flow.people
    # Who has the stage finds the card and ends the stage, and gives it to nobody.
    assert lanes(abel, "?by=person")["abel"] == [("Secret", [])] and lanes(abel)["Stage 1"] == [("Secret", ["2"])]
    assert move(abel, flow, "person", "abel").status_code == 403
    assert move(abel, flow, "priority", LOW).status_code == 403
    assert move(alice, flow, "priority", LOW).status_code == 302
    assert lanes(alice, "?by=priority")["Low"] == [("Secret", [HIGH, MEDIUM])]
    made = send_json(alice, f"{API}{flow.pk}/move/", {"by": "priority", "to": MEDIUM})
    assert made.status_code == 200 and made.json()["priority"] == int(MEDIUM)
    assert move(abel, flow, "stage", "2").status_code == 302 and states(flow) == ["done", "active"]
    assert lanes(abel, "?mine=1")["Stage 2"] == [("Secret", ["1"])]


def test_nobody_moves_the_cards_of_others(world, browse, alice, ana):  # noqa: F811
    flow = added(alice, ana, "W", ("One", "2026-05-01"), ("Two", "2026-05-02"))
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        assert "W" not in str(lanes(other)) and move(other, flow, "stage", "2").status_code == 404
        assert send_json(other, f"{API}{flow.pk}/move/", {"by": "stage", "to": "2"}).status_code == 404
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(PLACE).status_code == 403 and move(browse(name), flow, "stage", "2").status_code == 403
    alice.post("/lock/")
    assert alice.get(PLACE).status_code == 403 and move(alice, flow, "stage", "2").status_code == 403
    assert states(flow) == [StageState.ACTIVE, StageState.TODO]


@pytest.mark.parametrize("query", ["", "?by=person", "?by=priority&mine=1"])
def test_the_board_asks_few_questions_however_many_cards_there_are(alice, ana, query):  # noqa: F811
    for number in range(9):
        added(alice, ana, f"W {number}", ("One", "2026-05-01"), ("Two", "2026-05-02"))
    alice.get(PLACE + query)
    with CaptureQueriesContext(connection) as found:
        lanes(alice, query)
    asked = [one["sql"] for one in found if not TEST_ONLY.search(one["sql"])]
    assert len(asked) <= 12, "\n".join(sql[:150] for sql in asked)


def test_a_board_that_is_too_long_says_so(alice, ana, monkeypatch):  # noqa: F811
    monkeypatch.setattr("crm.workflows.board.MOST", 1)
    for number in range(2):
        added(alice, ana, f"W {number}", ("One", "2026-05-01"))
    assert "The first 1 are shown" in text(alice.get(PLACE))
