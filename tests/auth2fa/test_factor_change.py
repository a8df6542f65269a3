"""A changed second proof or password counts everywhere at once: other browsers are signed out and asked again."""

from datetime import timedelta

import pyotp
import pytest
from django.conf import settings as portal
from django.test import Client
from django.utils import timezone

from accounts.ground.people.models import SignInSession
from auth2fa.devices.models import Device, Kind, RememberedBrowser
from auth2fa.devices.secrets import secret_of
from tests.auth2fa.kit import enrolled
from tests.auth2fa.test_devices import PAGE, alice, begin, browser, sure  # noqa: F401 (fixtures)
from tests.auth2fa.test_door import CODE, is_in, password
from tests.auth2fa.test_last_device import asked, boris, second  # noqa: F401 (fixtures)
from tests.world import PASSWORD


@pytest.fixture
def elsewhere(world):
    """Alice and Bob in browsers of their own."""
    clients = {name: Client() for name in ("alice", "bob")}
    for name, client in clients.items():
        client.force_login(world.users[name])
        client.get("/preferences/dates/")
    return clients


def remembered(user):
    return RememberedBrowser.unscoped.create(
        user=user,
        token_hash=f"of {user.username}",
        name="Firefox",
        created_at=timezone.now(),
        last_used_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=30),
    )


def is_forgotten(row):
    row.refresh_from_db()
    return row.revoked_at is not None


def test_a_new_device_signs_out_every_other_browser(alice, browser, elsewhere, world):  # noqa: F811
    mine, bobs = remembered(alice), remembered(world.users["bob"])
    device, place = begin(browser, "app")
    assert is_in(elsewhere["alice"]) and not is_forgotten(mine), "one that waits changes nothing"

    browser.post(place, {"code": pyotp.TOTP(secret_of(device).decode()).now()})

    assert is_in(browser) and is_in(elsewhere["bob"]) and not is_in(elsewhere["alice"])
    assert is_forgotten(mine) and not is_forgotten(bobs)


def test_a_revoked_device_signs_out_every_other_browser(alice, browser, elsewhere, world, settings):  # noqa: F811
    settings.SECOND_FACTOR = "offered"
    held, mine, bobs = enrolled(alice, Kind.APP), remembered(alice), remembered(world.users["bob"])

    assert sure(browser, f"{PAGE}devices/{held.device.pk}/revoke/", {}, held).status_code == 302

    assert is_in(browser) and is_in(elsewhere["bob"]) and not is_in(elsewhere["alice"])
    assert is_forgotten(mine) and not is_forgotten(bobs)


def test_a_device_that_the_back_office_ends_leaves_nobody_inside(asked, alice, second, elsewhere):  # noqa: F811
    mine = remembered(alice)

    second(asked, "approve")

    assert Device.unscoped.get(pk=asked.device_id).revoked_at
    assert not is_in(elsewhere["alice"]) and is_in(elsewhere["bob"]) and is_forgotten(mine)


def test_wrong_answers_alone_drive_nobody_out(alice, browser):  # noqa: F811
    held, mine = enrolled(alice, Kind.APP), remembered(alice)

    Device.unscoped.filter(pk=held.device.pk).update(disabled_at=timezone.now(), wrong=10)

    assert is_in(browser) and not is_forgotten(mine)


def test_a_changed_password_is_asked_together_with_the_device_everywhere(alice, world):  # noqa: F811
    mine, bobs = remembered(alice), remembered(world.users["bob"])
    alice.set_password("another long password 7")
    alice.save(update_fields=["password"])
    assert is_forgotten(mine) and not is_forgotten(bobs)


def test_signing_out_elsewhere_forgets_the_browsers_there_and_not_this_one(alice, settings):  # noqa: F811
    settings.REMEMBERED_BROWSER_DAYS = 30
    held, there = enrolled(alice, Kind.APP), remembered(alice)
    here, _answer = password()
    here.post(CODE, {"code": held.answer(None), "remember": "on"})
    assert portal.REMEMBERED_COOKIE_NAME in here.cookies

    here.post("/settings/security/sessions/end/")

    assert is_forgotten(there) and SignInSession.objects.filter(user_id=alice.pk).count() == 1
    here.post("/sign-in/logout/")
    assert here.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})["Location"] == "/"
