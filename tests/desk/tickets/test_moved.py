"""An account goes to another practice while a question about it waits; and what the trail says of tickets."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from accounts.desk.messages.models import Message, Thread
from accounts.desk.tickets.actions import ask_about, assign, set_state
from accounts.desk.tickets.queries import ticket
from accounts.ground.access.context import acting, enter
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.trail.models import TrailEntry
from accounts.ground.tree.models import Account
from portal.structure.moves import carry_out_due
from tests.accounts.linkage.test_links import FRIDAY, link
from tests.desk.tickets.acts import AT, answers, office_does, opens, seen_by, state, told

pytestmark = pytest.mark.django_db
WAITS = "A question waits for an answer"


@pytest.fixture
def movable(world):
    Account.unscoped.filter(kind="client").update(customer_type="Individual")
    return world


def asks(world, side, *, number="U2000001", **more):
    said = {"asks": side, "subject": "Kestrel", "body": "Is it known?", "key": uuid4(), "at": AT, **more}
    return office_does(world, ask_about, account=world[number], **said)


def moves(world, name="chidi", number="U2000001"):
    link(world, name, number)
    OutboxMessage.unscoped.all().delete()
    assert carry_out_due(at=FRIDAY) == {"done": 1, "failed": 0}


def pending(browse, name):
    return WAITS in browse(name).get("/pending/").content.decode()


def test_what_the_owner_is_asked_waits_on_the_list_of_the_new_practice(movable, browse):
    thread = asks(movable, "owner", is_shared=True)
    assert (pending(browse, "bob"), pending(browse, "carol")) == (True, False)

    moves(movable)

    assert (pending(browse, "bob"), pending(browse, "carol")) == (False, True)
    assert "kestrel" not in browse("carol").get("/pending/").content.decode().lower()
    assert [seen_by(browse, name, thread) for name in ("bob", "carol", "chidi")] == [404, 404, 200]
    for place, expected in (("open", "approved"), ("waiting", "awaiting_client")):
        if place == "open":
            browse("chidi").post(f"/messages/{thread.pk}/", {"body": "Yes", "key": str(uuid4())})
        else:
            answers(movable, thread)
        request = Request.unscoped.get(kind="inquiry")
        assert (state(thread), request.status) == (place, expected)
    assert request.practice_id == movable["F200003"].practice_id
    assert (pending(browse, "bob"), pending(browse, "carol")) == (False, True)


def test_the_new_practice_is_asked_what_the_former_was_and_reads_nothing_that_was_said(movable, browse):
    thread = asks(movable, "practice")
    browse("bob").post(f"/messages/{thread.pk}/", {"body": "Only between us", "key": str(uuid4())})
    answers(movable, thread, body="And this?", at=AT + timedelta(hours=1))

    moves(movable)

    assert state(thread) == "closed"
    again = Thread.unscoped.exclude(pk=thread.pk).get()
    assert (again.state, again.practice_id, again.subject) == ("waiting", movable["F200003"].practice_id, "Kestrel")
    assert [one.body for one in Message.unscoped.filter(thread=again)] == ["Is it known?"]
    assert [seen_by(browse, "carol", one) for one in (thread, again)] == [404, 200]
    for name in ("bob", "alice", "chidi", "mallory"):
        assert [seen_by(browse, name, one) for one in (thread, again)] == [404, 404], name
    assert (pending(browse, "bob"), pending(browse, "carol")) == (False, True)
    assert "carol" in told()
    browse("carol").post(f"/messages/{again.pk}/", {"body": "It is", "key": str(uuid4())})
    assert not pending(browse, "carol")
    assert state(again) == "open"


def test_what_the_former_advisor_asked_is_withdrawn(movable, browse):
    said = {"account": "U2000001", "subject": "Your plans", "body": "When?", "needs_answer": "on", "key": str(uuid4())}
    assert browse("bob").post("/messages/new/", said).status_code == 302
    thread = Thread.unscoped.get()
    assert "Your plans" in browse("chidi").get("/notifications/").content.decode()

    moves(movable)

    assert (state(thread), Request.unscoped.get(kind="inquiry").status) == ("closed", "cancelled")
    assert "Your plans" not in browse("chidi").get("/notifications/").content.decode()
    assert (pending(browse, "bob"), pending(browse, "carol")) == (False, False)


def test_a_ticket_that_waits_for_who_has_gone_comes_back_to_the_office(movable, browse):
    thread = opens(movable, "bob")
    answers(movable, thread)

    moves(movable)

    assert state(thread) == "open"
    assert not Request.unscoped.filter(kind="house_inquiry", finished_at=None).exists()
    assert [seen_by(browse, name, thread) for name in ("bob", "carol", "chidi")] == [404, 404, 404]


def test_what_waits_when_an_account_leaves_the_firm_comes_back_to_the_office(movable):
    thread = asks(movable, "owner", number="U9000001", is_shared=True)

    moves(movable, "nina", "U9000001")

    assert state(thread) == "open"
    assert not Request.unscoped.filter(kind="inquiry", finished_at=None).exists()


def test_a_move_carried_out_again_asks_nobody_twice(movable):
    thread = asks(movable, "practice")
    moves(movable)
    before = Thread.unscoped.count()

    with connection.cursor() as cur:
        for _twice in range(2):
            cur.execute("SELECT desk_ask_again(%s, %s)", [thread.pk, FRIDAY])
            assert cur.fetchall() == [(None,)]
    assert Thread.unscoped.count() == before


def test_state_and_hands_of_a_ticket_are_in_the_trail_of_the_office_alone(world, office, as_role):
    thread = opens(world, is_shared=True)
    olga = world.users["olga"].pk
    with acting(olga, alias="office") as who:
        assert assign(thread=ticket(who, thread.pk), to=olga, at=AT)
        assert set_state(thread=ticket(who, thread.pk), state="closed", at=AT)

    entries = TrailEntry.unscoped.filter(table="desk_thread", row=str(thread.pk)).order_by("id")
    assert [(one.operation, one.user_id) for one in entries] == [
        ("insert", world.users["chidi"].pk), ("update", olga), ("update", olga), ("update", olga),
    ]  # fmt: skip
    assert [one.new for one in entries][1:] == [{"assigned_to": olga}, {"state": "open"}, {"state": "closed"}]
    assert "Nightingale" not in str([one.new for one in entries])
    assert "Tickets" in office.get("/office/accounts/trailentry/?table=desk_thread").content.decode()
    for name in ("chidi", "bob", "alice"):
        with as_role("portal_web"):
            enter(world.users[name].pk)
            assert not TrailEntry.unscoped.filter(table="desk_thread").exists(), name


def test_a_conversation_that_is_not_with_the_office_leaves_no_trail_there(world, browse):
    said = {"account": "U2000001", "subject": "Between us", "body": "Hello", "key": str(uuid4())}
    assert browse("bob").post("/messages/new/", said).status_code == 302

    assert Thread.unscoped.count() == 1
    assert not TrailEntry.unscoped.filter(table="desk_thread").exists()
