"""Reading tasks: the list with its filters and counts, what is due, and those about one contact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.tasks.models import Task, TaskState
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, look_through

ORDER = ("sort_day", "priority", "pk")
MINE, TODAY, OVERDUE, OPEN, DONE, TRASH = "mine", "today", "overdue", "open", "done", "trash"
SHOWS: dict[str, str | Promise] = {
    MINE: _("Mine"),
    TODAY: _("Due today"),
    OVERDUE: _("Overdue"),
    OPEN: _("All open"),
    DONE: _("Done"),
    TRASH: _("Trash"),
}
FOUND = 200


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; unknown values are left out."""

    show: str = MINE
    text: str = ""
    contact: UUID | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Read from the query of an address."""
        try:
            contact = UUID(query.get("contact", ""))
        except ValueError:
            contact = None
        show = query.get("show", "")
        usual = OPEN if contact else MINE
        return cls(show if show in SHOWS else usual, query.get("q", "").strip()[:200], contact)


@dataclass(frozen=True)
class Read:
    """A task as it is shown; `is_damaged` when what is stored was changed from outside."""

    task: Task
    title: str = ""
    notes: str = ""
    is_damaged: bool = False
    is_late: bool = False


def rows(who: Who, filters: Filters, today: date) -> "QuerySet[Task]":
    """The tasks that the filters let through, the search apart."""
    found = scope(who, Task).filter(_shown(who, filters.show, today))
    found = found.filter(contact_id=filters.contact) if filters.contact else found
    return found.select_related("contact__party", "account", "assignee")


def counts(who: Who, contact: UUID | None, today: date) -> dict[str, int]:
    """How many tasks each of the filters shows."""
    found = scope(who, Task).filter(contact_id=contact) if contact else scope(who, Task)
    wanted = {show: Count("pk", filter=_shown(who, show, today)) for show in SHOWS}
    return found.order_by().aggregate(**wanted)


def one(who: Who, pk: UUID, *, in_trash: bool | None = None) -> Task | None:
    """One task of the practice."""
    found = scope(who, Task).filter(pk=pk).select_related("contact__party", "account", "assignee", "author")
    found = found if in_trash is None else found.filter(trashed_at__isnull=not in_trash)
    return found.first()


def due_first(who: Who, today: date, most: int) -> "QuerySet[Task]":
    """One's own open tasks, those that are due first."""
    return rows(who, Filters(MINE), today).order_by(*ORDER)[:most]


def of_contact(who: Who, contact: UUID, today: date, most: int) -> "QuerySet[Task]":
    """Open tasks about a contact, those that are due first."""
    return rows(who, Filters(OPEN, contact=contact), today).order_by(*ORDER)[:most]


def read(vault: Opened, task: Task, today: date) -> Read:
    """Title and notes."""
    is_late = _is_late(task, today)
    try:
        texts = task.texts(vault)
    except Unopened:
        return Read(task, is_damaged=True, is_late=is_late)
    return Read(task, texts["title"], texts["notes"], is_late=is_late)


def search(vault: Opened, found: Iterable[Task], words: str, today: date) -> list[Read]:
    """Tasks in which all the words stand, and one more than are shown where there are more; each is opened."""
    shown = islice(look_through(vault, found, words), FOUND + 1)
    return [Read(task, texts["title"], texts["notes"], is_late=_is_late(task, today)) for task, texts in shown]


def _is_late(task: Task, today: date) -> bool:
    return task.due_on is not None and task.due_on < today and not task.is_done


def _shown(who: Who, show: str, today: date) -> Q:
    if show == TRASH:
        return Q(trashed_at__isnull=False)
    if show == DONE:
        return Q(trashed_at=None, state=TaskState.DONE)
    is_open = Q(trashed_at=None) & ~Q(state=TaskState.DONE)
    if show == OPEN:
        return is_open
    if show == MINE:
        return is_open & Q(assignee_id=who.user_id)
    return is_open & (Q(due_on=today) if show == TODAY else Q(due_on__lt=today))
