"""The attributes of one row at a time, read by kind; a value that cannot be read is named with its row."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from accounts.broker.feed import values
from accounts.broker.feed.reader import Row
from portal.lib.words import gettext_noop

_NOTHING = values.NULLS


class Problem(Exception):
    """Why a statement is held whole: a reason of `rules.REASONS`, where it was met, and a sentence."""

    def __init__(self, reason: str, row: str, msgid: str, **params: object) -> None:
        self.reason = reason
        self.row = row
        self.msgid = msgid
        self.params = params
        super().__init__(msgid % params if params else msgid)


class Cells:
    """Reads the values of the row it was last pointed at."""

    __slots__ = ("_values", "element", "line")

    def __init__(self) -> None:
        self.element, self.line = "", 0
        self._values: dict[str, str] = {}

    def at(self, element: str, row: Row) -> "Cells":
        self.element, self.line, self._values = element, row.line, row.values
        return self

    @property
    def where(self) -> str:
        return f"line {self.line}, {self.element}"

    def text(self, name: str, *, most: int) -> str:
        text = self._values.get(name)
        return "" if text is None or text in _NOTHING else values.words(text, most=most)

    def codes(self, name: str, *, most: int) -> str:
        return values.codes(self._values.get(name), most=most)

    def number(self, name: str, *, whole: int = 17) -> str | None:
        text = self._values.get(name)
        if text is None or text in _NOTHING:
            return None
        try:
            return values.number(text, whole=whole)
        except values.BadValue as error:
            raise self.bad(name, error) from error

    def needed(self, name: str, *, whole: int = 17) -> str:
        """A number without which the row means nothing."""
        return self.number(name, whole=whole) or self._missing(name)

    def decimal(self, name: str) -> Decimal | None:
        plain = self.number(name, whole=15)
        return None if plain is None else Decimal(plain)

    def nonzero(self, names: Collection[str]) -> dict[str, Decimal]:
        """Those of these amounts that are given and not zero."""
        given = (name for name, text in self._values.items() if name in names and text != "0")
        return {name: amount for name in given if (amount := self.decimal(name))}

    def day(self, name: str) -> date | None:
        return self._read(name, values.day)

    def instant(self, name: str) -> datetime | None:
        return self._read(name, values.instant)

    def currency(self, name: str) -> str | None:
        return self._read(name, values.currency)

    def whole(self, name: str) -> int | None:
        return self._read(name, values.whole)

    def boolean(self, name: str) -> bool | None:
        return self._read(name, values.boolean)

    def _read(self, name, read):
        text = self._values.get(name)
        if text is None or text in _NOTHING:
            return None
        try:
            return read(text)
        except values.BadValue as error:
            raise self.bad(name, error) from error

    def bad(self, name: str, error: values.BadValue) -> Problem:
        return Problem("bad_value", self.where, "%(name)s: " + error.msgid, name=name, **error.params)

    def _missing(self, name: str):
        raise Problem("bad_value", self.where, gettext_noop("%(name)s is missing"), name=name)
