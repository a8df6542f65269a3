"""A file of scores as spreadsheets write it: which columns, which securities, and why a row is refused."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from portal.lib.csvtext import BadCsv, Row, decoded, read, separator, unguarded
from portal.lib.money import BadDecimal, parse_decimal
from portal.lib.words import gettext_noop
from portal.tools.impact.rules import LEAST, MOST

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 120
FACTS = ("conid", "isin", "symbol", "name", "asset", "currency", "flags")
NEEDED = ("symbol", "asset")
DIGITS, PLACES = 4, 2
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONID = re.compile(r"[0-9]{1,15}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_ASSET = re.compile(r"[A-Z]{1,10}")
_CURRENCY = re.compile(r"[A-Z]{3}|")
_LONGEST = {"symbol": 60, "name": 200}


class Refused(NamedTuple):
    """A row that is not taken: its line in the file, what it is about, and why, as a message with what stands in it."""

    line: int
    symbol: str
    msgid: str
    params: dict[str, str]


class Security(NamedTuple):
    """A row that is taken."""

    conid: int | None
    isin: str
    symbol: str
    name: str
    asset: str
    currency: str
    scores: dict[str, str]
    flags: list[str]


@dataclass(frozen=True)
class File:
    """What a file holds."""

    sha256: str
    securities: tuple[Security, ...]
    refused: tuple[Refused, ...] = field(default=())


class _Wrong(ValueError):
    def __init__(self, msgid: str, **params: str) -> None:
        super().__init__(msgid)
        self.msgid, self.params = msgid, params


def parse(content: bytes, *, values: Mapping[str, str], practices: Mapping[str, str]) -> File:
    """The rows of a file, or BadCsv with what is wrong with it as a whole.

    `values` and `practices` are the names by code; a column or a flag may be written by either.
    """
    if content.startswith(SPREADSHEETS):
        raise BadCsv(gettext_noop("The file is a spreadsheet; save it as CSV first."))
    text, _encoding = decoded(content)
    sign = separator(text)
    table = read(text.encode(), max_bytes=MOST_BYTES, max_rows=MOST_ROWS + 1, max_columns=MOST_COLUMNS, delimiter=sign)
    columns = _columns(table, _by_any_name(values))
    practice_of = _by_any_name(practices)
    taken: list[Security] = []
    refused: list[Refused] = []
    seen: dict[object, int] = {}
    for row in table[1:]:
        said = {name: unguarded(cell).strip() for name, cell in zip(columns, row.cells, strict=False)}
        try:
            one = _security(said, len(row.cells) > len(columns), practice_of, values)
            _once(one, row, seen)
        except _Wrong as wrong:
            refused.append(Refused(row.line, said.get("symbol", "")[:60], wrong.msgid, wrong.params))
        else:
            taken.append(one)
    if not taken:
        raise BadCsv(gettext_noop("No row of the file can be taken: look at its columns and scores."))
    return File(hashlib.sha256(content).hexdigest(), tuple(taken), tuple(refused))


def _columns(table: Sequence[Row], value_of: Mapping[str, str]) -> list[str]:
    if not table:
        raise BadCsv(gettext_noop("The file is empty."))
    names = []
    for cell in table[0].cells:
        name = _plain(unguarded(cell))
        names.append(name if name in FACTS else value_of.get(name, ""))
        if not names[-1]:
            raise BadCsv(gettext_noop("The column %(name)s is neither a fact nor a value of the list."), name=cell[:60])
    if len(set(names)) < len(names):
        raise BadCsv(gettext_noop("Two columns of the file have the same name."))
    if not set(NEEDED) <= set(names) or not {"conid", "isin"} & set(names):
        raise BadCsv(gettext_noop("The file needs the columns symbol, asset, and conid or isin."))
    return names


def _security(
    said: Mapping[str, str], is_longer: bool, practice_of: Mapping[str, str], values: Mapping[str, str]
) -> Security:
    if is_longer:
        raise _Wrong(gettext_noop("The row has more cells than the header."))
    facts: dict[str, Any] = {name: said.get(name, "") for name in FACTS}
    facts |= {name: facts[name].upper() for name in ("isin", "asset", "currency")}
    if not facts["conid"] and not facts["isin"]:
        raise _Wrong(gettext_noop("The row names neither a conid nor an ISIN."))
    for name, form in (("isin", _ISIN), ("conid", _CONID), ("asset", _ASSET), ("currency", _CURRENCY)):
        if (facts[name] or name == "asset") and not form.fullmatch(facts[name]):
            raise _Wrong(gettext_noop("The %(name)s cannot be read."), name=name)
    if not facts["symbol"] or any(len(facts[name]) > most for name, most in _LONGEST.items()):
        raise _Wrong(gettext_noop("The symbol is missing, or a name is too long."))
    flags = []
    for word in filter(None, map(_plain, re.split(r"[|;,/]", facts["flags"]))):
        if word not in practice_of:
            raise _Wrong(gettext_noop("The flag %(name)s is no practice of the list."), name=word[:60])
        flags.append(practice_of[word])
    scores = {code: _score(said[code], code) for code in values if said.get(code)}
    if not scores and not flags:
        raise _Wrong(gettext_noop("The row has neither a score nor a flag."))
    return Security(
        conid=int(facts["conid"]) if facts["conid"] else None,
        **{name: facts[name] for name in ("isin", "symbol", "name", "asset", "currency")},
        scores=scores,
        flags=sorted(set(flags)),
    )


def _score(text: str, code: str) -> str:
    """A score as it is kept; a comma between digits is a decimal point, as spreadsheets of other countries write it."""
    pointed = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        score = parse_decimal(pointed, digits=DIGITS, places=PLACES)
    except BadDecimal as bad:
        raise _Wrong(gettext_noop("The score of %(name)s is no number of 0 to 10."), name=code) from bad
    if not LEAST <= score <= MOST:
        raise _Wrong(gettext_noop("The score of %(name)s is no number of 0 to 10."), name=code)
    return str(score.quantize(Decimal("0.01")))


def _once(one: Security, row: Row, seen: dict[object, int]) -> None:
    names: list[tuple[str, object]] = [("conid", one.conid)] if one.conid is not None else []
    names += [("isin", one.isin)] if one.isin else []
    for name in names:
        if name in seen:
            raise _Wrong(gettext_noop("The security stands in line %(line)s already."), line=str(seen[name]))
    seen.update(dict.fromkeys(names, row.line))


def _by_any_name(topics: Mapping[str, str]) -> dict[str, str]:
    return {_plain(name): code for code, name in topics.items()} | {code: code for code in topics}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "_", text.strip().lower()).strip("_")
