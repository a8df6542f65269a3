"""A phone gets its key once, within five minutes, by the claim that was scanned, and by nothing else."""

import re
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone

from auth2fa.devices.actions import begin_phone
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.rules import PHONE_SUITE
from tests.auth2fa.kit import latest
from tests.world import PASSWORD

KEY = "/phone/key/"
PIN_HASH = "ab" * 32


@pytest.fixture
def begun(world):
    device, claim = begin_phone(user=world.users["alice"], name="Pocket", at=timezone.now())
    return device, claim


def fetch(client, claim, pin_hash=PIN_HASH):
    return client.post(KEY, {"claim": claim, "pin_hash": pin_hash}, content_type="application/json")


def test_a_claim_gives_a_key_once(begun, client):
    device, claim = begun
    answer = fetch(client, claim)
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    assert answer.json()["suite"] == PHONE_SUITE and len(bytes.fromhex(answer.json()["key"])) == 32
    device.refresh_from_db()
    kept = bytes(device.secret)
    assert bytes.fromhex(answer.json()["key"]) not in kept and not device.confirmed_at

    assert fetch(client, claim).status_code == 404
    device.refresh_from_db()
    assert bytes(device.secret) == kept


def test_after_five_minutes_a_claim_is_worth_nothing(begun, client):
    Device.unscoped.update(created_at=timezone.now() - timedelta(minutes=5, seconds=1))
    assert fetch(client, begun[1]).status_code == 422
    assert bytes(Device.unscoped.get().secret) == b""


@pytest.mark.parametrize("pin_hash", ["", "ab", "ab" * 31, "zz" * 32])
def test_a_phone_without_a_pin_gets_nothing(begun, client, pin_hash):
    assert fetch(client, begun[1], pin_hash).status_code in (400, 422)
    assert bytes(Device.unscoped.get().secret) == b""


@pytest.mark.parametrize("claim", ["", "wrong", "\u2028", "x" * 5000])
def test_no_other_claim_opens_anything(begun, client, claim):
    assert fetch(client, claim).status_code == 404
    assert bytes(Device.unscoped.get().secret) == b""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"claim": "x"}, None),
        ("not json", "application/json"),
        ("[]", "application/json"),
        ('{"claim": 1}', "application/json"),
        ('{"claim": "x", "pin_hash": 1}', "application/json"),
    ],
)
def test_what_is_no_request_of_a_phone_is_refused_in_words(begun, client, body, kind):
    more = {"content_type": kind} if kind else {}
    assert client.post(KEY, body, **more).status_code == 400


def test_the_picture_stands_in_the_answer_alone_and_the_row_holds_no_claim(world, browse):
    page = browse("alice").post("/settings/security/devices/new/", {"kind": "phone", "_password": PASSWORD})
    assert page.status_code == 200 and page["Cache-Control"] == "no-store"
    device = Device.unscoped.get(kind=Kind.PHONE)
    assert re.fullmatch(r"[0-9a-f]{64}", device.claim)
    again = browse("alice").get(f"/settings/security/devices/{device.pk}/")
    assert "has not fetched its key yet" in again.content.decode()
    assert latest(world.users["alice"]) is None


def test_the_pages_that_work_without_a_network_name_files_that_there_are(world, client):
    worker = client.get("/phone/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    for name in ("js/phone.js", "js/ocra.js", "css/phone.css"):
        assert name in worker.content.decode()
    told = client.get("/phone/manifest.webmanifest").json()
    assert told["start_url"] == "/phone/"
    names = [one["src"] for one in told["icons"]]
    names += re.findall(r'rel="apple-touch-icon" href="([^"]+)"', client.get("/phone/").content.decode())
    for name in names:
        path = finders.find(name.removeprefix("/static/"))
        assert path, name
        if name.endswith(".png"):
            width, height = struct.unpack(">II", Path(path).read_bytes()[16:24])
            assert f"{width}" in name and width == height
