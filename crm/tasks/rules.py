"""Pure decisions about tasks: what a form may say, and which state follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from crm.tasks.models import Priority, TaskState

LONGEST_TITLE = 200
LONGEST_NOTES = 20_000


class TaskProblem(ValueError):
    """Sentences a person can read, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(problems.values()))


@dataclass(frozen=True)
class Said:
    """What a task says of itself, checked."""

    title: str
    notes: str
    due_on: date | None
    priority: int
    state: str


def read(said: Mapping[str, object]) -> Said:
    """What a form or a program says. Raises TaskProblem with every sentence at once."""
    title, notes = str(said.get("title", "")).strip(), str(said.get("notes", "")).strip()
    problems: dict[str, str] = {}
    if not title:
        problems["title"] = _("A title is required.")
    elif len(title) > LONGEST_TITLE:
        problems["title"] = _("A title has at most 200 characters.")
    if len(notes) > LONGEST_NOTES:
        problems["notes"] = _("Notes have at most 20,000 characters.")
    due_on = None
    try:
        due_on = day_of(said.get("due_on"))
    except ValueError:
        problems["due_on"] = _("Write the day as YYYY-MM-DD.")
    priority = str(said.get("priority") or Priority.MEDIUM.value)
    if priority not in {str(one) for one in Priority.values}:
        problems["priority"] = _("Choose one of the list.")
    state = str(said.get("state") or TaskState.TODO)
    if state not in TaskState.values:
        problems["state"] = _("Choose one of the list.")
    if problems:
        raise TaskProblem(problems)
    return Said(title, notes, due_on, int(priority), state)


def day_of(value: object) -> date | None:
    """A day as written, None where none is. Raises ValueError."""
    if value is None or value == "":
        return None
    found = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    if not date(2000, 1, 1) <= found <= date(2200, 12, 31):
        raise ValueError("a day that no calendar of ours has")
    return found
