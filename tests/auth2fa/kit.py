"""Devices in people's hands, for tests: what they show is worked out here, apart from the portal's own checks."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pyotp
from django.utils import timezone

from auth2fa.challenge.models import Challenge
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.rules import PHONE_SUITE
from auth2fa.devices.secrets import box, seal
from auth2fa.factors.card import SUITE, Card
from auth2fa.factors.codes import code_of
from auth2fa.factors.ocra import hash_of_pin, parse, respond
from auth2fa.factors.showing import SUITE as SCANNED_SUITE
from auth2fa.factors.showing import question_of

LONG_AGO = timedelta(days=30)
PIN = "4711"


@dataclass
class Held:
    """A device as its owner holds it."""

    device: Device
    key: bytes = b""
    card: Card | None = None

    def answer(self, challenge, at=None, *, told=None):
        """What the owner would type; with `told`, after the phone has shown these words of a scanned challenge."""
        at = at or timezone.now()
        match self.device.kind:
            case Kind.APP:
                return pyotp.TOTP(self.key.decode()).at(at)
            case Kind.TEXT:
                return code_of(box(), str(challenge.pk))
            case Kind.CARD:
                return self.card.respond(pin=PIN, challenge=challenge.question)
            case Kind.PHONE:
                suite = parse(PHONE_SUITE if told is None else SCANNED_SUITE)
                question = challenge.question if told is None else question_of(challenge.question, told)
                return respond(suite, self.key, question, pin=hash_of_pin(suite, PIN), steps=suite.steps(at))
        raise AssertionError(self.device.kind)


def enrolled(user, kind, *, ago=LONG_AGO, name="", **more):
    """A confirmed device of that kind, long trusted."""
    at, pk, key = timezone.now() - ago, uuid4(), b""
    fields = {"id": pk, "user": user, "kind": kind, "name": name or f"{user.username}'s {kind}", "created_at": at}
    fields |= {"confirmed_at": at, "trusted_at": at}
    if kind == Kind.APP:
        key = pyotp.random_base32().encode()
    elif kind in (Kind.PHONE, Kind.CARD):
        key = secrets.token_bytes(32)
        fields["suite"] = PHONE_SUITE if kind == Kind.PHONE else SUITE
        fields["pin"] = seal(pk, "pin", hash_of_pin(parse(fields["suite"]), PIN))
    elif kind == Kind.TEXT:
        fields["number"] = "+12025550143"
    if key:
        fields["secret"] = seal(pk, "secret", key)
    device = Device.unscoped.create(**fields | more)
    return Held(device, key, Card(key) if kind == Kind.CARD else None)


def latest(user):
    """The question asked last."""
    return Challenge.unscoped.filter(user=user).order_by("-asked_at").first()
