"""A file of contacts, whatever wrote it: which format it is, and what becomes of every card or row of it."""

import codecs
import re
from dataclasses import dataclass

from crm.imports import cards, people
from crm.imports.draft import Draft, Read
from portal.lib.words import Sentence, gettext_noop

MAX_ROWS = 20_000
MAX_BYTES = 20_000_000
CREATE, SKIP, REJECT = "create", "skip", "reject"
TWICE = gettext_noop("The same as line %(line)s: %(why)s.")
SAME_MAIL = gettext_noop("the same e-mail address")
SAME_NAME = gettext_noop("the same name and telephone number")

_CARD = re.compile(rb"\s*BEGIN\s*:\s*VCARD", re.I)


@dataclass(frozen=True, slots=True)
class Judged:
    """One card or row and its verdict: create, skip or reject, with the reason where it is not create."""

    read: Read
    verdict: str
    reason: Sentence | None


@dataclass(frozen=True, slots=True)
class ContactFile:
    """A file read: its format, its rows, and the columns of which nothing is known."""

    format: str
    rows: list[Judged]
    unknown: list[str]

    def count(self, verdict: str) -> int:
        return sum(one.verdict == verdict for one in self.rows)


def read(content: bytes, *, most_rows: int = MAX_ROWS, most_bytes: int = MAX_BYTES) -> ContactFile:
    """Cards, a workbook or a table of text. Raises `ImportRefused` for the file as a whole."""
    if _holds_cards(content):
        return ContactFile("vcard", _judged(cards.read(content, most_cards=most_rows, most_bytes=most_bytes)), [])
    rows, unknown = people.read(content, most_rows=most_rows, most_bytes=most_bytes)
    return ContactFile("xlsx" if content.startswith(b"PK") else "csv", _judged(rows), unknown)


def keys_of(draft: Draft) -> list[tuple[str, str]]:
    """What makes two contacts one: (why, value) for the e-mail address, and for the name with the telephone number."""
    keys = [(SAME_MAIL, draft.email.lower())] if draft.email else []
    digits = re.sub(r"\D", "", draft.phone)
    if digits:
        keys.append((SAME_NAME, f"{draft.first_name} {draft.name} {digits}".casefold()))
    return keys


def _holds_cards(content: bytes) -> bool:
    head = content[:4000].replace(b"\0", b"")
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    return bool(_CARD.match(head)) or bool(re.search(rb"(?:^|[\r\n])\s*BEGIN\s*:\s*VCARD\s*[\r\n]", head, re.I))


def _judged(rows: list[Read]) -> list[Judged]:
    seen: dict[tuple[str, str], int] = {}
    found = []
    for one in rows:
        if one.problem is not None:
            found.append(Judged(one, REJECT, one.problem))
            continue
        keys = keys_of(one.draft)
        before = next((key for key in keys if key in seen), None)
        if before is None:
            found.append(Judged(one, CREATE, None))
        else:
            found.append(Judged(one, SKIP, Sentence(TWICE, {"line": seen[before], "why": before[0]})))
        for key in keys:
            seen.setdefault(key, one.line)
    return found
