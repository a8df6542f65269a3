"""Conversations: who reads and writes them, by page, by API and by the database alone."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.desk.messages.actions import begin, mark_read, reply
from accounts.desk.messages.models import Message, Thread
from accounts.desk.messages.queries import threads, unread
from accounts.desk.messages.rules import MessageProblem, clean_body, clean_subject
from accounts.ground.access.context import acting
from accounts.ground.access.scope import NotAllowed
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 19, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 19, 16, tzinfo=UTC)


@pytest.fixture
def write(world):
    def say(name, number, subject="A question", body="How is this fee made?", **more):
        with acting(world.users[name].pk) as who:
            said = {"key": uuid4(), "at": AT, **more}
            return begin(who=who, account=world[number], subject=subject, body=body, **said)

    return say


def answer(world, name, thread, body="From your agreement.", **more):
    with acting(world.users[name].pk) as who:
        found = threads(who).get(pk=thread.pk)
        return reply(who=who, thread=found, body=body, **{"key": uuid4(), "at": LATER, **more})


def counts():
    return Thread.unscoped.count(), Message.unscoped.count(), OutboxMessage.unscoped.count()


def test_a_client_writes_and_the_practice_reads_and_answers(world, write):
    thread = write("ana", "U1000001")

    with acting(world.users["alice"].pk) as alice:
        assert len(unread(alice)) == 1
        found = threads(alice).get()
        mark_read(who=alice, thread=found, at=AT)
        assert len(unread(alice)) == 0
    answer(world, "alice", thread)

    with acting(world.users["ana"].pk) as ana:
        assert [one.is_unread for one in threads(ana)] == [True]
        assert threads(ana).get().last_at == LATER
    assert [(one.side, one.author_name) for one in Message.unscoped.order_by("at")] == [
        ("owner", "ana"),
        ("practice", "alice"),
    ]


@pytest.mark.parametrize(
    ("owner", "number", "readers"),
    [
        ("ana", "U1000001", {"alice", "ana"}),
        ("chidi", "U2000001", {"bob", "chidi"}),
        ("dana", "U3000001", {"carol", "dana"}),
        ("sam", "U4000001", {"alice", "sam"}),
        ("nina", "U9000001", {"mallory", "nina"}),
    ],
)
def test_only_the_two_sides_read_it_and_the_top_level_reads_nothing_of_a_second_level(
    world, browse, write, owner, number, readers
):
    thread = write(owner, number, subject="Nightingale")
    for name in ("alice", "bob", "carol", "sam", "ana", "ken", "chidi", "dana", "mallory", "nina"):
        client = browse(name)
        expected = 200 if name in readers else 404
        assert client.get(f"/messages/{thread.pk}/").status_code == expected, name
        assert client.get(f"/api/v1/messages/{thread.pk}/").status_code == expected, name
        assert ("Nightingale" in client.get("/messages/").content.decode()) == (name in readers), name
        assert ("Nightingale" in client.get("/api/v1/messages/").content.decode()) == (name in readers), name


@pytest.mark.parametrize("name", ["alice", "carol", "ana", "mallory", "sam"])
def test_nobody_else_can_answer_in_it_and_nothing_moves(world, browse, write, name):
    thread = write("chidi", "U2000001")
    before = counts()

    page = browse(name).post(f"/messages/{thread.pk}/", {"body": "hello", "key": str(uuid4())})
    api = browse(name).post(f"/api/v1/messages/{thread.pk}/", {"body": "hello"}, "application/json")

    assert (page.status_code, api.status_code) == (404, 404)
    assert counts() == before


@pytest.mark.parametrize(
    ("name", "number", "status"),
    [
        ("ana", "U1000002", 404),  # another client
        ("bob", "U3000001", 404),  # a sibling's client
        ("bob", "U1000001", 404),  # the top level's client
        ("alice", "U9000001", 404),  # another firm
        ("alice", "U2000001", 403),  # seen, but looked after by Bright
        ("sam", "U1000001", 404),
    ],
)
def test_nobody_begins_a_conversation_about_what_is_not_theirs(world, browse, name, number, status):
    before = counts()
    said = {"account": number, "subject": "Hello", "body": "Hello", "key": str(uuid4())}

    api = browse(name).post("/api/v1/messages/", json.dumps(said), "application/json")
    page = browse(name).post("/messages/new/", said)

    assert api.status_code == status
    assert page.status_code == 422
    assert counts() == before


def test_a_forged_practice_side_or_author_is_not_taken(world, browse):
    said = {
        "account": "U1000001",
        "subject": "Hello",
        "body": "Hello",
        "practice": world["F200002"].practice_id,
        "side": "practice",
        "author_id": world.users["alice"].pk,
    }

    assert browse("ana").post("/api/v1/messages/", json.dumps(said), "application/json").status_code == 201

    message = Message.unscoped.get()
    assert (message.side, message.author_id) == ("owner", world.users["ana"].pk)
    assert message.practice_id == world["U1000001"].practice_id


def test_the_database_alone_refuses_another_hand_another_side_and_every_change(world, write):
    thread = write("chidi", "U2000001")
    row = {
        "firm_id": thread.firm_id,
        "practice_id": thread.practice_id,
        "account_id": thread.account_id,
        "thread_id": thread.pk,
        "author_name": "x",
        "body": "x",
        "at": AT,
    }
    ids = {name: world.users[name].pk for name in ("ana", "chidi", "alice", "bob")}
    for actor, author, side in (
        ("ana", "ana", "owner"),
        ("alice", "alice", "practice"),
        ("chidi", "bob", "owner"),
        ("chidi", "chidi", "practice"),
        ("bob", "bob", "owner"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(ids[actor]):
            Message.unscoped.create(**row, author_id=ids[author], side=side, key=uuid4())
    for sql in (
        "UPDATE desk_message SET body = 'y'",
        "DELETE FROM desk_message",
        "UPDATE desk_thread SET subject = 'y'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(ids["chidi"]), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE desk_message SET body = 'y'")


def test_after_a_move_the_old_practice_reads_nothing_and_nobody_writes_there(world, browse, write):
    thread = write("ana", "U1000001", subject="Before the move")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_account SET practice_id = %s, parent_id = %s, parent_kind = 'second_master', level = 3"
            " WHERE id = %s",
            [world["F200002"].practice_id, world["F200002"].pk, world["U1000001"].pk],
        )

    for name in ("alice", "bob"):
        assert browse(name).get(f"/messages/{thread.pk}/").status_code == 404
    assert browse("ana").get(f"/messages/{thread.pk}/").status_code == 200
    before = counts()
    assert browse("ana").post(f"/messages/{thread.pk}/", {"body": "x", "key": str(uuid4())}).status_code == 422
    assert counts() == before


def test_the_same_form_sent_twice_is_one_message(world, write):
    key = uuid4()
    first = write("ana", "U1000001", key=key)
    again = write("ana", "U1000001", key=key)
    answer_key = uuid4()

    assert answer(world, "alice", first, key=answer_key) is not None
    assert answer(world, "alice", first, key=answer_key) is None
    assert first.pk == again.pk
    assert counts()[:2] == (1, 2)


def test_the_mail_goes_to_the_other_side_in_its_language_without_the_text(world, write):
    User.objects.filter(username="alice").update(email="alice@example.com", language="ru")
    User.objects.filter(username="bob").update(email="bob@example.com")
    User.objects.filter(username="ana").update(email="ana@example.com")

    thread = write("ana", "U1000001", subject="My divorce", body="Please keep this between us")

    mail = OutboxMessage.unscoped.get()
    assert mail.recipient == "alice@example.com"
    assert mail.subject == "Для вас есть сообщение"
    assert str(thread.pk) in mail.body
    for secret in ("divorce", "between us", "Kestrel", "U1000001"):
        assert secret not in mail.subject + mail.body


def test_mark_up_is_shown_as_it_was_typed(world, browse, write):
    thread = write("ana", "U1000001", subject="<b>x</b>", body='<script>alert(1)</script>\n<img src=x onerror="y">')

    page = browse("alice").get(f"/messages/{thread.pk}/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>x</b>" not in page + browse("alice").get("/messages/").content.decode()


@pytest.mark.parametrize("body", ["", "   \n\t ", "\u202e", "x" * 10_001])
def test_what_says_nothing_or_too_much_is_refused(world, browse, body):
    before = counts()
    said = {"account": "U1000001", "subject": "Hello", "body": body, "key": str(uuid4())}

    assert browse("ana").post("/messages/new/", said).status_code == 422
    assert browse("ana").post("/api/v1/messages/", json.dumps(said), "application/json").status_code == 400
    assert counts() == before


def test_signs_that_nobody_sees_are_taken_out():
    assert clean_subject("Pay\u202e roll\r\nBcc: x") == "Pay roll Bcc: x"
    assert clean_body("a\x00b\r\nc") == "a b\nc"
    with pytest.raises(MessageProblem):
        clean_subject("\u200f \n")


def test_a_master_has_nobody_to_write_to(world, write):
    with pytest.raises(MessageProblem):
        write("alice", "F100001")
    with pytest.raises(NotAllowed):
        write("alice", "U3000001")


def test_a_topic_of_somebody_else_is_left_out(world, browse):
    from tests.house.scenery import dress

    dress(world)
    foreign = world.rows["charge"]["U9000001"]
    said = {"account": "U1000001", "subject": "Fee", "body": "Why?", "topic": "fee", "topic_id": str(foreign)}
    answer = browse("ana").post("/messages/new/", {**said, "key": str(uuid4())}, follow=True)

    assert answer.status_code == 200
    assert Thread.unscoped.get(subject="Fee").topic == ""


def test_a_fee_that_is_theirs_is_named_and_linked(world, browse):
    from tests.house.scenery import dress

    dress(world)
    charge = world.rows["charge"]["U1000001"]
    form = browse("ana").get(f"/messages/new/?account=U1000001&topic=fee&topic_id={charge}").content.decode()
    said = {"account": "U1000001", "subject": "Fee", "body": "Why?", "topic": "fee", "topic_id": str(charge)}
    browse("ana").post("/messages/new/", {**said, "key": str(uuid4())})
    thread = Thread.unscoped.get(subject="Fee")

    assert str(charge) in form
    for name in ("ana", "alice"):
        assert f"/fees/proofs/{charge}/" in browse(name).get(f"/messages/{thread.pk}/").content.decode()


def test_opening_it_clears_the_count_in_the_header(world, browse, write):
    thread = write("ana", "U1000001")
    client = browse("alice")

    assert "1 unread message" in client.get("/").content.decode()
    client.get(f"/messages/{thread.pk}/")
    assert "1 unread message" not in client.get("/").content.decode()
