"""Nothing that opens a sign-in stands in a log; and strangers learn nothing from words, status or time."""

import logging
import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.utils import timezone

from accounts.ground.outbox.actions import deliver_due
from accounts.ground.people.models import SignInSession
from auth2fa.carriers import aws
from auth2fa.challenge.models import Challenge
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import box
from auth2fa.factors.codes import code_of
from tests.auth2fa.kit import PIN, enrolled, latest
from tests.auth2fa.test_carriers import Fake
from tests.world import PASSWORD

CODE = "/sign-in/code/"


@pytest.fixture
def alice(world):
    return world.users["alice"]


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.APP, Kind.PHONE, Kind.CARD])
def test_no_code_token_or_password_stands_in_any_log(alice, settings, caplog, capfd, monkeypatch, kind):
    """Everything at its most talkative, web and worker, with a service that fails first."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    aws._client.cache_clear()
    service = Fake()
    service.answers = ["ThrottlingException", "ThrottlingException"]
    settings.CODES_URL = f"aws://eu-west-1/pool-1?endpoint={service.url}"
    held = enrolled(alice, kind)
    client = Client()
    loud = [
        logging.getLogger(name) for name in ("accounts", "auth2fa", "portal", "allauth", "celery", "django.request")
    ]
    for one in loud:
        monkeypatch.setattr(one, "level", logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG):
            client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
            asked = latest(alice)
            deliver_due(at=timezone.now())
            client.post(CODE, {"code": "00000000"})
            given = held.answer(asked)
            assert client.post(CODE, {"code": given})["Location"] == "/"
            client.post("/settings/security/devices/new/", {"kind": "card", "pin": "9182", "same_pin": "9182"})
            client.get("/settings/security/")
    finally:
        service.stop()
        aws._client.cache_clear()
    out, err = capfd.readouterr()
    # The statements that a debugging database prints carry parameters; no installation prints them.
    said = [one for one in caplog.records if not one.name.startswith(("django.db", "botocore", "urllib3"))]
    told = "\n".join([out, err, *(one.getMessage() + str(one.exc_text or "") for one in said)])
    secret = [given, PASSWORD, client.session.session_key, held.key.hex(), "+12025550143"]
    secret += [held.key.decode()] if kind == Kind.APP else []
    secret += [code_of(box(), str(asked.pk))] if kind == Kind.TEXT else []
    for one in filter(None, secret):
        assert one not in told
    assert not re.search(rf"(?<!\d)(?:{PIN}|9182)(?!\d)", told)


def test_no_row_holds_a_code_or_a_session_key(alice):
    held = enrolled(alice, Kind.TEXT)
    client = Client()
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
    given = held.answer(latest(alice))
    kept = [str(row) for model in (Challenge, Device) for row in model.unscoped.values()]
    kept += [str(row) for row in SignInSession.objects.values()]
    for row in kept:
        assert given not in row and client.session.session_key not in row


# --- Strangers --------------------------------------------------------------------------------------------------------


def knock(name, password):
    """Everything that a stranger sees of one try, but for what is drawn anew each time."""
    client = Client()
    answer = client.post("/sign-in/login/", {"login": name, "password": password})
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", answer.content.decode())
    cookies = sorted(name for name in answer.cookies if name != "csrf")
    return answer.status_code, body.replace(name, "NAME"), answer.headers.get("Location"), cookies


def test_unknown_wrong_and_switched_off_look_alike_also_where_there_are_devices(world, alice):
    enrolled(alice, Kind.TEXT)
    wrong = "not the right pass phrase"
    seen = [knock(*one) for one in (("nobody.here", wrong), ("alice", wrong), ("dora", wrong), ("dora", PASSWORD))]
    assert seen[1:] == seen[:1] * 3


def test_before_the_password_no_page_says_which_devices_there_are(world, alice):
    enrolled(alice, Kind.TEXT)
    for path in (CODE, "/sign-in/login/"):
        page = Client().get(path, follow=True).content.decode()
        assert "0143" not in page and "Text message" not in page


def test_unknown_wrong_and_switched_off_cost_one_hash_each(world, settings, monkeypatch):
    """The hash is nearly all of the time that a try takes; a machine under load cannot measure the rest."""
    settings.PASSWORD_HASHERS = [one for one in settings.PASSWORD_HASHERS if "Argon2" in one]
    for name in ("alice", "dora"):
        world.users[name].set_password(PASSWORD)
        world.users[name].save(update_fields=["password"])
    made = []
    for way in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, way, counting(getattr(Argon2PasswordHasher, way), made))
    costs = {}
    for name, password in (("alice", "x" * 20), ("nobody.here", "x" * 20), ("dora", "x" * 20), ("dora", PASSWORD)):
        before = len(made)
        Client().post("/sign-in/login/", {"login": name, "password": password})
        costs[name, password] = len(made) - before
    assert set(costs.values()) == {1}, costs


def counting(real, made):
    def counted(*args, **more):
        made.append(1)
        return real(*args, **more)

    return counted
