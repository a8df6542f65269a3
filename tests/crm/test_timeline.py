"""What happened around a contact: one stream of every kind, in order, in pages, and of one's own practice only."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.desk.messages.actions import begin
from accounts.ground.access.context import acting
from accounts.ground.clock import exchange_today
from accounts.ground.requests.actions import ask
from accounts.ground.requests.models import RequestKind
from accounts.ground.trail.actions import record
from crm.contacts.models import Contact
from crm.notes.models import Note
from crm.tasks.models import Task
from crm.timeline.queries import PAGE, Edge
from tests.crm.calendar import test_events as events
from tests.crm.contacts.test_contacts import TEST_ONLY, added
from tests.crm.documents import test_documents as documents
from tests.crm.tasks import test_tasks as tasks
from tests.crm.vault.kit import PASSWORD
from tests.crm.vault.people import begun, unlock

BOOK, API = "/contacts/", "/api/v1/contacts/"


@pytest.fixture
def alice(world, browse, settings, tmp_path):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def client(world, alice):
    """The contact of Ana, who has U1000001."""
    alice.post("/contacts/bring-in/")
    return Contact.unscoped.get(party=world.parties["ana"])


def text(answer):
    return answer.content.decode()


def agenda(browser, contact, query=""):
    answer = browser.get(f"{BOOK}{contact.pk}/agenda/{query}")
    assert answer.status_code == 200
    return text(answer)


def told(browser, contact, query=""):
    answer = browser.get(f"{API}{contact.pk}/timeline/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def titles(said):
    return [(one["kind"], one["title"]) for one in said["results"]]


def note(browser, contact, title, at=None):
    browser.post(f"{BOOK}{contact.pk}/notes/", {"title": title, "body": f"about {title}"})
    found = Note.unscoped.order_by("-created_at").first()
    if at is not None:
        Note.unscoped.filter(pk=found.pk).update(created_at=at)
    return found


def test_everything_stands_in_one_stream_newest_first(world, alice, client):
    account, now = world["U1000001"], timezone.now()
    note(alice, client, "Prefers calls", now - timedelta(days=2))
    task = tasks.added(alice, "Send the deed", contact=client.pk)
    Task.unscoped.filter(pk=task.pk).update(created_at=now - timedelta(days=3))
    paper = documents.kept(alice, contact=client.pk)
    type(paper).unscoped.filter(pk=paper.pk).update(changed_at=now - timedelta(days=4))
    day = (now - timedelta(days=5)).date().isoformat()
    events.added(alice, "Lunch", day, contacts=client.title)
    stages = [{"title": "Plan", "due_on": exchange_today().isoformat(), "priority": 1}]
    flow = {"title": "Annual review", "contacts": [str(client.pk)], "stages": stages}
    made = tasks.post_json(alice, "/api/v1/workflows/", flow)
    assert made.status_code == 201, made.content
    with acting(world.users["ana"].pk) as who:
        begin(who=who, account=account, subject="My pension", body="?", key=uuid4(), at=now - timedelta(days=6))
    ask(account=account, kind=RequestKind.FUNDING, title="Deposit waits", natural_key="d", day=now.date())
    record(account=account, kind="deposit", title="Deposit came", day=now.date())

    found = told(alice, client)
    assert found["after"] == "" and found["pinned"] == []
    late = [one for one in titles(found) if one[0] in ("note", "task", "document", "event", "message")]
    assert late == [
        ("note", "Prefers calls"),
        ("task", "Send the deed"),
        ("document", "deed.pdf"),
        ("event", "Lunch"),
        ("message", "My pension"),
    ]
    assert {("workflow", "Annual review"), ("request", "Deposit waits"), ("activity", "Deposit came")} <= set(
        titles(found)
    )
    moments = [one["at"] for one in found["results"]]
    assert moments == sorted(moments, reverse=True)
    page = agenda(alice, client)
    for words in ("about Prefers calls", "Send the deed", "deed.pdf", "Lunch", "My pension", "Deposit came"):
        assert words in page
    for kind in ("note", "task", "document", "event", "message", "workflow", "request", "activity"):
        assert {one["kind"] for one in told(alice, client, f"?only={kind}")["results"]} == {kind}
    assert "Send the deed" in agenda(alice, client, "?only=note&after=rubbish")  # it is still to be done
    assert titles(told(alice, client, "?only=nothing")) == titles(found)


def test_pages_join_without_a_gap_or_a_repetition(alice):
    ana, at = added(alice), datetime(2026, 3, 1, 12, tzinfo=UTC)
    # Many of the same moment, of two kinds: the order of kinds and keys decides.
    for place in range(PAGE + 4):
        note(alice, ana, f"note {place}", at)
    for place in range(4):
        task = tasks.added(alice, f"task {place}", contact=ana.pk)
        Task.unscoped.filter(pk=task.pk).update(created_at=at)
    first = told(alice, ana)
    assert len(first["results"]) == PAGE
    second = told(alice, ana, f"?after={first['after'].replace('+', '%2B')}")
    every = [one["id"] for one in (*first["results"], *second["results"])]
    assert len(every) == len(set(every)) == PAGE + 8 and second["after"] == ""
    page = agenda(alice, ana)
    onward = page.split('rel="next"')[1].split('href="')[1].split("#")[0].replace("&amp;", "&")
    assert "note" in agenda(alice, ana, onward)
    for wrong in ("~", "x~note~y", "2026-03-01T12:00:00Z~note", "2026-99-01T12:00:00Z~note~1", "2026-03-01~note~1"):
        assert Edge.of(wrong) is None
        assert titles(told(alice, ana, f"?after={wrong}")) == titles(first)


def test_what_is_pinned_stands_first_and_once(alice):
    ana = added(alice)
    old = note(alice, ana, "Retires in March", datetime(2020, 1, 1, tzinfo=UTC))
    note(alice, ana, "Called")
    alice.post(f"{BOOK}{ana.pk}/notes/{old.pk}/pin/", {"pinned": "1"})
    found = told(alice, ana)
    assert [one["title"] for one in found["pinned"]] == ["Retires in March"] and titles(found) == [("note", "Called")]
    page = agenda(alice, ana)
    assert page.index("about Retires in March") < page.index("about Called")
    assert page.count("about Retires in March") == 1
    assert told(alice, ana, "?only=task")["pinned"] == []


def test_nobody_reads_the_stream_of_others(world, browse, alice, client):
    note(alice, client, "Secret plan")
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        assert other.get(f"{API}{client.pk}/timeline/").status_code == 404
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(f"{API}{client.pk}/timeline/").status_code == 403
    alice.post("/lock/")
    locked = alice.get(f"{API}{client.pk}/timeline/")
    assert locked.status_code == 403 and "Secret" not in text(locked)


def test_a_line_that_was_changed_from_outside_says_so(alice):
    ana = added(alice)
    one, two = note(alice, ana, "One"), note(alice, ana, "Two")
    Note.unscoped.filter(pk=one.pk).update(title_sealed=two.title_sealed)
    page = agenda(alice, ana)
    assert "does not open" in page and "about One" not in page and "about Two" in page


def test_it_asks_as_much_for_many_lines_as_for_few(alice, client):
    def asked():
        agenda(alice, client)
        with CaptureQueriesContext(connection) as found:
            agenda(alice, client)
        return [one["sql"] for one in found if not TEST_ONLY.search(one["sql"])]

    few = asked()
    for place in range(12):
        note(alice, client, f"note {place}")
        tasks.added(alice, f"task {place}", contact=client.pk)
    many = asked()
    assert len(many) == len(few) <= 12, "\n".join(sql[:150] for sql in many)
