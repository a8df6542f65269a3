"""What else stands in a calendar: tasks that are due, birthdays, and what the exchange and the books do."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.days.queries import calendar
from accounts.ground.days.told import marks_of
from crm.calendar.models import ONE_DAY
from crm.contacts.models import Contact, Kind
from crm.contacts.stored import parted
from crm.tasks import queries as tasks
from crm.tasks.models import Task, TaskState
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

TEAM, TASKS, BIRTHDAYS, MARKET = "team", "tasks", "birthdays", "market"
LAYERS: dict[str, str | Promise] = {
    TEAM: gettext_lazy("Colleagues"),
    TASKS: gettext_lazy("Tasks"),
    BIRTHDAYS: gettext_lazy("Birthdays"),
    MARKET: gettext_lazy("Exchange and billing"),
}
# What is written of people who are no clients is sealed, and has to be opened to know when they were born.
MOST_OPENED = 2000
MOST_TASKS = 500


@dataclass(frozen=True)
class Mark:
    """A line on a day that is no event."""

    layer: str
    text: str
    icon: str
    href: str = ""
    is_over: bool = False


# Layers of other rooms, by name: their lines between two days as of today. They make themselves known under the roof.
FURTHER: dict[str, Callable[[Who, date, date, date], Iterable[tuple[date, Mark]]]] = {}


@dataclass
class Marks:
    """The lines of each day; `some_birthdays` where the book has more people than are opened for their birthdays."""

    by_day: dict[date, list[Mark]]
    some_birthdays: bool = False


def marks(vault: Opened, first: date, last: date, hidden: Collection[str], today: date) -> Marks:
    """The lines of each day, of the layers that are shown."""
    found: dict[date, list[Mark]] = defaultdict(list)
    said = Marks(found)
    if MARKET not in hidden:
        known = calendar()
        for day in days(first, last):
            found[day] += [Mark(MARKET, words, "building-bank") for words in marks_of(day, known)]
    if TASKS not in hidden:
        _due(vault, first, last, today, found)
    if BIRTHDAYS not in hidden:
        said.some_birthdays = _birthdays(vault, first, last, found)
    for name, lines in FURTHER.items():
        if name not in hidden:
            for day, line in lines(vault.who, first, last, today):
                found[day].append(line)
    return said


def days(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + ONE_DAY * step for step in range((last - first).days + 1)]


def _due(vault: Opened, first: date, last: date, today: date, found: dict[date, list[Mark]]) -> None:
    rows = scope(vault.who, Task).filter(trashed_at=None, due_on__gte=first, due_on__lte=last)
    rows = rows.exclude(state=TaskState.DONE).select_related("contact__party", "account", "assignee")
    for task in rows.order_by(*tasks.ORDER)[:MOST_TASKS]:
        read = tasks.read(vault, task, today)
        text = _("This task was changed from outside and does not open.") if read.is_damaged else read.title
        if task.due_on is not None:
            found[task.due_on].append(
                Mark(TASKS, text, "checkbox", reverse("tasks:task", args=[task.pk]), is_over=read.is_late)
            )


def _birthdays(vault: Opened, first: date, last: date, found: dict[date, list[Mark]]) -> bool:
    """Whether some people were left out."""
    people = scope(vault.who, Contact).filter(trashed_at=None, kind=Kind.PERSON).order_by("sort_key", "pk")
    months = sorted({day.month for day in days(first, last)})
    clients = people.filter(party__born_on__month__in=months).select_related("party")
    for contact in clients.defer("record_sealed", "search_text"):
        if contact.party is not None and contact.party.born_on is not None:
            _born(contact, contact.party.born_on, first, last, found)
    others = list(people.filter(party=None).defer("search_text")[: MOST_OPENED + 1])
    for contact in others[:MOST_OPENED]:
        try:
            record, _ties = parted(contact.text(vault, "record"))
            born_on = date.fromisoformat(record.get("born_on", ""))
        except (Unopened, ValueError):
            continue
        _born(contact, born_on, first, last, found)
    return len(others) > MOST_OPENED


def _born(contact: Contact, born_on: date, first: date, last: date, found: dict[date, list[Mark]]) -> None:
    """Who was born on the 29th of February has a birthday on the 28th in other years."""
    for year in {first.year, last.year}:
        try:
            day = born_on.replace(year=year)
        except ValueError:
            day = date(year, 2, 28)
        if first <= day <= last and year > born_on.year:
            words = _("%(name)s turns %(age)d") % {"name": contact.title, "age": year - born_on.year}
            found[day].append(Mark(BIRTHDAYS, words, "cake", reverse("contacts:profile", args=[contact.pk])))
