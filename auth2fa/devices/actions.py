"""Enrolling, confirming, naming, revoking and replacing devices. Every change is told over the other channels."""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.access.middleware import spend
from accounts.ground.people.actions import end_sessions
from accounts.ground.people.models import User
from auth2fa.challenge.actions import Outcome, Spent, answer
from auth2fa.challenge.models import Challenge, Purpose
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.notices import tell_added, tell_codes_made, tell_opened, tell_revoked
from auth2fa.devices.queries import enrolled, hashed, held_until, is_protected, usable
from auth2fa.devices.rules import BETTER_THAN_TEXT, CLAIM_FOR, MOST, PHONE_SUITE, trusted_from
from auth2fa.devices.secrets import box, seal, site
from auth2fa.factors import codes, numbers, totp
from auth2fa.factors.passkeys import WrongAnswer
from auth2fa.texts.queries import texts_end
from portal.lib.exchange import exchange_day
from portal.lib.words import Sentence, gettext_noop

LONGEST_NAME = 60
PIN_HASH_BYTES = 32
# Each look at a number costs money.
LOOKED_UP_AN_HOUR = 5


class DeviceProblem(ValueError):
    """What was asked cannot be done; `sentence` says why, in words of the catalogue."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params)
        self.sentence = Sentence(msgid, params)


def begin(*, user: User, kind: Kind, name: str, at: datetime) -> Device:
    """A device that waits to be confirmed; an earlier one of the kind that waits is given up."""
    with transaction.atomic(using=current_alias.get()):
        mine = Device.unscoped.select_for_update().filter(user=user, kind=kind, revoked_at=None)
        mine.filter(confirmed_at=None, activate_by=None).update(revoked_at=at)
        active = [one for one in mine if one.confirmed_at is not None]
        # A new number takes the place of the old one when it is confirmed; nothing else is replaced in passing.
        if kind not in (Kind.TEXT, Kind.CODES) and len(active) >= MOST[kind]:
            raise DeviceProblem(
                gettext_noop("You have %(most)s of these, which is the most; revoke one first."), most=MOST[kind]
            )
        device = Device(id=uuid4(), user=user, kind=kind, name=named(name) or str(kind.label), created_at=at)
        if kind == Kind.APP:
            device.secret = seal(device.pk, "secret", totp.new_secret())
        device.save(force_insert=True)
        return device


def begin_number(
    *,
    user: User,
    text: str,
    countries: Collection[str],
    line_of: Callable[[str, Callable[[], None]], numbers.Line],
    at: datetime,
) -> Device:
    """A telephone that waits for the code it gets; `line_of` knows what line it is. Raises `DeviceProblem`."""

    def limited() -> None:
        if spend(f"lookup/{user.pk}", most=LOOKED_UP_AN_HOUR, at=at):
            raise DeviceProblem(gettext_noop("You have tried many numbers; wait an hour, or add another device."))

    if texts_end(user.pk) is not None:
        raise DeviceProblem(gettext_noop("Your firm takes no codes by text or call; add another device."))
    if Device.unscoped.filter(
        user=user, kind__in=BETTER_THAN_TEXT, revoked_at=None, confirmed_at__isnull=False
    ).exists():
        raise DeviceProblem(
            gettext_noop("You have a phone key or a card, which is safer; codes by text are for people without one.")
        )
    try:
        number = numbers.read(text, countries=countries)
        line = line_of(number, limited)
    except numbers.BadNumber as bad:
        raise DeviceProblem(_BAD_NUMBER[bad.reason]) from bad
    device = begin(user=user, kind=Kind.TEXT, name=numbers.masked(number), at=at)
    device.number, device.line = number, line
    device.save(update_fields=["number", "line"])
    return device


def begin_phone(*, user: User, name: str, at: datetime) -> tuple[Device, str]:
    """A phone that may fetch its key once within five minutes; the claim is told to nobody else."""
    device = begin(user=user, kind=Kind.PHONE, name=name, at=at)
    claim = secrets.token_urlsafe(24)
    device.claim, device.suite = hashed(claim), PHONE_SUITE
    device.save(update_fields=["claim", "suite"])
    return device, claim


def redeem(
    *, device: Device, claim: str, pin_hash: bytes, passkey: tuple[bytes, int] | None = None, at: datetime
) -> tuple[bytes, bytes]:
    """Give a phone its key, once, and half of what shall open it where the phone has made a passkey for that.

    It is confirmed by its first response. Raises `DeviceProblem`.
    """
    with transaction.atomic(using=current_alias.get()):
        held = Device.unscoped.select_for_update().get(pk=device.pk)
        is_open = held.claim and held.confirmed_at is None and held.revoked_at is None
        if not is_open or at > held.created_at + CLAIM_FOR or not codes.is_same(held.claim, hashed(claim)):
            raise DeviceProblem(gettext_noop("This link no longer works; begin anew on the page of your devices."))
        if len(pin_hash) != PIN_HASH_BYTES:
            raise DeviceProblem(gettext_noop("The phone sent no PIN."))
        key = secrets.token_bytes(32)
        held.secret, held.pin = seal(held.pk, "secret", key), seal(held.pk, "pin", pin_hash)
        held.claim, share = "", b""
        if passkey is not None:
            share = secrets.token_bytes(32)
            held.credential, held.counter = passkey
            held.share = seal(held.pk, "share", share)
        held.save(update_fields=["secret", "pin", "claim", "credential", "counter", "share"])
        return key, share


def confirm(
    *, device: Device, challenge: Challenge, given: str, session: str, at: datetime
) -> tuple[Outcome, Spent | None]:
    """Take the first answer of a device; with a right one it counts from now on."""
    with transaction.atomic(using=current_alias.get()):
        if device.kind == Kind.PASSKEY:
            outcome, spent = _made(device, challenge, given, session, at), None
        else:
            outcome, spent = answer(
                challenge=challenge.pk,
                user_id=device.user_id,
                purpose=Purpose.ENROL,
                given=given,
                session=session,
                at=at,
            )
        if outcome == Outcome.RIGHT:
            _activate(device.pk, at)
        return outcome, spent


def make_codes(*, user: User, at: datetime) -> list[str]:
    """Ten recovery codes in place of the old ones; shown once, kept as what nobody can read. Raises `DeviceProblem`."""
    if not is_protected(usable(user.pk)):
        raise DeviceProblem(gettext_noop("Enrol a device first; recovery codes stand in for one that was lost."))
    with transaction.atomic(using=current_alias.get()):
        Device.unscoped.filter(user=user, kind=Kind.CODES, revoked_at=None).update(revoked_at=at)
        drawn, pk = codes.draw_recovery(secrets.randbelow), uuid4()
        Device.unscoped.create(
            id=pk,
            user=user,
            kind=Kind.CODES,
            name=str(Kind.CODES.label),
            hashes=[codes.kept_as(box(), str(pk), one) for one in drawn],
            created_at=at,
            confirmed_at=at,
            trusted_at=at,
        )
        tell_codes_made(user, at)
        return drawn


def rename(*, device: Device, name: str) -> Device:
    """Give a device another name. Raises `DeviceProblem`."""
    device.name = named(name)
    if not device.name:
        raise DeviceProblem(gettext_noop("Write a name by which you know the device."))
    device.save(update_fields=["name"])
    return device


def revoke(*, device: Device, at: datetime, by_office: bool = False) -> Device:
    """Switch a device off for good. Raises `DeviceProblem` where it is the last one and a second proof is a must."""
    with transaction.atomic(using=current_alias.get()):
        held = Device.unscoped.select_for_update().get(pk=device.pk)
        if held.revoked_at is not None:
            return held
        is_last = is_last_one(held)
        if is_last and settings.SECOND_FACTOR == "required" and not by_office:
            raise DeviceProblem(gettext_noop("This is your only device; enrol another one before you revoke it."))
        held.revoked_at = at
        held.save(update_fields=["revoked_at"])
        if is_last:
            Device.unscoped.filter(user_id=held.user_id, kind=Kind.CODES, revoked_at=None).update(revoked_at=at)
        if held.confirmed_at is not None:
            if by_office:
                end_sessions(user_id=held.user_id)
            tell_revoked(held, at)
        return held


def is_last_one(device: Device) -> bool:
    """Whether a password alone would be left without this device."""
    others = [one for one in usable(device.user_id) if one.pk != device.pk]
    return device.confirmed_at is not None and device.kind != Kind.CODES and not is_protected(others)


def open_again(*, device: Device, at: datetime) -> bool:
    """Open a device that wrong answers have closed; False where it was open. Sensitive tasks wait for the hold.

    The back office makes sure of the person first, and the person is told.
    """
    with transaction.atomic(using=current_alias.get()):
        held = Device.unscoped.select_for_update(of=("self",)).select_related("user").get(pk=device.pk)
        if held.revoked_at or held.confirmed_at is None or (held.by_firm and _is_without_texts(held.user_id, at)):
            return False
        if not (held.disabled_at or held.locked_until):
            return False
        held.disabled_at, held.locked_until, held.by_firm = None, None, False
        held.wrong, held.trusted_at = 0, at + timedelta(hours=settings.DEVICE_HOLD_HOURS)
        held.save(update_fields=["disabled_at", "locked_until", "by_firm", "wrong", "trusted_at"])
        tell_opened(held, at)
        return True


def _is_without_texts(user_id: int, at: datetime) -> bool:
    day = texts_end(user_id)
    return day is not None and day <= exchange_day(at)


def named(text: str) -> str:
    """A name as it is kept."""
    return " ".join("".join(one for one in text if one.isprintable()).split())[:LONGEST_NAME]


def _made(device: Device, challenge: Challenge, given: str, session: str, at: datetime) -> Outcome:
    """A passkey's registration answers the same question that a signature would, in another form."""
    one = Challenge.unscoped.select_for_update().get(pk=challenge.pk)
    if one.session != session or one.purpose != Purpose.ENROL or one.used_at or one.voided_at:
        return Outcome.OVER
    if at > one.expires_at:
        return Outcome.EXPIRED
    try:
        credential, counter = site().made(given, challenge=one.question)
    except WrongAnswer:
        return Outcome.WRONG
    one.used_at = at
    one.save(update_fields=["used_at"])
    Device.unscoped.filter(pk=device.pk).update(credential=credential, counter=counter)
    return Outcome.RIGHT


def _activate(pk: UUID, at: datetime) -> None:
    device = Device.unscoped.select_for_update().select_related("user").get(pk=pk)
    before = [one for one in enrolled(device.user_id) if one.kind != Kind.CODES]
    replaced = [one for one in before if _gives_way(one, device)]
    device.confirmed_at = at
    device.trusted_at = trusted_from(
        device.kind,
        has_others=bool(before),
        replaces_number=any(one.kind == Kind.TEXT for one in replaced),
        at=at,
        hold=timedelta(hours=settings.DEVICE_HOLD_HOURS),
        number_hold=timedelta(hours=settings.NUMBER_HOLD_HOURS),
    )
    device.trusted_at = max(device.trusted_at, held_until(device.user_id, at) or at)
    for one in replaced:
        one.revoked_at = at
        one.save(update_fields=["revoked_at"])
    device.save(update_fields=["confirmed_at", "trusted_at"])
    tell_added(device, replaced, at)


def _gives_way(old: Device, new: Device) -> bool:
    """A number to the next number or to something better; a card to the next card."""
    if old.kind == Kind.TEXT:
        return new.kind == Kind.TEXT or new.kind in BETTER_THAN_TEXT
    return old.kind == new.kind == Kind.CARD


_BAD_NUMBER = {
    "unreadable": gettext_noop("That is no telephone number; write it with its country, such as +1 202 555 0143."),
    "country": gettext_noop("Codes are not sent to numbers of that country; ask the back office."),
    "kind": gettext_noop("Codes are not sent to numbers of that kind; use a mobile or a fixed line."),
}
