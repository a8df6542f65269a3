"""Sensitive tasks: a person's device is asked for this very task, once; beside it the password alone does nothing."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.ground.stepup.models import StepUpGrant
from accounts.ground.tokens.models import ApiToken
from auth2fa.challenge.models import Challenge
from auth2fa.devices.models import Device, Kind
from auth2fa.stepup.rules import task_of
from tests.auth2fa.kit import enrolled, latest
from tests.world import PASSWORD

TASK = "/settings/tokens/new/"
WISH = {"name": "books", "days": "7", "ability": "reporting"}


@pytest.fixture
def alice(world):
    return world.users["alice"]


@pytest.fixture
def browser(browse):
    return browse("alice")


def tokens():
    return ApiToken.unscoped.count()


def begin(browser, wish=WISH, path=TASK, **more):
    """Name and password; returns the question's id."""
    page = browser.post(path, {**wish, "_username": "alice", "_password": PASSWORD, **more})
    assert page.status_code == 403
    return page


def test_while_none_is_enrolled_the_password_confirms(browser):
    assert browser.post(TASK, WISH).status_code == 403
    assert browser.post(TASK, {**WISH, "_password": PASSWORD}).status_code == 200
    assert (tokens(), StepUpGrant.unscoped.get().factor) == (1, "password")


@pytest.mark.parametrize("kind", [Kind.APP, Kind.TEXT, Kind.CARD, Kind.PHONE])
def test_with_a_device_the_password_only_opens_the_question(alice, browser, kind):
    held = enrolled(alice, kind)
    page = begin(browser)
    assert tokens() == 0
    one = latest(alice)
    words = page.content.decode()
    assert str(one.pk) in words and 'value="books"' in words
    if kind in (Kind.CARD, Kind.PHONE):
        half = len(one.question) // 2
        assert f"{one.question[:half]} {one.question[half:]}" in words

    done = browser.post(TASK, {**WISH, "_challenge": str(one.pk), "_code": held.answer(one)})

    assert done.status_code == 200
    assert (tokens(), StepUpGrant.unscoped.get().factor) == (1, kind.value)


def test_an_answer_without_the_question_of_this_task_is_nothing(alice, browser):
    held = enrolled(alice, Kind.APP)
    assert browser.post(TASK, {**WISH, "_code": held.answer(None)}).status_code == 403
    assert browser.post(TASK, {**WISH, "_challenge": "no", "_code": held.answer(None)}).status_code == 403
    assert (tokens(), Challenge.unscoped.count()) == (0, 0)


@pytest.mark.parametrize(
    "changed", [{"name": "other"}, {"days": "365"}, {"extra": "1"}, {"ability": ["reporting", "funding"]}]
)
def test_an_answer_is_good_for_no_other_content(alice, browser, changed):
    held = enrolled(alice, Kind.PHONE)
    begin(browser)
    one = latest(alice)

    answer = browser.post(TASK, {**WISH, **changed, "_challenge": str(one.pk), "_code": held.answer(one)})

    assert (answer.status_code, tokens()) == (403, 0)


def test_an_answer_is_good_in_no_other_session_and_for_nobody_else(alice, browser, browse, world):
    held = enrolled(alice, Kind.PHONE)
    begin(browser)
    one = latest(alice)
    proof = {**WISH, "_challenge": str(one.pk), "_code": held.answer(one)}
    enrolled(world.users["bob"], Kind.APP)

    for other in (browse("alice"), browse("bob")):
        assert other.post(TASK, proof).status_code == 403
    assert tokens() == 0
    assert browser.post(TASK, proof).status_code == 200


def test_a_second_use_of_the_same_answer_does_nothing(alice, browser):
    held = enrolled(alice, Kind.PHONE)
    begin(browser)
    one = latest(alice)
    proof = {**WISH, "_challenge": str(one.pk), "_code": held.answer(one)}
    assert [browser.post(TASK, proof).status_code for _one in range(2)] == [200, 403]
    assert tokens() == 1


def test_what_a_failed_task_has_used_up_stays_used_up(alice, browser):
    held = enrolled(alice, Kind.APP)
    wish = {"name": "", "days": "7"}  # a token needs a name
    begin(browser, wish)
    one, code = latest(alice), held.answer(None)

    answer = browser.post(TASK, {**wish, "_challenge": str(one.pk), "_code": code})

    assert answer.status_code == 422
    assert Challenge.unscoped.get(pk=one.pk).used_at
    assert Device.unscoped.get().counter > 0
    assert not StepUpGrant.unscoped.exists()
    begin(browser)
    assert browser.post(TASK, {**WISH, "_challenge": str(latest(alice).pk), "_code": code}).status_code == 403
    assert tokens() == 0


def test_an_expired_question_keeps_the_form_and_asks_anew(alice, browser):
    held = enrolled(alice, Kind.CARD)
    begin(browser)
    one = latest(alice)
    Challenge.unscoped.update(expires_at=timezone.now() - timedelta(seconds=1))

    page = browser.post(TASK, {**WISH, "_challenge": str(one.pk), "_code": held.answer(one)})

    words = page.content.decode()
    assert page.status_code == 403 and "The passcode expired" in words
    assert 'value="books"' in words and 'type="password"' in words


def test_a_wrong_answer_is_counted_and_the_form_stays(alice, browser):
    enrolled(alice, Kind.PHONE)
    begin(browser)
    page = browser.post(TASK, {**WISH, "_challenge": str(latest(alice).pk), "_code": "12345678"})
    assert (page.status_code, latest(alice).wrong) == (403, 1)
    assert 'value="books"' in page.content.decode()
    for _one in range(4):
        browser.post(TASK, {**WISH, "_challenge": str(latest(alice).pk), "_code": "12345678"})
    assert latest(alice).wrong == 5
    page = browser.post(TASK, {**WISH, "_challenge": str(latest(alice).pk), "_code": "12345678"})
    assert 'type="password"' in page.content.decode()


@pytest.mark.parametrize(
    "said", [{"_password": "wrong"}, {"_username": "bob", "_password": PASSWORD}, {"_username": "alice"}]
)
def test_wrong_names_and_passwords_ask_no_device(alice, browser, said):
    enrolled(alice, Kind.TEXT)
    assert browser.post(TASK, {**WISH, **said}).status_code == 403
    assert not Challenge.unscoped.exists()


def test_another_device_may_answer(alice, browser):
    enrolled(alice, Kind.PHONE)
    app = enrolled(alice, Kind.APP)
    begin(browser)
    browser.post(TASK, {**WISH, "_challenge": str(latest(alice).pk), "_device": str(app.device.pk)})
    one = latest(alice)
    assert one.device_id == app.device.pk
    done = browser.post(TASK, {**WISH, "_challenge": str(one.pk), "_code": app.answer(one)})
    assert (done.status_code, tokens()) == (200, 1)


def test_a_device_that_is_held_confirms_nothing_and_the_older_one_is_asked(alice, browser):
    older = enrolled(alice, Kind.APP)
    newer = enrolled(alice, Kind.PHONE, trusted_at=timezone.now() + timedelta(hours=23))
    begin(browser)
    assert latest(alice).device_id == older.device.pk
    begin(browser, _device=str(newer.device.pk))
    assert latest(alice).device_id == older.device.pk


def test_with_nothing_but_a_held_number_sensitive_tasks_wait(alice, browser):
    enrolled(alice, Kind.TEXT, trusted_at=timezone.now() + timedelta(hours=71))
    page = browser.post(TASK, {**WISH, "_username": "alice", "_password": PASSWORD})
    assert page.status_code == 403 and "confirms sensitive tasks from" in page.content.decode()
    assert (tokens(), Challenge.unscoped.count()) == (0, 0)


def test_a_program_is_asked_in_the_same_two_steps(alice, browser, world):
    held = enrolled(alice, Kind.APP)
    path = f"/api/v1/users/{world.seats['tess'].pk}/addresses/new/"
    alice.email = "alice@example.test"
    alice.save(update_fields=["email"])
    body = json.dumps({"network": "203.0.113.0/24"})

    def post(**headers):
        return browser.post(path, body, content_type="application/json", headers=headers)

    assert post().status_code == 403
    asked = post(**{"Confirm-Password": PASSWORD})
    assert asked.status_code == 403
    question = asked.json()["challenge"]
    assert question["kind"] == "app"
    proof = {"Confirm-Challenge": question["id"], "Confirm-Code": held.answer(None)}
    assert post(**proof).status_code == 201
    assert post(**proof).status_code == 403


def test_a_token_confirms_nothing(alice, world, browser):
    browser.post(TASK, {**WISH, "_password": PASSWORD})
    assert Client().post(TASK, WISH).status_code == 302


def test_the_back_office_is_asked_too(world, browse):
    olga = world.users["olga"]
    held = enrolled(olga, Kind.APP)
    client = browse("olga")
    path = f"/office/accounts/user/{world.users['tess'].pk}/change/"
    wish = {"first_name": "Theresa", "last_name": "", "email": "", "party": "", "language": "en", "_save": "Save"}

    assert client.post(path, {**wish, "_password": PASSWORD}).status_code == 403
    world.users["tess"].refresh_from_db()
    assert world.users["tess"].first_name == ""
    proof = {"_challenge": str(latest(olga).pk), "_code": held.answer(None)}
    assert client.post(path, {**wish, **proof}).status_code == 302
    world.users["tess"].refresh_from_db()
    assert world.users["tess"].first_name == "Theresa"


def test_no_row_tells_what_was_typed_with_a_task(alice, browser):
    """A card's PIN has ten thousand values; whoever copies the database tries them all against a bare fingerprint."""
    held = enrolled(alice, Kind.APP)
    wish = {"kind": "card", "pin": "4711", "same_pin": "4711"}
    path = "/settings/security/devices/new/"
    begin(browser, wish, path)
    question = {"_challenge": str(latest(alice).pk)}
    browser.post(path, {**wish, **question, "_code": held.answer(None)})
    kept = {StepUpGrant.unscoped.get().task, Challenge.unscoped.filter(purpose="task").get().task}
    fields = sorted((name, [value]) for name, value in wish.items())
    bare = task_of(method="POST", path=path, content_type="multipart/form-data", fields=fields)
    assert len(kept) == 1 and bare not in kept


def test_tasks_under_another_key_are_other_tasks(alice, browser, settings):
    held = enrolled(alice, Kind.APP)
    begin(browser)
    question = {"_challenge": str(latest(alice).pk)}
    settings.FACTOR_KEYS = ["another key", *settings.FACTOR_KEYS]
    assert browser.post(TASK, {**WISH, **question, "_code": held.answer(None)}).status_code == 403
    assert tokens() == 0
