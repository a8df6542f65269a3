"""The door of the vault for pages and API: the keys of this request, and the cookie of this browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.vault.models import MemberState
from crm.vault.queries import own_member
from crm.vault.rules import Locked, member_seat
from crm.vault.sealed import Opened
from crm.vault.unlocking import reopen

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def opened(request: HttpRequest, *, in_part: bool = False) -> Opened:
    """The vault, open for this request. Raises `Locked`, which is answered with 403 and what to do.

    A page that shows a part of the book to who works with some accounts only says `in_part`; all others refuse them.
    """
    found = if_opened(request, in_part=in_part)
    if found is None:
        member = own_member(member_seat(request.seat, in_part=in_part))  # type: ignore[attr-defined]
        if member is None or member.state == MemberState.MAKING:
            raise Locked(_("Your client book has no storage password yet. Set one up to keep notes and documents."))
        if member.state == MemberState.WAITING:
            raise Locked(_("Your colleague who set up the client book has to let you in first."))
        raise Locked
    return found


def if_opened(request: HttpRequest, *, in_part: bool = False) -> Opened | None:
    """The same, None where it is locked; for pages that show what is locked."""
    who = member_seat(request.seat, in_part=in_part)  # type: ignore[attr-defined]
    if not hasattr(request, "vault"):
        cookie, key = request.COOKIES.get(settings.VAULT_COOKIE_NAME, ""), _session_key(request)
        found = reopen(who=who, cookie=cookie, session_key=key, at=timezone.now()) if cookie and key else None
        request.vault = found  # type: ignore[attr-defined]
    return request.vault  # type: ignore[attr-defined]


def _session_key(request: HttpRequest) -> str:
    """A program with a token has no browser session, and so no open vault."""
    session = getattr(request, "session", None)
    return (session.session_key or "") if session is not None else ""


def give_cookie(response: HttpResponseBase, value: str) -> None:
    """The secret of this browser; it lives as long as the browser, and no other site's page makes it travel."""
    response.set_cookie(  # type: ignore[attr-defined]
        settings.VAULT_COOKIE_NAME,
        value,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
        path="/",
    )


def take_cookie(response: HttpResponseBase) -> None:
    """Nothing of the unlocked vault stays in the browser."""
    response.delete_cookie(settings.VAULT_COOKIE_NAME, path="/", samesite="Strict")  # type: ignore[attr-defined]
    response["Clear-Site-Data"] = '"cache"'
