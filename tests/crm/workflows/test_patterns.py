"""Templates of workflows count from a beginning or back from a goal, lie in the trash, and stand in the API."""

import json
import re
from datetime import date, timedelta

import pytest

from crm.contacts.models import Contact
from crm.workflows import rules
from crm.workflows.models import Pattern, Workflow
from portal.lib.business_days import Calendar
from tests.crm.vault.people import begun, unlock
from tests.crm.workflows.test_workflows import form

PLACE, API = "/workflows/", "/api/v1/workflow-templates/"
# Thanksgiving 2026, and the days around it on which the exchange is open.
CLOSED = Calendar([date(2026, 11, 26), date(2026, 12, 25)], {}, years=(2026, 2026))


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def pattern(alice):
    answer = alice.post("/contacts/new/", {"kind": "person", "first_name": "Ana", "name": "Ruiz"})
    ana = Contact.unscoped.get(pk=answer.url.split("/")[2])
    said = form(ana, "Review", ("Report", "2027-03-01"), ("Meeting", "2027-03-05"))
    assert alice.post(PLACE + "new/", said).status_code == 302
    flow = Workflow.unscoped.get()
    alice.post(PLACE + "templates/", {"workflow": str(flow.pk), "name": "Quillmarsh review"})
    return Pattern.unscoped.get()


def stages(*days):
    return rules.pattern_of(
        "P", [(f"Stage {day}", "", 2, date(2026, 1, 1) + timedelta(days=day)) for day in days], date(2026, 1, 1)
    )


def due(found):
    return [one["due_on"] for one in found[1]]


def test_stages_count_back_from_a_goal():
    """The last one is due on the goal, a meeting on Tuesday the 24th; the report two days before falls on Sunday."""
    told = rules.begun(stages(0, 2, 4), date(2026, 1, 1), CLOSED, goal=date(2026, 11, 24))
    assert due(told) == ["2026-11-20", "2026-11-20", "2026-11-24"]


def test_before_a_goal_a_closed_day_is_the_day_before():
    told = rules.begun(stages(0, 1), date(2026, 1, 1), CLOSED, goal=date(2026, 11, 27))
    assert due(told) == ["2026-11-25", "2026-11-27"]
    assert due(rules.begun(stages(0, 1), date(2026, 11, 25), CLOSED)) == ["2026-11-25", "2026-11-27"]


def test_the_form_takes_a_goal(alice, pattern):
    page = alice.get(f"{PLACE}new/?pattern={pattern.pk}&goal=2027-06-11").content.decode()
    assert re.findall(r'value="(2027-\d\d-\d\d)"', page) == ["2027-06-07", "2027-06-11"]
    assert alice.get(f"{PLACE}new/?pattern={pattern.pk}&goal=never").status_code == 200


def test_a_template_that_was_thrown_away_comes_back(alice, pattern):
    alice.post(f"{PLACE}templates/{pattern.pk}/forget/")
    assert "Quillmarsh" not in alice.get(PLACE + "templates/").content.decode()
    assert "Quillmarsh" in alice.get(PLACE + "templates/?trash=1").content.decode()

    assert alice.post(f"{PLACE}templates/{pattern.pk}/back/").status_code == 302

    assert "Quillmarsh" in alice.get(PLACE + "templates/").content.decode()
    assert alice.post(f"{PLACE}templates/{pattern.pk}/back/").status_code == 404


def test_the_api_does_the_same(alice, pattern):
    (told,) = alice.get(API + "?goal=2027-06-11").json()
    assert (told["name"], [one["due_on"] for one in told["stages"]]) == (
        "Quillmarsh review",
        ["2027-06-07", "2027-06-11"],
    )
    place = f"{API}{pattern.pk}/"
    assert alice.get(place + "?start=2027-06-07").json()["stages"][0]["title"] == "Report"
    assert alice.get(place + "?start=soon").status_code == 400
    assert alice.delete(place).status_code == 204
    assert (alice.get(place).status_code, alice.get(API).json()) == (404, [])
    assert len(alice.get(API + "?trash=true").json()) == 1
    assert alice.post(place + "back/").status_code == 200
    said = json.dumps({"workflow": str(Workflow.unscoped.get().pk), "name": "Another"})
    made = alice.post(API, said, content_type="application/json")
    assert (made.status_code, made.json()["author"]) == (201, "alice")


def test_another_practice_reads_and_moves_no_template(alice, pattern, browse):
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    place = f"{API}{pattern.pk}/"
    for answer in (bob.get(place), bob.delete(place), bob.post(place + "back/")):
        assert answer.status_code == 404
    alice.post(f"{PLACE}templates/{pattern.pk}/forget/")
    assert bob.post(f"{PLACE}templates/{pattern.pk}/back/").status_code == 404
    assert bob.get(API + "?trash=true").json() == []
    assert Pattern.unscoped.get().trashed_at is not None
    locked = browse("alice")
    assert locked.get(API).status_code == 403
