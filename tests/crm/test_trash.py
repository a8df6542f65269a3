"""What was thrown away is forgotten for good after thirty days, by a job that can read none of it."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.ground.access.context import acting
from crm.calendar.models import Event, EventContact
from crm.changes.models import Change
from crm.contacts.models import Contact
from crm.documents.models import Document, Edition
from crm.groups.models import Group, GroupMember
from crm.notes.models import Note
from crm.tasks.models import Task
from crm.trash.emptying import empty
from crm.trash.sql_setup import EMPTIES_MAILS, THROWN
from crm.trash.tasks import empty_trash
from crm.vault.models import SealedFile
from crm.vault.stores import store
from crm.workflows.models import Stage, Workflow, WorkflowContact
from tests.crm.calendar import test_events as events
from tests.crm.contacts.test_contacts import added
from tests.crm.documents import test_documents as documents
from tests.crm.tasks import test_tasks as tasks
from tests.crm.test_groups import make, put
from tests.crm.vault.people import begun, unlock
from tests.crm.workflows import test_workflows as workflows

DAYS = timedelta(days=1)
KINDS = (Document, Note, Task, Event, Workflow, Group, Contact)


@pytest.fixture
def alice(world, browse, settings, tmp_path):
    settings.VAULT_FILES_URL = (tmp_path / "vault").as_uri()
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def book(alice):
    """Ana, and one of every kind about her."""
    ana = added(alice)
    alice.post(f"/contacts/{ana.pk}/notes/", {"title": "Call", "body": "Wants fewer bonds"})
    tasks.added(alice, contact=ana.pk)
    documents.kept(alice, contact=ana.pk)
    events.added(alice, "Lunch", contacts="Ruiz, Ana")
    workflows.added(alice, ana, "Review", ("One", "2026-05-01"))
    put(alice, make(alice), ana)
    return ana


def thrown_away(days, *kinds):
    for kind in kinds or KINDS:
        kind.unscoped.update(trashed_at=timezone.now() - days * DAYS)


def emptied(world, as_role, at=None):
    with as_role("portal_worker"):
        return empty(at=at or timezone.now())


def refused(sql):
    denied = pytest.raises(ProgrammingError, match="permission denied")
    with denied, transaction.atomic(), connection.cursor() as cur:
        cur.execute(sql)


def left():
    children = (Edition, SealedFile, EventContact, Stage, WorkflowContact, GroupMember)
    return sum(kind.unscoped.count() for kind in (*KINDS, *children)) + len(list(store().places()))


def test_after_thirty_days_nothing_of_any_kind_is_left(world, alice, book, as_role):
    assert left() == 14
    thrown_away(29)
    assert emptied(world, as_role) == {} and left() == 14
    thrown_away(31)
    gone = emptied(world, as_role)
    assert gone == {
        **dict.fromkeys(("documents", "notes", "tasks", "events", "workflows", "groups", "contacts"), 1),
    }
    assert left() == 0 and emptied(world, as_role) == {}


def test_what_is_not_in_the_trash_stays_however_old(world, alice, book, as_role):
    Note.unscoped.update(created_at=timezone.now() - 4000 * DAYS)
    assert emptied(world, as_role) == {} and left() == 14


def test_of_somebody_who_is_gone_the_notes_go_and_the_work_stays(world, alice, book, as_role):
    thrown_away(31, Contact)
    assert emptied(world, as_role) == {"contacts": 1}
    assert not Note.unscoped.exists() and not Contact.unscoped.exists() and not GroupMember.unscoped.exists()
    assert Task.unscoped.get().contact_id is None and Document.unscoped.get().contact_id is None
    assert Event.unscoped.exists() and Workflow.unscoped.exists() and not EventContact.unscoped.exists()
    for place in ("/tasks/?show=open", "/documents/", "/calendar/", "/workflows/", "/groups/", "/"):
        assert alice.get(place).status_code == 200


def test_what_could_be_undone_for_thirty_days_is_forgotten_with_them(world, alice, as_role):
    first, second = added(alice), added(alice)
    assert alice.post(f"/contacts/duplicates/{first.pk}/{second.pk}/", {}).status_code == 302
    Change.unscoped.update(at=timezone.now() - 31 * DAYS)
    thrown_away(0, Note)
    Contact.unscoped.filter(pk=second.pk).update(trashed_at=timezone.now() - 31 * DAYS)
    assert emptied(world, as_role) == {"changes": 1, "contacts": 1}
    assert list(Contact.unscoped.values_list("pk", flat=True)) == [first.pk]
    assert alice.get(f"/contacts/{first.pk}/agenda/").status_code == 200


def test_a_moved_day_outlives_its_series(world, alice, as_role):
    series = events.added(alice, "Stand-up", "2026-11-23", every="DAILY", until="2026-11-27")
    moved = events.added(alice, "Moved", "2026-11-24")
    Event.unscoped.filter(pk=moved.pk).update(series=series, replaces="20261124T100000")
    Event.unscoped.filter(pk=series.pk).update(trashed_at=timezone.now() - 31 * DAYS)
    assert emptied(world, as_role) == {"events": 1}
    kept = Event.unscoped.get()
    assert (kept.pk, kept.series_id, kept.replaces) == (moved.pk, None, "")


def test_a_clock_that_is_ahead_empties_nothing_earlier(world, alice, book, as_role):
    thrown_away(0)
    assert emptied(world, as_role, timezone.now() + 400 * DAYS) == {} and left() == 14
    thrown_away(31)
    assert emptied(world, as_role, timezone.now() - 20 * DAYS) == {} and left() == 14


def test_more_than_one_turn_is_made_and_the_task_tells_what_went(world, alice, as_role, monkeypatch):
    monkeypatch.setattr("crm.trash.emptying.AT_ONCE", 2)
    for number in range(5):
        alice.post("/accounts/U1000001/notes/", {"title": "", "body": f"note {number}"})
    thrown_away(31, Note)
    with as_role("portal_worker"):
        assert empty_trash() == {"notes": 5}
    assert not Note.unscoped.exists()


def test_the_job_reads_nothing_and_nobody_else_may_empty(world, alice, book, as_role):
    thrown_away(31)
    with as_role("portal_worker"):
        for table in ("crm_note", "crm_contact", "crm_document", "crm_sealedfile", "crm_group", "crm_stage"):
            refused(f"SELECT count(*) FROM {table}")
            refused(f"DELETE FROM {table}")
    for role in ("portal_web", "portal_office", "portal_night"):
        with as_role(role):
            refused("SELECT * FROM app_empty_trash(now(), 1)")
    with as_role("portal_web"), acting(world.users["alice"].pk):
        assert Note.unscoped.count() == 1
    assert left() == 14


def test_a_file_whose_place_does_not_answer_keeps_nothing_back(world, alice, book, as_role, settings, tmp_path):
    thrown_away(31, Document)
    (place,) = store().places()
    broken = tmp_path / "vault" / place[:2] / place
    broken.unlink()
    broken.mkdir()
    assert emptied(world, as_role) == {"documents": 1} and not SealedFile.unscoped.exists()


def test_pages_throw_away_now_whatever_it_is(world, alice, book, as_role):
    """The second wall alone: thrown away long ago, the next emptying would destroy it; to come, it would never go."""
    assert set(re.findall(r"FROM (\w+) \w WHERE \w\.trashed_at", EMPTIES_MAILS)) == set(THROWN)
    with connection.cursor() as cur:
        cur.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname ~ '_thrown_(away|in)$'")
        assert sorted(name for (name,) in cur.fetchall()) == sorted([*THROWN, *THROWN])
    older = "jsonb_build_object('id', gen_random_uuid(), 'trashed_at', now() - interval '31 days')"
    for kind in KINDS:
        table = kind._meta.db_table
        refused = [
            f"UPDATE {table} SET trashed_at = now() - interval '31 days'",
            f"UPDATE {table} SET trashed_at = now() + interval '1 hour'",
        ]
        if kind in (Document, Note):
            # A table with a column that is reckoned takes no whole row.
            refused.append(f"INSERT INTO {table} SELECT (jsonb_populate_record(one, {older})).* FROM {table} one")
        with as_role("portal_web"), acting(world.users["alice"].pk), connection.cursor() as cur:
            for sql in refused:
                with pytest.raises(IntegrityError, match="is thrown away now"), transaction.atomic():
                    cur.execute(sql)
        thrown_away(20, kind)
        with as_role("portal_web"), acting(world.users["alice"].pk), connection.cursor() as cur:
            for instant in ("trashed_at", "NULL", "now()"):
                cur.execute(f"UPDATE {table} SET trashed_at = {instant}")
                assert cur.rowcount == 1, (table, instant)


def test_pages_put_nothing_with_somebody_who_is_about_to_go(world, alice, book, as_role):
    gone, going = added(alice, name="Lee"), added(alice, name="Poe")
    Contact.unscoped.filter(pk=gone.pk).update(trashed_at=timezone.now() - 31 * DAYS)
    Contact.unscoped.filter(pk=going.pk).update(trashed_at=timezone.now())
    with as_role("portal_web"), acting(world.users["alice"].pk), connection.cursor() as cur:
        with pytest.raises(IntegrityError, match="takes this with it"), transaction.atomic():
            cur.execute("UPDATE crm_note SET contact_id = %s", [gone.pk])
        with pytest.raises(IntegrityError, match="takes this with it"), transaction.atomic():
            put = "jsonb_build_object('id', gen_random_uuid(), 'contact_id', %s::text)"
            cur.execute(
                f"INSERT INTO crm_note SELECT (jsonb_populate_record(one, {put})).* FROM crm_note one", [gone.pk]
            )
        # With somebody who goes this minute it has its thirty days.
        cur.execute("UPDATE crm_note SET contact_id = %s", [going.pk])
        assert cur.rowcount == 1


def test_pages_make_no_change_older_than_it_is(world, alice, as_role):
    """What could be undone is forgotten by its age."""
    first, second = added(alice), added(alice)
    assert alice.post(f"/contacts/duplicates/{first.pk}/{second.pk}/", {}).status_code == 302
    with as_role("portal_web"), acting(world.users["alice"].pk), connection.cursor() as cur:
        with pytest.raises(IntegrityError, match="is thrown away now"), transaction.atomic():
            cur.execute("UPDATE crm_change SET at = now() - interval '31 days'")
        cur.execute("UPDATE crm_change SET undone_at = now(), at = at")
        assert cur.rowcount == 1
