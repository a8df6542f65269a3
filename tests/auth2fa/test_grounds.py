"""A session of the password alone lasts as long as what allowed it; and no token touches anything of secure login."""

from datetime import timedelta

import pytest
from django.db.models import BinaryField
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.addresses.models import AddressRule
from accounts.ground.optouts.models import OptOut
from accounts.ground.optouts.queries import own, waived
from accounts.ground.people import actions as people
from accounts.ground.people.models import SignInSession
from accounts.ground.tokens.actions import create
from auth2fa.devices.models import Device, Kind, RememberedBrowser
from tests.auth2fa.kit import enrolled, latest
from tests.auth2fa.test_opt_out import HERE, SIGN, chosen, restrict, sign_in, wish
from tests.house.routes import routes

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ana(world):
    restrict(world)
    return world.users["ana"]


@pytest.fixture
def alone(ana):
    """Ana, signed in with her password alone, and the device that is asked otherwise."""
    held = enrolled(ana, Kind.APP)
    OptOut.unscoped.create(**chosen(ana, "full"))
    client, answer = sign_in()
    assert answer["Location"] == "/" and client.get("/").status_code == 200
    return client, held


def becomes_an_advisor(world, ana):
    people.seat_advisor(user=ana, master=world["F200002"])


def is_out(client):
    """Whether pages and the API send the browser back to the door, for good."""
    page, api = client.get("/accounts/"), client.get("/api/v1/devices/")
    return page.status_code == 302 and page["Location"].startswith("/sign-in/login/") and api.status_code == 401


def test_whoever_becomes_an_advisor_is_asked_for_a_device_at_the_next_sign_in(world, ana, alone):
    becomes_an_advisor(world, ana)
    assert sign_in()[1]["Location"] == "/sign-in/code/"
    assert waived(ana.pk, timezone.now()) is None


def test_and_the_session_that_was_open_ends(world, ana, alone):
    client, _held = alone
    becomes_an_advisor(world, ana)
    assert is_out(client)
    assert not SignInSession.objects.filter(user=ana).exists()


def test_a_choice_in_part_no_longer_holds_for_a_role_that_may_not_make_it(world, ana):
    OptOut.unscoped.create(**chosen(ana, "partial"))
    with acting(ana.pk):
        assert own(ana.pk, timezone.now()).extent == "partial"
    becomes_an_advisor(world, ana)
    with acting(ana.pk):
        assert own(ana.pk, timezone.now()) is None


@pytest.mark.parametrize("lost", ["ended", "expired", "network", "partial"])
def test_a_session_ends_with_what_allowed_it(world, ana, alone, lost):
    client, _held = alone
    now = timezone.now()
    if lost == "network":
        AddressRule.unscoped.update(removed_at=now, ends_at=now)
    else:
        OptOut.unscoped.update(ended_at=now)
    if lost == "expired":
        OptOut.unscoped.create(**chosen(ana, "full", ago=timedelta(days=90, seconds=1)))
    if lost == "partial":
        OptOut.unscoped.create(**chosen(ana, "partial"))
    assert is_out(client)


def test_an_answer_to_a_program_ends_it_as_well(ana, alone):
    client, _held = alone
    OptOut.unscoped.update(ended_at=timezone.now())
    assert client.get("/api/v1/devices/").status_code == 401
    assert not SignInSession.objects.filter(user=ana).exists()


@pytest.mark.parametrize("from_proved", [False, True])
def test_from_wholly_to_partly_every_session_of_the_password_alone_ends(ana, alone, from_proved):
    here, held = alone
    there, _answer = sign_in()
    proved = Client(REMOTE_ADDR=HERE)
    proved.force_login(ana)
    asker = proved if from_proved else here
    seen = asker.get("/api/v1/opt-out/?extent=partial").json()["document_hash"]
    said = wish(asker, "partial", _username="ana", seen=seen)
    asker.post(SIGN, said)
    one = latest(ana)
    del said["_password"], said["_username"]
    answer = asker.post(SIGN, {**said, "_challenge": str(one.pk), "_code": held.answer(one)})
    assert OptOut.unscoped.get(ended_at=None).extent == "partial"
    assert answer["Location"] == ("/settings/security/opt-out/" if from_proved else "/sign-in/login/")
    assert SignInSession.objects.filter(user=ana).count() == 1, "only the one that had proved itself"
    assert is_out(here) and is_out(there)
    assert proved.get("/").status_code == 200


def about_secure_login():
    """What the API offers below auth2fa that changes something."""
    for route in routes():
        handler = getattr(route.view, "cls", None)
        if handler is None or not route.view.__module__.startswith("auth2fa."):
            continue
        url = route.url(**{name: "0" * 40 if name == "mark" else NOWHERE for name in route.parameters})
        for method in ("post", "put", "patch", "delete"):
            if hasattr(handler, method):
                yield method, url


def rows(model):
    plain = [one.attname for one in model._meta.fields if not isinstance(one, BinaryField)]
    return sorted(map(str, model._base_manager.values_list(*plain)))


def test_no_token_changes_anything_of_secure_login(world, ana):
    enrolled(ana, Kind.APP)
    OptOut.unscoped.create(**chosen(ana, "partial"))
    now = timezone.now()
    with acting(ana.pk) as who:
        _row, secret = create(
            who=who, name="t", abilities=["view_accounts"], expires_at=now + timedelta(days=1), at=now
        )
    offered = list(about_secure_login())
    assert ("delete", "/api/v1/opt-out/") in offered and len(offered) >= 8
    tables = (Device, OptOut, SignInSession, RememberedBrowser)
    before = [rows(one) for one in tables]
    client = Client(REMOTE_ADDR=HERE, headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/devices/").status_code == 200
    for method, url in offered:
        answer = getattr(client, method)(url, {}, content_type="application/json")
        assert answer.status_code == 403 and "token" in answer.content.decode(), f"{method} {url}"
    assert [rows(one) for one in tables] == before
