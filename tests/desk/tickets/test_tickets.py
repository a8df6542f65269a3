"""Tickets to the back office: who reads them, where they stand, and what nobody else ever sees."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.desk.messages.actions import begin
from accounts.desk.messages.models import Message, OfficeNote, Thread
from accounts.desk.messages.rules import MessageProblem, state_after
from accounts.desk.tickets.actions import note
from accounts.desk.tickets.queries import ticket
from accounts.ground.access.context import acting, enter
from accounts.ground.outbox.models import OutboxMessage
from tests.desk.tickets.acts import AT, PDF, answers, office_does, opens, seen_by, state, told
from tests.house.matrix import fingerprint_of_rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "with_office", "state", "asks", "writer", "after"),
    [
        ("talk", False, "", "", "owner", ""),
        ("ticket", True, "new", "owner", "owner", "new"),
        ("ticket", True, "new", "owner", "office", "waiting"),
        ("ticket", True, "waiting", "owner", "owner", "open"),
        ("ticket", True, "waiting", "owner", "practice", "waiting"),
        ("ticket", True, "open", "owner", "owner", "open"),
        ("ticket", True, "closed", "owner", "owner", "open"),
        ("ticket", True, "closed", "owner", "practice", "open"),
        ("inquiry", True, "waiting", "practice", "practice", "open"),
        ("inquiry", True, "waiting", "practice", "owner", "waiting"),
        ("inquiry", False, "waiting", "owner", "owner", "closed"),
        ("inquiry", False, "waiting", "owner", "practice", "waiting"),
        ("inquiry", False, "closed", "owner", "practice", "closed"),
    ],
)
def test_where_it_stands_after_a_message(kind, with_office, state, asks, writer, after):
    assert state_after(kind=kind, with_office=with_office, state=state, asks=asks, writer=writer) == after


def test_a_clients_ticket_is_read_by_its_owners_and_the_office_alone(world, browse, office):
    thread = opens(world)

    assert told() == {"olga"}
    assert seen_by(browse, "chidi", thread) == 200
    for name in ("bob", "alice", "carol", "ana", "mallory", "vera", "frank", "dana"):
        # Frank has no seat any more: every page refuses him before it looks.
        assert seen_by(browse, name, thread) == (403 if name == "frank" else 404), name
        assert "Nightingale" not in browse(name).get("/messages/").content.decode()
    assert browse("").get(f"/messages/{thread.pk}/").status_code in (302, 404)
    assert "Nightingale" in office.get("/office/tickets/").content.decode()
    assert "A word" in office.get(f"/office/tickets/{thread.pk}/").content.decode()


def test_a_shared_ticket_is_read_by_its_advisor_and_by_no_sibling(world, browse):
    thread = opens(world, is_shared=True)

    assert told() == {"olga", "bob"}
    assert seen_by(browse, "bob", thread) == 200
    for name in ("alice", "carol", "ana", "mallory", "dana"):
        assert seen_by(browse, name, thread) == 404, name


def test_an_advisors_ticket_about_a_client_is_kept_from_the_client(world, browse):
    thread = opens(world, name="bob")

    assert seen_by(browse, "bob", thread) == 200
    for name in ("chidi", "alice", "carol", "ana", "mallory"):
        assert seen_by(browse, name, thread) == 404, name
    about_master = opens(world, name="bob", number="F200002", concerns=["u2000001"])
    assert "U2000001" in browse("bob").get(f"/messages/{about_master.pk}/").content.decode()


@pytest.mark.parametrize("name", ["alice", "carol"])
def test_nobody_asks_about_another_practices_account(world, browse, name):
    before = fingerprint_of_rows()
    said = {"account": "U2000001", "category": "fees", "subject": "Hi", "body": "Hi", "key": str(uuid4())}

    page = browse(name).post("/messages/new-ticket/", said)
    api = browse(name).post("/api/v1/messages/tickets/", json.dumps(said), "application/json")

    assert page.status_code == 422
    assert api.status_code in (403, 404)
    assert fingerprint_of_rows() == before


def test_an_account_that_one_does_not_see_is_no_account_to_be_concerned(world):
    with pytest.raises(MessageProblem, match="no such account"):
        opens(world, concerns=["U3000001"])
    assert not Thread.unscoped.exists()


def test_the_office_works_on_it_and_both_sides_are_told(world, browse, office):
    thread = opens(world)
    assert state(thread) == "new"
    OutboxMessage.unscoped.all().delete()

    assert (
        "Sent."
        in office.post(
            f"/office/tickets/{thread.pk}/",
            {"body": "Which day?", "after": "waiting", "key": str(uuid4())},
            follow=True,
        ).content.decode()
    )

    assert told() == {"chidi"}
    found = Thread.unscoped.get(pk=thread.pk)
    assert (found.state, found.assigned_to) == ("waiting", world.users["olga"].pk)
    page = browse("chidi").get(f"/messages/{thread.pk}/").content.decode()
    assert "Which day?" in page and "This waits for your answer." in page
    OutboxMessage.unscoped.all().delete()
    browse("chidi").post(f"/messages/{thread.pk}/", {"body": "Monday", "key": str(uuid4())})
    assert (state(thread), told()) == ("open", {"olga"})
    answers(world, thread, after="closed")
    assert state(thread) == "closed"
    browse("chidi").post(f"/messages/{thread.pk}/", {"body": "Not yet", "key": str(uuid4())})
    assert state(thread) == "open"


def test_the_same_form_sent_twice_is_one_ticket_one_answer_and_one_note(world):
    key = uuid4()
    assert opens(world, key=key).pk == opens(world, key=key).pk
    thread = Thread.unscoped.get()
    again = uuid4()
    assert answers(world, thread, key=again) is not None
    answers(world, thread, key=uuid4(), after="closed")
    assert answers(world, thread, key=again) is None
    assert (state(thread), Message.unscoped.count()) == ("closed", 3)
    for is_new in (True, False):
        assert (
            office_does(
                world,
                lambda who, **said: note(who=who, thread=ticket(who, thread.pk), **said),
                body="Watch",
                key=key,
                at=AT,
            )
            is is_new
        )


def test_numbers_are_given_once_and_found(world, office):
    one, two = opens(world), opens(world)
    assert two.number > one.number
    page = office.get(f"/office/tickets/?q={one.name}").content.decode()
    assert one.name in page and two.name not in page
    assert one.name in office.get("/office/tickets/?q=U20000").content.decode()
    assert "There is none of these" in office.get("/office/tickets/?q=nothing").content.decode()


def test_notes_of_the_office_are_nobody_elses(world, browse, office, as_role):
    thread = opens(world, is_shared=True)
    office.post(f"/office/tickets/{thread.pk}/note/", {"body": "Kestrel", "key": str(uuid4())})
    assert OfficeNote.unscoped.get().body == "Kestrel"

    assert "Kestrel" in office.get(f"/office/tickets/{thread.pk}/").content.decode()
    for name in ("chidi", "bob"):
        for address in (f"/messages/{thread.pk}/", f"/api/v1/messages/{thread.pk}/", "/messages/", "/notifications/"):
            answered = browse(name).get(address)
            assert answered.status_code == 200 and "Kestrel" not in answered.content.decode()
    assert "Kestrel" not in "".join(OutboxMessage.unscoped.values_list("body", flat=True))
    for role in ("portal_web", "portal_worker"):
        with as_role(role):
            enter(world.users["chidi"].pk)
            with pytest.raises(DatabaseError), transaction.atomic():
                list(OfficeNote.unscoped.all())


@pytest.mark.parametrize("name", ["chidi", "bob", "alice", "mallory", "frank", ""])
def test_the_offices_desk_does_not_exist_for_others_and_nothing_moves(world, browse, name):
    thread = opens(world)
    before = fingerprint_of_rows()
    here = f"/office/tickets/{thread.pk}/"
    tries = [
        ("/office/tickets/", None),
        (here, None),
        (here, {"body": "x", "after": "closed", "key": str(uuid4())}),
        (f"{here}note/", {"body": "x", "key": str(uuid4())}),
        (f"{here}assign/", {"to": ""}),
        (f"{here}state/", {"state": "closed"}),
        ("/office/tickets/new/", {"account": "U2000001", "asks": "owner", "subject": "x", "body": "x", "key": uuid4()}),
        ("/api/v1/office/tickets/", None),
        (f"/api/v1/office/tickets/{thread.pk}/", None),
        (f"/api/v1/office/tickets/{thread.pk}/", {"body": "x", "key": str(uuid4())}),
    ]
    for address, said in tries:
        client = browse(name)
        found = client.get(address) if said is None else client.post(address, said)
        assert found.status_code in ((302, 401, 403, 404) if not name else (403, 404)), address
    assert fingerprint_of_rows() == before


def test_the_office_reads_no_conversation_between_client_and_advisor(world, office, as_role):
    with acting(world.users["chidi"].pk) as who:
        talk = begin(who=who, account=world["U2000001"], subject="Kept", body="Between us", key=uuid4(), at=AT)
    opens(world)

    assert office.get(f"/office/tickets/{talk.pk}/").status_code == 404
    assert "Kept" not in office.get("/office/tickets/?state=all").content.decode()
    with as_role("portal_office"):
        enter(world.users["olga"].pk)
        assert [one.subject for one in Thread.unscoped.all()] == ["Nightingale"]
        assert [one.body for one in Message.unscoped.all()] == ["A word"]
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.unscoped.create(
                firm_id=talk.firm_id,
                practice_id=talk.practice_id,
                account_id=talk.account_id,
                thread_id=talk.pk,
                side="office",
                author_id=world.users["olga"].pk,
                author_name="olga",
                body="x",
                key=uuid4(),
                at=AT,
            )


@pytest.mark.parametrize(("name", "seen"), [("chidi", 1), ("bob", 0), ("alice", 0), ("carol", 0), ("mallory", 0)])
def test_the_database_alone_keeps_a_ticket_from_the_other_side(world, as_role, name, seen):
    opens(world)
    with as_role("portal_web"):
        enter(world.users[name].pk)
        assert (Thread.unscoped.count(), Message.unscoped.count()) == (seen, seen)


def test_files_come_with_tickets_and_go_to_their_readers_alone(world, browse, office):
    said = {"account": "U2000001", "category": "fees", "subject": "Files", "body": "Here", "key": str(uuid4())}
    sent = browse("chidi").post(
        "/messages/new-ticket/", {**said, "files": [SimpleUploadedFile("../deed.pdf", PDF)]}, follow=True
    )
    assert sent.status_code == 200
    thread = Thread.unscoped.get()
    file = Message.unscoped.get().files(manager="unscoped").get()
    for browser, address in ((office, "/office/tickets"), (browse("chidi"), "/messages")):
        got = browser.get(f"{address}/{thread.pk}/files/{file.pk}/")
        assert b"".join(got.streaming_content) == PDF
        assert got["Content-Disposition"] == 'attachment; filename="deed.pdf"'
        assert "sandbox" in got["Content-Security-Policy"]
    for name in ("bob", "alice", "carol", "mallory"):
        assert browse(name).get(f"/messages/{thread.pk}/files/{file.pk}/").status_code == 404
    bad = {**said, "key": str(uuid4()), "files": [SimpleUploadedFile("a.pdf", b"<html>")]}
    assert browse("chidi").post("/messages/new-ticket/", bad).status_code == 422
    assert Thread.unscoped.count() == 1
