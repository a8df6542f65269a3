"""What of a person's devices a page shows, and which may be added."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from django.conf import settings
from django.utils.translation import gettext as _

from auth2fa.devices.models import Device, Kind
from auth2fa.devices.rules import BETTER_THAN_TEXT, MOST
from auth2fa.devices.secrets import site
from auth2fa.factors.numbers import masked


@dataclass(frozen=True)
class Shown:
    """One device on the page."""

    device: Device
    kind: str
    detail: str
    word: str
    mood: str


def shown(device: Device, at: datetime) -> Shown:
    """A device with its state in words."""
    kind = Kind(device.kind)
    if device.confirmed_at is None:
        word, mood = _("Waiting to be activated"), "warn"
    elif device.disabled_at:
        word, mood = _("Switched off after many wrong answers"), "bad"
    elif device.locked_until and device.locked_until > at:
        word, mood = _("Closed for a quarter of an hour"), "warn"
    elif device.trusted_at and device.trusted_at > at:
        word, mood = _("Signs in; sensitive tasks later"), "warn"
    else:
        word, mood = _("Active"), "good"
    detail = {
        Kind.TEXT: masked(device.number) if device.number else "",
        Kind.CARD: device.serial,
        Kind.CODES: _("%(count)s left") % {"count": len(device.hashes)},
    }.get(kind, "")
    return Shown(device, str(kind.label), detail, word, mood)


def offers(rows: list[Device]) -> list[Kind]:
    """The kinds that may be added now, the strongest first."""
    active = [one.kind for one in rows if one.confirmed_at]
    found = [Kind.PASSKEY] if takes_passkeys() else []
    found += [Kind.PHONE, Kind.CARD, Kind.APP]
    if settings.OUTBOX_CARRIERS and not any(one in BETTER_THAN_TEXT for one in active):
        found.append(Kind.TEXT)
    return [one for one in found if one == Kind.TEXT or active.count(one) < MOST[one]]


def takes_passkeys() -> bool:
    """Browsers make passkeys for names, not for numeric addresses."""
    try:
        ip_address(site().host)
    except ValueError:
        return True
    return False
