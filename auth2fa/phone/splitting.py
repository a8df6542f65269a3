"""A phone whose passkey yields no secret of its own: half of what opens its key stays here.

It is given out only against a fresh assertion of that passkey, in which the user was verified: the phone's own script
cannot skip the fingerprint, because without it there is no second half.
"""

import os
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

from django.core.cache import cache

from accounts.ground.access.context import cursor
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.queries import at_door, hashed, own
from auth2fa.devices.secrets import box, share_of, site
from auth2fa.factors.passkeys import WrongAnswer, challenge_in, text_of

ASKED_FOR = timedelta(minutes=2)
NONCE = 16


class NotReleased(Exception):
    """No such phone, or nobody has shown who they are to it just now."""


def making(device: Device, claim: str) -> dict[str, Any]:
    """What the phone's browser is asked to make; its user is the phone, so no passkey for signing in is replaced."""
    return site().make(
        user_id=f"phone {device.pk}", name=device.name, challenge=_claimed_challenge(device, claim), known=[]
    )


def made(device: Device, claim: str, answer: str) -> tuple[bytes, int]:
    """The phone's passkey and its counter. Raises `WrongAnswer`."""
    return site().made(answer, challenge=_claimed_challenge(device, claim))


def phone_of(device_id: str) -> Device:
    """A phone that keeps half of its opening here; from now on the transaction stands at its owner's door."""
    with cursor() as cur:
        cur.execute("SELECT app_phone(%s)", [device_id])
        row = cur.fetchone()
    if row is None or row[0] is None:
        raise NotReleased
    at_door(row[0])
    found = own(row[0], device_id)
    if found is None or found.kind != Kind.PHONE or not found.share or found.disabled_at:
        raise NotReleased
    return found


def ask(device: Device, at: datetime) -> dict[str, Any]:
    """What the phone's browser is asked to sign, within two minutes."""
    nonce = int(at.timestamp()).to_bytes(8, "big") + os.urandom(NONCE)
    challenge = text_of(nonce + _mark(device, nonce))
    return site().ask(challenge=challenge, known=[bytes(device.credential)])


def release(device: Device, answer: str, at: datetime) -> bytes:
    """Our half, for an assertion that was asked for just now and is used for the first time. Raises `NotReleased`."""
    try:
        challenge = challenge_in(answer)
    except WrongAnswer:
        raise NotReleased from None
    nonce, mark = challenge[: 8 + NONCE], challenge[8 + NONCE :]
    asked_at = datetime.fromtimestamp(int.from_bytes(nonce[:8], "big") % 2**33, UTC)
    is_open = device.locked_until is None or device.locked_until <= at
    is_ours = compare_digest(mark, _mark(device, nonce))
    if not is_open or not is_ours or not timedelta(0) <= at - asked_at <= ASKED_FOR + timedelta(seconds=1):
        raise NotReleased
    try:
        counter = site().signed(answer, challenge=text_of(challenge), credential=bytes(device.credential))
    except WrongAnswer:
        raise NotReleased from None
    if not cache.add(f"phone-open:{hashed(nonce.hex())}", 1, int(ASKED_FOR.total_seconds()) + 2):
        raise NotReleased
    if counter or device.counter:
        if counter <= device.counter:
            raise NotReleased
        device.counter = counter
        device.save(update_fields=["counter"])
    return share_of(device)


def _claimed_challenge(device: Device, claim: str) -> str:
    """As good as random, and the same for the two requests that hold the claim."""
    return text_of(box().mark("phone passkey", str(device.pk), claim))


def _mark(device: Device, nonce: bytes) -> bytes:
    return box().mark("phone open", str(device.pk), nonce.hex())
