"""Enrolling and ending devices: what counts, from when, who is told, and what never stands in a row or a log."""

import logging
from datetime import timedelta

import pyotp
import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.ground.outbox.actions import deliver_due
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.tokens.models import ApiToken
from accounts.ground.trail.models import TrailEntry
from auth2fa.carriers import screen
from auth2fa.challenge.models import Challenge, SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.secrets import secret_of
from tests.auth2fa.kit import enrolled, latest
from tests.world import PASSWORD

PAGE = "/settings/security/"
NEW = "/settings/security/devices/new/"


@pytest.fixture
def alice(world):
    alice = world.users["alice"]
    alice.email = "alice@example.test"
    alice.save(update_fields=["email"])
    return alice


@pytest.fixture
def browser(browse):
    return browse("alice")


@pytest.fixture
def screens(settings, tmp_path):
    settings.CODES_FOLDER = tmp_path / "codes"
    return tmp_path / "codes"


def sure(browser, path, said, held):
    """A sensitive post by somebody who has a device."""
    browser.post(path, {**said, "_username": "alice", "_password": PASSWORD})
    one = latest(held.device.user)
    return browser.post(path, {**said, "_challenge": str(one.pk), "_code": held.answer(one)})


def begin(browser, kind, held=None, **more):
    said = {"kind": kind, **more}
    answer = sure(browser, NEW, said, held) if held else browser.post(NEW, {**said, "_password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Device.unscoped.filter(kind=kind).order_by("-created_at").first(), answer["Location"]


def test_an_app_counts_once_it_has_answered(alice, browser):
    device, place = begin(browser, "app", name="My phone")
    assert not device.confirmed_at
    key = secret_of(device).decode()
    page = browser.get(place)
    assert key in page.content.decode() and page["Cache-Control"] == "no-store"
    assert 'viewBox="0 0' in page.content.decode(), "a picture without its frame is cut off, and no camera reads it"

    assert browser.post(place, {"code": "000000"}).status_code == 422
    assert latest(alice).wrong == 1
    done = browser.post(place, {"code": pyotp.TOTP(key).now()})

    device.refresh_from_db()
    assert done["Location"] == PAGE
    assert device.confirmed_at and device.trusted_at == device.confirmed_at
    assert browser.get(place).status_code == 404
    assert "My phone" in browser.get(PAGE).content.decode()
    deliver_due(at=timezone.now())
    [told] = mail.outbox
    assert "My phone" in told.body and told.to == ["alice@example.test"]


def test_enrolling_needs_the_password_and_later_a_device(alice, browser):
    assert browser.post(NEW, {"kind": "app"}).status_code == 403
    assert browser.post(NEW, {"kind": "app", "_password": "wrong"}).status_code == 403
    assert not Device.unscoped.exists()
    held = enrolled(alice, Kind.APP)
    assert browser.post(NEW, {"kind": "app", "_password": PASSWORD}).status_code == 403
    assert Device.unscoped.count() == 1
    begin(browser, "app", held)
    assert Device.unscoped.count() == 2


def test_a_second_device_signs_in_at_once_and_confirms_sensitive_tasks_a_day_later(alice, browser):
    held = enrolled(alice, Kind.PHONE)
    device, place = begin(browser, "app", held)
    browser.post(place, {"code": pyotp.TOTP(secret_of(device).decode()).now()})
    device.refresh_from_db()
    assert device.trusted_at - device.confirmed_at == timedelta(hours=24)
    assert "sensitive tasks later" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(("age", "is_asked"), [(timedelta(hours=23, minutes=59), False), (timedelta(hours=24), True)])
def test_a_device_beside_another_confirms_sensitive_tasks_after_a_day_and_no_sooner(alice, browser, age, is_asked):
    older = enrolled(alice, Kind.PHONE)
    device, place = begin(browser, "app", older)
    browser.post(place, {"code": pyotp.TOTP(secret_of(device).decode()).now()})
    device.refresh_from_db()
    Device.unscoped.filter(pk=device.pk).update(
        **{name: getattr(device, name) - age for name in ("created_at", "confirmed_at", "trusted_at")}
    )
    wish = {"name": "books", "days": "7", "ability": "reporting"}
    said = {**wish, "_username": "alice", "_password": PASSWORD, "_device": str(device.pk)}
    assert browser.post("/settings/tokens/new/", said).status_code == 403
    assert (latest(alice).device_id == device.pk) is is_asked
    if is_asked:
        # The code of the enrolment is spent: the next half minute's is told.
        one, code = latest(alice), pyotp.TOTP(secret_of(device).decode()).at(timezone.now() + timedelta(seconds=30))
        answer = browser.post("/settings/tokens/new/", {**wish, "_challenge": str(one.pk), "_code": code})
        assert answer.status_code == 200
    assert ApiToken.unscoped.count() == int(is_asked)


def test_a_number_is_verified_by_its_code(alice, browser, screens):
    device, place = begin(browser, "text", number="(202) 555-0143")
    assert (device.number, device.name) == ("+12025550143", "••• 0143")
    deliver_due(at=timezone.now())
    [shown] = screen.shown()
    code = shown.said.split()[0]
    assert (shown.number, len(code)) == ("+12025550143", 8)
    assert shown.said.endswith(f"@127.0.0.1 #{code}")

    browser.post(place, {"code": code})

    device.refresh_from_db()
    assert device.confirmed_at


@pytest.mark.parametrize(
    "number", ["", "abc", "+1 202 555 01", "+44 20 7946 0958", "+1 900 555 0143", "+1 800 555 0143", "0" * 500]
)
def test_numbers_that_get_no_codes(alice, browser, number):
    answer = browser.post(NEW, {"kind": "text", "number": number, "_password": PASSWORD})
    assert answer.status_code == 422
    assert not Device.unscoped.exists() and not SentCode.unscoped.exists()


def test_a_new_number_replaces_the_old_one_after_three_days_and_the_old_one_is_told(alice, browser):
    held = enrolled(alice, Kind.TEXT)
    device, place = begin(browser, "text", held, number="+1 202 555 0199")
    one = latest(alice)
    assert one.device_id == device.pk
    from auth2fa.devices.secrets import box
    from auth2fa.factors.codes import code_of

    browser.post(place, {"code": code_of(box(), str(one.pk))})

    device.refresh_from_db()
    held.device.refresh_from_db()
    assert held.device.revoked_at
    assert device.trusted_at - device.confirmed_at == timedelta(hours=72)
    assert OutboxMessage.unscoped.filter(channel="sms", subject="", recipient="+12025550143").exists()


def test_a_text_is_temporary_and_leaves_when_a_card_or_phone_is_there(alice, browser):
    held = enrolled(alice, Kind.PHONE)
    assert 'value="text"' not in browser.get(PAGE).content.decode()
    said = {"kind": "text", "number": "+1 202 555 0143"}
    assert sure(browser, NEW, said, held).status_code == 422


def test_an_enrolment_that_is_not_finished_in_a_quarter_of_an_hour_is_over(alice, browser):
    device, place = begin(browser, "app")
    Device.unscoped.update(created_at=timezone.now() - timedelta(minutes=16))
    assert browser.get(place).status_code == 404
    assert browser.post(place, {"code": pyotp.TOTP(secret_of(device).decode()).now()}).status_code == 404


def test_there_is_a_most_of_each_kind(alice, browser):
    held = enrolled(alice, Kind.APP)
    enrolled(alice, Kind.APP)
    assert sure(browser, NEW, {"kind": "app"}, held).status_code == 422


@pytest.mark.parametrize("kind", ["codes", "", "nothing"])
def test_what_has_a_way_of_its_own_is_not_enrolled_here(alice, browser, kind):
    assert browser.post(NEW, {"kind": kind, "_password": PASSWORD}).status_code == 404
    assert not Device.unscoped.exists()


def test_other_peoples_devices_do_not_exist(alice, world, browse):
    held = enrolled(alice, Kind.APP)
    bob = browse("bob")
    for path in ("", "rename/", "again/"):
        assert bob.post(f"{PAGE}devices/{held.device.pk}/{path}", {"name": "x"}).status_code == 404
    answer = bob.post(f"{PAGE}devices/{held.device.pk}/revoke/", {"_password": PASSWORD})
    assert answer.status_code == 404
    assert held.device.name not in bob.get(PAGE).content.decode()
    held.device.refresh_from_db()
    assert (held.device.name, held.device.revoked_at) == ("alice's app", None)


def test_the_second_wall_shows_nobody_elses_devices(alice, world, as_role):
    from accounts.ground.access.context import enter, leave
    from auth2fa.devices.queries import at_door

    enrolled(alice, Kind.APP)
    with as_role("portal_web"):
        assert not Device.unscoped.exists()
        at_door(world.users["bob"].pk)
        assert not Device.unscoped.exists()
        enter(world.users["bob"].pk)
        at_door(alice.pk)
        assert not Device.unscoped.exists(), "whoever is signed in stands at nobody's door"
        leave()
        at_door(alice.pk)
        assert Device.unscoped.count() == 1
        leave()
        assert not Device.unscoped.exists()


def test_the_last_device_stays_where_one_is_a_must(alice, browser, settings):
    held = enrolled(alice, Kind.APP)
    path = f"{PAGE}devices/{held.device.pk}/revoke/"
    assert sure(browser, path, {}, held).status_code == 422
    settings.SECOND_FACTOR = "offered"
    Device.unscoped.update(counter=0)
    assert sure(browser, path, {}, held).status_code == 302
    held.device.refresh_from_db()
    assert held.device.revoked_at
    assert OutboxMessage.unscoped.filter(recipient="alice@example.test").count() == 1


def test_a_device_gets_another_name(alice, browser):
    held = enrolled(alice, Kind.APP)
    browser.post(f"{PAGE}devices/{held.device.pk}/rename/", {"name": "  Desk\u202e\n phone "})
    held.device.refresh_from_db()
    assert held.device.name == "Desk phone"
    assert browser.post(f"{PAGE}devices/{held.device.pk}/rename/", {"name": " "}).status_code == 422


def test_recovery_codes_are_shown_once_and_kept_as_nobody_can_read_them(alice, browser):
    path = f"{PAGE}codes/"
    assert browser.post(path, {"_password": PASSWORD}).status_code == 422, "there is nothing to recover"
    held = enrolled(alice, Kind.APP)
    page = sure(browser, path, {}, held)
    assert page["Cache-Control"] == "no-store"
    import re

    shown = re.findall(r"<code>(\d{4}-\d{4}-\d{4})</code>", page.content.decode())
    assert len(set(shown)) == 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(d::text, ' ') FROM auth2fa_device d")
        rows = cursor.fetchone()[0]
    assert not [one for one in shown if one in rows or one.replace("-", "") in rows]


def test_no_secret_and_no_code_stands_in_a_row_a_message_or_a_log(alice, browser, screens, caplog):
    caplog.set_level(logging.DEBUG)
    device, place = begin(browser, "text", number="+1 202 555 0143")
    deliver_due(at=timezone.now())
    code = screen.shown()[0].said.split()[0]
    browser.post(place, {"code": code})
    held = enrolled(alice, Kind.APP)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(t::text, ' ') FROM accounts_outboxmessage t)"
            " || (SELECT string_agg(t::text, ' ') FROM auth2fa_challenge t)"
            " || (SELECT string_agg(t::text, ' ') FROM auth2fa_device t)"
            " || (SELECT string_agg(t::text, ' ') FROM auth2fa_sentcode t)"
            " || (SELECT string_agg(t::text, ' ') FROM accounts_trailentry t)"
        )
        rows = cursor.fetchone()[0]
    for secret in (code, held.key.decode(), held.key.hex()):
        assert secret not in rows and secret not in caplog.text
    assert device.number not in caplog.text
    entries = TrailEntry.unscoped.filter(table="auth2fa_device", operation="insert")
    assert all(one.new["secret"] == "(secret)" for one in entries)


def test_the_days_of_grace_end_at_the_page_of_devices(alice, client):
    alice.date_joined = timezone.now() - timedelta(days=15)
    alice.save(update_fields=["date_joined"])
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})

    assert client.get("/")["Location"] == PAGE
    assert client.get("/api/v1/accounts/").status_code == 403
    assert client.get("/notifications/", headers={"HX-Request": "true"})["HX-Redirect"] == PAGE
    assert "days of grace are over" in client.get(PAGE).content.decode()
    device, place = begin(client, "app")
    client.post(place, {"code": pyotp.TOTP(secret_of(device).decode()).now()})
    assert client.get("/").status_code == 200


def test_where_it_is_only_offered_nobody_is_made_to_enrol(alice, client, settings):
    settings.SECOND_FACTOR = "offered"
    alice.date_joined = timezone.now() - timedelta(days=400)
    alice.save(update_fields=["date_joined"])
    client.post("/sign-in/login/", {"login": "alice", "password": PASSWORD})
    assert client.get("/").status_code == 200


def test_a_program_enrols_and_revokes_in_the_same_way(alice, browser, settings):
    settings.SECOND_FACTOR = "offered"
    sure_headers = {"Confirm-Password": PASSWORD}

    def post(path, body, **headers):
        return browser.post(f"/api/v1/devices/{path}", body, content_type="application/json", headers=headers)

    assert post("new/", {"kind": "app"}).status_code == 403
    made = post("new/", {"kind": "app", "name": "Desk"}, **sure_headers)
    assert made.status_code == 201
    app = pyotp.parse_uri(made.json()["link"])
    pk = made.json()["id"]
    wrong = post(f"{pk}/confirm/", {"code": "000000"})
    assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/problem+json")
    assert wrong.json()["status"] == 422 and list(wrong.json()["errors"]) == ["code"]
    assert latest(alice).wrong == 1
    assert post(f"{pk}/confirm/", {"code": app.now()}).json()["confirmed_at"]
    [row] = browser.get("/api/v1/devices/").json()
    assert row["name"] == "Desk" and "secret" not in row
    assert post(f"{pk}/name/", {"name": "Chair"}).json()["name"] == "Chair"
    assert browser.delete(f"/api/v1/devices/{pk}/", headers=sure_headers).status_code == 403
    assert Device.unscoped.filter(pk=pk, revoked_at=None).exists()
    Device.unscoped.update(counter=0)
    one = latest(alice)
    proof = {"Confirm-Challenge": str(one.pk), "Confirm-Code": app.now()}
    assert browser.delete(f"/api/v1/devices/{pk}/", headers=proof).status_code == 204
    assert Challenge.unscoped.get(pk=one.pk).used_at
