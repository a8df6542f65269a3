"""Wrong passwords: who has to wait, and for whom a name is held. Strangers must not lock a person out.

Guessing one name from one address waits longer each time; those counts live in the cache, and losing them forgives. A
name that is guessed ten times within a day is disabled until the back office restores it. Devices that have signed in
with it stay open, and only the right password is told so (a wrong one hears what it always hears).
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from accounts.ground.access.context import cursor
from accounts.ground.people.models import DisabledName, WrongPassword

FREE_TRIES = 5
MOST_WAIT = timedelta(minutes=5)
DISABLED_AFTER = 10
COUNTED_FOR = timedelta(hours=24)
WINDOW = 15 * 60
DEVICE_DAYS = 180
MOST_NAMES = 5
_SALT = "accounts.people.device"


def wait_after(wrong: int) -> timedelta:
    """How long after the n-th wrong password in a row the next may be tried: nothing, then 2, 4, 8 .. 300 seconds."""
    if wrong < FREE_TRIES:
        return timedelta(0)
    return min(MOST_WAIT, timedelta(seconds=2 ** min(wrong - FREE_TRIES + 1, 20)))


def may_try(name: str, *, address: str, device: str, at: datetime) -> bool:
    """Whether a password may be tried now, from this device or else this address."""
    until = cache.get(_key("until", name, device or truncate_ip(address)))
    return until is None or at.timestamp() >= until


def failed(name: str, *, address: str, device: str, at: datetime) -> None:
    """Count a wrong password against its place and, where the device is not known, against the name."""
    place = device or truncate_ip(address)
    wait = wait_after(_count("wrong", name, place))
    if wait:
        cache.set(_key("until", name, place), (at + wait).timestamp(), WINDOW)
    if not device:
        with cursor() as cur:
            cur.execute("SELECT app_wrong_password(%s, %s, %s)", [_hashed(name), at, at - COUNTED_FOR])


def is_disabled(name: str, *, device: str) -> bool:
    """Whether so many wrong passwords came from devices unknown to this name that only known ones may enter."""
    if device:
        return False
    with cursor() as cur:
        cur.execute("SELECT app_is_disabled(%s)", [_hashed(name)])
        return cur.fetchone()[0]


def restore(name: str) -> bool:
    """Open a disabled name again and forget what was counted; False where it was open. For the back office."""
    WrongPassword.unscoped.filter(name_hash=_hashed(name)).delete()
    return bool(DisabledName.unscoped.filter(name_hash=_hashed(name)).delete()[0])


def disabled_names(names: Iterable[str]) -> set[str]:
    """Which of these names are disabled. For the back office."""
    by_hash = {_hashed(name): name for name in names}
    rows = DisabledName.unscoped.filter(name_hash__in=by_hash).values_list("name_hash", flat=True)
    return {by_hash[one] for one in rows}


def forget_old(*, at: datetime) -> int:
    """Drop what no count looks at any more."""
    with cursor() as cur:
        cur.execute("SELECT app_forget_wrong_passwords(%s)", [at - COUNTED_FOR])
        return cur.fetchone()[0]


def succeeded(name: str, *, address: str, device: str) -> None:
    """A right password forgives its own place, and no other."""
    place = device or truncate_ip(address)
    cache.delete_many([_key("wrong", name, place), _key("until", name, place)])


def device_of(request: HttpRequest, name: str) -> str:
    """The mark of this browser if the name has signed in from it before, else ""."""
    mark, names = _known(request)
    return mark if _hashed(name) in names else ""


def remember(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """Mark the browser: a signed cookie that opens nothing and says only that these names were here."""
    mark, names = _known(request)
    mark = mark or get_random_string(22)
    names = [_hashed(user.username), *(one for one in names if one != _hashed(user.username))][:MOST_NAMES]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([mark, names], salt=_SALT),
        max_age=DEVICE_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        mark, names = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=timedelta(days=DEVICE_DAYS)
        )
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return mark, names


def _count(kind: str, *parts: str) -> int:
    """One more within the window that begins with the first."""
    key = _key(kind, *parts)
    cache.add(key, 0, WINDOW)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ended between the two calls
        cache.set(key, 1, WINDOW)
        return 1


def _key(kind: str, *parts: str) -> str:
    return f"sign-in:{kind}:{_hashed(*parts)}"


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(part.lower() for part in parts).encode("utf-8", "replace")).hexdigest()[:32]
