"""Telling a person that devices have changed: by mail, and by text where a number stood before the change."""

from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.ground.dates import day_text
from accounts.ground.outbox.actions import owe_person
from accounts.ground.outbox.models import Channel
from accounts.ground.people.models import User
from accounts.ground.writing import told_in
from auth2fa.carriers.actions import send_notice
from auth2fa.devices.models import Device, Ending, Kind


def tell_added(device: Device, replaced: list[Device], at: datetime) -> None:
    """A new device counts; whoever did not enrol it must act at once."""
    user = device.user
    with told_in(user.language):
        said = {"device": device.name, "name": user.username}
        body = _(
            "The device “%(device)s” now proves who you are when %(name)s signs in. If that was not you, change your"
            " password at once and tell the back office."
        )
        _owe(user, _("A device was added to your sign-in"), body % said, f"device added {device.pk}")
        old = [one for one in replaced if one.kind == Kind.TEXT]
        _text([*old, *_numbers(user, but=device)], body % said, f"device added {device.pk}", at)


def tell_revoked(device: Device, at: datetime) -> None:
    """A device counts no longer."""
    user = device.user
    with told_in(user.language):
        said = {"device": device.name, "name": user.username}
        body = _(
            "The device “%(device)s” no longer proves who you are when %(name)s signs in. If that was not you, change"
            " your password at once and tell the back office."
        )
        _owe(user, _("A device was removed from your sign-in"), body % said, f"device revoked {device.pk}")
        _text(
            [*([device] if device.kind == Kind.TEXT else []), *_numbers(user, but=device)],
            body % said,
            f"device revoked {device.pk}",
            at,
        )


def tell_codes_made(user: User, at: datetime) -> None:
    """Old recovery codes are void."""
    with told_in(user.language):
        body = _(
            "New recovery codes were made for %(name)s; the old ones no longer work. If that was not you, change your"
            " password at once and tell the back office."
        ) % {"name": user.username}
        _owe(user, _("New recovery codes were made"), body, f"recovery codes {user.pk} {at.isoformat()}")


def tell_opened(device: Device, at: datetime) -> None:
    """The back office has opened a device that wrong answers had closed."""
    user = device.user
    with told_in(user.language):
        body = _(
            "The back office has opened the device “%(device)s” of %(name)s again, which wrong answers had closed. If"
            " you did not ask for it, tell the back office at once."
        ) % {"name": user.username, "device": device.name}
        _owe(user, _("A device was opened again"), body, f"device opened {device.pk} {at.isoformat()}")


def tell_locked(device: Device, at: datetime) -> None:
    """Somebody who knows the password has answered wrongly many times."""
    user = device.user
    with told_in(user.language):
        body = _(
            "Somebody gave the right password of %(name)s and many wrong answers for the device “%(device)s”, which is"
            " closed for a while. If that was not you, change your password at once."
        ) % {"name": user.username, "device": device.name}
        _owe(user, _("Wrong answers for your sign-in"), body, f"device locked {device.pk} {at:%Y-%m-%d %H}")


def tell_ending_asked(device: Device, ending: Ending, at: datetime) -> None:
    """Somebody has said to the back office that the last device is lost; whoever did not must speak up."""
    user = device.user
    with told_in(user.language):
        said = {"device": device.name, "name": user.username}
        body = _(
            "The back office was asked to end “%(device)s”, the only device that proves who you are when %(name)s signs"
            " in. A second person of the back office decides. If you did not ask for it, tell the back office at once."
        )
        key = f"device ending asked {ending.pk}"
        _owe(user, _("Your only device is to be ended"), body % said, key)
        _text([*([device] if device.kind == Kind.TEXT else []), *_numbers(user, but=device)], body % said, key, at)


def tell_ending_declined(device: Device, ending: Ending, at: datetime) -> None:
    """The last device stays; whoever was told that it might go hears how it ended."""
    user = device.user
    with told_in(user.language):
        said = {"device": device.name, "name": user.username}
        body = _(
            "The back office has declined to end “%(device)s”, the only device that proves who you are when %(name)s"
            " signs in. It goes on working. If you never asked for its end, somebody else did: change your password."
        )
        key = f"device ending declined {ending.pk}"
        _owe(user, _("Your only device stays"), body % said, key)
        _text([*([device] if device.kind == Kind.TEXT else []), *_numbers(user, but=device)], body % said, key, at)


def tell_texts_end(device: Device, day: date, at: datetime) -> None:
    """The firm takes no codes by text or call from a day on."""
    user = device.user
    with told_in(user.language):
        body = _(
            "From %(day)s on no codes are sent to %(name)s by text or call: your firm has decided so, because numbers"
            " can be taken over. Add a passkey, a phone key or an authenticator app before, under Settings, Secure"
            " login; it takes a minute. Whoever has nothing else on that day is let in by the back office alone."
        ) % {"name": user.username, "day": day_text(day)}
        _owe(user, _("Codes by text and call end"), body, f"texts end {device.pk} {day} {at:%Y-%m-%d}")


def tell_texts_are_weak(device: Device, at: datetime) -> None:
    """Once a year, to whoever has nothing better than texts."""
    user = device.user
    with told_in(user.language):
        body = _(
            "Codes by text message are all that protects the sign-in of %(name)s beside the password. Texts can be"
            " intercepted, and numbers taken over. A passkey, a phone key or an authenticator app is safer and free:"
            " add one under Settings, Secure login."
        )
        _owe(
            user,
            _("A safer way to sign in"),
            body % {"name": user.username},
            f"texts are weak {device.pk} {at:%Y-%m-%d}",
        )


def _owe(user: User, subject: str, body: str, key: str) -> None:
    owe_person(user_id=user.pk, subject=subject, body=body, natural_key=key)


def _numbers(user: User, *, but: Device) -> list[Device]:
    rows = Device.unscoped.filter(user=user, kind=Kind.TEXT, confirmed_at__isnull=False, revoked_at=None)
    return list(rows.exclude(pk=but.pk))


def _text(devices: list[Device], body: str, key: str, at: datetime) -> None:
    """A plain text, not a code: it is no secret and may wait."""
    for device in devices if settings.OUTBOX_CARRIERS.get(Channel.SMS) else ():
        send_notice(device=device, body=body, key=f"{key} {device.pk}", at=at)
