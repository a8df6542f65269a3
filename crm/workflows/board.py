"""The board of workflows: cards in columns by stage, person or priority, and where a card may go from where it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.context import Who
from crm.tasks.models import Priority
from crm.workflows.models import Workflow
from crm.workflows.queries import KEPT, ORDER, Filters, Read, rows

STAGE, PERSON, PRIORITY = "stage", "person", "priority"
GROUPS: dict[str, str | Promise] = {
    STAGE: gettext_lazy("Stage"),
    PERSON: gettext_lazy("Who"),
    PRIORITY: gettext_lazy("Priority"),
}
CLOSED = "closed"
# Closed ones stay in sight for two weeks; more cards than this nobody looks at, and the page says so.
STAYS, MOST = timedelta(days=14), 200


@dataclass(frozen=True)
class Card:
    """A workflow on the board, in which column it is, and where it may go: (column, words)."""

    read: Read
    column: str
    goals: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Column:
    """A column with its cards, those due first on top."""

    key: str
    words: str
    cards: list[Card]


def shown(who: Who, *, is_mine: bool, by: str, at: datetime) -> "QuerySet[Workflow]":
    """Open workflows, with those that were closed lately where stages are looked at: one more than is shown."""
    wanted = Q(closed_at=None) | Q(closed_at__gte=at - STAYS) if by == STAGE else Q(closed_at=None)
    found = rows(who, Filters(KEPT)).filter(wanted)
    if is_mine:
        found = found.filter(Q(owner_id=who.user_id) | Q(people__contains=[who.user_id]))
    return found.order_by("closed_at", *ORDER)[: MOST + 1]


def columns(who: Who, reads: Sequence[Read], *, by: str, people: Sequence[str]) -> list[Column]:
    """The columns there are, empty ones among them where a card may go."""
    names = _names(reads, by, people)
    goals = {name: name for name in people} if by == PERSON else names
    cards = [Card(read, _column(read, by), _goals(who, read, by, goals)) for read in reads]
    return [Column(key, words, [card for card in cards if card.column == key]) for key, words in names.items()]


def _names(reads: Sequence[Read], by: str, people: Sequence[str]) -> dict[str, str]:
    if by == PRIORITY:
        return {str(value): str(words) for value, words in Priority.choices}
    if by == PERSON:
        # Who has left and still has a stage keeps a column until it is given to somebody.
        held = [read.active.stage.assignee.username for read in reads if read.active]
        return {name: name for name in dict.fromkeys([*people, *sorted(held)])}
    longest = max((len(read.stages) for read in reads), default=0)
    return {
        **{str(number): _("Stage %(number)d") % {"number": number} for number in range(1, longest + 1)},
        CLOSED: _("Closed in the last 14 days"),
    }


def _column(read: Read, by: str) -> str:
    if by == PRIORITY:
        return str(read.workflow.priority)
    if by == PERSON:
        return read.active.stage.assignee.username if read.active else ""
    return str(place_of(read)) if read.active else CLOSED


def place_of(read: Read) -> int:
    """Which stage is active, counted from one; zero where none is."""
    return next((place for place, one in enumerate(read.stages, start=1) if one == read.active), 0)


def _goals(who: Who, read: Read, by: str, names: dict[str, str]) -> list[tuple[str, str]]:
    """Where a person may put the card: one stage on or back, or to any other person or priority."""
    if read.is_damaged:
        return []
    is_owner = read.workflow.owner_id == who.user_id or who.manages
    if by != STAGE:
        here = _column(read, by)
        return [(key, words) for key, words in names.items() if key != here] if is_owner and read.active else []
    place, goals = place_of(read), []
    if read.active and (is_owner or read.active.stage.assignee_id == who.user_id):
        key = str(place + 1) if place < len(read.stages) else CLOSED
        goals.append((key, names[key]))
    ended = [one for one in read.stages if one.stage.is_over]
    if ended and (is_owner or ended[-1].stage.assignee_id == who.user_id):
        back = str(read.stages.index(ended[-1]) + 1)
        goals.append((back, names[back]))
    return goals


def group_of(text: str) -> str:
    """How to group, by the address; what is unknown is by stage."""
    return text if text in GROUPS else STAGE
