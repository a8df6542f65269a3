"""Which kind of line a number is, what comes of it, and notices to numbers in the money of a day."""

import logging
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.ground.access.context import as_role, connections
from accounts.ground.outbox.actions import deliver_due
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.stepup.models import StepUpGrant
from auth2fa.carriers import aws
from auth2fa.carriers.actions import CannotSend, count_text, send, send_notice
from auth2fa.challenge.actions import ask
from auth2fa.challenge.models import Purpose, SentCode
from auth2fa.devices.actions import LOOKED_UP_AN_HOUR
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import at_door
from auth2fa.factors.numbers import Line, line_of
from auth2fa.factors.prices import read
from tests.auth2fa.kit import enrolled, latest
from tests.auth2fa.test_carriers import aws_keys, fake
from tests.auth2fa.test_last_device import DEVICES, said
from tests.world import PASSWORD

__all__ = ["aws_keys", "fake"]
NEW = "/settings/security/devices/new/"


@pytest.fixture
def alice(world):
    cache.clear()
    return world.users["alice"]


def begin(browse, number="+1 202 555 0143"):
    return browse("alice").post(NEW, {"kind": "text", "number": number, "_password": PASSWORD})


# --- The kind of a line ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "line", "channel"),
    [("MOBILE", "mobile", "sms"), ("PREPAID", "mobile", "sms"), ("LANDLINE", "fixed", "voice"), ("", "", "sms")],
)
def test_the_provider_says_what_a_number_is_before_it_is_enrolled(browse, alice, fake, told, line, channel):
    fake.line = told
    assert begin(browse).status_code == 302
    [(operation, asked)] = fake.seen
    assert (operation, asked["PhoneNumber"]) == ("CarrierLookup", "+12025550143")
    assert (Device.unscoped.get().line, SentCode.unscoped.get().channel) == (line, channel)


@pytest.mark.parametrize("told", ["VOIP", "OTHER", "INVALID"])
def test_a_line_that_anybody_may_rent_or_that_is_none_gets_no_code(browse, alice, fake, told):
    fake.line = told
    assert begin(browse).status_code == 422
    assert not Device.unscoped.exists() and not SentCode.unscoped.exists()
    assert not OutboxMessage.unscoped.filter(channel__in=["sms", "voice"]).exists()


def test_a_service_that_does_not_answer_keeps_nobody_out_and_no_log_names_the_number(browse, alice, fake, caplog):
    fake.answers = ["AccessDeniedException"]
    with caplog.at_level(logging.WARNING):
        assert begin(browse).status_code == 302
    assert Device.unscoped.get().line == "" and "could not be looked up" in caplog.text
    assert "5550143" not in caplog.text


def test_a_provider_is_not_waited_for_long(aws_keys, settings, monkeypatch):
    """A page waits meanwhile: one try, of five seconds at most."""
    settings.CODES_URL = "aws://eu-west-1/+12025550100"
    tried, real = [], aws._client
    with monkeypatch.context() as patched, pytest.raises(AttributeError):
        patched.setattr(aws, "_client", lambda *args, **more: tried.append(real(*args, **more)))
        aws.looked_up("+12025550143")
    config = tried[0].meta.config
    assert config.retries["total_max_attempts"] == 1 and config.connect_timeout + config.read_timeout <= 5


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_provider_is_asked_while_no_transaction_is_open(browse, alice, fake, monkeypatch, by):
    """Nothing is held for the seconds that it takes, and what was confirmed is used up once."""
    open_then, real, before = [], aws.looked_up, list(connections["default"].savepoint_ids)
    monkeypatch.setattr(
        aws, "looked_up", lambda number: open_then.append(list(connections["default"].savepoint_ids)) or real(number)
    )
    if by == "page":
        assert begin(browse).status_code == 302
    else:
        sent = {"kind": "text", "number": "+1 202 555 0143"}
        headers = {"Confirm-Password": PASSWORD}
        answer = browse("alice").post("/api/v1/devices/new/", sent, content_type="application/json", headers=headers)
        assert answer.status_code == 201
    assert open_then == [before] and len(fake.seen) == 1
    assert (Device.unscoped.get().number, SentCode.unscoped.count()) == ("+12025550143", 1)
    assert StepUpGrant.unscoped.filter(used_at__isnull=False).count() == StepUpGrant.unscoped.count() == 1


def test_an_answer_that_confirmed_a_look_confirms_nothing_more(browse, alice, fake):
    """The request begins again after the look, and still takes the answer of a device once."""
    held = enrolled(alice, Kind.APP)
    mine = browse("alice")
    task = {"kind": "text", "number": "+1 202 555 0143"}
    mine.post(NEW, {**task, "_username": "alice", "_password": PASSWORD})
    one = latest(alice)
    said = {**task, "_challenge": str(one.pk), "_code": held.answer(one)}
    fake.line = "VOIP"
    assert mine.post(NEW, said).status_code == 422
    one.refresh_from_db()
    assert one.used_at and not Device.unscoped.filter(kind=Kind.TEXT).exists()
    fake.line = "MOBILE"
    assert mine.post(NEW, said).status_code == 403
    assert len(fake.seen) == 1 and not Device.unscoped.filter(kind=Kind.TEXT).exists()


def test_the_password_of_a_look_is_tried_once(browse, alice, fake, monkeypatch):
    tried, real = [], type(alice).check_password
    browser = browse("alice")
    monkeypatch.setattr(type(alice), "check_password", lambda user, given: tried.append(given) or real(user, given))
    browser.post(NEW, {"kind": "text", "number": "+1 202 555 0143", "_password": PASSWORD})
    assert (len(fake.seen), tried) == (1, [PASSWORD])


def test_looking_up_can_be_switched_off(browse, alice, fake, settings):
    settings.CODES_URL += "&lookup=no"
    assert begin(browse).status_code == 302 and fake.seen == []


def test_numbers_are_not_tried_through_us(browse, alice, fake):
    fake.line = "VOIP"
    for _try in range(LOOKED_UP_AN_HOUR):
        begin(browse)
    answer = begin(browse)
    assert "You have tried many numbers" in answer.content.decode()
    assert len(fake.seen) == LOOKED_UP_AN_HOUR


@pytest.mark.parametrize(
    ("number", "line"),
    [("+447400123456", Line.MOBILE), ("+442079460958", Line.FIXED), ("+12025550143", Line.UNKNOWN)],
)
def test_some_numbers_say_themselves_what_they_are(number, line):
    assert line_of(number) == line


def test_a_fixed_line_is_called_and_offered_no_text(browse, alice, world):
    held = enrolled(alice, Kind.TEXT, line="fixed")
    at_door(alice.pk)
    one = ask(device=held.device, purpose=Purpose.SIGN_IN, at=timezone.now())
    assert send(challenge=one, channel="sms", address="192.0.2.1", at=timezone.now()).channel == "voice"
    page = browse("alice").post("/settings/security/codes/", {"_username": "alice", "_password": PASSWORD})
    assert b'value="voice"' in page.content and b'value="sms"' not in page.content


# --- Notices --------------------------------------------------------------------------------------------------------


def test_where_nothing_carries_texts_none_is_offered(browse, alice, settings):
    assert b'name="number"' in browse("alice").get("/settings/security/").content
    settings.OUTBOX_CARRIERS = {"mail": settings.OUTBOX_CARRIERS["mail"]}
    assert b'name="number"' not in browse("alice").get("/settings/security/").content


def notice(device, key, at=None):
    return send_notice(device=device, body="words", key=key, at=at or timezone.now())


def test_a_notice_is_of_the_days_money_and_keeps_no_code_from_leaving(alice, settings):
    settings.CODES_PRICES, settings.CODES_USD_A_DAY = read(["US=0.01/0.02"]), D("0.05")
    held = enrolled(alice, Kind.TEXT)
    at_door(alice.pk)
    for number in range(4):
        assert notice(held.device, f"n{number}")
    assert not notice(held.device, "n0"), "twice is once"
    row = SentCode.unscoped.first()
    assert (SentCode.unscoped.count(), row.cost, row.country, row.challenge) == (4, D("0.01"), "US", None)
    one = ask(device=held.device, purpose=Purpose.SIGN_IN, at=timezone.now())
    assert send(challenge=one, channel="sms", address="192.0.2.1", at=timezone.now())
    with pytest.raises(CannotSend) as refused:
        send(challenge=one, channel="voice", address="192.0.2.1", at=timezone.now() + timedelta(minutes=1))
    assert refused.value.reason == "stopped", "the fifth and sixth cent"
    assert notice(held.device, "late"), "a warning leaves nevertheless"


def test_a_number_gets_ten_notices_a_day(alice):
    held = enrolled(alice, Kind.TEXT)
    at_door(alice.pk)
    now = timezone.now()
    assert [notice(held.device, f"n{number}", now) for number in range(11)] == [True] * 10 + [False]
    assert notice(held.device, "tomorrow", now + timedelta(days=1, seconds=1))
    assert OutboxMessage.unscoped.filter(channel="sms").count() == 11


def test_nobody_owes_a_notice_to_the_number_of_another(world, alice):
    held = enrolled(world.users["bob"], Kind.TEXT)
    at_door(alice.pk)
    assert not notice(held.device, "n") and not OutboxMessage.unscoped.filter(channel="sms").exists()


def test_what_the_back_office_does_is_told_by_text_too(world, alice, office):
    enrolled(alice, Kind.TEXT)
    app = enrolled(alice, Kind.APP)
    office.post(DEVICES, said(app.device, "end"))
    [text] = OutboxMessage.unscoped.filter(channel="sms")
    assert text.recipient == "+12025550143" and "no longer proves" in text.body
    assert SentCode.unscoped.get().pk == text.pk, "what the service tells of its delivery finds the row"
    assert deliver_due(at=timezone.now()) >= 1


def test_a_text_to_somebody_who_does_not_sign_in_counts_too(world):
    with as_role("office"):
        count_text(number="+12025550143", firm_id=world["F100001"].firm_id, at=timezone.now())
    assert SentCode.unscoped.get().cost == D("0.01")
