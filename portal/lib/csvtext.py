"""CSV at the border: reading strangers' files without surprises, writing files that no spreadsheet will execute."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, NamedTuple

from portal.lib.words import gettext_noop

MAX_BYTES = 20_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
# The csv module's own ceiling on one field; raising it is a process-wide switch that we leave alone.
MAX_CELL = csv.field_size_limit()

DELIMITERS = (",", ";")
# How much of a file without a mark is looked at for nulls.
LOOKED_AT = 2000
Cell = str | int | Decimal | date | datetime | bool | None

# Spreadsheets run text that begins so; the full-width signs are normalised to the plain ones by some of them.
_STARTS_FORMULA = re.compile("[\\s'\"]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]|'*[\t\r\n\0]")


class BadCsv(ValueError):
    """A file that cannot be read as a table.  `msgid` with `params` is the message for translation."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params


class Row(NamedTuple):
    """One record: the line of the file on which it begins (from 1), and its cells."""

    line: int
    cells: tuple[str, ...]


def read(
    content: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
    max_columns: int = MAX_COLUMNS,
    delimiter: str | None = None,
) -> list[Row]:
    """The records of a CSV file, empty lines left out; BadCsv for anything that is not plainly a table.

    UTF-8 (with or without a mark) and marked UTF-16 are understood; comma or semicolon is found from the first line.
    """
    if len(content) > max_bytes:
        raise BadCsv(gettext_noop("The file is larger than %(most)s bytes."), most=max_bytes)
    text = decode(content)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BadCsv(gettext_noop("Line %(line)s holds a null character; the file is not plain text."), line=line)
    rows: list[Row] = []
    for row in _records(text, delimiter or _delimiter(text)):
        if len(rows) == max_rows:
            raise BadCsv(gettext_noop("The file has more than %(most)s rows."), most=max_rows)
        if len(row.cells) > max_columns:
            msgid = gettext_noop("Line %(line)s has more than %(most)s columns.")
            raise BadCsv(msgid, line=row.line, most=max_columns)
        rows.append(row)
    return rows


def decode(content: bytes) -> str:
    """The text of a file, without its byte order mark."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, name = "utf-16", "UTF-16"
    else:
        encoding, name = "utf-8-sig", "UTF-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msgid = gettext_noop("Line %(line)s is not valid %(encoding)s text; save the file as UTF-8.")
        raise BadCsv(msgid, line=line, encoding=name) from error


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a stranger's file and the name of its encoding: marks, what nulls tell, UTF-8, Windows."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _as(content, encoding), encoding
    head = content[:LOOKED_AT]
    nulls = head.count(0)
    if nulls > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return _as(content, encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = "cp1251" if _is_cyrillic(content) else "cp1252"
        return _as(content, encoding), encoding


def _is_cyrillic(content: bytes) -> bool:
    """Whether letters beyond ASCII stand side by side, as in Russian, and not here and there, as accents do."""
    runs = [len(run) for run in re.findall(rb"[\xa8\xb8\xc0-\xff]+", content)]
    return sum(run for run in runs if run > 2) > sum(runs) // 2


def _as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msgid = gettext_noop("Line %(line)s is not valid %(encoding)s text; save the file as UTF-8.")
        raise BadCsv(msgid, line=line, encoding=encoding) from error


def separator(text: str) -> str:
    """What stands between the cells of a spreadsheet's text: semicolon, tab or comma, from its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    # A comma may be a decimal sign, so the other two are asked first.
    return next((sign for sign in (";", "\t") if sign in unquoted), ",")


def write(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> str:
    """Rows as CSV text, every text cell quoted and guarded; numbers stay numbers, also negative ones."""
    out = io.StringIO(newline="")
    out.writelines(_lines(rows, delimiter))
    return out.getvalue()


def write_bytes(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> bytes:
    """The same as UTF-8 with a mark, without which Excel misreads every name that is not ASCII."""
    out = io.BytesIO()
    write_to(out, rows, delimiter=delimiter)
    return out.getvalue()


def write_to(out: IO[bytes], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> None:
    """The same into a file, line by line: however long the table, one line of it is in memory."""
    out.write(codecs.BOM_UTF8)
    out.writelines(line.encode() for line in _lines(rows, delimiter))


def _lines(rows: Iterable[Sequence[Cell]], delimiter: str) -> Iterable[str]:
    return (delimiter.join(_written(cell) for cell in row) + "\r\n" for row in rows)


def guarded(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would take it for a formula."""
    return "'" + text if _STARTS_FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Undoes `guarded`, so that a file we wrote can be read back as it was."""
    return text[1:] if text.startswith("'") and _STARTS_FORMULA.match(text[1:]) else text


def _records(text: str, delimiter: str) -> Iterable[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refusal(error, begins) from error
        if any(cell.strip() for cell in cells):
            yield Row(begins, tuple(cells))


def _refusal(error: csv.Error, line: int) -> BadCsv:
    problem = str(error)
    if "unexpected end of data" in problem:
        return BadCsv(gettext_noop("The quotation mark opened in the row at line %(line)s is never closed."), line=line)
    if "field larger" in problem:
        msgid = gettext_noop(
            "The row at line %(line)s has a cell longer than %(most)s characters; is a quotation mark open?"
        )
        return BadCsv(msgid, line=line, most=MAX_CELL)
    return BadCsv(gettext_noop("The row at line %(line)s is not quoted correctly."), line=line)


def _delimiter(text: str) -> str:
    """The sign that separates the cells of the first line that is not empty; a comma if neither does."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=unquoted.count)


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return '"' + guarded(cell).replace('"', '""') + '"'
    raise TypeError(f"a cell cannot hold {type(cell).__name__}")
