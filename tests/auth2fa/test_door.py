"""Signing in with a second proof: nobody is signed in before it, one answer wins, and nothing helps a guesser."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.ground.outbox.models import OutboxMessage
from auth2fa.challenge.actions import AN_HOUR, LIFETIME
from auth2fa.challenge.models import Challenge, SentCode
from auth2fa.devices.models import Device, Kind, RememberedBrowser
from tests.auth2fa.kit import enrolled, latest
from tests.world import PASSWORD

CODE = "/sign-in/code/"
INSIDE = "/preferences/dates/"


def password(name="alice", client=None):
    client = client or Client()
    answer = client.post("/sign-in/login/", {"login": name, "password": PASSWORD})
    return client, answer


def is_in(client):
    return client.get("/api/v1/accounts/").status_code == 200


@pytest.fixture
def alice(world):
    return world.users["alice"]


def test_without_a_device_the_password_is_enough_while_the_days_of_grace_last(alice):
    client, answer = password()
    assert answer.status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("kind", [Kind.APP, Kind.TEXT, Kind.CARD, Kind.PHONE])
def test_the_password_alone_signs_nobody_in_who_has_a_device(alice, kind):
    held = enrolled(alice, kind)
    client, answer = password()

    assert answer["Location"] == CODE
    assert not is_in(client)
    assert client.get("/office/").status_code == 302 and client.get("/").status_code == 302
    page = client.get(CODE)
    assert page.status_code == 200
    assert held.device.name.replace("'", "&#x27;") in page.content.decode()

    answer = client.post(CODE, {"code": held.answer(latest(alice))})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)


@pytest.mark.parametrize("kind", [Kind.APP, Kind.TEXT, Kind.CARD, Kind.PHONE])
def test_an_answer_is_good_once(alice, kind):
    held = enrolled(alice, kind)
    first, _answer = password()
    given = held.answer(latest(alice))
    assert first.post(CODE, {"code": given}).status_code == 302

    second, _answer = password()
    answer = second.post(CODE, {"code": given})

    assert answer.status_code == 422
    assert not is_in(second)


def test_a_wrong_answer_is_counted_although_the_page_refuses(alice):
    enrolled(alice, Kind.APP)
    client, _answer = password()

    answer = client.post(CODE, {"code": "000000"})

    assert answer.status_code == 422
    assert "That is not right" in answer.content.decode()
    assert (latest(alice).wrong, Device.unscoped.get().wrong) == (1, 1)


def test_five_wrong_answers_end_the_sign_in(alice):
    held = enrolled(alice, Kind.PHONE)
    client, _answer = password()
    for _one in range(4):
        assert client.post(CODE, {"code": "00000000"}).status_code == 422
    answer = client.post(CODE, {"code": "00000000"})

    assert answer["Location"] == "/sign-in/login/"
    assert client.post(CODE, {"code": held.answer(latest(alice))})["Location"] == "/sign-in/login/"
    assert not is_in(client)


def test_three_wrong_codes_of_a_text_end_it(alice):
    held = enrolled(alice, Kind.TEXT)
    client, _answer = password()
    for _one in range(3):
        answer = client.post(CODE, {"code": "00000000"})
    assert answer["Location"] == "/sign-in/login/"
    assert client.post(CODE, {"code": held.answer(latest(alice))})["Location"] == "/sign-in/login/"


def test_sec_2_a_response_after_five_minutes_and_a_second_is_too_late(alice):
    held = enrolled(alice, Kind.CARD)
    client, _answer = password()
    one = latest(alice)
    given = held.answer(one)
    Challenge.unscoped.update(
        asked_at=timezone.now() - LIFETIME - timedelta(seconds=1), expires_at=timezone.now() - timedelta(seconds=1)
    )

    answer = client.post(CODE, {"code": given})

    assert answer.status_code == 422
    assert "The passcode expired" in answer.content.decode()
    assert not is_in(client)
    client.post(CODE + "device/", {"device": str(held.device.pk)})
    assert latest(alice).question != one.question
    assert client.post(CODE, {"code": held.answer(latest(alice))})["Location"] == "/"


def test_sec_1_a_card_answers_once_and_a_replay_fails(alice):
    held = enrolled(alice, Kind.CARD)
    client, _answer = password()
    one = latest(alice)
    assert len(one.question) == 6
    given = held.answer(one)
    assert len(given) == 8
    assert client.post(CODE, {"code": given})["Location"] == "/"
    Challenge.unscoped.filter(pk=one.pk).update(used_at=None)

    again, _answer = password()
    Challenge.unscoped.filter(used_at=None, voided_at=None).exclude(pk=one.pk).delete()
    session = again.session
    session["account_login"]["state"]["stages"]["second_proof"]["data"]["challenge"] = str(one.pk)
    session.save()

    assert again.post(CODE, {"code": given}).status_code in (302, 422)
    assert not is_in(again), "the card has counted on"


def test_sec_3_voice_is_for_people_whose_device_is_a_number(alice):
    enrolled(alice, Kind.PHONE)
    client, _answer = password()
    assert "receive a code" not in client.get(CODE).content.decode()
    assert client.post(CODE + "again/", {"channel": "voice"}).status_code == 400
    assert not OutboxMessage.unscoped.filter(channel="voice").exists()


def test_sec_3_a_call_is_queued_and_tells_the_same_code(alice):
    held = enrolled(alice, Kind.TEXT)
    client, _answer = password()
    one = latest(alice)
    [text] = OutboxMessage.unscoped.filter(channel="sms")
    assert (text.recipient, text.subject) == ("+12025550143", str(one.pk))
    code = held.answer(one)
    assert code not in text.body

    client.post(CODE + "again/", {"channel": "voice"})
    assert not OutboxMessage.unscoped.filter(channel="voice").exists(), "half a minute has not passed"
    SentCode.unscoped.update(sent_at=timezone.now() - timedelta(seconds=31))
    client.post(CODE + "again/", {"channel": "voice"})

    [call] = OutboxMessage.unscoped.filter(channel="voice")
    assert call.subject == str(one.pk)
    assert "You get a call" in client.get(CODE).content.decode()
    assert client.post(CODE, {"code": code})["Location"] == "/"


def test_another_device_is_asked_with_a_question_of_its_own(alice):
    app, phone = enrolled(alice, Kind.APP), enrolled(alice, Kind.PHONE)
    client, _answer = password()
    assert latest(alice).device_id == phone.device.pk, "the stronger one first"

    client.post(CODE + "device/", {"device": str(app.device.pk)})

    assert latest(alice).device_id == app.device.pk
    assert client.post(CODE, {"code": app.answer(latest(alice))})["Location"] == "/"


def test_nobody_answers_with_somebody_elses_device(alice, world):
    enrolled(alice, Kind.PHONE)
    foreign = enrolled(world.users["bob"], Kind.APP)
    client, _answer = password()

    client.post(CODE + "device/", {"device": str(foreign.device.pk)})

    assert latest(alice).device.user_id == alice.pk
    assert client.post(CODE, {"code": foreign.answer(None)}).status_code == 422


def test_a_recovery_code_stands_in_once(alice):
    from auth2fa.devices.actions import make_codes

    enrolled(alice, Kind.APP)
    drawn = make_codes(user=alice, at=timezone.now())
    codes = Device.unscoped.get(kind=Kind.CODES)
    for typed, lets_in in ((drawn[0].replace("-", " "), True), (drawn[0], False)):
        client, _answer = password()
        client.post(CODE + "device/", {"device": str(codes.pk)})
        client.post(CODE, {"code": typed})
        assert is_in(client) is lets_in
    codes.refresh_from_db()
    assert len(codes.hashes) == 9


def test_ten_wrong_answers_close_a_device_for_a_quarter_of_an_hour_and_its_owner_is_told(alice):
    alice.email = "alice@example.test"
    alice.save(update_fields=["email"])
    held = enrolled(alice, Kind.PHONE, wrong=9)
    client, _answer = password()
    client.post(CODE, {"code": "00000000"})

    answer = client.post(CODE, {"code": held.answer(latest(alice))})

    assert answer.status_code == 422 and "quarter of an hour" in answer.content.decode()
    assert OutboxMessage.unscoped.filter(recipient="alice@example.test").count() == 1
    Device.unscoped.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert client.post(CODE, {"code": held.answer(latest(alice))})["Location"] == "/"


def test_fifty_wrong_answers_switch_a_device_off(alice):
    held = enrolled(alice, Kind.PHONE, wrong=49)
    client, _answer = password()
    client.post(CODE, {"code": "00000000"})
    assert Device.unscoped.get().disabled_at
    client.post(CODE, {"code": held.answer(latest(alice))})
    assert not is_in(client)


def test_questions_without_answers_are_not_asked_without_end(alice):
    enrolled(alice, Kind.PHONE)
    for _one in range(AN_HOUR):
        password()
    before = Challenge.unscoped.count()
    client, _answer = password()
    assert Challenge.unscoped.count() == before
    assert "The question is over" in client.get(CODE).content.decode()


def test_the_pages_after_the_password_are_nothing_without_it(world):
    client = Client()
    for path in (CODE, CODE + "device/", CODE + "again/"):
        assert client.post(path, {"code": "1"})["Location"] == "/sign-in/login/"


def test_a_remembered_browser_is_asked_no_more_where_the_policy_says_so(alice, settings):
    settings.REMEMBERED_BROWSER_DAYS = 30
    held = enrolled(alice, Kind.APP)
    client, _answer = password()
    client.post(CODE, {"code": held.answer(None), "remember": "on"})
    assert is_in(client)
    client.post("/sign-in/logout/")

    _client, answer = password(client=client)
    assert answer["Location"] == "/"
    RememberedBrowser.unscoped.update(revoked_at=timezone.now())
    client.post("/sign-in/logout/")
    _client, answer = password(client=client)
    assert answer["Location"] == CODE


def test_a_remembered_browser_says_nothing_about_anybody_else(alice, world, settings):
    settings.REMEMBERED_BROWSER_DAYS = 30
    held = enrolled(alice, Kind.APP)
    enrolled(world.users["bob"], Kind.APP)
    client, _answer = password()
    client.post(CODE, {"code": held.answer(None), "remember": "on"})
    client.post("/sign-in/logout/")

    _client, answer = password("bob", client=client)

    assert answer["Location"] == CODE


def test_where_the_policy_remembers_nothing_a_tick_does_not_help(alice):
    held = enrolled(alice, Kind.APP)
    client, _answer = password()
    client.post(CODE, {"code": held.answer(None), "remember": "on"})
    assert not RememberedBrowser.unscoped.exists()
