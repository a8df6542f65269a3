"""Reading workflows: the list, one with its stages, those of one contact, and templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.contacts.models import Contact
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened
from crm.workflows.models import OVER, Pattern, Stage, StageState, Workflow, WorkflowContact

ORDER = ("due_on", "priority", "pk")
MINE, OPEN, CLOSED, TRASH = "mine", "open", "closed", "trash"
# Open or closed: what a copy of the book holds.
KEPT = "kept"
SHOWS: dict[str, str | Promise] = {
    MINE: _("Mine"),
    OPEN: _("All open"),
    CLOSED: _("Closed"),
    TRASH: _("Trash"),
}
MOST_PATTERNS = 100


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; unknown values are left out."""

    show: str = OPEN
    contact: UUID | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Read from the query of an address."""
        try:
            contact = UUID(query.get("contact", ""))
        except ValueError:
            contact = None
        show = query.get("show", "")
        return cls(show if show in SHOWS else OPEN, contact)


@dataclass(frozen=True)
class ReadStage:
    """A stage as it is shown; `is_damaged` when what is stored was changed from outside."""

    stage: Stage
    title: str = ""
    notes: str = ""
    is_damaged: bool = False


@dataclass(frozen=True)
class Read:
    """A workflow as it is shown."""

    workflow: Workflow
    title: str = ""
    stages: list[ReadStage] = field(default_factory=list)
    is_damaged: bool = False
    today: date = date.min

    @property
    def active(self) -> ReadStage | None:
        """The stage that waits for somebody."""
        return next((one for one in self.stages if one.stage.state == StageState.ACTIVE), None)

    @property
    def over(self) -> int:
        """How many stages have ended."""
        return sum(one.stage.state in OVER for one in self.stages)

    @property
    def is_late(self) -> bool:
        """Whether the active stage should have been done."""
        return self.active is not None and self.active.stage.is_late(self.today)

    @property
    def contacts(self) -> list[Contact]:
        """Whom it is about."""
        return [one.contact for one in self.workflow.about.all()]


def rows(who: Who, filters: Filters) -> "QuerySet[Workflow]":
    """The workflows that the filters let through, with their stages and contacts."""
    found = scope(who, Workflow).filter(_shown(who, filters.show))
    if filters.contact:
        about = scope(who, WorkflowContact).filter(contact_id=filters.contact)
        found = found.filter(pk__in=about.values("workflow_id"))
    return _whole(who, found)


def counts(who: Who) -> dict[str, int]:
    """How many workflows each of the filters shows."""
    wanted = {show: Count("pk", filter=_shown(who, show)) for show in SHOWS}
    return scope(who, Workflow).order_by().aggregate(**wanted)


def one(who: Who, pk: UUID, *, in_trash: bool = False) -> Workflow | None:
    """One workflow that somebody may see."""
    return _whole(who, scope(who, Workflow).filter(pk=pk, trashed_at__isnull=not in_trash)).first()


def stage(who: Who, workflow: Workflow, pk: UUID) -> Stage | None:
    """One stage of it."""
    return scope(who, Stage).filter(pk=pk, workflow=workflow).select_related("workflow").first()


def due_first(vault: Opened, today: date, most: int, contact: UUID | None = None) -> list[Read]:
    """Open workflows with their active stages alone, those due first; one question, for a card among others."""
    flows = scope(vault.who, Workflow).filter(_shown(vault.who, OPEN))
    if contact:
        about = scope(vault.who, WorkflowContact).filter(contact_id=contact)
        flows = flows.filter(pk__in=about.values("workflow_id"))
    active = scope(vault.who, Stage).filter(state=StageState.ACTIVE, workflow__in=flows)
    active = active.select_related("workflow", "assignee").order_by("due_on", "priority", "workflow_id")
    found = []
    for one in active[:most]:
        try:
            title = one.workflow.text(vault, "title")
        except Unopened:
            title = ""
        read_one = [_read_stage(vault, one)]
        found.append(Read(one.workflow, title, read_one, is_damaged=not title, today=today))
    return found


def read(vault: Opened, workflow: Workflow, today: date) -> Read:
    """Title and stages."""
    stages = [_read_stage(vault, one) for one in workflow.stages.all()]
    try:
        return Read(workflow, workflow.text(vault, "title"), stages, today=today)
    except Unopened:
        return Read(workflow, stages=stages, is_damaged=True, today=today)


def patterns(who: Who, *, in_trash: bool = False) -> "QuerySet[Pattern]":
    """The practice's templates."""
    rows = scope(who, Pattern).filter(trashed_at__isnull=not in_trash)
    return rows.select_related("author").order_by("created_at", "pk")


def pattern(who: Who, pk: UUID, *, in_trash: bool = False) -> Pattern | None:
    """One template."""
    return patterns(who, in_trash=in_trash).filter(pk=pk).first()


def content_of(vault: Opened, found: Pattern) -> str:
    """What a template says; "" where it was changed from outside."""
    try:
        return found.text(vault, "content")
    except Unopened:
        return ""


def _read_stage(vault: Opened, stage: Stage) -> ReadStage:
    try:
        texts = stage.texts(vault)
    except Unopened:
        return ReadStage(stage, is_damaged=True)
    return ReadStage(stage, texts["title"], texts["notes"])


def _whole(who: Who, found: "QuerySet[Workflow]") -> "QuerySet[Workflow]":
    stages = scope(who, Stage).select_related("assignee").order_by("number", "pk")
    about = scope(who, WorkflowContact).select_related("contact__party").order_by("pk")
    return found.select_related("owner").prefetch_related(
        Prefetch("stages", queryset=stages), Prefetch("about", queryset=about)
    )


def _shown(who: Who, show: str) -> Q:
    if show == TRASH:
        return Q(trashed_at__isnull=False)
    if show == CLOSED:
        return Q(trashed_at=None, closed_at__isnull=False)
    if show == KEPT:
        return Q(trashed_at=None)
    is_open = Q(trashed_at=None, closed_at=None)
    return is_open & (Q(owner_id=who.user_id) | Q(people__contains=[who.user_id])) if show == MINE else is_open
