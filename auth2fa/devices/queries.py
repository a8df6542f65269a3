"""Reading a person's devices; the second wall shows nobody else's."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from accounts.ground.access.context import cursor
from auth2fa.devices.models import Device, Ending, Kind, RememberedBrowser
from auth2fa.devices.rules import PENDING_FOR

_ORDER = list(Kind)


def at_door(user_id: int) -> None:
    """Tell the transaction whose password was right, where nobody acts yet: it sees that person's devices alone."""
    with cursor() as cur:
        cur.execute("SELECT app_door(%s)", [user_id])


def listed(user_id: int, at: datetime) -> list[Device]:
    """What stands on the page: active, switched off, and waiting to be activated."""
    rows = Device.unscoped.filter(user_id=user_id, revoked_at=None).filter(
        Q(confirmed_at__isnull=False) | Q(activate_by__isnull=False) | Q(created_at__gt=at - PENDING_FOR)
    )
    return sorted(rows, key=lambda one: (_ORDER.index(Kind(one.kind)), one.created_at))


def usable(user_id: int) -> list[Device]:
    """What may answer at the door: the device used last first, recovery codes at the end."""
    return [one for one in enrolled(user_id) if one.disabled_at is None]


def enrolled(user_id: int) -> list[Device]:
    """The same with those that wrong answers have switched off: they answer nothing, and protect nevertheless."""
    rows = Device.unscoped.filter(user_id=user_id, confirmed_at__isnull=False, revoked_at=None)
    return sorted(rows, key=_preference)


def held_until(user_id: int, at: datetime) -> datetime | None:
    """Until when somebody waits whose last device the back office has ended; None where nobody waits."""
    hold = timedelta(hours=settings.DEVICE_HOLD_HOURS)
    ended = Ending.unscoped.filter(user_id=user_id, is_ended=True, decided_at__gt=at - hold).order_by("-decided_at")
    last = ended.values_list("decided_at", flat=True).first()
    return last + hold if last else None


def for_tasks(user_id: int, at: datetime) -> list[Device]:
    """What may confirm a sensitive task: no device that is still held."""
    return [one for one in usable(user_id) if one.trusted_at and one.trusted_at <= at]


def is_protected(devices: list[Device]) -> bool:
    """Whether there is a device besides recovery codes, which only replace one."""
    return any(one.kind != Kind.CODES for one in devices)


def beyond_texts(user_ids: Iterable[int]) -> set[int]:
    """Those of the people who have something that answers besides numbers and recovery codes; one question for all."""
    rows = Device.unscoped.filter(user_id__in=set(user_ids), confirmed_at__isnull=False, revoked_at=None)
    better = rows.filter(disabled_at=None).exclude(kind__in=[Kind.TEXT, Kind.CODES])
    return set(better.values_list("user_id", flat=True))


def own(user_id: int, pk: object) -> Device | None:
    """One of a person's devices, None for any other."""
    return Device.unscoped.filter(user_id=user_id, pk=pk, revoked_at=None).first()


def pending(user_id: int, pk: object, at: datetime) -> Device | None:
    """A device that waits to be confirmed and still may be."""
    found = own(user_id, pk)
    if found is None or found.confirmed_at is not None:
        return None
    limit = found.activate_by or found.created_at + PENDING_FOR
    return found if at <= limit else None


def claimed(claim: str) -> Device | None:
    """The device that waits for a phone with this claim; from here on the transaction stands at its owner's door."""
    with cursor() as cur:
        cur.execute("SELECT device_id, user_id FROM app_claimed(%s)", [hashed(claim)])
        row = cur.fetchone()
    if row is None:
        return None
    at_door(row[1])
    return own(row[1], row[0])


def hashed(claim: str) -> str:
    """What is kept of a claim."""
    return hashlib.sha256(claim.encode("utf-8", "replace")).hexdigest()


def browsers(user_id: int, at: datetime) -> list[RememberedBrowser]:
    """Browsers that are not asked for a second proof."""
    rows = RememberedBrowser.unscoped.filter(user_id=user_id, revoked_at=None, expires_at__gt=at)
    return list(rows.order_by("-last_used_at"))


def _preference(one: Device) -> tuple:
    used = -one.last_used_at.timestamp() if one.last_used_at else 0
    return (one.kind == Kind.CODES, used, _ORDER.index(Kind(one.kind)), one.created_at)
