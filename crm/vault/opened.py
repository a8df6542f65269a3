"""The door of the vault for pages and API: the keys of this request, sealed rows, and looking through them."""

import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.vault.engine.encoding import Unopened
from crm.vault.engine.ring import Ring
from crm.vault.models import Kept, MemberState
from crm.vault.queries import own_member
from crm.vault.rules import Locked, member_seat
from crm.vault.unlocking import Opened, reopen

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def opened(request: HttpRequest) -> Opened:
    """The vault, open for this request. Raises `Locked`, which is answered with 403 and what to do."""
    found = if_opened(request)
    if found is None:
        member = own_member(member_seat(request.seat))  # type: ignore[attr-defined]
        if member is None or member.state == MemberState.MAKING:
            raise Locked(_("Your client book has no storage password yet. Set one up to keep notes and documents."))
        if member.state == MemberState.WAITING:
            raise Locked(_("Your colleague who set up the client book has to let you in first."))
        raise Locked
    return found


def if_opened(request: HttpRequest) -> Opened | None:
    """The same, None where it is locked; for pages that show what is locked."""
    if not hasattr(request, "vault"):
        who = member_seat(request.seat)  # type: ignore[attr-defined]
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


class SealedRow(Kept):
    """Base of rows with sealed texts: each name of `sealed` has a column `NAME_sealed`.

    A row is sealed whole under its next version, so that a text of an older version does not fit beside newer ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.PositiveIntegerField(default=0)

    sealed: tuple[str, ...] = ()

    class Meta(Kept.Meta):
        abstract = True

    def put(self, vault: Opened, **texts: str) -> Self:
        """Seal these texts, and the others anew; the caller saves the row."""
        now = {**(self.texts(vault) if self.version else dict.fromkeys(self.sealed, "")), **texts}
        self.version += 1
        for name in self.sealed:
            text = vault.ring.seal_field(self._meta.label_lower, self.pk, name, self.version, now[name])
            setattr(self, f"{name}_sealed", text)
        return self

    def texts(self, vault: Opened) -> dict[str, str]:
        """All texts of the row. Raises `Unopened` where what is stored was changed from outside."""
        return self.texts_with(vault.ring)

    def texts_with(self, keys: Ring) -> dict[str, str]:
        """The same, by the keys themselves."""
        return {name: self._text(keys, name) for name in self.sealed}

    def text(self, vault: Opened, name: str) -> str:
        """One text."""
        return self._text(vault.ring, name)

    def _text(self, keys: Ring, name: str) -> str:
        stored = bytes(getattr(self, f"{name}_sealed"))
        return keys.open_field(self._meta.label_lower, self.pk, name, self.version, stored)


Row = TypeVar("Row", bound=SealedRow)


def look_through(vault: Opened, rows: Iterable[Row], needle: str) -> Iterator[tuple[Row, dict[str, str]]]:
    """Rows whose texts hold every word of the needle, accents and case aside; opened one by one, kept nowhere."""
    words = folded(needle).split()
    for row in rows:
        try:
            texts = row.texts(vault)
        except Unopened:
            continue
        whole = folded("\n".join(texts.values()))
        if all(word in whole for word in words):
            yield row, texts


def folded(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))
