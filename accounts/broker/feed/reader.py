"""Reads Flex statements: once through to see that the file is whole and safe, then statement by statement.

Only attributes carry data. No DTD, no entity, no element text is ever looked at; memory holds one statement.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from accounts.broker.feed import values, vocabulary
from accounts.broker.feed.limits import Limits
from accounts.broker.feed.source import Stream, Unreadable
from portal.lib.words import gettext_noop

# Everything else needs a decoder of Python's; a decoder is a place to hide in.
ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1"})
# Above this many statements given twice a file is not worth untangling.
MOST_DOUBLED = 10_000
_STATEMENT_DEPTH = 3
# What is wrong with a value that none of these lists has.
_SAID = (("value", vocabulary.VALUES), ("word", vocabulary.WORDS))
_TOLD = 5_000


class Row(NamedTuple):
    """One row element: its line in the file and its attributes."""

    line: int
    values: dict[str, str]


@dataclass(slots=True)
class Statement:
    """What one FlexStatement holds, as text."""

    line: int
    values: dict[str, str]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    count: int = 0
    is_oversized: bool = False

    @property
    def identity(self) -> tuple[str | None, ...]:
        """The account and period; two statements with the same one say the same thing or contradict each other."""
        return tuple(self.values.get(name) for name in ("accountId", "fromDate", "toDate"))


@dataclass(slots=True)
class Examined:
    """What the first pass found."""

    sha256: str
    query_name: str = ""
    stated: str | None = None
    statements: int = 0
    generated_at: datetime | None = None
    doubled: set[tuple[str | None, ...]] = field(default_factory=set)
    kept: list[Statement] | None = None


def examine(
    stream: Stream,
    limits: Limits,
    *,
    warn: Callable[[int, str, str], None],
    keep: bool = False,
    progress: Callable[[int], None] = lambda position: None,
) -> Examined:
    """The first pass. Raises Unreadable for anything but one whole, well-formed, harmless document of statements.

    With `keep` its statements are in `kept`, so that a small file is parsed once. `warn(line, what, name)` is called
    once for each element, attribute or value new to us, where statements are gathered: here with `keep`, else by
    `statements`.
    """
    examiner = _Examiner(limits, _Collector(limits, warn) if keep else None)
    digest = hashlib.sha256()
    for chunk in stream.chunks():
        digest.update(chunk)
        examiner.feed(chunk)
        progress(stream.position)
    examiner.close()
    found = examiner.found
    found.sha256 = digest.hexdigest()
    found.kept = examiner.collector.take() if examiner.collector else None
    return found


def statements(stream: Stream, limits: Limits, *, warn: Callable[[int, str, str], None]) -> Iterator[Statement]:
    """The second pass over a file that has been examined."""
    collector = _Collector(limits, warn)
    examiner = _Examiner(limits, collector)
    for chunk in stream.chunks():
        examiner.feed(chunk)
        yield from collector.take()
    examiner.close()
    yield from collector.take()


class _Examiner:
    """Expat with everything switched off that a statement does not need, and a watch on how much it swallows."""

    def __init__(self, limits: Limits, collector: "_Collector | None" = None) -> None:
        self.limits = limits
        self.collector = collector
        self.found = Examined(sha256="")
        self.depth = 0
        self._identities: set[int] = set()
        self._fed = self._seen = 0
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.ExternalEntityRefHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def feed(self, chunk: bytes) -> None:
        self._fed += len(chunk)
        self._parse(chunk, is_last=False)
        # Expat says nothing until a tag is complete; a tag of megabytes is refused before it fills the memory.
        if self._fed - self._seen > self.limits.tag:
            self._refuse(gettext_noop("one tag, comment or text is larger than %(most)s bytes"), self.limits.tag)

    def close(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] or is_last:
                raise Unreadable(gettext_noop("the file ends before it is complete")) from error
            raise Unreadable(
                gettext_noop("line %(line)s: not well-formed XML (%(why)s)"),
                line=error.lineno,
                why=expat.ErrorString(error.code),
            ) from error
        except (ValueError, LookupError, UnicodeError) as error:  # what Python's side of an odd encoding raises
            raise Unreadable(gettext_noop("the text is in an encoding that is not accepted")) from error

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            raise Unreadable(gettext_noop("the encoding %(name)s is not accepted"), name=ascii(encoding[:40]))

    def _refuse(self, msgid: str, most: int) -> NoReturn:
        raise Unreadable("line %(line)s: " + msgid, line=self.parser.CurrentLineNumber, most=most)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth = depth = self.depth + 1
        limits = self.limits
        if depth > limits.depth:
            self._refuse(gettext_noop("elements are nested more than %(most)s deep"), limits.depth)
        if len(attributes) > limits.attributes:
            self._refuse(gettext_noop("more than %(most)s attributes on one element"), limits.attributes)
        if depth <= _STATEMENT_DEPTH:
            self._frame(name, attributes)
        elif self.collector:
            self.collector.row(name, attributes, self.parser.CurrentLineNumber, self._fed)

    def _end(self, name: str) -> None:
        if self.depth == _STATEMENT_DEPTH and self.collector:
            self.collector.end()
        self._seen = self.parser.CurrentByteIndex
        self.depth -= 1

    def _frame(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 1:
            if name != vocabulary.ROOT:
                raise Unreadable(
                    gettext_noop("the document is a %(name)s and not a %(root)s"),
                    name=ascii(name[:60]),
                    root=vocabulary.ROOT,
                )
            self.found.query_name = values.words(attributes.get("queryName"), most=200)
        elif self.depth == _STATEMENT_DEPTH - 1:
            if name == vocabulary.STATEMENTS:
                self.found.stated = attributes.get("count")
        elif name == vocabulary.STATEMENT:
            self._statement(attributes)
            if self.collector:
                self.collector.begin(attributes, self.parser.CurrentLineNumber, self._fed)

    def _statement(self, attributes: dict[str, str]) -> None:
        found = self.found
        found.statements += 1
        identity = Statement(0, attributes).identity
        mark = hash(identity)
        if mark in self._identities:
            found.doubled.add(identity)
            if len(found.doubled) > MOST_DOUBLED:
                raise Unreadable(gettext_noop("more than %(most)s statements come twice"), most=MOST_DOUBLED)
        self._identities.add(mark)
        try:
            generated = values.instant(attributes.get("whenGenerated"))
        except values.BadValue:
            generated = None  # named when the statement is read
        if generated and (found.generated_at is None or generated > found.generated_at):
            found.generated_at = generated


def _refuse_doctype(*_arguments: object) -> int:
    raise Unreadable(gettext_noop("it declares a document type or an entity, which is not accepted"))


class _Collector:
    """Gathers the rows of statements."""

    def __init__(self, limits: Limits, warn: Callable[[int, str, str], None]) -> None:
        self._limits = limits
        self._warn = warn
        self._finished: list[Statement] = []
        self._current: Statement | None = None
        self._judged = {name: set(read) for name, read in vocabulary.READ.items()}
        self._told: set[str] = set()
        self._began = 0

    def take(self) -> list[Statement]:
        """The statements completed since the last call."""
        done, self._finished = self._finished, []
        return done

    def begin(self, attributes: dict[str, str], line: int, fed: int) -> None:
        self._current = Statement(line, attributes)
        self._began = fed

    def end(self) -> None:
        if self._current is not None:
            self._finished.append(self._current)
            self._current = None

    def row(self, name: str, attributes: dict[str, str], line: int, fed: int) -> None:
        current = self._current
        if current is None:
            return
        judged = self._judged.get(name)
        if judged is None:
            current.sections.add(name if vocabulary.is_known_element(name) else "")
            if not vocabulary.is_known_element(name):
                self._tell(line, "element", name)
            return
        if not attributes.keys() <= judged:
            self._judge(judged, attributes, line)
        for what, said in _SAID:
            for attribute, known in said.get(name, ()):
                if (value := attributes.get(attribute)) is not None and value not in known:
                    self._tell(line, what, f"{attribute} {value}")
        current.count += 1
        if current.count > self._limits.rows or fed - self._began > self._limits.statement:
            current.is_oversized = True
            current.rows.clear()
            return
        rows = current.rows.get(name)
        if rows is None:
            current.rows[name] = [Row(line, attributes)]
        else:
            rows.append(Row(line, attributes))

    def _judge(self, judged: set[str], attributes: dict[str, str], line: int) -> None:
        for name in attributes.keys() - judged:
            if not vocabulary.is_known_attribute(name):
                self._tell(line, "attribute", name)
            if len(judged) < _TOLD:
                judged.add(name)

    def _tell(self, line: int, what: str, name: str) -> None:
        if name in self._told or len(self._told) >= _TOLD:
            return
        self._told.add(name)
        self._warn(line, what, ascii(name[:60]))
