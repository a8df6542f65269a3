"""Rows with sealed texts, and looking through them."""

import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, TypeVar

from django.db import models

from accounts.ground.access.context import Who
from crm.vault.engine.encoding import Unopened
from crm.vault.engine.ring import Ring
from crm.vault.models import Kept, Unlocked


@dataclass(frozen=True)
class Opened:
    """An unlocked vault for the length of one request."""

    ring: Ring
    who: Who
    row: Unlocked


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
        """Seal these texts, and the others anew; the caller saves the row. What is written over need not open."""
        kept = {name: self.text(vault, name) if self.version else "" for name in self.sealed if name not in texts}
        now = {**kept, **texts}
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
