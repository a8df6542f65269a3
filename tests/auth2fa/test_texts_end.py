"""A firm takes no codes by text or call from a day on: who is told, what closes, what goes on, and the way back."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.clock import exchange_today
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.trail.models import TrailEntry
from auth2fa.carriers.actions import CannotSend, send
from auth2fa.challenge.actions import ask
from auth2fa.challenge.models import Purpose
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import at_door, is_protected
from auth2fa.devices.queries import enrolled as all_of
from auth2fa.report.queries import restricted
from auth2fa.texts.actions import close_due
from auth2fa.texts.models import FirmWithoutTexts
from tests.auth2fa.kit import enrolled, latest
from tests.auth2fa.test_door import is_in, password
from tests.world import PASSWORD

LIST = "/office/auth2fa/firmwithouttexts/"
NEW = "/settings/security/devices/new/"


@pytest.fixture
def alice(world):
    alice = world.users["alice"]
    alice.email = "alice@example.test"
    alice.save(update_fields=["email"])
    return alice


@pytest.fixture
def stop(office, world):
    def post(days, client=office):
        firm = world["F100001"].firm_id
        return client.post(f"{LIST}add/", {"firm": firm, "from_day": exchange_today() + timedelta(days=days)})

    return post


def reached():
    """The day has come, and the work of the night is done."""
    FirmWithoutTexts.unscoped.update(from_day=exchange_today())
    return close_due(at=timezone.now())


def mails():
    return OutboxMessage.unscoped.filter(recipient="alice@example.test", subject="Codes by text and call end")


def test_only_the_back_office_decides_it_and_proves_who_it_is(browse, stop, alice):
    assert stop(30, browse("alice")).status_code == 404
    assert stop(30, browse("olga")).status_code == 403
    assert not FirmWithoutTexts.unscoped.exists()


def test_whoever_has_a_number_is_told_and_has_two_weeks(alice, stop):
    enrolled(alice, Kind.TEXT)
    for days in (0, -1, 13):
        assert stop(days).status_code == 422
    assert not FirmWithoutTexts.unscoped.exists() and not mails().exists()
    assert stop(14).status_code == 302
    assert mails().count() == 1
    assert TrailEntry.unscoped.filter(table="auth2fa_firmwithouttexts").count() == 1
    assert stop(20).status_code == 422, "it has decided so already"


def test_where_everybody_has_something_better_tomorrow_will_do(alice, stop):
    enrolled(alice, Kind.TEXT)
    enrolled(alice, Kind.APP)
    assert stop(1).status_code == 302


def test_from_the_decision_on_no_number_is_added(alice, stop, browse):
    assert b'name="number"' in browse("alice").get("/settings/security/").content
    stop(30)
    assert b'name="number"' not in browse("alice").get("/settings/security/").content
    form = {"kind": "text", "number": "+1 202 555 0143", "_password": PASSWORD}
    answer = browse("alice").post(NEW, form)
    assert answer.status_code == 422 and "takes no codes by text or call" in answer.content.decode()
    body = json.dumps({"kind": "text", "number": "+1 202 555 0143"})
    send_it = partial(browse("alice").post, "/api/v1/devices/new/", body, content_type="application/json")
    assert send_it(headers={"Confirm-Password": PASSWORD}).status_code == 400
    assert not Device.unscoped.exists()


def test_until_the_day_a_number_signs_in_and_its_page_says_what_comes(alice, stop):
    held = enrolled(alice, Kind.TEXT)
    stop(30)
    client, answer = password()
    client.post(answer["Location"], {"code": held.answer(latest(alice))})
    assert is_in(client)
    assert "your firm takes no codes by text or call. Add another" in client.get("/settings/security/").content.decode()


def test_from_the_day_on_no_code_leaves_even_before_numbers_are_closed(alice, stop):
    held = enrolled(alice, Kind.TEXT)
    stop(30)
    FirmWithoutTexts.unscoped.update(from_day=exchange_today())
    at_door(alice.pk)
    one = ask(device=held.device, purpose=Purpose.SIGN_IN, at=timezone.now())
    for channel in ("sms", "voice"):
        with pytest.raises(CannotSend) as refused:
            send(challenge=one, channel=channel, address="192.0.2.1", at=timezone.now())
        assert refused.value.reason == "firm"
    assert not OutboxMessage.unscoped.filter(channel__in=["sms", "voice"]).exists()


def test_a_number_alone_does_not_leave_the_password_alone(alice, stop, settings):
    enrolled(alice, Kind.TEXT)
    stop(30)
    assert (reached(), close_due(at=timezone.now())) == (1, 0)
    client, answer = password()
    assert not is_in(client)
    words = client.get(answer["Location"], follow=True).content.decode()
    assert "Your firm takes no codes by text or call any more" in words
    assert is_protected(all_of(alice.pk))


def test_beside_another_device_the_other_one_is_asked(alice, stop):
    enrolled(alice, Kind.TEXT, last_used_at=timezone.now())
    app = enrolled(alice, Kind.APP)
    stop(30)
    reached()
    client, answer = password()
    client.post(answer["Location"], {"code": app.answer(None)})
    assert is_in(client)


def test_the_office_opens_no_number_that_the_firm_has_closed(alice, stop, office):
    held = enrolled(alice, Kind.TEXT)
    stop(30)
    reached()
    office.post("/office/auth2fa/device/", {"action": "open_again", "_selected_action": str(held.device.pk)})
    assert Device.unscoped.get().disabled_at


def test_after_another_firm_the_office_opens_it(alice, stop, office):
    held = enrolled(alice, Kind.TEXT)
    stop(30)
    reached()
    alice.seats(manager="unscoped").update(is_active=False)
    office.post("/office/auth2fa/device/", {"action": "open_again", "_selected_action": str(held.device.pk)})
    device = Device.unscoped.get()
    assert (device.disabled_at, device.by_firm) == (None, False)


def test_taken_back_numbers_open_after_the_hold(alice, stop, office):
    enrolled(alice, Kind.TEXT)
    stop(30)
    reached()
    row = FirmWithoutTexts.unscoped.get()
    office.post(LIST, {"action": "take_back", "_selected_action": str(row.pk)})
    device = Device.unscoped.get()
    assert (device.disabled_at, device.by_firm) == (None, False)
    assert device.trusted_at > timezone.now() + timedelta(hours=23)
    assert stop(14).status_code == 302, "and it may be decided anew"


def test_people_of_other_firms_go_on(world, stop):
    mallory = world.users["mallory"]
    enrolled(mallory, Kind.TEXT)
    stop(30)
    assert reached() == 0 and Device.unscoped.get().disabled_at is None


@pytest.mark.parametrize("role", ["portal_web", "portal_worker"])
def test_pages_read_no_decision_of_any_firm(db, role):
    with connection.cursor() as cur:
        cur.execute("SELECT has_table_privilege(%s, 'auth2fa_firmwithouttexts', 'SELECT, INSERT, UPDATE')", [role])
        assert cur.fetchone() == (False,)


def test_the_report_of_restricted_proofs(alice, world, stop, capsys):
    enrolled(alice, Kind.TEXT, line="mobile")
    enrolled(world.users["bob"], Kind.TEXT)
    enrolled(world.users["bob"], Kind.APP)
    enrolled(world.users["carol"], Kind.PASSKEY, credential=b"x")
    enrolled(world.users["carol"], Kind.TEXT, revoked_at=timezone.now())
    stop(30)
    call_command("factor_report", "--restricted", "--json")
    said = json.loads(capsys.readouterr().out)
    by_name = {one["username"]: one for one in said["numbers"]}
    assert set(by_name) == {"alice", "bob"}
    assert by_name["alice"]["is_alone"] and not by_name["bob"]["is_alone"]
    assert by_name["alice"]["number"] == "••• 0143" and by_name["alice"]["line"] == "mobile"
    assert by_name["alice"]["ends"] == (exchange_today() + timedelta(days=30)).isoformat()
    assert (said["totals"]["numbers"], said["totals"]["alone"], said["totals"]["moved_in_a_year"]) == (2, 1, 1)
    call_command("factor_report", "--restricted")
    words = capsys.readouterr().out
    assert "2 numbers, 1 of people with nothing better; 1 people moved on" in words and "5550143" not in words


def test_the_list_of_numbers_asks_no_more_for_many(world, stop, alice):
    enrolled(alice, Kind.TEXT)
    assert stop(30).status_code == 302

    def asked():
        with CaptureQueriesContext(connection) as found:
            rows, sums = restricted(timezone.now())
        return len(rows), sums["ending"], len(found)

    one = asked()
    for name in ("bob", "vera"):
        enrolled(world.users[name], Kind.TEXT)
    three = asked()
    assert (one[:2], three[0]) == ((1, 1), 3) and one[2] == three[2]
