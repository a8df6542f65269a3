"""Browsers that are not asked for a second proof until a day, where the policy allows it; sensitive tasks still ask."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from auth2fa.devices.models import RememberedBrowser

LONGEST = 300


def is_remembered(request: HttpRequest, user_id: int, at: datetime) -> bool:
    """Whether this browser was remembered for this very person; looking at it counts as use."""
    token = request.COOKIES.get(settings.REMEMBERED_COOKIE_NAME, "")
    if not token or not settings.REMEMBERED_BROWSER_DAYS:
        return False
    rows = RememberedBrowser.unscoped.filter(
        user_id=user_id, token_hash=_hashed(token), revoked_at=None, expires_at__gt=at
    )
    return bool(rows.update(last_used_at=at))


def remember(request: HttpRequest, response: HttpResponse, user_id: int, at: datetime) -> None:
    """Remember this browser for the days that the policy gives."""
    days = settings.REMEMBERED_BROWSER_DAYS
    if not days:
        return
    token = get_random_string(43)
    RememberedBrowser.unscoped.create(
        user_id=user_id,
        token_hash=_hashed(token),
        name="".join(one for one in request.headers.get("User-Agent", "")[:LONGEST] if one.isprintable()),
        created_at=at,
        last_used_at=at,
        expires_at=at + timedelta(days=days),
    )
    response.set_cookie(
        settings.REMEMBERED_COOKIE_NAME,
        token,
        max_age=days * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(*, user_id: int, pk: object, at: datetime) -> int:
    """Ask a browser again from now on; how many there were."""
    return RememberedBrowser.unscoped.filter(user_id=user_id, pk=pk, revoked_at=None).update(revoked_at=at)


def forget_others(request: HttpRequest, user_id: int, at: datetime) -> int:
    """Ask every browser again but the one that this request comes from; how many there were."""
    here = _hashed(request.COOKIES.get(settings.REMEMBERED_COOKIE_NAME, ""))
    rows = RememberedBrowser.unscoped.filter(user_id=user_id, revoked_at=None)
    return rows.exclude(token_hash=here).update(revoked_at=at)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
