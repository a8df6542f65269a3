"""The top level in a conversation of a second level: brought in by it alone, for good, and the client is told."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.desk.messages.actions import begin, reply, share
from accounts.desk.messages.models import Message, Thread, ThreadShare
from accounts.desk.messages.queries import threads, unread
from accounts.ground.access.context import acting, enter
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from tests.house.matrix import fingerprint_of_rows

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 19, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 19, 16, tzinfo=UTC)


@pytest.fixture
def thread(world):
    """Chidi, a client of Bright, has asked bob something; everybody can be written to."""
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    with acting(world.users["chidi"].pk) as who:
        return begin(who=who, account=world["U2000001"], subject="Nightingale", body="A word", key=uuid4(), at=AT)


def bring_in(world, thread):
    with acting(world.users["bob"].pk) as who:
        return share(who=who, thread=threads(who).get(pk=thread.pk), at=AT)


def test_bob_brings_alice_in_and_chidi_is_told(world, browse, thread):
    OutboxMessage.unscoped.all().delete()
    assert browse("alice").get(f"/messages/{thread.pk}/").status_code == 404

    answer = browse("bob").post(f"/messages/{thread.pk}/share/")

    assert answer.status_code == 302
    told = {one.recipient: one.body for one in OutboxMessage.unscoped.all()}
    assert {"chidi@example.com", "alice@example.com"} <= told.keys()
    assert "Nightingale" not in "".join(told.values())
    page = browse("alice").get(f"/messages/{thread.pk}/").content.decode()
    assert "A word" in page
    assert "Nightingale" in browse("alice").get("/messages/").content.decode()
    assert "has brought the top-level advisor" in browse("chidi").get(f"/messages/{thread.pk}/").content.decode()
    assert "Bring in the top-level advisor" not in browse("bob").get(f"/messages/{thread.pk}/").content.decode()


def test_the_top_level_answers_under_its_own_name_and_everybody_else_is_told(world, thread):
    bring_in(world, thread)
    OutboxMessage.unscoped.all().delete()
    with acting(world.users["alice"].pk) as alice:
        assert len(unread(alice)) == 1
        reply(who=alice, thread=threads(alice).get(), body="From above", key=uuid4(), at=LATER)
        assert len(unread(alice)) == 0
    said = Message.unscoped.get(author_id=world.users["alice"].pk)

    assert (said.side, said.from_above, said.practice_id) == ("practice", True, world["U2000001"].practice_id)
    recipients = set(OutboxMessage.unscoped.values_list("recipient", flat=True))
    assert {"chidi@example.com", "bob@example.com"} <= recipients
    assert "alice@example.com" not in recipients
    with acting(world.users["bob"].pk) as bob:
        assert len(unread(bob)) == 1
    with acting(world.users["chidi"].pk) as chidi:
        assert len(unread(chidi)) == 1


def test_sharing_twice_tells_nobody_twice(world, browse, thread):
    assert bring_in(world, thread)
    before = fingerprint_of_rows()

    assert not bring_in(world, thread)
    assert browse("bob").post(f"/api/v1/messages/{thread.pk}/share/").status_code == 200

    assert fingerprint_of_rows() == before


@pytest.mark.parametrize(
    ("name", "status"), [("chidi", 403), ("alice", 404), ("carol", 404), ("ana", 404), ("mallory", 404)]
)
def test_nobody_else_brings_anybody_in_and_nothing_moves(world, browse, thread, name, status):
    before = fingerprint_of_rows()

    page = browse(name).post(f"/messages/{thread.pk}/share/")
    api = browse(name).post(f"/api/v1/messages/{thread.pk}/share/")

    assert (page.status_code, api.status_code) == (status, status)
    assert fingerprint_of_rows() == before


def test_the_top_level_has_no_level_above(world, browse):
    with acting(world.users["ana"].pk) as who:
        own = begin(who=who, account=world["U1000001"], subject="Hello", body="A word", key=uuid4(), at=AT)
    assert browse("alice").post(f"/messages/{own.pk}/share/").status_code == 403
    assert not ThreadShare.unscoped.exists()


def test_one_shared_conversation_opens_no_other(world, browse, thread):
    with acting(world.users["chidi"].pk) as who:
        other = begin(who=who, account=world["U2000001"], subject="Kept", body="A word", key=uuid4(), at=AT)
    bring_in(world, thread)

    assert browse("alice").get(f"/messages/{other.pk}/").status_code == 404
    for name in ("carol", "ana", "mallory"):
        assert browse(name).get(f"/messages/{thread.pk}/").status_code == 404
    said = json.dumps({"account": "U2000001", "subject": "Hi", "body": "Hi"})
    assert browse("alice").post("/api/v1/messages/", said, "application/json").status_code == 403


def test_the_database_alone_keeps_the_top_level_out_until_it_is_brought_in(world, as_role, thread):
    with as_role("portal_web"):
        enter(world.users["alice"].pk)
        assert not Thread.unscoped.exists()
        assert not Message.unscoped.exists()
    with as_role("portal_web"):
        enter(world.users["alice"].pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            ThreadShare.unscoped.create(
                thread_id=thread.pk,
                firm_id=thread.firm_id,
                practice_id=thread.practice_id,
                account_id=thread.account_id,
                shared_by=world.users["alice"].pk,
                shared_by_name="alice",
                at=AT,
            )
    bring_in(world, thread)
    with as_role("portal_web"):
        enter(world.users["alice"].pk)
        assert Thread.unscoped.get().pk == thread.pk
        assert Message.unscoped.get().body == "A word"
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.unscoped.create(
                firm_id=thread.firm_id,
                practice_id=thread.practice_id,
                account_id=thread.account_id,
                thread_id=thread.pk,
                side="practice",
                from_above=False,
                author_id=world.users["alice"].pk,
                author_name="bob",
                body="As if from Bright",
                key=uuid4(),
                at=AT,
            )
    with as_role("portal_web"):
        enter(world.users["mallory"].pk)
        assert not Thread.unscoped.exists()
        assert not ThreadShare.unscoped.exists()
