"""The back office: opening and ending devices with a proof of its own, and the report for the compliance officer."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people import attempts
from auth2fa.devices.models import Device, Kind
from tests.auth2fa.kit import enrolled

LIST = "/office/auth2fa/device/"


@pytest.fixture
def alice(world):
    alice = world.users["alice"]
    alice.email = "alice@example.test"
    alice.save(update_fields=["email"])
    return alice


def said(device, action):
    return {"action": action, "_selected_action": str(device.pk)}


def test_a_device_that_was_switched_off_is_opened_and_its_owner_is_told(alice, office, browse):
    held = enrolled(alice, Kind.PHONE, wrong=50, disabled_at=timezone.now())
    browse("olga").post(LIST, said(held.device, "open_again"))
    assert Device.unscoped.get().disabled_at, "without a proof nothing is opened"

    office.post(LIST, said(held.device, "open_again"))

    device = Device.unscoped.get()
    assert (device.disabled_at, device.wrong) == (None, 0)
    assert device.trusted_at > timezone.now() + timedelta(hours=23)
    assert OutboxMessage.unscoped.filter(recipient="alice@example.test").count() == 1


def test_a_lost_device_beside_another_is_ended_at_once(alice, office, browse):
    held = enrolled(alice, Kind.PHONE)
    enrolled(alice, Kind.APP)
    browse("olga").post(LIST, said(held.device, "end"))
    assert Device.unscoped.get(pk=held.device.pk).revoked_at is None
    office.post(LIST, said(held.device, "end"))
    assert Device.unscoped.get(pk=held.device.pk).revoked_at
    assert OutboxMessage.unscoped.filter(recipient="alice@example.test").count() == 1


def test_no_page_of_the_office_shows_a_secret(alice, office):
    held = enrolled(alice, Kind.APP)
    for path in (LIST, f"{LIST}{held.device.pk}/change/"):
        words = office.get(path).content.decode()
        assert alice.username in words
        assert held.key.decode() not in words and bytes(held.device.secret).hex() not in words


def test_advisors_have_no_such_pages(world, browse):
    assert browse("alice").get(LIST).status_code == 404


def test_the_report_says_who_has_what(alice, world, capsys):
    enrolled(alice, Kind.PASSKEY, credential=b"x")
    enrolled(world.users["bob"], Kind.TEXT)
    enrolled(world.users["carol"], Kind.APP, disabled_at=timezone.now())
    for last in range(10):
        attempts.failed("nina", address=f"198.51.100.{last}", device="", at=timezone.now())

    call_command("factor_report", "--json")

    said = json.loads(capsys.readouterr().out)
    by_name = {one["username"]: one for one in said["sign_ins"]}
    assert by_name["alice"]["kinds"] == ["passkey"] and not by_name["alice"]["is_password_alone"]
    assert by_name["bob"]["is_text_alone"]
    assert not by_name["carol"]["is_password_alone"] and by_name["carol"]["has_switched_off"]
    assert by_name["nina"]["is_disabled"]
    assert "dora" not in by_name, "her sign-in is switched off"
    assert said["totals"]["text_alone"] == 1
    call_command("factor_report", "--weak")
    words = capsys.readouterr().out
    assert "alice" not in words and "bob" in words
