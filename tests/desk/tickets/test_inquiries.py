"""Inquiries that wait for an answer, and how the back office works its tickets off."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.desk.messages.actions import begin, close, reply
from accounts.desk.messages.models import Thread
from accounts.desk.messages.queries import asked, threads
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.tickets.actions import ask_about, assign, set_state
from accounts.desk.tickets.queries import ticket, tickets
from accounts.ground.access.context import acting, enter
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.tree.models import Account
from tests.desk.tickets.acts import AT, answers, office_does, opens, seen_by, state, told

pytestmark = pytest.mark.django_db


def test_nobody_asks_in_the_name_of_the_office(world, as_role):
    thread = opens(world)
    row = {name: getattr(thread, name) for name in ("firm_id", "practice_id", "account_id", "subject", "last_at")}
    forged = {**row, "kind": "inquiry", "with_office": True, "state": "waiting", "asks": "owner", "state_at": AT}
    for name in ("chidi", "bob"):
        with as_role("portal_web"):
            enter(world.users[name].pk)
            with pytest.raises(DatabaseError), transaction.atomic():
                Thread.unscoped.create(**forged, number=7, opened_by=world.users[name].pk, key=uuid4())


def test_an_inquiry_of_the_office_stands_under_notifications_and_pending_until_answered(world, browse, office):
    said = {"account": "U2000001", "asks": "owner", "subject": "Your address", "body": "Where?", "is_shared": "on"}
    assert office.post("/office/tickets/new/", {**said, "key": str(uuid4())}).status_code == 302
    thread = Thread.unscoped.get()

    assert told() == {"chidi", "bob"}
    page = browse("chidi").get("/notifications/").content.decode()
    assert "Your address" in page and "1 unread notification" in page
    assert "A question waits for an answer" in browse("chidi").get("/").content.decode()
    request = Request.unscoped.get(kind="inquiry")
    assert (request.status, request.natural_key) == ("awaiting_client", str(thread.pk))
    assert "Your address" not in browse("bob").get("/notifications/").content.decode()
    assert "A question waits for an answer" in browse("bob").get("/pending/").content.decode()
    for name in ("carol", "ana", "mallory", "dana"):
        for address in ("/notifications/", "/pending/", "/messages/"):
            seen = browse(name).get(address).content.decode()
            assert "Your address" not in seen and "A question waits" not in seen, (name, address)

    browse("bob").post(f"/messages/{thread.pk}/", {"body": "I do not know", "key": str(uuid4())})
    assert state(thread) == "waiting"
    browse("chidi").post(f"/messages/{thread.pk}/", {"body": "Here", "key": str(uuid4())})

    assert state(thread) == "open"
    request.refresh_from_db()
    assert request.status == "approved"
    assert "Your address" not in browse("chidi").get("/notifications/").content.decode()


def test_an_inquiry_to_an_advisor_is_the_houses_own_business(world, browse, office):
    said = {"asks": "practice", "subject": "About chidi", "body": "Known?", "key": uuid4(), "at": AT}
    thread = office_does(world, ask_about, account=world["U2000001"], **said)

    assert "About chidi" in browse("bob").get("/notifications/").content.decode()
    assert Request.unscoped.get(kind="house_inquiry").status == "awaiting_advisor"
    for name in ("chidi", "alice", "carol", "mallory"):
        assert seen_by(browse, name, thread) == 404
        assert "About chidi" not in browse(name).get("/notifications/").content.decode()
    assert "house_inquiry" not in browse("chidi").get("/api/v1/pending/").content.decode()
    browse("bob").post(f"/messages/{thread.pk}/", {"body": "Yes", "key": str(uuid4())})
    assert Request.unscoped.get(kind="house_inquiry").status == "approved"


def test_what_is_kept_from_the_advisor_is_no_pending_item_of_his_either(world, browse):
    thread = opens(world, category="complaint")
    answers(world, thread)

    assert state(thread) == "waiting"
    assert not Request.unscoped.exists()
    assert "Nightingale" in browse("chidi").get("/notifications/").content.decode()
    assert "Nightingale" not in browse("bob").get("/notifications/").content.decode()


def test_an_advisors_question_waits_until_the_client_has_answered_or_it_is_withdrawn(world, browse):
    said = {"account": "U2000001", "subject": "Your plans", "body": "Retire when?", "needs_answer": "on"}
    made = [
        browse("bob").post("/messages/new/", {**said, "key": str(uuid4())}).headers["Location"].split("/")[2]
        for _one in range(2)
    ]
    assert Request.unscoped.filter(kind="inquiry", finished_at=None).count() == 2

    with acting(world.users["chidi"].pk) as chidi:
        assert asked(chidi).count() == 2
        first = threads(chidi).get(pk=made[0])
        reply(who=chidi, thread=first, body="Never", key=uuid4(), at=AT)
        assert asked(chidi).count() == 1
    assert browse("chidi").post(f"/messages/{made[1]}/close/").status_code == 403
    for name in ("alice", "carol", "mallory"):
        assert browse(name).post(f"/messages/{made[1]}/close/").status_code == 404
    assert browse("bob").post(f"/messages/{made[1]}/close/").status_code == 302

    assert list(Request.unscoped.filter(kind="inquiry").order_by("status").values_list("status", flat=True)) == [
        "approved",
        "cancelled",
    ]
    with acting(world.users["chidi"].pk) as chidi:
        assert not asked(chidi).exists()
        with pytest.raises(MessageProblem, match="Only advisors"):
            begin(
                who=chidi,
                account=world["U2000001"],
                subject="x",
                body="x",
                key=uuid4(),
                at=AT,
                needs_answer=True,
            )


def test_whose_ticket_it_is_closes_it(world, browse):
    thread = opens(world, is_shared=True)

    assert browse("bob").post(f"/messages/{thread.pk}/close/").status_code == 403
    assert browse("carol").post(f"/api/v1/messages/{thread.pk}/close/").status_code == 404
    assert state(thread) == "new"
    assert browse("chidi").post(f"/api/v1/messages/{thread.pk}/close/").json()["state"] == "closed"
    with acting(world.users["chidi"].pk) as who, pytest.raises(NotAllowed):
        close(who=who, thread=threads(who).get(pk=thread.pk), at=AT)


def test_a_ticket_goes_on_with_the_office_after_its_account_has_moved_on(world, browse):
    thread = opens(world, is_shared=True)
    onward = world["F200003"]
    Account.unscoped.filter(pk=thread.account_id).update(practice_id=onward.practice_id, parent_id=onward.pk)

    assert seen_by(browse, "bob", thread) == 404
    assert seen_by(browse, "carol", thread) == 404
    OutboxMessage.unscoped.all().delete()
    assert browse("chidi").post(f"/messages/{thread.pk}/", {"body": "Still", "key": str(uuid4())}).status_code == 302
    assert told() == {"olga"}
    answers(world, thread)
    assert state(thread) == "waiting"


def test_it_is_given_to_somebody_of_the_office_only(world, office):
    thread = opens(world)
    here = f"/office/tickets/{thread.pk}/assign/"

    office.post(here, {"to": world.users["bob"].pk})
    assert Thread.unscoped.get().assigned_to is None
    office.post(here, {"to": world.users["olga"].pk})
    assert (Thread.unscoped.get().assigned_to, state(thread)) == (world.users["olga"].pk, "open")
    assert thread.name in office.get("/office/tickets/?owner=me").content.decode()
    assert thread.name not in office.get("/office/tickets/?owner=none").content.decode()
    with acting(world.users["olga"].pk, alias="office") as who:
        with pytest.raises(MessageProblem):
            assign(thread=ticket(who, thread.pk), to=world.users["chidi"].pk, at=AT)
        assert set_state(thread=ticket(who, thread.pk), state="closed", at=AT)
        assert not set_state(thread=ticket(who, thread.pk), state="closed", at=AT)


def test_unread_counts_and_age_follow_the_other_side(world, office):
    thread = opens(world, at=AT - timedelta(days=4))
    with acting(world.users["olga"].pk, alias="office") as who:
        assert tickets(who).get().is_unread
    office.get(f"/office/tickets/{thread.pk}/")
    with acting(world.users["olga"].pk, alias="office") as who:
        assert not tickets(who).get().is_unread
    assert thread.name in office.get("/office/tickets/?state=old").content.decode()
    assert "old" in office.get("/office/tickets/").content.decode()


def test_programs_of_the_office_do_the_same(world, office):
    thread = opens(world)
    here = f"/api/v1/office/tickets/{thread.pk}/"
    assert [one["name"] for one in office.get("/api/v1/office/tickets/").json()] == [thread.name]
    told_twice = {"note": "Kestrel", "key": str(uuid4()), "looked_after_by": "olga", "state": "closed"}
    for _one in range(2):
        done = office.patch(here, json.dumps(told_twice), "application/json").json()
        assert ([one["body"] for one in done["notes"]], done["state"]) == (["Kestrel"], "closed")
    assert office.patch(here, json.dumps({"looked_after_by": "bob"}), "application/json").status_code == 400
    asked_now = {"account": "U2000001", "asks": "owner", "subject": "Hi", "body": "Hi", "key": str(uuid4())}
    assert office.post("/api/v1/office/tickets/", asked_now).status_code == 201


def test_pages_cost_the_same_however_many_there_are(world, office, browse):
    def cost(client, address):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    first = opens(world, is_shared=True)
    answers(world, first)
    pages = [
        (office, "/office/tickets/"),
        (office, f"/office/tickets/{first.pk}/"),
        (browse("chidi"), "/messages/"),
        (browse("chidi"), f"/messages/{first.pk}/"),
        (browse("chidi"), "/notifications/"),
        (browse("bob"), "/messages/?show=tickets"),
    ]
    before = [cost(*page) for page in pages]
    for _one in range(4):
        answers(world, opens(world, is_shared=True))

    assert [cost(*page) for page in pages] == before
