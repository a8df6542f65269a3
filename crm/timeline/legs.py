"""One kind of what happened around a contact, as rows that are put together with those of all others in one question.

Rooms that the client book knows nothing of add kinds of their own from under the roof.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BinaryField,
    BooleanField,
    DateTimeField,
    Expression,
    Field,
    Func,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Collate
from django.utils import timezone
from django.utils.functional import Promise

from accounts.ground.access.context import Who
from crm.vault.sealed import SealedRow

# What a line says, and what it says if its kind does not. `title` and `body` are sealed, `words` are clear.
COLUMNS: dict[str, tuple[type[Field], object]] = {
    "at": (DateTimeField, None),
    "version": (IntegerField, 0),
    "title": (BinaryField, b""),
    "body": (BinaryField, b""),
    "words": (TextField, ""),
    "data": (TextField, ""),
    "state": (TextField, ""),
    "actor": (TextField, ""),
    "number": (TextField, ""),
    "link": (TextField, ""),
    "is_day": (BooleanField, False),
    "is_pinned": (BooleanField, False),
}


@dataclass(frozen=True)
class About:
    """Whose stream it is, for whom, and until when."""

    who: Who
    contact: UUID
    accounts: tuple[int, ...]
    at: datetime


class Line(NamedTuple):
    """A row of the stream as the database gives it."""

    kind: str
    key: str
    at: datetime
    version: int
    title: bytes
    body: bytes
    words: str
    data: str
    state: str
    actor: str
    number: str
    link: str
    is_day: bool
    is_pinned: bool


@dataclass(frozen=True)
class Kind:
    """One kind: where its rows come from, where each is read, and what its clear words mean."""

    words: str | Promise
    icon: str
    rows: Callable[[About], "QuerySet[Any]"]
    place: Callable[[Line], str]
    sealed: type[SealedRow] | None = None
    names: tuple[str, ...] = ("title",)
    said: Callable[[Line, str], str] = lambda line, opened: opened or line.words
    states: Mapping[str, object] = field(default_factory=dict)


KINDS: dict[str, Kind] = {}


def leg(rows: "QuerySet[Any]", **said: Any) -> "QuerySet[Any]":
    """The rows with the columns of a line; what a kind does not say is empty."""
    named = {}
    for name, (form, usual) in COLUMNS.items():
        named[f"line_{name}"] = Cast(said[name] if name in said else Value(usual), form())
    return rows.order_by().annotate(line_key=Collate(Cast("pk", TextField()), "C"), **named)


def of_day(column: str) -> Expression:
    """A day as the moment at which it begins on the reader's clock."""
    return _moved(Func(column, template="(%(expressions)s)::timestamp"))


def of_whole_days(column: str) -> Expression:
    """The same of a moment that stands for a day: midnight in UTC."""
    return _moved(_moved(column, "UTC"))


def _moved(one: Any, zone: str = "") -> Expression:
    there = Value(zone or timezone.get_current_timezone_name())
    return Func(one, there, template="(%(expressions)s)", arg_joiner=" AT TIME ZONE ", output_field=DateTimeField())
