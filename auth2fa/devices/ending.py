"""Ending devices for people who lost them: one person of the back office asks, another ends the last one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.ground.access.context import current_alias
from accounts.ground.people.models import Role, Seat
from accounts.ground.trail.models import TrailEntry
from auth2fa.devices.actions import DeviceProblem, is_last_one, revoke
from auth2fa.devices.models import Device, Ending
from auth2fa.devices.notices import tell_ending_asked, tell_ending_declined
from auth2fa.devices.rules import UNTOUCHED_FOR, may_decide
from portal.lib.words import gettext_noop


def end(*, device: Device, by: int, at: datetime) -> bool:
    """End a device; False where it is somebody's last, which now waits for a second person of the back office.

    The owner is told of either, in case somebody else has asked for it.
    """
    with transaction.atomic(using=current_alias.get()):
        held = _locked(device)
        if held.revoked_at is None and is_last_one(held):
            _ask(held, by, at)
            return False
        revoke(device=held, at=at, by_office=True)
        return True


def approve(*, ending: Ending, by: int, at: datetime) -> None:
    """End the device, as the second person. Raises `DeviceProblem`; then nothing has changed."""
    with transaction.atomic(using=current_alias.get()):
        device = _locked(ending.device)
        asked = _open(ending)
        # Nobody seats a helper of their own to decide.
        seats = Seat.unscoped.filter(user_id=by, role=Role.OFFICE, is_active=True, created_at__lte=asked.asked_at)
        problem = may_decide(
            asked_by=asked.asked_by_id,
            asked_at=asked.asked_at,
            by=by,
            was_there=seats.exists(),
            is_own=not changed_by_others(by, at - UNTOUCHED_FOR),
            at=at,
        )
        if problem:
            raise DeviceProblem(problem)
        _decide(asked, by, at, is_ended=True)
        revoke(device=device, at=at, by_office=True)


def decline(*, ending: Ending, by: int, at: datetime) -> None:
    """Leave the device as it is, and tell its owner; whoever asked may take it back too. Raises `DeviceProblem`."""
    with transaction.atomic(using=current_alias.get()):
        device, asked = _locked(ending.device), _open(ending)
        _decide(asked, by, at, is_ended=False)
        tell_ending_declined(device, asked, at)


def changed_by_others(user_id: int, since: datetime) -> bool:
    """Whether somebody else has changed a person's sign-in, seats or devices; the trail below the ORM says so.

    The person's own doings do not count, nor what the door does while nobody is signed in.
    """
    seats = Seat.unscoped.filter(user_id=user_id).values_list("pk", flat=True)
    devices = Device.unscoped.filter(user_id=user_id).values_list("pk", flat=True)
    rows = (
        Q(table="accounts_user", row=str(user_id))
        | Q(table="accounts_seat", row__in=[str(pk) for pk in seats])
        | Q(table="auth2fa_device", row__in=[str(pk) for pk in devices])
    )
    found = TrailEntry.unscoped.filter(rows, at__gt=since, user_id__isnull=False)
    return found.exclude(user_id=user_id).exists()


def _locked(device: Device) -> Device:
    """With all devices of its owner, so that of two that are ended at once one is seen to be the last."""
    rows = Device.unscoped.select_for_update(of=("self",)).select_related("user").filter(user_id=device.user_id)
    return next(one for one in rows.order_by("pk") if one.pk == device.pk)


def _ask(device: Device, by: int, at: datetime) -> None:
    ending, is_new = Ending.unscoped.get_or_create(
        device=device, decided_at=None, defaults={"user_id": device.user_id, "asked_by_id": by, "asked_at": at}
    )
    if is_new:
        tell_ending_asked(device, ending, at)


def _open(ending: Ending) -> Ending:
    found = Ending.unscoped.select_for_update().get(pk=ending.pk)
    if found.decided_at is not None:
        raise DeviceProblem(gettext_noop("This has been decided already."))
    return found


def _decide(ending: Ending, by: int, at: datetime, *, is_ended: bool) -> None:
    ending.decided_by_id, ending.decided_at, ending.is_ended = by, at, is_ended
    ending.save(update_fields=["decided_by", "decided_at", "is_ended"])
