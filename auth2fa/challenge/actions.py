"""Asking a device and taking its answer. One answer wins, whatever comes at the same time."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Greatest

from accounts.ground.access.context import current_alias
from auth2fa.carriers.actions import tell_service
from auth2fa.challenge.models import Challenge, Purpose, SentCode
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.notices import tell_locked
from auth2fa.devices.proving import is_right
from auth2fa.devices.rules import after_wrong
from auth2fa.factors.ocra import draw, parse
from auth2fa.factors.passkeys import text_of
from auth2fa.factors.showing import shortened

LIFETIME = timedelta(minutes=5)
AN_HOUR = 20
MOST_WRONG = 5
MOST_WRONG_TEXT = 3


class Outcome(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    OVER = "over"
    LOCKED = "locked"


class TooMany(Exception):
    """So many questions without a right answer within an hour that no more is asked for a while."""


@dataclass(frozen=True)
class Spent:
    """What a right answer has used up, to be written again where the task that it was for was taken back."""

    challenge: UUID
    device: UUID
    counter: int
    hashes: tuple[str, ...]
    at: datetime


def ask(
    *, device: Device, purpose: Purpose, at: datetime, task: str = "", session: str = "", told: str = ""
) -> Challenge:
    """A fresh question; an older one for the same purpose is void. Raises `TooMany`.

    `told` is what the question is about, in words; a phone that scans it shows them, and answers for them alone.
    """
    with transaction.atomic(using=current_alias.get()):
        Device.unscoped.select_for_update().get(pk=device.pk)
        mine = Challenge.unscoped.filter(user_id=device.user_id)
        open_ones = mine.filter(used_at=None, asked_at__gt=at - timedelta(hours=1), asked_at__lte=at)
        if open_ones.count() >= AN_HOUR:
            raise TooMany
        mine.filter(purpose=purpose, session=session, used_at=None, voided_at=None).update(voided_at=at)
        return Challenge.unscoped.create(
            user_id=device.user_id,
            device=device,
            purpose=purpose,
            task=task,
            session=session,
            question=_question(device),
            told=shortened(told) if device.kind == Kind.PHONE else "",
            asked_at=at,
            expires_at=at + LIFETIME,
        )


def answer(
    *, challenge: UUID, user_id: int, purpose: Purpose, given: str, at: datetime, task: str = "", session: str = ""
) -> tuple[Outcome, Spent | None]:
    """Take an answer; a wrong one is counted in the caller's transaction, which must stand.

    It counts only for the purpose, task and session for which the question was asked.
    """
    with transaction.atomic(using=current_alias.get()):
        one = Challenge.unscoped.select_for_update().filter(pk=challenge, user_id=user_id).first()
        if one is None or (one.purpose, one.task, one.session) != (purpose, task, session):
            return Outcome.OVER, None
        device = Device.unscoped.select_for_update().get(pk=one.device_id)
        if one.used_at or one.voided_at or device.revoked_at or device.disabled_at:
            return Outcome.OVER, None
        if at > one.expires_at:
            return Outcome.EXPIRED, None
        if one.wrong >= most_wrong(device.kind):
            return Outcome.OVER, None
        if device.locked_until and at < device.locked_until:
            return Outcome.LOCKED, None
        if not is_right(device, challenge=str(one.pk), question=one.question, told=one.told, answer=given, at=at):
            return _wrong(one, device, at), None
        one.used_at = device.last_used_at = at
        device.wrong, device.locked_until = 0, None
        one.save(update_fields=["used_at"])
        device.save(update_fields=["last_used_at", "wrong", "locked_until", "counter", "seen_at_count", "hashes"])
        if device.kind == Kind.TEXT:
            SentCode.unscoped.filter(challenge=one).update(right_at=at)
            tell_service(device=device, one=one)
        return Outcome.RIGHT, Spent(one.pk, device.pk, device.counter, tuple(device.hashes), at)


def most_wrong(kind: str) -> int:
    """How many wrong answers end a question."""
    return MOST_WRONG_TEXT if kind == Kind.TEXT else MOST_WRONG


def spend(spent: Spent) -> None:
    """Use up once more what was used up in a transaction that may have been taken back; twice changes nothing."""
    Challenge.unscoped.filter(pk=spent.challenge, used_at=None).update(used_at=spent.at)
    with transaction.atomic(using=current_alias.get()):
        device = Device.unscoped.select_for_update().filter(pk=spent.device).first()
        if device is not None:
            device.hashes = [one for one in device.hashes if one in spent.hashes]
            device.save(update_fields=["hashes"])
            Device.unscoped.filter(pk=spent.device).update(counter=Greatest("counter", spent.counter))


def _question(device: Device) -> str:
    """Digits for a phone or card, random bytes for a passkey; an app and a text need none."""
    if device.kind == Kind.PASSKEY:
        return text_of(secrets.token_bytes(32))
    if device.kind not in (Kind.PHONE, Kind.CARD):
        return ""
    suite = parse(device.suite)
    for _try in range(20):
        question = draw(suite, secrets.randbelow)
        if not Challenge.unscoped.filter(device=device, question=question).exists():
            return question
    raise TooMany


def _wrong(one: Challenge, device: Device, at: datetime) -> Outcome:
    one.wrong += 1
    device.wrong += 1
    device.locked_until, is_off = after_wrong(device.wrong, at)
    device.disabled_at = at if is_off else None
    one.save(update_fields=["wrong"])
    device.save(update_fields=["wrong", "locked_until", "disabled_at", "seen_at_count"])
    if device.locked_until:
        tell_locked(device, at)
    return Outcome.OVER if one.wrong >= most_wrong(device.kind) else Outcome.WRONG
