"""Tables of contacts: workbooks (XLSX) and CSV of any spreadsheet, read into rows of text."""

import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from crm.imports.draft import TOO_LARGE, TOO_MANY, ImportRefused
from portal.lib import csvtext
from portal.lib.filekinds import NotAnArchive, is_office_package, members_of, swells
from portal.lib.words import gettext_noop

MAX_COLUMNS = 200
# A workbook is a zip file: what it may hold once it is opened.
MAX_UNPACKED = 60_000_000
MAX_RATIO = 60
# Cells may refer to one long text as often as they like, so what they come to is counted too.
MAX_LETTERS = 50_000_000

NOT_A_WORKBOOK = gettext_noop("The file is no workbook that can be read; save it as XLSX or CSV.")
OLD_WORKBOOK = gettext_noop("The file is a workbook of before 2007; save it as XLSX or CSV.")
A_WEB_PAGE = gettext_noop("The file is a web page, not a table; save it as XLSX or CSV.")
SWELLS = gettext_noop("The workbook would swell to more than can be read.")
EMPTY = gettext_noop("The file has no rows.")
NULLS = gettext_noop("The file is not plain text; save it as XLSX or CSV.")

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Row(NamedTuple):
    """A row with the line or sheet row where it begins (from 1)."""

    line: int
    cells: tuple[str, ...]


def table_of(content: bytes, *, most_rows: int, most_bytes: int) -> list[Row]:
    """The rows of a file with its header, empty ones left out. Raises `ImportRefused`."""
    if len(content) > most_bytes:
        raise ImportRefused(TOO_LARGE, most=most_bytes)
    if content.startswith(_OLD):
        raise ImportRefused(OLD_WORKBOOK)
    rows = _of_workbook(content, most_rows) if content.startswith(_ZIP) else _of_text(content, most_rows)
    if not rows:
        raise ImportRefused(EMPTY)
    if len(rows) > most_rows + 1:
        raise ImportRefused(TOO_MANY, most=most_rows)
    return rows


def _of_text(content: bytes, most_rows: int) -> list[Row]:
    if content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise ImportRefused(A_WEB_PAGE)
    try:
        text, _encoding = csvtext.decoded(content)
    except csvtext.BadCsv as refused:
        raise ImportRefused(NULLS) from refused
    if "\0" in text:
        raise ImportRefused(NULLS)
    try:
        rows = csvtext.read(
            text.encode(),
            max_bytes=4 * len(content) + 100,
            max_rows=most_rows + 2,
            max_columns=MAX_COLUMNS,
            delimiter=_separator(text),
        )
    except csvtext.BadCsv as refused:
        raise ImportRefused(refused.msgid, **refused.params) from refused
    return [Row(row.line, tuple(csvtext.unguarded(cell.strip()) for cell in row.cells)) for row in rows]


def _separator(text: str) -> str:
    """Of names and addresses, unlike of amounts, a comma separates unless another sign stands more often."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    return max((",", ";", "\t"), key=first.count) if any(sign in first for sign in ",;\t") else ","


def _of_workbook(content: bytes, most_rows: int) -> list[Row]:
    # Openpyxl takes a sixth of a second to import.
    from openpyxl import load_workbook

    _weigh(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        rows, letters = [], 0
        for line, cells in enumerate(
            sheet.iter_rows(max_col=MAX_COLUMNS, max_row=10 * most_rows + 100, values_only=True), start=1
        ):
            written = tuple(_written(cell) for cell in cells)
            letters += sum(map(len, written))
            if letters > MAX_LETTERS:
                raise ImportRefused(SWELLS)
            if any(written):
                rows.append(Row(line, written))
            if len(rows) > most_rows + 1:
                break
    except ImportRefused:
        raise
    except Exception as broken:
        # A broken workbook raises whatever its parts' parsers raise.
        raise ImportRefused(NOT_A_WORKBOOK) from broken
    return rows


def _weigh(content: bytes) -> None:
    """Refuse what would swell, before anything of it is unpacked."""
    try:
        parts = members_of(io.BytesIO(content))
    except NotAnArchive as broken:
        raise ImportRefused(NOT_A_WORKBOOK) from broken
    if swells(parts, most_unpacked=min(MAX_UNPACKED, MAX_RATIO * len(content) + 1_000_000)):
        raise ImportRefused(SWELLS)
    if not is_office_package(parts):
        raise ImportRefused(NOT_A_WORKBOOK)


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float):
        # A telephone number that was typed as a number.
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    return csvtext.unguarded(str(cell).replace("\0", "").strip())
