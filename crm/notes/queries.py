"""Reading notes: those about one account or contact, opened for this request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.ground.access.scope import scope
from crm.notes.models import Note
from crm.notes.subjects import Subject
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, look_through

PAGE = 30


@dataclass(frozen=True)
class Read:
    """A note as it is shown; `is_damaged` when what is stored was changed from outside."""

    note: Note
    title: str = ""
    body: str = ""
    is_damaged: bool = False


def about(vault: Opened, subject: Subject, *, in_trash: bool = False) -> "QuerySet[Note]":
    """The rows about one account or contact, newest first."""
    return _ordered(vault, Q(**subject.columns), in_trash=in_trash)


def latest(vault: Opened, most: int) -> "QuerySet[Note]":
    """The newest notes of the practice, whomever they are about."""
    return _ordered(vault, Q())[:most]


def one(vault: Opened, subject: Subject, pk: UUID) -> Note | None:
    """One note about the account or contact, the trash included."""
    rows = scope(vault.who, Note).filter(pk=pk, **subject.columns)
    return rows.select_related("author", "account", "contact__party").first()


def read(vault: Opened, note: Note) -> Read:
    """Title and text."""
    try:
        texts = note.texts(vault)
    except Unopened:
        return Read(note, is_damaged=True)
    return Read(note, texts["title"], texts["body"])


def page(vault: Opened, rows: "QuerySet[Note]", before: datetime | None) -> tuple[list[Read], datetime | None]:
    """Some of the notes, and where the next page begins."""
    found = list((rows.filter(created_at__lt=before) if before else rows)[: PAGE + 1])
    after = found[PAGE - 1].created_at if len(found) > PAGE else None
    return [read(vault, note) for note in found[:PAGE]], after


def search(vault: Opened, rows: "QuerySet[Note]", words: str) -> list[Read]:
    """Notes in which all the words stand; each is opened and looked through, and no index knows what they say."""
    return [Read(note, texts["title"], texts["body"]) for note, texts in look_through(vault, rows.iterator(), words)][
        :PAGE
    ]


def _ordered(vault: Opened, wanted: Q, *, in_trash: bool = False) -> "QuerySet[Note]":
    rows = scope(vault.who, Note).filter(wanted, trashed_at__isnull=not in_trash)
    return rows.select_related("author", "account", "contact__party").order_by("-created_at", "-pk")
