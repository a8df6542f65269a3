"""Rows of a table as drafts: all or nothing per row, and a sentence where it is nothing."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from crm.imports.days import day_of, order_of
from crm.imports.draft import (
    COMPANY,
    FIRST_NAME_MISSING,
    HOUSEHOLD,
    KINDS,
    LAST_NAME_MISSING,
    LONGEST,
    MOST_OF_A_KIND,
    NAME_MISSING,
    PERSON,
    TRUST,
    Address,
    Draft,
    ImportRefused,
    Reach,
    Read,
    trimmed,
)
from crm.imports.headers import OF_THE_BOOK, PASSED_OVER, Meaning, meanings_of
from crm.imports.sheets import Row, table_of
from portal.lib.words import Sentence, gettext_noop

NO_HEADER = gettext_noop("The first row names no column of contacts; take the template, or name first and last name.")
NO_DAY = gettext_noop("%(column)s: write the date as 1980-03-22, not “%(value)s”.")
NO_MAIL = gettext_noop("“%(value)s” is no e-mail address.")
TOO_LONG = gettext_noop("%(column)s holds more than %(most)s characters.")
NAME_TOO_LONG = gettext_noop("A name holds more than %(most)s characters.")
NO_KIND = gettext_noop("“%(value)s” is no kind of contact; write person, company, household or trust.")
LONGEST_NAME = 100

_MAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s,;<>()\".]{2,}$")
_KINDS = {
    **{kind: kind for kind in KINDS},
    **dict.fromkeys(("individual", "prospect", "client", "человек", "физическое лицо"), PERSON),
    **dict.fromkeys(("organization", "organisation", "org", "организация", "компания"), COMPANY),
    **dict.fromkeys(("family", "семья", "домохозяйство"), HOUSEHOLD),
    **dict.fromkeys(("траст",), TRUST),
}
_GENDERS = {"m": "male", "f": "female"}
_DAYS = ("born_on", "anniversary")
_TEXTS = {one.name for one in fields(Draft) if one.type is str or one.type == "str"} - {"kind", "birthday"}


def read(content: bytes, *, most_rows: int, most_bytes: int) -> tuple[list[Read], list[str]]:
    """(a verdict per row, the columns of which nothing is known). Raises `ImportRefused` for the file as a whole."""
    head, *rows = table_of(content, most_rows=most_rows, most_bytes=most_bytes)
    if len(head.cells[0]) == 5 and head.cells[0].lower().startswith("sep=") and rows:
        head, *rows = rows
    meanings = meanings_of(head.cells)
    known = {one.field for one in meanings if one}
    if not known & {"name", "full_name", "organisation", "emails"}:
        raise ImportRefused(NO_HEADER)
    table = _Table(head.cells, meanings, rows)
    unknown = [cell for cell, one in zip(head.cells, meanings, strict=True) if one is None and cell]
    return [table.read(row) for row in rows], unknown


class _Table:
    """Rows under one header."""

    def __init__(self, head: Sequence[str], meanings: Sequence[Meaning | None], rows: Sequence[Row]) -> None:
        self.head, self.meanings = head, meanings
        days = [
            row.cells[place]
            for row in rows
            for place, one in enumerate(meanings)
            if one and one.field in _DAYS and place < len(row.cells)
        ]
        self.order = order_of(days)

    def read(self, row: Row) -> Read:
        """What becomes of a row; the first thing that is wrong with it is told."""
        draft, problems, remarks = Draft(), [], []
        several: dict[tuple[str, str], dict[str, str]] = {}
        for place, (meaning, cell) in enumerate(zip(self.meanings, row.cells, strict=False)):
            if not cell:
                continue
            if meaning is None:
                draft.more.append(f"{self.head[place] or place + 1}: {cell[:LONGEST]}")
            elif len(cell) > LONGEST:
                problems.append(Sentence(TOO_LONG, {"column": self.head[place], "most": LONGEST}))
            elif meaning.field in _DAYS:
                day, is_understood = self._day(cell)
                setattr(draft, meaning.field, day)
                if not is_understood:
                    problems.append(Sentence(NO_DAY, {"column": self.head[place], "value": cell[:40]}))
                elif meaning.field == "born_on":
                    draft.birthday = cell
            else:
                problems += self._put(draft, several, meaning, cell)
        for (field, _turn), parts in several.items():
            problems += _add(draft, field, parts)
        problems += _name(draft, remarks)
        remarks += trimmed(draft)
        return Read(row.line, draft, problems[0] if problems else None, remarks)

    def _day(self, cell: str) -> tuple[date | None, bool]:
        return (None, True) if cell in ("0/0/00", "00/00/0000", "-") else day_of(cell, order=self.order)

    def _put(
        self, draft: Draft, several: dict[tuple[str, str], dict[str, str]], meaning: Meaning, cell: str
    ) -> list[Sentence]:
        field = meaning.field
        if field in OF_THE_BOOK:
            draft.fields[field] = cell
        elif field == PASSED_OVER:
            pass
        elif field == "kind":
            kind = _KINDS.get(cell.lower())
            if kind is None:
                return [Sentence(NO_KIND, {"value": cell[:40]})]
            draft.kind = kind
        elif field == "groups":
            draft.groups = [one.strip(" *") for one in re.split(r":::|[;,|]", cell) if one.strip(" *")]
        elif field == "urls":
            if meaning.part != "type":
                draft.urls.append(Reach(cell))
        elif field == "spouse":
            draft.related.append(Reach(cell, "spouse"))
        elif field == "gender":
            draft.gender = _GENDERS.get(cell.lower(), cell.lower())
        elif field in _TEXTS:
            held = getattr(draft, field)
            setattr(draft, field, f"{held}\n{cell}" if held and field == "note" else held or cell)
        elif field == "addresses":
            use = meaning.turn.rstrip("0123456789")
            several.setdefault((field, meaning.turn), {"type": use})[meaning.part] = cell
        else:
            parts = several.setdefault((field, meaning.turn), {})
            if meaning.part == "type":
                parts["type"] = cell
            else:
                parts["value"] = cell
                parts.setdefault("type", meaning.part)
        return []


def _add(draft: Draft, field: str, parts: dict[str, str]) -> list[Sentence]:
    use = parts.get("type", "").strip("* ").lower()
    if field == "addresses":
        given = {name: text for name, text in parts.items() if name != "type"}
        if given:
            draft.addresses.append(Address(type=use, **given))
        return []
    # Google puts several numbers of a kind into one cell.
    for value in parts.get("value", "").split(":::")[:MOST_OF_A_KIND]:
        value = value.strip()
        if not value:
            continue
        if field == "emails":
            if not _MAIL.match(value):
                return [Sentence(NO_MAIL, {"value": value[:80]})]
            if all(one.value.lower() != value.lower() for one in draft.emails):
                draft.emails.append(Reach(value, use))
        else:
            draft.phones.append(Reach(value, use))
    return []


def _name(draft: Draft, remarks: list[Sentence]) -> list[Sentence]:
    """Complete the names and say which is missing."""
    if not draft.name and not draft.first_name and draft.full_name and draft.kind == PERSON:
        last, comma, first = draft.full_name.partition(",")
        if not comma:
            first, _space, last = draft.full_name.rpartition(" ")
        draft.first_name, draft.name = first.strip(), last.strip()
    if draft.kind == PERSON and draft.organisation and not (draft.name or draft.first_name):
        draft.kind = COMPANY
    if draft.kind != PERSON:
        draft.name = draft.name or draft.full_name or draft.organisation
        return [] if draft.name else [Sentence(NAME_MISSING, {})]
    missing = []
    if not draft.first_name:
        missing.append(Sentence(FIRST_NAME_MISSING, {}))
    if not draft.name:
        missing.append(Sentence(LAST_NAME_MISSING, {}))
    too_long = [one for one in (draft.first_name, draft.name) if len(one) > LONGEST_NAME]
    return missing or [Sentence(NAME_TOO_LONG, {"most": LONGEST_NAME}) for _one in too_long]
