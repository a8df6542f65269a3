"""Opening and sealing what a device's row keeps, with the installation's keys."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings

from auth2fa.devices.models import Device
from auth2fa.factors.passkeys import Site
from auth2fa.factors.sealing import Box


def box() -> Box:
    """The installation's keys."""
    return _box(tuple(settings.FACTOR_KEYS))


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> Box:
    return Box(keys)


def site() -> Site:
    """The portal as browsers know it, from the configured address."""
    return _site(settings.PUBLIC_URL)


@lru_cache(maxsize=4)
def _site(public_url: str) -> Site:
    return Site(public_url)


def seal(device_id: UUID, field: str, plain: bytes) -> bytes:
    """For this row and field alone."""
    return box().seal(plain, f"device {device_id} {field}")


def secret_of(device: Device) -> bytes:
    """The key of a phone, card or app."""
    return box().open(bytes(device.secret), f"device {device.pk} secret")


def share_of(device: Device) -> bytes:
    """Our half of what opens a phone's own copy of its key."""
    return box().open(bytes(device.share), f"device {device.pk} share")


def pin_of(device: Device) -> bytes | None:
    """The hash of the PIN, None where the device has none."""
    return box().open(bytes(device.pin), f"device {device.pk} pin") if device.pin else None
