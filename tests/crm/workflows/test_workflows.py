"""Workflows go from stage to stage behind the unlocked vault, by the practice's own people."""

import json
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.leaving.actions import leave, owned
from accounts.ground.people.models import Seat
from crm.contacts.models import Contact
from crm.tasks.reminding import due_news
from crm.workflows import rules
from crm.workflows.models import Stage, Workflow, WorkflowContact
from crm.workflows.rules import settled, warnings
from portal.lib.business_days import Calendar
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE, API = "/workflows/", "/api/v1/workflows/"
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")
HIGH, MEDIUM, LOW = "1", "2", "3"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def ana(alice):
    answer = alice.post("/contacts/new/", {"kind": "person", "first_name": "Ana", "name": "Ruiz"})
    return Contact.unscoped.get(pk=answer.url.split("/")[2])


def form(contact, title, *stages, **more):
    """A form; stages are (title, day, priority, assignee)."""
    said = {"title": title, "contacts": str(contact.pk), "visibility": "practice", "count": str(len(stages)), **more}
    for number, (name, due_on, *rest) in enumerate(stages, start=1):
        priority, who = [*rest, MEDIUM, ""][:2] if len(rest) != 1 else (rest[0], "")
        said |= {f"stage-{number}-title": name, f"stage-{number}-due_on": due_on}
        said |= {f"stage-{number}-priority": priority, f"stage-{number}-assignee": who}
    return said


def added(browser, contact, title, *stages, **more):
    known = set(Workflow.unscoped.values_list("pk", flat=True))
    answer = browser.post(PLACE + "new/", form(contact, title, *stages, **more))
    assert answer.status_code == 302, text(answer)
    return Workflow.unscoped.exclude(pk__in=known).get()


def shown(browser, query=""):
    return browser.get(API + query).json()["results"]


def tick(browser, workflow, **said):
    stage = Stage.unscoped.get(workflow=workflow, state="active")
    return browser.post(f"{PLACE}{workflow.pk}/stages/{stage.pk}/", {"state": "done", **said})


def states(workflow):
    return list(Stage.unscoped.filter(workflow=workflow).order_by("number").values_list("state", flat=True))


def send_json(browser, place, said, method="post"):
    return getattr(browser, method)(place, json.dumps(said), content_type="application/json")


def text(answer):
    return answer.content.decode()


FOUR = (("KYC", "2026-06-01"), ("Papers", "2026-06-05"), ("Report", "2026-06-10", HIGH), ("Meeting", "2026-06-20", LOW))


def test_wfl_1_the_order_is_day_then_priority(alice, ana):
    added(alice, ana, "A", ("x", "2026-05-02", LOW))
    added(alice, ana, "B", ("x", "2026-05-01", LOW))
    added(alice, ana, "C", ("x", "2026-05-01", HIGH))
    assert [one["title"] for one in shown(alice)] == ["C", "B", "A"]
    page = text(alice.get(PLACE))
    assert page.index(">C</a>") < page.index(">B</a>") < page.index(">A</a>")


def test_wfl_2_day_and_priority_are_those_of_the_active_stage_and_editing_opens_there(alice, ana):
    flow = added(alice, ana, "Onboarding", *FOUR)
    tick(alice, flow)
    tick(alice, flow)
    listed = shown(alice)[0]
    assert (listed["due_on"], listed["priority"]) == ("2026-06-10", 1)
    page = text(alice.get(f"{PLACE}{flow.pk}/"))
    assert re.search(r'href="#stage-3">3 \[ACTIVE\]', page)
    opened_stages = re.findall(r'id="stage-(\d)"\s+open', page)
    assert opened_stages == ["3"]
    assert 'href="#stage-2"' in page and 'href="#stage-4"' in page  # back and forward


def test_wfl_3_the_end_of_a_stage_makes_the_next_one_active_and_the_last_closes(alice, ana):
    flow = added(alice, ana, "Onboarding", *FOUR)
    for _step in range(3):
        assert tick(alice, flow).status_code == 302
    assert states(flow) == ["done", "done", "done", "active"]
    assert shown(alice)[0]["due_on"] == "2026-06-20"
    tick(alice, flow)
    flow.refresh_from_db()
    assert flow.closed_at is not None and shown(alice) == [] and "Onboarding" in text(alice.get(PLACE + "?show=closed"))


def test_wfl_4_from_the_agenda_of_a_contact_it_is_about_that_contact(alice, ana):
    agenda = text(alice.get(f"/contacts/{ana.pk}/agenda/"))
    assert f"/workflows/new/?contact={ana.pk}" in agenda
    page = text(alice.get(f"{PLACE}new/?contact={ana.pk}"))
    assert re.search(r'name="contacts"[^>]*>Ruiz, Ana</textarea>', page)
    flow = added(alice, ana, "About her", ("x", "2026-05-01"))
    assert [one.contact_id for one in WorkflowContact.unscoped.filter(workflow=flow)] == [ana.pk]
    assert "About her" in text(alice.get(f"/contacts/{ana.pk}/agenda/")) and "About her" in text(alice.get("/?book=1"))


def test_wfl_5_a_workflow_has_at_least_one_stage(alice, ana):
    refused = alice.post(PLACE + "new/", form(ana, "Empty"))
    assert refused.status_code == 422 and "A workflow has at least one stage." in text(refused)
    said = {"title": "Empty", "contacts": [str(ana.pk)], "stages": []}
    over_api = send_json(alice, API, said)
    assert over_api.status_code == 400 and "at least one stage" in text(over_api)
    assert not Workflow.unscoped.exists()


def test_it_says_everything_that_is_wrong_at_once_and_a_day_out_of_order_is_a_word_only(alice, ana):
    said = form(ana, " ", ("", "tomorrow", "9", "bob"), ("Second", ""), contacts="Nobody")
    refused = text(alice.post(PLACE + "new/", said))
    for words in ("A title is required.", "YYYY-MM-DD", "Say when the stage is due.", "colleague", "No contact of the"):
        assert words in refused
    assert not Workflow.unscoped.exists()
    late = alice.post(PLACE + "new/", form(ana, "W", ("One", "2026-06-05"), ("Two", "2026-06-01")), follow=True)
    assert "Stage 2 is due before stage 1." in text(late) and Workflow.unscoped.count() == 1
    assert warnings([date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2)]) == []


def test_exactly_one_stage_is_active_whatever_is_over():
    assert settled(["todo", "todo"]) == ["active", "todo"]
    assert settled(["done", "active", "todo"]) == ["done", "active", "todo"]
    assert settled(["done", "todo", "active"]) == ["done", "active", "todo"]
    assert settled(["done", "skipped"]) == ["done", "skipped"] and settled([]) == []


def test_a_stage_is_added_without_script_left_out_reassigned_and_the_workflow_opened_again(alice, ana):
    one_more = alice.post(PLACE + "new/", {**form(ana, "W", ("One", "2026-05-01")), "more": "1"})
    assert one_more.status_code == 200 and 'name="stage-2-title"' in text(one_more) and not Workflow.unscoped.exists()
    flow = added(alice, ana, "W", ("One", "2026-05-01"), ("Two", "2026-05-02"))
    place = f"{PLACE}{flow.pk}/"
    tick(alice, flow)
    keys = [str(pk) for pk in Stage.unscoped.filter(workflow=flow).order_by("number").values_list("pk", flat=True)]
    said = form(ana, "W2", ("One", "2026-05-01"), ("Two", "2026-05-02"), ("Three", "2026-05-03"), version="1")
    said |= {"stage-1-key": keys[0], "stage-2-key": keys[1]}
    assert alice.post(place, said).status_code == 409 and states(flow) == ["done", "active"]  # read before the tick
    said["version"] = str(Workflow.unscoped.get(pk=flow.pk).version)
    assert alice.post(place, {**said, "stage-2-gone": "1"}).status_code == 302
    assert states(flow) == ["done", "active"]  # the third is the second now
    stale = alice.post(place, said)
    assert stale.status_code == 409 and "Somebody has changed this workflow" in text(stale)
    tick(alice, flow)
    flow.refresh_from_db()
    assert flow.closed_at
    assert alice.post(place + "open/").status_code == 302
    flow.refresh_from_db()
    assert flow.closed_at is None and states(flow) == ["done", "active"] and flow.due_on == date(2026, 5, 3)
    alice.post(f"{PLACE}{flow.pk}/stages/{keys[0]}/", {"state": "done"})  # over already: nothing moves
    assert states(flow) == ["done", "active"]
    tick(alice, flow, state="skipped")
    assert states(flow) == ["done", "skipped"]


def test_a_template_begins_a_workflow_with_days_from_today(alice, ana):
    flow = added(alice, ana, "Onboarding", *FOUR)
    Workflow.unscoped.filter(pk=flow.pk).update(created_at=timezone.now().replace(year=2026, month=6, day=1, hour=12))
    kept = alice.post(PLACE + "templates/", {"workflow": str(flow.pk), "name": "Quillmarsh onboarding"})
    assert kept.status_code == 302
    page = text(alice.get(PLACE + "templates/"))
    assert "Quillmarsh onboarding" in page and "4 stages" in page
    pattern = re.search(r"\?pattern=([0-9a-f-]{36})", page)[1]
    begun_form = text(alice.get(f"{PLACE}new/?pattern={pattern}&contact={ana.pk}"))
    assert 'value="KYC"' in begun_form and 'name="stage-4-title"' in begun_form and "Ruiz, Ana" in begun_form
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_workflowpattern::text FROM crm_workflowpattern")
        assert b"Quillmarsh".hex() not in cursor.fetchone()[0]
    assert alice.post(f"{PLACE}templates/{pattern}/forget/").status_code == 302
    assert "Quillmarsh" not in text(alice.get(PLACE + "templates/"))
    assert alice.post(PLACE + "templates/", {"workflow": str(uuid4()), "name": "x"}).status_code == 404
    assert alice.post(PLACE + "templates/", {"workflow": str(flow.pk), "name": " "}).status_code == 422


def test_no_stage_of_a_template_is_due_while_the_exchange_is_closed():
    """Begun on the Wednesday before Thanksgiving 2026: Thursday and weekend are skipped, the half day is not."""
    closed = Calendar([date(2026, 11, 26), date(2026, 12, 25)], {}, years=(2026, 2026))
    days = ((0, "2026-11-25"), (1, "2026-11-27"), (2, "2026-11-27"), (3, "2026-11-30"), (5, "2026-11-30"))
    stages = [("T", "", 2, date(2026, 1, 1) + timedelta(days=one)) for one, _due in days]
    _name, found = rules.begun(rules.pattern_of("P", stages, date(2026, 1, 1)), date(2026, 11, 25), closed)
    assert [one["due_on"] for one in found] == [due for _days, due in days]
    far = rules.pattern_of("P", [("T", "", 2, date(2026, 1, 3))], date(2026, 1, 1))
    assert rules.begun(far, date(2031, 1, 2), closed)[1][0]["due_on"] == "2031-01-04"


def test_it_is_thrown_away_only_when_confirmed_and_taken_back(alice, ana):
    flow = added(alice, ana, "W", ("One", "2026-05-01"))
    place = f"{PLACE}{flow.pk}/"
    assert alice.post(place + "trash/").status_code == 422 and len(shown(alice)) == 1
    assert alice.post(place + "trash/", {"confirm": "yes"}).status_code == 302
    assert shown(alice) == [] and alice.get(place).status_code == 404
    assert "W" in [one["title"] for one in shown(alice, "?show=trash")]
    assert alice.post(place + "back/").status_code == 302 and len(shown(alice)) == 1


def test_what_it_says_is_sealed_and_damage_is_said(alice, ana):
    flow = added(alice, ana, "Quillmarsh", ("Harbour deed", "2026-05-01"))
    for table in ("crm_workflow", "crm_stage"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {table}::text FROM {table}")
            row = cursor.fetchone()[0]
        for words in ("Quillmarsh", "Harbour deed"):
            assert words not in row and words.encode().hex() not in row
    other = added(alice, ana, "Other", ("x", "2026-05-01"))
    Workflow.unscoped.filter(pk=flow.pk).update(title_sealed=other.title_sealed)
    page = text(alice.get(PLACE))
    assert "does not open" in page and "Quillmarsh" not in page


def test_the_api_does_the_same(alice, ana):
    stages = [{"title": "One", "due_on": "2026-05-01"}, {"title": "Two", "due_on": "2026-05-02", "priority": 1}]
    made = send_json(alice, API, {"title": "T", "contacts": [str(ana.pk)], "stages": stages})
    assert made.status_code == 201, made.json()
    place, said = f"{API}{made.json()['id']}/", made.json()
    assert [one["state"] for one in said["stages"]] == ["active", "todo"] and said["contacts"] == [str(ana.pk)]
    ended = send_json(alice, f"{place}stages/{said['stages'][0]['id']}/", {"state": "done"}).json()
    assert (ended["due_on"], ended["priority"]) == ("2026-05-02", 1)
    assert send_json(alice, f"{place}stages/{said['stages'][0]['id']}/", {"state": "done"}).status_code == 400
    assert send_json(alice, f"{place}stages/{uuid4()}/", {"state": "done"}).status_code == 404
    assert alice.post(place + "open/").json()["stages"][0]["state"] == "active"
    version = alice.get(place).json()["version"]
    changed = {"title": "T2", "contacts": [str(ana.pk)], "stages": stages[:1], "version": version}
    assert send_json(alice, place, changed, "put").json()["title"] == "T2"
    assert send_json(alice, place, changed, "put").status_code == 409
    wrong = {**changed, "version": version + 1, "stages": [{**stages[0], "key": str(uuid4())}]}
    assert send_json(alice, place, wrong, "put").status_code == 400
    assert send_json(alice, place, {}, "delete").status_code == 400
    assert send_json(alice, place, {"confirm": True}, "delete").status_code == 204
    assert alice.post(place + "back/").json()["title"] == "T2"


def test_workflows_are_the_practices_own_and_who_may_what_is_kept(world, browse, alice, ana):
    """The assignee ends the stage, a colleague without one does not; nobody else finds it, and nothing moves."""
    colleague(world)
    abel = browse("abel")
    assert "colleague" in text(alice.post(PLACE + "new/", form(ana, "W", ("One", "2026-05-01", MEDIUM, "abel"))))
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    own = added(alice, ana, "Hers", ("One", "2026-05-01"))
    private = added(alice, ana, "Secret plan", ("One", "2026-05-01"), visibility="private")
    given = added(alice, ana, "Given", ("One", "2026-05-01", MEDIUM, "abel"), visibility="private")
    page = text(abel.get(PLACE))
    assert "Hers" in page and "Given" in page and "Secret plan" not in page
    assert abel.get(f"{PLACE}{private.pk}/").status_code == 404
    with acting(world.users["abel"].pk):  # the second wall alone
        assert set(Workflow.unscoped.values_list("pk", flat=True)) == {own.pk, given.pk}
        assert private.pk not in set(Stage.unscoped.values_list("workflow_id", flat=True))
    assert tick(abel, own).status_code == 403 and states(own) == ["active"]
    assert abel.post(f"{PLACE}{own.pk}/trash/", {"confirm": "yes"}).status_code == 403
    assert abel.post(f"{PLACE}{own.pk}/", form(ana, "Mine", ("One", "2026-05-01"), version="1")).status_code == 403
    assert tick(abel, given).status_code == 302 and states(given) == ["done"]
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        stage = Stage.unscoped.get(workflow=own)
        assert other.get(f"{PLACE}{own.pk}/").status_code == other.get(f"{API}{own.pk}/").status_code == 404
        for part in ("", f"stages/{stage.pk}/", "open/", "trash/", "back/"):
            answer = other.post(f"{PLACE}{own.pk}/{part}", {**form(ana, "X"), "confirm": "yes", "state": "done"})
            assert answer.status_code == 404, part
        assert "Hers" not in text(other.get(PLACE))
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(PLACE).status_code == browse(name).get(API).status_code == 403
    own.refresh_from_db()
    assert (own.trashed_at, own.version, states(own)) == (None, 1, ["active"])


def test_open_stages_move_to_the_heir_of_who_leaves(world, browse, alice, ana):
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    flow = added(alice, ana, "W", ("One", "2026-05-01", MEDIUM, "abel"), ("Two", "2026-05-02", MEDIUM, "abel"))
    tick(alice, flow)
    seat = Seat.unscoped.get(user=world.users["abel"])
    with acting(world.users["alice"].pk) as who:
        assert ["1 stage"] in [one.things for one in owned(seat)]
        leave(who=who, seat=seat, heir=world.seats["alice"], at=timezone.now())
    names = Stage.unscoped.filter(workflow=flow).order_by("number").values_list("assignee__username", flat=True)
    assert list(names) == ["abel", "alice"]  # who did what is done stays


def test_a_practice_is_told_of_stages_that_are_due_like_of_tasks(world, alice, ana, as_role):
    added(alice, ana, "Quillmarsh", ("One", "2026-05-01"))
    with as_role("portal_worker"):
        assert [one.practice_id for one in due_news(date(2026, 5, 1))] == [world["F100001"].practice_id]
        assert due_news(date(2026, 4, 30)) == []
        with pytest.raises(ProgrammingError), transaction.atomic():
            list(Workflow.unscoped.values_list("title_sealed"))


def test_without_an_open_vault_nothing_is_shown_or_written(world, browse):
    alice = browse("alice")
    for state in ("none", "locked"):
        if state == "locked":
            begun(alice)
        for place in (PLACE, PLACE + "new/", PLACE + "templates/", API):
            assert alice.get(place).status_code == 403, place
        assert alice.post(PLACE + "new/", {"title": "x"}).status_code == 403
    assert not Workflow.unscoped.exists()


def test_the_list_asks_few_questions_however_many_workflows_there_are(alice, ana):
    for number in range(12):
        added(alice, ana, f"W {number}", *FOUR)
    alice.get(PLACE)
    with CaptureQueriesContext(connection) as found:
        assert alice.get(PLACE).status_code == 200
    asked = [query["sql"] for query in found if not TEST_ONLY.search(query["sql"])]
    assert len(asked) <= 12, (len(asked), "\n".join(asked))
