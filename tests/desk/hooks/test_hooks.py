"""Webhooks: what a program is told, that it can check it, and that each goes on until it arrives or is given up."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.desk.hooks import actions
from accounts.desk.hooks.actions import deliver_due
from accounts.desk.hooks.models import Hook, HookDelivery
from accounts.ground.access.context import enter
from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from accounts.ground.requests.actions import ask
from accounts.ground.trail.actions import record
from tests.world import CANARIES, PASSWORD

pytestmark = pytest.mark.django_db

PAGE, API = "/settings/webhooks/", "/api/v1/webhooks/"
SURE = {"headers": {"Confirm-Password": PASSWORD}}
DAY = date(2026, 11, 20)
KINDS = ["event", "request", "notification"]


def later(**much):
    return datetime.now(UTC) + timedelta(**much)


def made(browser, url, kinds=KINDS, name="Ledger"):
    said = {"name": name, "url": url, "kinds": kinds}
    answer = browser.post(f"{API}new/", said, content_type="application/json", **SURE)
    assert answer.status_code == 201, answer.content
    assert answer["Cache-Control"] == "no-store"
    return answer.json()["id"], answer.json()["secret"]


def happen(world, number="U1000001", kind="deposit"):
    """Something at an account, whose words are its canary."""
    record(account=world[number], kind=kind, title=f"{CANARIES[number]} deposit", day=DAY, data={"secret": "x"})


def fits(headers, body, secret):
    """Whether a message is signed with a secret, worked out here from what the page tells a program to do."""
    moment, *marks = headers["Portal-Signature"].split(",")
    expected = hmac.new(secret.encode(), f"{moment.removeprefix('t=')}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"v1={expected}" in marks


def test_a_program_is_told_once_in_words_that_say_nothing_and_can_check_it(world, browse, listener):
    hook, secret = made(browse("alice"), listener.url)
    happen(world)
    notify(
        account=world["U1000001"], kind="statement", title="Held", natural_key="n", day=DAY, body=CANARIES["U1000001"]
    )
    ask(account=world["U1000001"], kind="funding", title="Words", natural_key="r", day=DAY)
    ask(account=world["U1000001"], kind="authorization", title="For two eyes", natural_key="a", day=DAY)

    assert deliver_due(at=later()) == 3 and deliver_due(at=later(days=1)) == 0
    assert [(one["kind"], one["data"]["what"], one["data"]["account"]) for one in listener.told] == [
        ("event", "deposit", "U1000001"),
        ("notification", "statement", "U1000001"),
        ("request", "funding", "U1000001"),
    ]
    for path, headers, body in listener.came:
        assert path == "/told?by=portal" and headers["Portal-Delivery"] in body
        assert fits(headers, body, secret) and not fits(headers, body, secret + "x")
        assert not any(word in body for word in (*CANARIES.values(), "Words", "secret", "Held"))
    stored = str(list(Hook.unscoped.values_list("secret", "previous_secret")))
    assert secret not in stored and Hook.unscoped.get().pk.hex == hook.replace("-", "")


def test_only_chosen_kinds_and_only_ones_own_practice(world, browse, listener):
    """Alice's program hears of no client of the second level, and Bob's of none of Alice's."""
    made(browse("alice"), listener.url, kinds=["event"])
    made(browse("bob"), listener.url + "&of=bob", kinds=["event"])
    for number in CANARIES:
        happen(world, number)
    notify(account=world["U1000001"], kind="statement", title="x", natural_key="n", day=DAY)
    deliver_due(at=later())
    told = {"alice": set(), "bob": set()}
    for (path, _headers, _body), one in zip(listener.came, listener.told, strict=True):
        told["bob" if "bob" in path else "alice"].add(one["data"]["account"])
    assert told["bob"] == {"F200002", "U2000001"}
    assert told["alice"] == {"F100001", "U1000001", "U1000002", "I4000001", "U4000001", "U4000002"}


def test_what_moves_is_told_and_what_is_undone_is_not(world, browse, listener):
    made(browse("alice"), listener.url, kinds=["request", "event"])
    waiting = ask(account=world["U1000001"], kind="funding", title="x", natural_key="r", day=DAY)
    type(waiting).unscoped.filter(pk=waiting.pk).update(status="approved", finished_at=later())
    type(waiting).unscoped.filter(pk=waiting.pk).update(detail={"n": 1})
    with pytest.raises(RuntimeError), transaction.atomic():
        happen(world)
        raise RuntimeError
    deliver_due(at=later())
    assert [one["data"]["status"] for one in listener.told] == [waiting.status, "approved"]


def test_it_is_tried_again_later_each_time_and_given_up_after_two_days(world, browse, listener):
    hook, _secret = made(browse("alice"), listener.url)
    listener.answers = [(500, {}, b"busy")]
    happen(world)
    at, tries = later(), []
    for _round in range(12):
        before = len(listener.came)
        deliver_due(at=at)
        row = HookDelivery.unscoped.get()
        if len(listener.came) > before:
            tries.append(row.due_at - at)
        if row.given_up_at:
            break
        assert deliver_due(at=row.due_at - timedelta(seconds=1)) == 0
        at = row.due_at
    # A minute, then five, thirty, two hours, six, twelve, a day; the eighth try is the last.
    assert [int(one.total_seconds() // 60) for one in tries[:7]] == [1, 5, 30, 120, 360, 720, 1440]
    assert len(listener.came) == 8 and row.attempts == 8 and (row.status, row.answer) == (500, "busy")
    assert Hook.unscoped.get(pk=hook).failures == 8


def test_what_arrives_in_the_end_forgets_the_failures(world, browse, listener):
    hook, _secret = made(browse("alice"), listener.url)
    listener.answers = [(503, {}, b""), (204, {}, b"")]
    happen(world)
    assert deliver_due(at=later()) == 0 and deliver_due(at=later(minutes=2)) == 1
    assert Hook.unscoped.get(pk=hook).failures == 0
    first, second = listener.came
    assert first[1]["Portal-Delivery"] == second[1]["Portal-Delivery"] and first[2] == second[2]


def test_after_twenty_failures_it_is_stopped_and_the_practice_is_told(world, browse, listener):
    User.objects.filter(pk=world.users["alice"].pk).update(email="alice@example.com")
    alice = browse("alice")
    hook, _secret = made(alice, listener.url)
    listener.answers = [(500, {}, b"<b>no</b>")]
    for _number in range(25):
        happen(world)
    deliver_due(at=later())
    stopped = Hook.unscoped.get(pk=hook)
    assert len(listener.came) == 20 and stopped.stopped_at and stopped.stopped_why == "500 <b>no</b>"
    assert Notification.unscoped.filter(practice_id=stopped.practice_id, title__startswith="A webhook was").count() == 1
    assert OutboxMessage.unscoped.get(recipient="alice@example.com").subject == "A webhook was stopped"
    page = alice.get(f"{PAGE}{hook}/").content.decode()
    assert "&lt;b&gt;no" in page and "<b>no</b>" not in page
    happen(world)  # not told later
    assert HookDelivery.unscoped.count() == 25
    listener.answers = [(200, {}, b"")]
    assert alice.patch(f"{API}{hook}/", {"on": True}, content_type="application/json").json()["stopped_at"] is None
    assert deliver_due(at=later(minutes=2)) == 25


def test_who_says_that_nobody_is_there_is_stopped_at_once(world, browse, listener):
    hook, _secret = made(browse("alice"), listener.url)
    listener.answers = [(410, {}, b"gone")]
    happen(world)
    deliver_due(at=later())
    assert Hook.unscoped.get(pk=hook).stopped_at and HookDelivery.unscoped.get().given_up_at


def test_a_redirect_is_not_followed(world, browse, listener):
    made(browse("alice"), listener.url)
    listener.answers = [(307, {"Location": listener.url}, b"")]
    happen(world)
    assert deliver_due(at=later()) == 0
    assert len(listener.came) == 1 and HookDelivery.unscoped.get().status == 307


def test_a_new_secret_signs_beside_the_old_one_for_a_day(world, browse, listener):
    alice = browse("alice")
    hook, old = made(alice, listener.url)
    new = alice.post(f"{API}{hook}/secret/", **SURE).json()["secret"]
    happen(world)
    deliver_due(at=later())
    happen(world)
    deliver_due(at=later(hours=25))
    (_p, during, one), (_q, after, two) = listener.came
    assert new != old and fits(during, one, old) and fits(during, one, new)
    assert fits(after, two, new) and not fits(after, two, old)


def test_a_secret_asked_for_twice_within_a_day_leaves_the_one_that_the_program_has(world, browse, listener):
    alice = browse("alice")
    hook, known = made(alice, listener.url)
    lost, last = (alice.post(f"{API}{hook}/secret/", **SURE).json()["secret"] for _turn in range(2))
    happen(world)
    deliver_due(at=later())

    ((_path, headers, body),) = listener.came
    assert fits(headers, body, known) and fits(headers, body, last) and not fits(headers, body, lost)


def test_a_message_is_sent_again_with_the_same_body_under_its_own_number(world, browse, listener):
    alice = browse("alice")
    hook, secret = made(alice, listener.url)
    happen(world)
    deliver_due(at=later())
    first = alice.get(f"{API}{hook}/deliveries/").json()["results"][0]
    again = alice.post(f"{API}{hook}/deliveries/{first['id']}/again/")
    assert again.status_code == 201 and again.json()["replays"] == first["id"]
    assert alice.post(f"{PAGE}{hook}/try/").status_code == 302
    deliver_due(at=later())
    assert listener.came[0][2] == listener.came[1][2] and listener.told[2]["kind"] == "ping"
    assert all(fits(headers, body, secret) for _path, headers, body in listener.came)
    assert listener.came[0][1]["Portal-Delivery"] != listener.came[1][1]["Portal-Delivery"]
    page = alice.get(f"{PAGE}{hook}/").content.decode()
    assert "Delivered" in page and "once more" in page and "thanks" in page


def test_so_many_tries_an_hour_and_no_more(world, browse, listener, monkeypatch):
    monkeypatch.setattr(actions, "TRIES_AN_HOUR", 2)
    alice = browse("alice")
    hook, _secret = made(alice, listener.url)
    for status in (201, 201, 409, 409):
        assert alice.post(f"{API}{hook}/deliveries/").status_code == status
    row = HookDelivery.unscoped.first()
    assert alice.post(f"{API}{hook}/deliveries/{row.pk}/again/").status_code == 409
    page = alice.post(f"{PAGE}{hook}/try/", follow=True).content.decode()
    assert "Too many tries within this hour" in page and HookDelivery.unscoped.count() == 2


def test_what_waits_for_a_removed_address_is_given_up(world, browse, listener):
    alice = browse("alice")
    hook, _secret = made(alice, listener.url)
    happen(world)
    assert alice.delete(f"{API}{hook}/").status_code == 204
    assert deliver_due(at=later()) == 0 and listener.came == []
    assert HookDelivery.unscoped.get().given_up_at


def test_the_page_shows_the_secret_once_and_asks_for_the_password(world, browse, listener):
    alice = browse("alice")
    said = {"name": "Ledger", "url": listener.url, "kinds": KINDS}
    asked = alice.post(f"{PAGE}new/", said)
    assert "whs_" not in asked.content.decode() and not Hook.unscoped.exists()
    assert listener.url.replace("&", "&amp;") in asked.content.decode() or asked.status_code in (302, 401, 403)
    shown = alice.post(f"{PAGE}new/", said, **SURE)
    assert shown.content.decode().count("whs_") == 1 and shown["Cache-Control"] == "no-store"
    hook = Hook.unscoped.get()
    assert "whs_" not in alice.get(PAGE).content.decode() + alice.get(f"{PAGE}{hook.pk}/").content.decode()
    assert alice.post(f"{PAGE}{hook.pk}/remove/").status_code == 302
    happen(world)
    assert not HookDelivery.unscoped.exists() and Hook.unscoped.get().secret == ""
    assert alice.get(f"{PAGE}{hook.pk}/").status_code == 404


def test_the_eleventh_is_refused(world, browse, listener):
    alice = browse("alice")
    made(alice, listener.url)
    one = Hook.unscoped.values().get()
    Hook.unscoped.bulk_create([Hook(**{**one, "id": uuid4()}) for _number in range(9)])
    said = {"name": "x", "url": listener.url, "kinds": KINDS}
    assert alice.post(f"{API}new/", said, content_type="application/json", **SURE).status_code == 400
    assert Hook.unscoped.count() == 10


@pytest.mark.parametrize("name", ["bob", "carol", "mallory", "ana", "sam", "vera", "tess", "frank", ""])
def test_nobody_else_finds_it_or_moves_it(world, browse, listener, name):
    hook, _secret = made(browse("alice"), listener.url)
    happen(world)
    row = HookDelivery.unscoped.get()
    before = (list(Hook.unscoped.values()), list(HookDelivery.unscoped.values()))
    stranger = browse(name)
    for address in (f"{hook}/", f"{hook}/deliveries/"):
        assert stranger.get(API + address).status_code in (401, 403, 404), address
    assert stranger.get(f"{PAGE}{hook}/").status_code in (302, 403, 404)
    for address in ("secret/", "switch/", "try/", "remove/", f"deliveries/{row.pk}/again/"):
        assert stranger.post(f"{PAGE}{hook}/{address}", {"on": "0"}, **SURE).status_code in (302, 403, 404), address
    for address in ("secret/", "deliveries/", f"deliveries/{row.pk}/again/"):
        assert stranger.post(f"{API}{hook}/{address}", **SURE).status_code in (401, 403, 404), address
    assert stranger.delete(f"{API}{hook}/").status_code in (401, 403, 404)
    assert (list(Hook.unscoped.values()), list(HookDelivery.unscoped.values())) == before
    if name in ("ana", "sam", "vera", "tess", "frank", ""):
        said = {"name": "Mine", "url": listener.url, "kinds": KINDS}
        answer = stranger.post(f"{API}new/", said, content_type="application/json", **SURE)
        assert answer.status_code in (401, 403, 404) and Hook.unscoped.count() == 1


@pytest.mark.parametrize("name", ["bob", "mallory", "ana"])
def test_the_second_wall_alone_keeps_it_too(world, browse, listener, as_role, name):
    hook, _secret = made(browse("alice"), listener.url)
    happen(world)
    mine = Hook.unscoped.get(pk=hook)
    with as_role("portal_web"):
        enter(world.users[name].pk)
        assert not Hook.unscoped.exists() and not HookDelivery.unscoped.exists()
        assert Hook.unscoped.filter(pk=hook).update(url="https://evil.example/") == 0
        own = {"firm_id": mine.firm_id, "practice_id": mine.practice_id, "hook_id": mine.pk}
        with pytest.raises(DatabaseError), transaction.atomic():
            HookDelivery.unscoped.create(**own, kind="ping", body="{}")
    with as_role("portal_web"):
        enter(world.users["alice"].pk)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE desk_hookdelivery SET body = 'other'")


def test_a_page_asks_as_many_questions_however_much_was_sent(world, browse, listener, django_assert_max_num_queries):
    alice = browse("alice")
    hook, _secret = made(alice, listener.url)
    for _number in range(30):
        happen(world)
    alice.get(f"{PAGE}{hook}/")
    with django_assert_max_num_queries(20):  # with the savepoints and roles that only tests send
        alice.get(f"{PAGE}{hook}/")
