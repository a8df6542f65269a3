"""A page of the stream: one question for all kinds, and what is sealed opened for those that are shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime

from crm.timeline import sources
from crm.timeline.legs import COLUMNS, KINDS, About, Kind, Line
from crm.timeline.sources import MOST_PINNED, PINNED
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

PAGE = 30
NAMES = ("line_kind", "line_key", *(f"line_{name}" for name in COLUMNS))


@dataclass(frozen=True)
class Entry:
    """A line as it is shown; `is_damaged` when what is stored was changed from outside."""

    line: Line
    kind: Kind
    title: str = ""
    body: str = ""
    is_damaged: bool = False

    @property
    def url(self) -> str:
        """Where it is read."""
        return self.kind.place(self.line)

    @property
    def state(self) -> object:
        """Where it stands, in words."""
        return self.kind.states.get(self.line.state, "")

    @property
    def is_note(self) -> bool:
        """Whether it can be pinned and changed."""
        return self.line.kind == "note"


@dataclass(frozen=True)
class Stream:
    """Some of it, newest first; `after` leads to what is older."""

    entries: list[Entry]
    pinned: list[Entry]
    after: str = ""


@dataclass(frozen=True)
class Edge:
    """The last line that was shown."""

    at: datetime
    kind: str
    key: str

    @classmethod
    def of(cls, text: str) -> "Edge | None":
        """Read from an address; what cannot be read is the first page."""
        at, _, rest = text.partition("~")
        kind, _, key = rest.partition("~")
        try:
            moment = parse_datetime(at)
        except ValueError:
            return None
        return cls(moment, kind, key[:64]) if moment and moment.tzinfo and key and "\0" not in text else None

    def beyond(self, kind: str) -> Q:
        """Lines of a kind that come after it: older, or as old and later in the order of kinds and keys."""
        if kind == self.kind:
            return Q(line_at__lt=self.at) | Q(line_at=self.at, line_key__lt=self.key)
        return Q(line_at__lte=self.at) if kind < self.kind else Q(line_at__lt=self.at)


def stream(vault: Opened, about: About, *, only: str = "", after: str = "") -> Stream:
    """One page of what happened, of all kinds or of one; the first one begins with what is pinned."""
    edge = Edge.of(after)
    wanted = {only: KINDS[only]} if only in KINDS else KINDS
    legs = [_some(one.rows(about), kind, edge, PAGE + 1) for kind, one in wanted.items()]
    if edge is None and "note" in wanted:
        legs.append(_some(sources.pinned(about), PINNED, None, MOST_PINNED))
    first, *rest = legs
    found = [Line(*row) for row in (first.union(*rest, all=True) if rest else first)]
    found.sort(key=lambda line: (line.at, line.kind, line.key), reverse=True)
    held = [line._replace(kind="note") for line in found if line.kind == PINNED]
    lines = [line for line in found if line.kind != PINNED]
    last = lines[PAGE - 1] if len(lines) > PAGE else None
    return Stream(
        entries=[_opened(vault, line) for line in lines[:PAGE] if line not in held],
        pinned=[_opened(vault, line) for line in held],
        after=f"{last.at.isoformat()}~{last.kind}~{last.key}" if last else "",
    )


def _some(rows: "QuerySet[Any]", kind: str, edge: Edge | None, most: int) -> "QuerySet[Any]":
    """The newest lines of one kind beyond the edge."""
    rows = rows.filter(edge.beyond(kind)) if edge else rows
    named = rows.annotate(line_kind=Cast(Value(kind), TextField()))
    return named.order_by("-line_at", "-line_key").values_list(*NAMES)[:most]


def _opened(vault: Opened, line: Line) -> Entry:
    kind = KINDS[line.kind]
    title, body = "", ""
    try:
        if kind.sealed is not None:
            label, key = kind.sealed._meta.label_lower, UUID(line.key)
            texts = [
                vault.ring.open_field(label, key, name, line.version, bytes(stored))
                for name, stored in zip(kind.names, (line.title, line.body), strict=False)
            ]
            title, body = texts[0], texts[1] if len(texts) > 1 else ""
        return Entry(line, kind, kind.said(line, title), body)
    except (Unopened, ValueError, TypeError):
        return Entry(line, kind, is_damaged=True)
