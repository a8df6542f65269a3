"""Tasks are written, found, done, undone and thrown away behind the unlocked vault, by the practice's own people."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.clock import exchange_today
from accounts.ground.leaving.actions import leave, owned
from accounts.ground.notifications.models import Notification
from accounts.ground.people.models import Seat
from crm.contacts.models import Contact
from crm.tasks.models import Task
from crm.tasks.reminding import due_news, remind_due
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE, API = "/tasks/", "/api/v1/tasks/"
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def add(browser, title="Call Ana", **more):
    return browser.post(PLACE + "new/", {"title": title, **more})


def added(browser, *args, **more):
    known = set(Task.unscoped.values_list("pk", flat=True))
    answer = add(browser, *args, **more)
    assert answer.status_code == 302, answer.content.decode()
    return Task.unscoped.exclude(pk__in=known).get()


def contact(browser, first="Ana", last="Ruiz"):
    answer = browser.post("/contacts/new/", {"kind": "person", "first_name": first, "name": last})
    return Contact.unscoped.get(pk=answer.url.split("/")[2])


def post_json(browser, place, said, method="post"):
    return getattr(browser, method)(place, json.dumps(said), content_type="application/json")


def day(step):
    return (exchange_today() + timedelta(days=step)).isoformat()


def text(answer):
    return answer.content.decode()


def test_without_an_open_vault_nothing_is_shown_or_written(world, browse):
    """DSH-9: the widget says what to do, the endpoints answer 403."""
    alice = browse("alice")
    home = text(alice.get("/"))
    assert home.count("nothing fill") >= 2 and home.count("Set your storage password") >= 2
    for state in ("none", "locked"):
        if state == "locked":
            begun(alice)
        assert alice.get(PLACE).status_code == 403 and add(alice).status_code == 403
        assert alice.get(API).status_code == 403 and post_json(alice, API, {"title": "x"}).status_code == 403
    assert 'href="/unlock/?next=/"' in text(alice.get("/"))
    assert not Task.unscoped.exists()


def test_a_task_needs_a_title_and_says_what_else_is_wrong(alice):
    refused = add(alice, title=" ", due_on="tomorrow", priority="9", state="gone", contact="Nobody", account="U2000001")
    page = text(refused)
    assert refused.status_code == 422 and not Task.unscoped.exists()
    for words in ("A title is required.", "YYYY-MM-DD", "No contact of the book matches.", "no such account of yours"):
        assert words in page
    assert 'value="tomorrow"' in page
    assert add(alice, title="x" * 201).status_code == 422 and add(alice, notes="x" * 20_001).status_code == 422
    assert add(alice, due_on="1026-01-01").status_code == 422
    assert add(alice, assignee="bob").status_code == 422
    assert not Task.unscoped.exists()


def test_what_a_task_says_is_sealed_and_reads_again(alice):
    task = added(alice, "Quillmarsh deed", notes="Page four is missing", due_on=day(1), priority="1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_task::text FROM crm_task")
        row = cursor.fetchone()[0]
    for words in ("Quillmarsh", "Page four"):
        assert words not in row and words.encode().hex() not in row
    page = alice.get(f"{PLACE}{task.pk}/")
    assert "Quillmarsh deed" in text(page) and "Page four is missing" in text(page)
    assert page["Cache-Control"] == "private, no-store"


def test_the_filters_show_what_they_say_and_the_order_is_day_then_priority(alice):
    ana = contact(alice)
    added(alice, "Late", due_on=day(-1), contact="Ruiz, Ana")
    added(alice, "Low today", due_on=day(0), priority="3")
    added(alice, "High today", due_on=day(0), priority="1", contact=str(ana.pk))
    added(alice, "Whenever")
    added(alice, "Over", state="done")

    def shown(query=""):
        return [one["title"] for one in alice.get(API + query).json()["results"]]

    assert shown() == ["Late", "High today", "Low today", "Whenever"] == shown("?show=open")
    assert shown("?show=today") == ["High today", "Low today"] and shown("?show=overdue") == ["Late"]
    assert shown("?show=done") == ["Over"] and shown(f"?contact={ana.pk}") == ["Late", "High today"]
    assert shown("?q=TODAY+high") == ["High today"] and shown("?q=nothing+such") == []
    assert alice.get(API).json()["counts"] == {"mine": 4, "today": 2, "overdue": 1, "open": 4, "done": 1, "trash": 0}
    page = text(alice.get(PLACE))
    assert page.index("Late") < page.index("High today") < page.index("Low today") < page.index("Whenever")
    agenda = text(alice.get(f"/contacts/{ana.pk}/agenda/"))
    assert "Late" in agenda and "High today" in agenda and "Low today" not in agenda
    assert "Late" in text(alice.get("/?book=1"))


def test_a_task_is_done_undone_changed_thrown_away_and_taken_back(alice):
    task = added(alice, due_on=day(0))
    place = f"{PLACE}{task.pk}/"
    assert alice.post(place + "state/", {"state": "done"}).status_code == 302
    task.refresh_from_db()
    assert task.is_done and task.done_at is not None
    assert "Undo" in text(alice.get(f"{PLACE}?just={task.pk}"))
    assert 'value="waiting"' in text(alice.get(f"{PLACE}?just={task.pk}&was=waiting"))  # it goes back to what it was
    assert alice.post(place + "state/", {"state": "nonsense"}).status_code == 302
    task.refresh_from_db()
    assert task.is_done
    alice.post(place + "state/", {"state": "todo"})
    task.refresh_from_db()
    assert not task.is_done and task.done_at is None
    said = {"title": "Call Ana twice", "version": 3, "due_on": "", "priority": "3"}
    assert alice.post(place, said).status_code == 302
    late = alice.post(place, {**said, "title": "typed for long"})
    assert late.status_code == 409 and "typed for long" in text(late) and "Call Ana twice" in text(late)
    task.refresh_from_db()
    assert (task.version, task.due_on, task.priority) == (4, None, 3)
    assert alice.post(place + "trash/").status_code == 302
    assert alice.get(place).status_code == 404 and "Call Ana" not in text(alice.get(PLACE))
    assert alice.post(place + "back/").status_code == 302
    assert "Call Ana twice" in text(alice.get(PLACE))


def test_the_api_does_the_same(alice):
    made = post_json(alice, API, {"title": "T", "due_on": day(2), "account": "U1000001"})
    assert made.status_code == 201, made.json()
    place, said = f"{API}{made.json()['id']}/", made.json()
    assert (said["assignee"], said["account"], said["state"]) == ("alice", "U1000001", "todo")
    changed = post_json(alice, place, {"title": "T2", "version": 1}, "put").json()
    assert (changed["title"], changed["version"], changed["account"]) == ("T2", 2, None)
    assert post_json(alice, place, {"title": "T3", "version": 1}, "put").status_code == 409
    assert post_json(alice, place, {"title": "T3"}, "put").status_code == 400
    assert post_json(alice, place + "state/", {"state": "done"}).json()["done_at"]
    assert post_json(alice, place + "state/", {"state": "perhaps"}).status_code == 400
    refused = post_json(alice, API, {"title": "T", "account": "U2000001"})
    assert refused.status_code == 400 and "such account" in refused.content.decode()
    assert alice.delete(place).status_code == 204 and alice.get(place).status_code == 404
    assert alice.post(place + "back/").json()["title"] == "T2"
    assert alice.get(f"{API}{uuid4()}/").status_code == 404


def test_a_form_from_before_does_not_open_what_was_done_since(alice):
    task = added(alice, "Call Ana", notes="Twice")
    alice.post(f"{PLACE}{task.pk}/state/", {"state": "done"})
    late = alice.post(f"{PLACE}{task.pk}/", {"title": "typed for long", "version": 1, "state": "todo"})
    assert late.status_code == 409 and "typed for long" in text(late)
    said = {"title": "by a program", "version": 1, "state": "todo"}
    assert post_json(alice, f"{API}{task.pk}/", said, "put").status_code == 409
    task.refresh_from_db()
    assert task.is_done
    page = text(alice.get(f"{PLACE}{task.pk}/"))
    assert "Call Ana" in page and "Twice" in page


def test_the_way_back_leads_nowhere_else(alice):
    for there in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        for page in (alice.get(PLACE + "new/", {"next": there}), add(alice, title="", next=there)):
            assert f'href="{there}"' not in text(page) and f'value="{there}"' not in text(page), there
            assert 'href="/tasks/">Back without saving' in text(page), there
    assert 'href="/contacts/?q=ana"' in text(alice.get(PLACE + "new/", {"next": "/contacts/?q=ana"}))


def test_a_search_says_where_it_ends(alice, monkeypatch):
    monkeypatch.setattr("crm.tasks.queries.FOUND", 2)
    for number in range(3):
        added(alice, f"Call {number}")
    words = "The first 2 are shown"
    assert words in text(alice.get(PLACE + "?q=call")) and words not in text(alice.get(PLACE + "?q=1"))


def test_tasks_are_the_practices_own(world, browse, alice):
    """A colleague who was let in reads and is given tasks; nobody else finds one, and nothing moves."""
    task = added(alice, "Secret call")
    colleague(world)
    abel = browse("abel")
    assert add(alice, assignee="abel").status_code == 422  # who cannot read the book yet is given nothing
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    given = added(alice, "For Abel", assignee="abel", due_on=day(0))
    page = text(abel.get(PLACE))
    assert "For Abel" in page and "Secret call" not in page and "Secret call" in text(abel.get(PLACE + "?show=open"))
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        for place in (f"{PLACE}{task.pk}/", f"{API}{task.pk}/"):
            assert other.get(place).status_code == 404
        for place in (f"{PLACE}{task.pk}/state/", f"{PLACE}{task.pk}/trash/", f"{PLACE}{task.pk}/back/"):
            assert other.post(place, {"state": "done"}).status_code == 404
        assert "Secret call" not in text(other.get(PLACE + "?show=open"))
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(PLACE).status_code == 403
        assert browse(name).post(f"{PLACE}{task.pk}/state/", {"state": "done"}).status_code == 403
    task.refresh_from_db()
    assert (task.state, task.trashed_at, task.version) == ("todo", None, 1)
    assert given.assignee.username == "abel"


def test_open_tasks_move_to_the_heir_of_who_leaves(world, browse, alice):
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    kept = added(alice, "Open", assignee="abel")
    done = added(alice, "Over", assignee="abel", state="done")
    thrown = added(alice, "Thrown", assignee="abel")
    alice.post(f"{PLACE}{thrown.pk}/trash/")
    seat = Seat.unscoped.get(user=world.users["abel"])
    assert ["2 tasks"] in [one.things for one in owned(seat)]
    with acting(world.users["alice"].pk) as who:
        leave(who=who, seat=seat, heir=world.seats["alice"], at=timezone.now())
    for task in (kept, done, thrown):
        task.refresh_from_db()
    assert thrown.assignee.username == "alice"  # taken back, it is somebody's who is here
    assert (kept.assignee.username, done.assignee.username) == ("alice", "abel")
    # Opened again, what somebody had done who has left is whose hand opens it.
    alice.post(f"{PLACE}{done.pk}/state/", {"state": "todo"})
    done.refresh_from_db()
    assert (done.state, done.assignee.username) == ("todo", "alice")


def test_a_practice_is_told_once_a_day_that_tasks_are_due_and_neither_whose_nor_which(world, alice, browse, as_role):
    bob = browse("bob")
    begun(bob)
    unlock(bob)
    added(alice, "Quillmarsh", due_on=day(0))
    added(alice, "Quillmarsh", due_on=day(-2))
    added(alice, "Tomorrow", due_on=day(1))
    added(alice, "Over", due_on=day(0), state="done")
    added(bob, "His", due_on=day(1))
    today = exchange_today()
    with as_role("portal_worker"):
        assert [(one.practice_id, one.body) for one in due_news(today)] == [(world["F100001"].practice_id, "")]
        assert remind_due(day=today) == remind_due(day=today) == 1
    told = Notification.unscoped.get(title__startswith="Tasks are due")
    assert "alice" not in told.title + told.body and "Quillmarsh" not in told.title + told.body
    assert "Tasks are due" in text(alice.get("/notifications/"))
    assert "Tasks are due" not in text(bob.get("/notifications/"))


def test_a_job_reads_no_title(alice, as_role):
    added(alice)
    with as_role("portal_worker"), pytest.raises(ProgrammingError), transaction.atomic():
        list(Task.unscoped.values_list("title_sealed"))


def test_the_list_asks_few_questions(alice):
    ana = contact(alice)
    for number in range(12):
        added(alice, f"Task {number}", contact=str(ana.pk), due_on=day(number))
    alice.get(PLACE)
    for place in (PLACE, "/", f"/contacts/{ana.pk}/agenda/"):
        with CaptureQueriesContext(connection) as found:
            assert alice.get(place).status_code == 200
        asked = [query["sql"] for query in found if not TEST_ONLY.search(query["sql"])]
        # One question for each card of the client book on the dashboard and the Agenda.
        assert len(asked) <= (15 if place == PLACE else 17), (place, len(asked), "\n".join(asked))


def test_a_task_that_was_changed_from_outside_says_so(alice):
    one, two = added(alice, "First words"), added(alice, "Second words")
    Task.unscoped.filter(pk=one.pk).update(title_sealed=two.title_sealed)
    page = text(alice.get(PLACE))
    assert "does not open" in page and "First words" not in page and page.count("Second words") >= 1
