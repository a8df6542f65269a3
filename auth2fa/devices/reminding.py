"""Reminding people once a year that texts alone are the weakest proof (NIST SP 800-63B calls them restricted)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.ground.access.context import as_role
from auth2fa.devices.models import Device, Kind
from auth2fa.devices.notices import tell_texts_are_weak
from auth2fa.devices.rules import REMINDED_EVERY

MOST = 500


def remind_due(*, at: datetime, most: int = MOST) -> int:
    """Tell everybody whose only device takes texts, a year after it was added or they were last told; how many.

    Each in a transaction of its own; run twice, it tells nobody twice.
    """
    told = 0
    with as_role("office"):
        while told < most and _remind_next(at):
            told += 1
    return told


def _remind_next(at: datetime) -> bool:
    with transaction.atomic(using="office"):
        live = Device.unscoped.filter(confirmed_at__isnull=False, revoked_at=None)
        better = live.filter(user_id=OuterRef("user_id"), disabled_at=None).exclude(kind__in=[Kind.TEXT, Kind.CODES])
        long_ago = at - REMINDED_EVERY
        device = (
            live.filter(~Exists(better), kind=Kind.TEXT, user__is_active=True)
            .filter(Q(reminded_at__lte=long_ago) | Q(reminded_at=None, confirmed_at__lte=long_ago))
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("user")
            .order_by("pk")
            .first()
        )
        if device is None:
            return False
        device.reminded_at = at
        device.save(update_fields=["reminded_at"])
        tell_texts_are_weak(device, at)
        return True
