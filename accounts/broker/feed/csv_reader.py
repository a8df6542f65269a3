"""Reads a plain table of daily values, line by line: account, date, nlv and, if given, flow and currency.

UTF-8 (with or without a mark) or UTF-16 with one; comma or semicolon; columns named in any order, or without names in
the order above. Days are yyyy-MM-dd or yyyyMMdd. With semicolons a comma in a number would be ambiguous: refused.
"""

import codecs
import csv
import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.broker.feed import values
from accounts.broker.feed.limits import Limits
from accounts.broker.feed.source import CHUNK, Stream, Unreadable
from portal.lib.words import gettext_noop

COLUMNS = ("account", "date", "nlv", "flow", "currency")
_NEEDED = COLUMNS[:3]
_NAMES = {
    "account": ("account", "accountid", "clientaccountid", "accountnumber"),
    "date": ("date", "day", "navdate", "reportdate", "valuedate"),
    "nlv": ("nlv", "nav", "total", "value", "netassetvalue", "netliquidationvalue"),
    "flow": ("flow", "externalflow", "netflow"),
    "currency": ("currency", "basecurrency", "ccy"),
}
_BY_NAME = {name: column for column, names in _NAMES.items() for name in names}
_LOOKS_LIKE_ACCOUNT = re.compile(r"\s*[DAFISU]{1,2}[0-9]{2,8}\s*", re.ASCII | re.IGNORECASE)
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line, read as far as it could be; `problem` says why it cannot be used."""

    number: int
    account: str
    day: date | None = None
    nlv: str | None = None
    flow: str | None = None
    currency: str | None = None
    problem: str = ""

    @property
    def where(self) -> str:
        return f"line {self.number}"


def lines(stream: Stream, limits: Limits, *, warn: Callable[[str], None] = lambda words: None) -> Iterator[Line]:
    """Every line below the header. Raises Unreadable where the file is no such table."""
    text = _Text(stream, limits)
    first = text.peek()
    delimiter = max((",", ";"), key=re.sub(r'"[^"]*"', "", first).count)
    table = csv.reader(text, delimiter=delimiter, strict=True)
    places: dict[str, int] | None = None
    while True:
        begins = table.line_num + 1
        try:
            cells = next(table)
        except StopIteration:
            break
        except csv.Error as error:
            raise Unreadable(gettext_noop("line %(line)s is not quoted correctly"), line=begins) from error
        if not any(cell.strip() for cell in cells):
            continue
        if places is None:
            places, is_header = _places(cells, begins, warn)
            if is_header:
                continue
        yield _line(begins, cells, places, delimiter)
    if places is None:
        raise Unreadable(gettext_noop("is empty"))


def sha256(stream: Stream) -> str:
    digest = hashlib.sha256()
    for chunk in stream.chunks():
        digest.update(chunk)
    return digest.hexdigest()


class _Text:
    """The lines of the file as text; a null or an endless line is refused when it is met."""

    def __init__(self, stream: Stream, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._lines: deque[str] = deque()
        self._tail = ""
        self._number = 0
        self._is_over = False
        head = stream.read(CHUNK)
        is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16" if is_wide else "utf-8-sig")()
        self._decode(head)

    def peek(self) -> str:
        """The first line that is not empty, of those read so far."""
        self._fill()
        return next((line for line in self._lines if line.strip()), "")

    def __iter__(self) -> "_Text":
        return self

    def __next__(self) -> str:
        self._fill()
        if not self._lines:
            raise StopIteration
        self._number += 1
        line = self._lines.popleft()
        if "\0" in line:
            msgid = gettext_noop("line %(line)s holds a null character; the file is not plain text")
            raise Unreadable(msgid, line=self._number)
        return line

    def _fill(self) -> None:
        while not self._lines and not self._is_over:
            if len(self._tail) > self._limits.line:
                msgid = gettext_noop("line %(line)s is longer than %(most)s characters")
                raise Unreadable(msgid, line=self._number + 1, most=self._limits.line)
            self._decode(self._stream.read(CHUNK))

    def _decode(self, chunk: bytes) -> None:
        self._is_over = not chunk
        try:
            text = self._tail + self._decoder.decode(chunk, final=self._is_over)
        except UnicodeDecodeError as error:
            line = self._number + len(self._lines) + chunk[: error.start].count(b"\n") + 1
            msgid = gettext_noop("about line %(line)s the text is not valid %(encoding)s")
            raise Unreadable(msgid, line=line, encoding=error.encoding) from error
        *whole, self._tail = text.split("\n")
        self._lines.extend(line + "\n" for line in whole)
        if self._is_over and self._tail:
            self._lines.append(self._tail)


def _places(cells: Sequence[str], number: int, warn: Callable[[str], None]) -> tuple[dict[str, int], bool]:
    """Which column stands where, and whether this line is the header that says so."""
    if len(cells) > _MOST_COLUMNS:
        raise Unreadable(gettext_noop("line %(line)s has more than %(most)s columns"), line=number, most=_MOST_COLUMNS)
    if _LOOKS_LIKE_ACCOUNT.fullmatch(cells[0]):
        # Without names a fourth column can be the flow or the currency.
        order = list(COLUMNS)
        if len(cells) == len(_NEEDED) + 1 and cells[3].strip().isalpha():
            order = [*_NEEDED, "currency"]
        return dict(zip(order, range(len(cells)), strict=False)), False
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = _BY_NAME.get(re.sub(r"[\W_]", "", cell).lower())
        if column is None:
            warn(gettext_noop("unknown column %(name)s is passed over") % {"name": ascii(cell[:40])})
        elif places.setdefault(column, place) != place:
            raise Unreadable(gettext_noop("the header names %(name)s twice"), name=column)
    missing = [column for column in _NEEDED if column not in places]
    if missing:
        raise Unreadable(
            gettext_noop("it is neither XML nor a table: the header lacks %(names)s"), names=", ".join(missing)
        )
    return places, True


def _line(number: int, cells: Sequence[str], places: dict[str, int], delimiter: str) -> Line:
    found = {column: cells[place].strip() if place < len(cells) else "" for column, place in places.items()}
    account, day = found["account"], None
    try:
        day = values.day(found["date"])
        nlv, flow = (_number(found.get(name), delimiter) for name in ("nlv", "flow"))
        currency = values.currency(found.get("currency"))
    except values.BadValue as error:
        return Line(number, account, day, problem=str(error))
    if day is None or nlv is None:
        missing = "date" if day is None else "nlv"
        return Line(number, account, day, problem=gettext_noop("%(name)s is missing") % {"name": missing})
    return Line(number, account, day, nlv, flow, currency)


def _number(text: str | None, delimiter: str) -> str | None:
    if text and delimiter == ";" and "," in text:
        raise values.BadValue(gettext_noop("%(text)s: a comma is ambiguous here"), text=ascii(text[:40]))
    return values.number(text, whole=15)
