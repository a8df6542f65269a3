"""A phone gets its key once, within five minutes, by the claim that was scanned, and by nothing else."""

import base64
import json
import re
import struct
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.staticfiles import finders
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData

from auth2fa.devices.actions import begin_phone
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.rules import PHONE_SUITE
from auth2fa.devices.secrets import seal, site
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


# --- Half of the key stays here ---------------------------------------------------------------------------------------


@pytest.fixture
def split(begun):
    """A phone that keeps half of its opening with the portal."""
    device, _claim = begun
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    device.credential = bytes(AttestedCredentialData.create(b"\0" * 16, b"id", public))
    device.share, device.secret = seal(device.pk, "share", b"s" * 32), seal(device.pk, "secret", b"k" * 32)
    device.confirmed_at = timezone.now()
    device.save()
    return device


def ask_to_open(client, **said):
    return client.post("/phone/open/", said, content_type="application/json")


def test_a_phone_is_asked_for_a_verified_user_and_gets_nothing_for_nothing(split, client):
    asked = ask_to_open(client, device=str(split.pk))
    assert asked.status_code == 200 and asked.json()["userVerification"] == "required"
    for forged in ("", "{}", "x", json.dumps(forged_answer(asked.json()["challenge"])), "9" * 30_000):
        answer = ask_to_open(client, device=str(split.pk), assertion=forged)
        assert answer.status_code == 403 and "share" not in answer.json()


@pytest.mark.parametrize("change", ["revoked_at", "disabled_at", "share"])
def test_a_phone_that_counts_no_longer_is_asked_nothing(split, client, change):
    Device.unscoped.update(**{change: b"" if change == "share" else timezone.now()})
    assert ask_to_open(client, device=str(split.pk)).status_code == 403


@pytest.mark.parametrize("said", [{}, {"device": "x"}, {"device": 1}, {"device": "0" * 32}])
def test_an_unknown_phone_is_refused(world, client, said):
    assert ask_to_open(client, **said).status_code in (400, 403)


def test_a_passkey_is_asked_for_by_the_claim_alone_and_the_claim_stays_good(begun, client):
    device, claim = begun
    made = client.post("/phone/passkey/", {"claim": claim}, content_type="application/json")
    assert made.json()["authenticatorSelection"]["userVerification"] == "required"
    assert base64.urlsafe_b64decode(made.json()["user"]["id"] + "==") == f"phone {device.pk}".encode()
    again = client.post("/phone/passkey/", {"claim": claim}, content_type="application/json")
    assert again.json()["challenge"] == made.json()["challenge"]
    assert client.post("/phone/passkey/", {"claim": "x"}, content_type="application/json").status_code == 404
    body = {"claim": claim, "pin_hash": PIN_HASH, "passkey": "{}"}
    assert client.post(KEY, body, content_type="application/json").status_code == 422
    assert bytes(Device.unscoped.get().secret) == b"", "a passkey that is none gives no key"
    assert fetch(client, claim).status_code == 200


def test_a_counter_that_falls_back_is_refused_also_at_nought(split, client):
    key = ec.generate_private_key(ec.SECP256R1())
    split.credential = bytes(
        AttestedCredentialData.create(b"\0" * 16, b"id", ES256.from_cryptography_key(key.public_key()))
    )
    split.counter = 5
    split.save()
    for counter, status in ((0, 403), (5, 403), (6, 200), (0, 403)):
        challenge = ask_to_open(client, device=str(split.pk)).json()["challenge"]
        said = json.dumps(signed_answer(key, challenge, counter))
        assert ask_to_open(client, device=str(split.pk), assertion=said).status_code == status, counter
    split.refresh_from_db()
    assert split.counter == 6


def signed_answer(key, challenge, counter):
    said = {"type": "webauthn.get", "challenge": challenge, "origin": site().origin, "crossOrigin": False}
    client_data = json.dumps(said).encode()
    present_and_verified = b"\x05"
    data = sha256(site().host.encode()).digest() + present_and_verified + struct.pack(">I", counter)
    signature = key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
    parts = {"clientDataJSON": client_data, "authenticatorData": data, "signature": signature}
    response = {name: websafe_encode(part) for name, part in parts.items()}
    return {"id": websafe_encode(b"id"), "rawId": websafe_encode(b"id"), "type": "public-key", "response": response}


def forged_answer(challenge):
    said = {"type": "webauthn.get", "challenge": challenge, "origin": "http://localhost", "crossOrigin": False}
    client_data = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    response = {"clientDataJSON": client_data, "authenticatorData": "AA", "signature": "AA"}
    return {"id": "AA", "rawId": "AA", "type": "public-key", "response": response}
