"""Many at once with one answer: one wins, whatever the device; and guesses that come together are all counted."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import as_role
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.challenge.actions import ask
from auth2fa.challenge.models import Challenge, Purpose, SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import at_door
from auth2fa.factors.prices import read
from tests.auth2fa.kit import enrolled, latest
from tests.world import PASSWORD

CODE = "/sign-in/code/"
AT_ONCE = 6


def all_at_once(work, things):
    """Each in a thread and on connections of its own, begun together."""
    barrier = Barrier(len(things))

    def run(thing):
        try:
            barrier.wait(30)
            return work(thing)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(run, things))


def same_browser(client):
    other = Client(raise_request_exception=False)
    other.cookies.update(client.cookies)
    return other


@pytest.fixture
def alice(own_world):
    return own_world.users["alice"]


@pytest.mark.parametrize("kind", [Kind.APP, Kind.TEXT, Kind.CARD, Kind.PHONE])
def test_of_many_that_submit_one_answer_at_once_one_comes_in(alice, kind):
    with as_role("owner"):
        held = enrolled(alice, kind)
    client = Client()
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
    with as_role("owner"):
        given = held.answer(latest(alice))

    def submit(browser):
        return browser.post(CODE, {"code": given}).headers.get("Location", "")

    places = all_at_once(submit, [same_browser(client) for _one in range(AT_ONCE)])

    assert places.count("/") == 1, places


def test_an_apps_code_lets_one_of_two_browsers_in(alice):
    with as_role("owner"):
        held = enrolled(alice, Kind.APP)
    browsers = [Client(raise_request_exception=False) for _one in range(2)]
    for one in browsers:
        one.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
    given = held.answer(None)

    places = all_at_once(lambda one: one.post(CODE, {"code": given}).headers.get("Location", ""), browsers)

    assert places.count("/") <= 1, places
    with as_role("owner"):
        assert Challenge.unscoped.exclude(used_at=None).count() == places.count("/")


def test_guesses_that_come_together_are_all_counted(alice):
    with as_role("owner"):
        enrolled(alice, Kind.PHONE)
    client = Client()
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})

    guesses = [(same_browser(client), f"0000000{one}") for one in range(8)]
    all_at_once(lambda pair: pair[0].post(CODE, {"code": pair[1]}).status_code, guesses)

    with as_role("owner"):
        assert Device.unscoped.get().wrong == 5, "the sixth is not even looked at"


def test_money_of_codes_in_flight_is_counted(own_world, settings):
    """A text that is ordered but not yet committed leaves nothing for another person's, whose moment was earlier."""
    settings.CODES_PRICES, settings.CODES_USD_A_DAY = read(["US=0.01/0.04"]), Decimal("0.015")
    now, alice, bob = timezone.now(), own_world.users["alice"], own_world.users["bob"]
    with as_role("owner"):
        texts = {alice: enrolled(alice, Kind.TEXT), bob: enrolled(bob, Kind.TEXT, number="+12025550144")}

    def order(user, at):
        at_door(user.pk)
        one = ask(device=texts[user].device, purpose=Purpose.SIGN_IN, at=at)
        send(challenge=one, channel="sms", address="192.0.2.1", at=at)

    def other():
        try:
            with as_role("owner"), transaction.atomic(using="owner"):
                order(bob, now - timedelta(milliseconds=5))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with as_role("owner"), transaction.atomic(using="owner"):
            order(alice, now)
            waits = pool.submit(other)
            with pytest.raises(TimeoutError):
                waits.result(timeout=1)
        with pytest.raises(CannotSend, match="stopped"):
            waits.result(timeout=30)
    with as_role("owner"):
        assert SentCode.unscoped.get().user_id == alice.pk
