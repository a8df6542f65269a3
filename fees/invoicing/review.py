"""The rows of a review as its form carries them: refused ones in inputs of their own, all others as one table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from fees.invoicing.upload import LONGEST_NAME, File
from fees.sending.rules import Asked, Verdict
from portal.lib.csvtext import BadCsv, read, unguarded, write
from portal.lib.fingerprint import digest

MOST_FIXED_HERE = 50
INPUTS = ("fix-line", "fix-account", "fix-amount", "fix-memo", "fix-manager")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BadForm(ValueError):
    """What was sent is not what the page carried."""


def table_of(rows: Sequence[Asked], verdicts: Sequence[Verdict]) -> str:
    """Every row that has no input of its own on the page."""
    refused = {row.line for row, one in zip(rows, verdicts, strict=True) if not one.is_accepted}
    shown = refused if len(refused) <= MOST_FIXED_HERE else set()
    return write(
        (str(row.line), row.account, row.amount, row.money_manager, row.memo) for row in rows if row.line not in shown
    )


def file_of(post: QueryDict) -> File:
    """What a review sends back, as it was corrected; BadForm where it is not what a review can send."""
    try:
        rows = [*_carried(post.get("table", "")), *_fixed(post)]
        rows = _chosen(sorted(rows), post)
    except (BadCsv, ValueError, IndexError) as error:
        raise BadForm(str(error)) from error
    sha256 = post.get("sha256", "")
    if not _SHA256.fullmatch(sha256):
        return by_hand(rows)
    return _file(rows, name=post.get("name", "")[-LONGEST_NAME:], sha256=sha256)


def corrected(file: File, post: QueryDict) -> File:
    """A file whose rows wait in a job, with what its page sends back of some of them; BadForm as above."""
    try:
        fixed = _fixed(post)
        lines = {int(line) for line in post.getlist("fix-line")}
        rows = _chosen(sorted([*(row for row in file.rows if row.line not in lines), *fixed]), post)
    except (ValueError, IndexError) as error:
        raise BadForm(str(error)) from error
    return replace(file, rows=tuple(rows))


def by_hand(rows: Sequence[Asked]) -> File:
    """Rows without a file; they have no name."""
    return _file(rows, name="", sha256=digest(write(tuple(str(cell) for cell in row) for row in rows)))


def context_of(file: File, verdicts: Sequence[Verdict], told: Sequence[str]) -> Mapping[str, Any]:
    """What the page shows of every row."""
    rows = list(zip(file.rows, verdicts, told, strict=True))
    accepted = [(row, one) for row, one, _words in rows if one.is_accepted]
    refused = [(row, one, words) for row, one, words in rows if not one.is_accepted]
    totals: dict[str, Any] = {}
    for _row, one in accepted:
        totals[one.currency] = totals.get(one.currency, 0) + one.amount
    return {
        "file": file,
        "accepted": accepted[:MOST_FIXED_HERE],
        "accepted_count": len(accepted),
        "refused": refused[:MOST_FIXED_HERE],
        "refused_count": len(refused),
        "can_fix": len(refused) <= MOST_FIXED_HERE,
        "has_managers": any(row.money_manager for row, *_rest in refused[:MOST_FIXED_HERE]),
        "most": MOST_FIXED_HERE,
        "totals": sorted(totals.items()),
    }


def _carried(table: str) -> list[Asked]:
    found = []
    for _line, cells in read(table.encode()):
        line, account, amount, manager, memo = map(unguarded, cells)
        found.append(Asked(int(line), account, amount, memo, manager))
    return found


def _fixed(post: QueryDict) -> list[Asked]:
    """Rows whose account and amount were emptied are left out."""
    columns = [post.getlist(name) for name in INPUTS]
    return [
        Asked(int(line), account, amount, memo, manager.strip())
        for line, account, amount, memo, manager in zip(*columns, strict=True)
        if (account + amount).strip()
    ]


def _chosen(rows: Sequence[Asked], post: QueryDict) -> list[Asked]:
    """With the amount that a button offered for one row, or without the row that a button leaves out."""
    found = list(rows)
    if "use" in post:
        line, amount = post.get("use", "").split(" ")
        found = [row._replace(amount=amount) if row.line == int(line) else row for row in found]
    if "skip" in post:
        found = [row for row in found if row.line != int(post.get("skip", ""))]
    return found


def _file(rows: Sequence[Asked], *, name: str, sha256: str) -> File:
    return File(name=name, sha256=sha256, encoding="", rows=tuple(rows), writes_decimal_comma=False)
