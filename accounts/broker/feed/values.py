"""Reads the text of one attribute as a number, a day, an instant, a word; refuses what could be read in two ways.

Numbers stay text that PostgreSQL's numeric takes exactly; only what is reckoned with becomes a Decimal.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache

from portal.lib.exchange import EXCHANGE_ZONE
from portal.lib.words import gettext_noop

NULLS = frozenset({"", "-", "--", "N/A"})
MULTI = "MULTI"
FIRST_YEAR, LAST_YEAR = 1900, 2199

LONGEST_NUMBER = 64
LONGEST_FRACTION = 20

# What nearly every number looks like, well within every limit.
is_plain = re.compile(r"-?[0-9]{1,7}(?:\.[0-9]{1,12})?", re.ASCII).fullmatch
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})", re.ASCII)
_CLOCK = re.compile(
    r"([0-9]{2})(:?)([0-9]{2})\2([0-9]{2})(?:\.[0-9]{1,6})?(?: (?:EST|EDT|ET)|([+-][0-9]{2}):?([0-9]{2})|Z)?", re.ASCII
)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
_BOOLEANS = {"Y": True, "Yes": True, "N": False, "No": False}
# Marks that reorder the text around them: a name could show as another one.
_REORDERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class BadValue(ValueError):
    """Text that is not what its attribute should hold. `msgid` with `params` is the message for translation."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params


def present(text: str | None) -> str | None:
    """The text without spaces around it, or None where the broker's signs for nothing stand."""
    if text is None:
        return None
    text = text.strip(" ")
    return None if text in NULLS else text


def number(text: str | None, *, whole: int = 18) -> str | None:
    """A plain decimal number as text, of at most `whole` digits before the point."""
    if text and is_plain(text):
        return text
    text = present(text)
    if text is None:
        return None
    if len(text) > LONGEST_NUMBER:
        raise BadValue(gettext_noop("a number of more than %(most)s characters"), most=LONGEST_NUMBER)
    if not _NUMBER.fullmatch(text):
        if not _GROUPED.fullmatch(text):
            raise BadValue(gettext_noop("%(text)s is not a plain decimal number"), text=ascii(text))
        text = text.replace(",", "")
    integer, _, fraction = text.lstrip("-").partition(".")
    if len(integer.lstrip("0")) > whole:
        raise BadValue(gettext_noop("%(text)s has more than %(most)s digits before the point"), text=text, most=whole)
    if len(fraction) > LONGEST_FRACTION:
        raise BadValue(gettext_noop("%(text)s has more than %(most)s decimals"), text=text, most=LONGEST_FRACTION)
    return text


def decimal(text: str | None, *, whole: int = 15) -> Decimal | None:
    """The same as a Decimal, for reckoning."""
    plain = number(text, whole=whole)
    return None if plain is None else Decimal(plain)


def day(text: str | None) -> date | None:
    """yyyy-MM-dd or yyyyMMdd, with or without a time after it; MULTI, a date of several rows, is nothing."""
    text = present(text)
    return None if text is None or text == MULTI else _day(text)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    found = _DAY.match(text)
    rest = text[found.end() :] if found else ""
    if not found or (rest and not (rest[0] in "; ,T" and _CLOCK.fullmatch(rest[1:].lstrip(" ")))):
        raise BadValue(gettext_noop("%(text)s is not a day written yyyy-MM-dd or yyyyMMdd"), text=ascii(text[:40]))
    try:
        read = date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        raise BadValue(gettext_noop("%(text)s is a day that does not exist"), text=ascii(text[:40])) from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise BadValue(gettext_noop("%(text)s is not a believable day"), text=ascii(text[:40]))
    return read


def instant(text: str | None) -> datetime | None:
    """A day with a time after `;`, a space, a comma or `T`, on the broker's clock; a day alone is its beginning."""
    text = present(text)
    return None if text is None or text == MULTI else _instant(text)


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    read = _day(text)
    clock = _CLOCK.search(text, _DAY.match(text).end())  # type: ignore[union-attr]
    try:
        at = time(int(clock[1]), int(clock[3]), int(clock[4])) if clock else time()
        return datetime.combine(read, at, _zone(clock)).astimezone(UTC)
    except ValueError:
        raise BadValue(gettext_noop("%(text)s is a time that does not exist"), text=ascii(text[:40])) from None


def _zone(clock: re.Match[str] | None) -> tzinfo:
    """The broker's, unless the text says how far it is from UTC."""
    if clock and clock[0].endswith("Z"):
        return UTC
    if clock and clock[5]:
        return timezone(timedelta(hours=int(clock[5]), minutes=int(clock[5][0] + clock[6])))
    return EXCHANGE_ZONE


def currency(text: str | None) -> str | None:
    text = present(text)
    if text is not None and not _CURRENCY.fullmatch(text):
        raise BadValue(gettext_noop("%(text)s is not a currency code"), text=ascii(text[:40]))
    return text


def whole(text: str | None) -> int | None:
    text = present(text)
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        raise BadValue(gettext_noop("%(text)s is not a whole number"), text=ascii(text[:40]))
    return int(text)


def boolean(text: str | None) -> bool | None:
    text = present(text)
    if text is None:
        return None
    if text not in _BOOLEANS:
        raise BadValue(gettext_noop("%(text)s is neither yes nor no"), text=ascii(text[:40]))
    return _BOOLEANS[text]


def words(text: str | None, *, most: int) -> str:
    """Text to show: control characters and marks that reorder text are taken out, and it is cut to what fits."""
    if text is None:
        return ""
    text = text.strip(" ")
    if text in NULLS:
        return ""
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if c not in _REORDERS)
        text = unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c) not in ("Cs", "Co")))
    return text if len(text) <= most else text[:most].strip()


def codes(text: str | None, *, most: int) -> str:
    """A list of codes: separated by `;` in notes, by `,` elsewhere; kept with `;`."""
    parts = (part.strip() for part in words(text, most=most * 2).replace(",", ";").split(";"))
    return ";".join(part for part in parts if part)[:most]
