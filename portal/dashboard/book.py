"""The cards of the client book on the dashboard: what is due and what was noted last, or why it is locked.

An open book is read after the page: its cards come in one fragment, so that neither asks more than a page may."""

from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from crm.calendar import queries as calendar
from crm.calendar.queries import Coming
from crm.documents import queries as documents
from crm.documents.queries import Read as ReadDocument
from crm.notes import queries as notes
from crm.notes.queries import Read as ReadNote
from crm.tasks import queries as tasks
from crm.tasks.queries import Read as ReadTask
from crm.vault.context import if_opened, opened
from crm.vault.rules import Locked, keeps_notes_on
from crm.workflows import queries as workflows
from crm.workflows.queries import Read as ReadWorkflow

SHOWN = 5
CARDS = ("tasks", "workflows", "notes", "documents")


@dataclass(frozen=True)
class Book:
    """What the cards show; `words` say why they show nothing, `opens` whether the storage password would change it, and
    `waits` that they come after the page."""

    words: str = ""
    opens: bool = False
    waits: bool = False
    tasks: list[ReadTask] = field(default_factory=list)
    notes: list[ReadNote] = field(default_factory=list)
    documents: list[ReadDocument] = field(default_factory=list)
    events: list[Coming] = field(default_factory=list)
    workflows: list[ReadWorkflow] = field(default_factory=list)


def has_book(request: HttpRequest) -> bool:
    """Whether somebody may have a part in a client book at all; nobody else gets its cards."""
    who = request.seat  # type: ignore[attr-defined]
    return who.practice_id is not None and keeps_notes_on(who, who.practice_id)


def waiting(request: HttpRequest) -> Book | None:
    """The cards of an open book before they have come; None where nothing has to be waited for."""
    return Book(waits=True) if if_opened(request) is not None else None


def book_of(request: HttpRequest, today: date, day: date) -> Book:
    """The newest of the open book and the events of a day; a locked one says what to do."""
    try:
        vault = opened(request)
    except Locked as refusal:
        return Book(words=str(refusal.words), opens=refusal.opens)
    due = [tasks.read(vault, one, today) for one in tasks.due_first(vault.who, today, SHOWN)]
    latest = [notes.read(vault, one) for one in notes.latest(vault, SHOWN)]
    papers = [documents.read(vault, one) for one in documents.latest(vault.who, SHOWN)]
    flows = workflows.due_first(vault, today, SHOWN)
    events = calendar.of_day(vault, day, timezone.get_current_timezone())
    return Book(tasks=due, notes=latest, documents=papers, events=events, workflows=flows)
