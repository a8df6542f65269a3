"""Which devices, how many and from when: no rows, no requests."""

from datetime import datetime, timedelta

from auth2fa.devices.models import Kind
from portal.lib.words import gettext_noop

PHONE_SUITE = "OCRA-1:HOTP-SHA256-8:QN08-PSHA256-T1M"
MOST = {Kind.PASSKEY: 5, Kind.PHONE: 3, Kind.CARD: 1, Kind.APP: 2, Kind.TEXT: 1, Kind.CODES: 1}
# An enrolment that was begun and not finished.
PENDING_FOR = timedelta(minutes=15)
CLAIM_FOR = timedelta(minutes=5)
ACTIVATE_WITHIN = timedelta(days=14)
# A text is temporary: it leaves when one of these is active.
BETTER_THAN_TEXT = (Kind.PHONE, Kind.CARD)

LOCK_EVERY = 10
LOCKED_FOR = timedelta(minutes=15)
DISABLED_AFTER = 50
# How long a second person of the back office may end what a first one asked to end.
DECIDED_WITHIN = timedelta(days=3)
# A colleague who was given a new password could be whoever gave it: for so long they are no second person.
UNTOUCHED_FOR = timedelta(days=7)
REMINDED_EVERY = timedelta(days=365)


def trusted_from(
    kind: str, *, has_others: bool, replaces_number: bool, at: datetime, hold: timedelta, number_hold: timedelta
) -> datetime:
    """From when a new device confirms sensitive tasks.

    A first one at once, since until now the password alone did; one beside others after a hold, in which the person
    has been told and can object; a new number after a longer one.
    """
    if kind == Kind.TEXT and replaces_number:
        return at + number_hold
    if has_others and kind != Kind.CODES:
        return at + hold
    return at


def carries(kind: str, *, confirmed_at: datetime | None, at: datetime, hold: timedelta) -> str:
    """Which row of the withdrawal limits a device counts as: while it is younger than the hold, as a password alone.

    Otherwise whoever has stolen a password would raise its limit by enrolling a device of their own.
    """
    return kind if confirmed_at is not None and confirmed_at + hold <= at else "password"


def must_enrol(*, policy: str, has_device: bool, joined: datetime, grace: timedelta, at: datetime) -> bool:
    """Whether somebody may do nothing but enrol a device first."""
    return policy == "required" and not has_device and at > joined + grace


def after_wrong(wrong: int, at: datetime) -> tuple[datetime | None, bool]:
    """What so many wrong answers in a row come to: locked until when, and whether the device is switched off."""
    return (at + LOCKED_FOR if wrong % LOCK_EVERY == 0 else None), wrong >= DISABLED_AFTER


def may_decide(*, asked_by: int, asked_at: datetime, by: int, was_there: bool, is_own: bool, at: datetime) -> str:
    """Why somebody may not end a last device that was asked to be ended; "" where they may."""
    if by == asked_by:
        return gettext_noop("You asked for this yourself; another person of the back office decides.")
    if not was_there:
        return gettext_noop("Only somebody who was in the back office before this was asked decides.")
    if not is_own:
        return gettext_noop(
            "Somebody else has changed your sign-in, seat or devices within the last seven days; another person of the"
            " back office decides."
        )
    if at > asked_at + DECIDED_WITHIN:
        return gettext_noop("This was asked more than three days ago; decline it and ask anew.")
    return ""
