"""A file of invoices as spreadsheets write it: which encoding and separator, whether there is a header, which rows."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count

from accounts.ground.access.context import Who, current_alias
from accounts.ground.access.scope import scope
from fees.invoicing.actions import submit
from fees.invoicing.models import InvoiceUpload
from fees.sending.queries import clock
from fees.sending.rules import Asked, Verdict
from portal.lib.csvtext import BadCsv, Row, decoded, read, separator, unguarded
from portal.lib.words import gettext_noop

COLUMNS = ("account", "amount", "money_manager", "memo")
MOST_ROWS = 10_000
MOST_BYTES = 5_000_000
LONGEST_NAME = 200
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NUMBER = re.compile(r"\s*[-+]?[0-9.,]*[0-9]\s*")
_DECIMAL_COMMA = re.compile(r"\s*-?[0-9]{1,3}(?:[.\u00a0\u202f ]?[0-9]{3})*,[0-9]{1,4}\s*")
_GROUPS = re.compile(r"[.\u00a0\u202f ]")
_ACCOUNT = re.compile(r"\s*D?[AFISU][0-9]{2,8}\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a file holds.  `writes_decimal_comma` asks the person to confirm that 12,50 is twelve and a half."""

    name: str
    sha256: str
    encoding: str
    rows: tuple[Asked, ...]
    writes_decimal_comma: bool

    @property
    def encoding_words(self) -> str:
        """The encoding as people know it."""
        return self.encoding.removesuffix("-sig").upper()


def parse(content: bytes, *, name: str, decimal_comma: bool = False) -> File:
    """The rows of a file, or BadCsv with what is wrong with it as a whole.

    With `decimal_comma` amounts are read as 1.234,50; without it such rows are left for their verdict to refuse.
    """
    if content.startswith(SPREADSHEETS):
        raise BadCsv(gettext_noop("The file is a spreadsheet; save it as CSV first."))
    text, encoding = decoded(content)
    table = read(text.encode(), max_bytes=MOST_BYTES, max_rows=MOST_ROWS + 1, delimiter=separator(text))
    order, table = _header(table)
    if len(table) > MOST_ROWS:
        raise BadCsv(gettext_noop("The file has more than %(most)s rows."), most=MOST_ROWS)
    if not table:
        raise BadCsv(gettext_noop("The file has no invoices in it."))
    rows = tuple(_asked(row, order) for row in table)
    has_commas = any(_DECIMAL_COMMA.fullmatch(row.amount) for row in rows)
    found = File(
        name=name[-LONGEST_NAME:],
        sha256=hashlib.sha256(content).hexdigest(),
        encoding=encoding,
        rows=rows,
        writes_decimal_comma=has_commas,
    )
    return with_points(found) if decimal_comma else found


def with_points(file: File) -> File:
    """The same file once somebody has said that 1.234,50 is a thousand two hundred thirty-four and a half."""
    rows = tuple(row._replace(amount=_with_point(row.amount)) for row in file.rows)
    return replace(file, rows=rows, writes_decimal_comma=False)


def known(who: Who, file: File) -> InvoiceUpload | None:
    """The last upload of exactly this file, with `accepted`, the number of its rows that became invoices."""
    uploads = scope(who, InvoiceUpload).filter(practice_id=who.practice_id, sha256=file.sha256)
    return uploads.annotate(accepted=Count("invoices")).first()


def submit_file(*, who: Who, file: File, at: datetime | None = None, save: bool = True) -> tuple[date, list[Verdict]]:
    """Take the rows of a file; the day they count for and a verdict a row.

    A file is remembered once it is taken; rows by hand, which have no name, are no file.
    """
    with transaction.atomic(using=current_alias.get()):
        upload = remember(who=who, file=file, at=at or clock(), key=uuid4()) if save and file.name else None
        return submit(who=who, rows=file.rows, at=at, upload=upload, save=save)


def remember(*, who: Who, file: File, at: datetime, key: UUID) -> InvoiceUpload:
    """Keep under `key` that a file came in, so that it is recognised; kept once however often it is said."""
    came, _is_new = InvoiceUpload.unscoped.get_or_create(
        pk=key,
        defaults={
            "firm_id": who.firm_id,
            "practice_id": who.practice_id,
            "name": file.name,
            "sha256": file.sha256,
            "rows": len(file.rows),
            "uploaded_by_id": who.user_id,
            "uploaded_at": at,
        },
    )
    return came


def errors_table(file: File, verdicts: Sequence[Verdict], told: Sequence[str]) -> list[tuple[str, ...]]:
    """The refused rows with their reason in a last column; the file can be corrected and uploaded again as it is."""
    refused = [
        (row.account, row.amount, row.money_manager, row.memo, words)
        for row, verdict, words in zip(file.rows, verdicts, told, strict=True)
        if not verdict.is_accepted
    ]
    return [(*COLUMNS, "problem"), *refused]


def _header(table: list[Row]) -> tuple[dict[str, int], list[Row]]:
    """Where each column is, and the rows without the header."""
    usual = {name: place for place, name in enumerate(COLUMNS)}
    if not table:
        return usual, table
    first = table[0].cells
    if _ACCOUNT.fullmatch(first[0]) or (len(first) > 1 and _NUMBER.fullmatch(first[1])):
        return usual, table
    names = {re.sub(r"[\s-]+", "_", cell.strip().lower()): place for place, cell in enumerate(first)}
    if "account" in names and "amount" in names:
        return {name: place for name, place in names.items() if name in COLUMNS}, table[1:]
    return usual, table[1:]


def _asked(row: Row, order: dict[str, int]) -> Asked:
    def cell(name: str) -> str:
        place = order.get(name)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    return Asked(row.line, cell("account"), cell("amount"), unguarded(cell("memo")), cell("money_manager").strip())


def _with_point(amount: str) -> str:
    if not _DECIMAL_COMMA.fullmatch(amount):
        return amount
    return _GROUPS.sub("", amount.strip()).replace(",", ".")
