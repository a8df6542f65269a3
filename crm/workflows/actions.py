"""Writing, changing, going through, opening again and throwing away workflows, and keeping templates of them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.ground.access.scope import NotAllowed, scope
from crm.contacts.chosen import colleagues
from crm.contacts.models import Contact
from crm.tasks.models import NO_DAY, Priority
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened
from crm.workflows import board, rules
from crm.workflows.models import OVER, Pattern, Stage, StageState, Workflow, WorkflowContact
from crm.workflows.rules import Said, SaidStage, WorkflowProblem


class WorkflowChanged(Exception):
    """Somebody else has changed the workflow since it was read."""


def write(
    *, vault: Opened, said: Said, people: Mapping[str, int], contacts: Sequence[Contact], at: datetime
) -> Workflow:
    """A new workflow, its writer's own; its first stage is active. `people` are assignees by what was said of them."""
    workflow = Workflow(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        owner_id=vault.who.user_id,
        visibility=said.visibility,
        people=sorted({people[one.assignee] for one in said.stages}),
        created_at=at,
        changed_at=at,
    )
    workflow.put(vault, title=said.title).save(force_insert=True)
    _about(vault, workflow, contacts)
    for number, one in enumerate(said.stages, start=1):
        _new_stage(vault, workflow, number, one, people)
    _settle(vault, workflow, at)
    return workflow


def change(
    *,
    vault: Opened,
    workflow: Workflow,
    version: int,
    said: Said,
    people: Mapping[str, int],
    contacts: Sequence[Contact],
    at: datetime,
) -> Workflow:
    """Everything as it is said now, stages that are not named any more gone. Raises WorkflowChanged, NotAllowed."""
    check_may_edit(vault, workflow)
    locked = _held(vault, workflow)
    if version != locked.version:
        raise WorkflowChanged
    stages = {str(one.pk): one for one in scope(vault.who, Stage).filter(workflow=workflow)}
    named = {one.key for one in said.stages if one.key}
    if not named <= set(stages):
        raise WorkflowProblem({"stages": _("A stage was changed meanwhile. Read the workflow again.")})
    scope(vault.who, Stage).filter(workflow=workflow).exclude(pk__in=named).delete()
    # Whoever has a stage stays among the people while rows are written, or a private workflow would hide from them.
    locked.people = sorted({*locked.people, *(people[one.assignee] for one in said.stages)})
    locked.visibility, locked.changed_at = said.visibility, at
    locked.put(vault, title=said.title)
    locked.save(update_fields=["people", "visibility", "changed_at", "version", "title_sealed"])
    for number, one in enumerate(said.stages, start=1):
        stage = stages.get(one.key)
        if stage is None:
            _new_stage(vault, locked, number, one, people)
            continue
        stage.number, stage.assignee_id = number, people[one.assignee]
        stage.due_on, stage.priority = one.due_on, one.priority
        stage.put(vault, title=one.title, notes=one.notes)
        stage.save()
    _about(vault, locked, contacts)
    _settle(vault, locked, at)
    return locked


def end_stage(*, vault: Opened, stage: Stage, at: datetime, is_skipped: bool = False) -> Workflow:
    """The active stage is over and the next one active; the last one closes the workflow. Two clicks end it once."""
    workflow = _held(vault, stage.workflow)
    row = scope(vault.who, Stage).filter(pk=stage.pk).first()
    if row is None:
        raise WorkflowProblem({"state": _("A colleague has just taken this stage away. Look once more.")})
    if vault.who.user_id not in (workflow.owner_id, row.assignee_id) and not vault.who.manages:
        raise NotAllowed("view", _("A stage is ended by who has it, by the owner of the workflow or the primary user."))
    if row.state != StageState.ACTIVE:
        raise WorkflowProblem({"state": _("This stage is not the active one.")})
    row.state, row.done_at = StageState.SKIPPED if is_skipped else StageState.DONE, at
    row.save(update_fields=["state", "done_at"])
    _turn(vault, workflow)
    _settle(vault, workflow, at)
    return workflow


def open_again(*, vault: Opened, workflow: Workflow, at: datetime) -> Workflow:
    """The stage that was ended last is active again."""
    locked = _held(vault, workflow)
    last = scope(vault.who, Stage).filter(workflow=workflow, state__in=OVER).order_by("-number").first()
    if last is None:
        raise WorkflowProblem({"state": _("No stage of this workflow has ended.")})
    if vault.who.user_id not in (locked.owner_id, last.assignee_id) and not vault.who.manages:
        raise NotAllowed("view", _("A stage is opened again by who has it, by the owner or the primary user."))
    scope(vault.who, Stage).filter(workflow=workflow, state=StageState.ACTIVE).update(state=StageState.TODO)
    last.state, last.done_at = StageState.TODO, None
    if not colleagues(vault).filter(pk=last.assignee_id).exists():
        # What somebody had done who has left since is whose hand opens it again.
        last.assignee_id = vault.who.user_id
        locked.people = sorted({*locked.people, vault.who.user_id})
    last.save(update_fields=["state", "done_at", "assignee_id"])
    _turn(vault, locked)
    _settle(vault, locked, at)
    return locked


def move(*, vault: Opened, workflow: Workflow, by: str, to: str, at: datetime) -> Workflow:
    """What a card that is put into another column of the board means: a stage on or back, or another person or
    priority of the active stage. Raises WorkflowProblem, NotAllowed."""
    stages = list(scope(vault.who, Stage).filter(workflow=workflow).order_by("number", "pk"))
    places = {str(place): stage for place, stage in enumerate(stages, start=1)}
    active = next((one for one in stages if one.state == StageState.ACTIVE), None)
    if by == board.STAGE:
        here = next((int(place) for place, one in places.items() if one is active), len(stages) + 1)
        ahead = str(here + 1) if here < len(stages) else board.CLOSED
        back = next((place for place in reversed(places) if places[place].is_over), "")
        if active is not None and to == ahead:
            return end_stage(vault=vault, stage=active, at=at)
        if to and to == back:
            return open_again(vault=vault, workflow=workflow, at=at)
        raise WorkflowProblem({"to": _("A card goes one stage on, or back to the one that was ended last.")})
    check_may_edit(vault, workflow)
    locked = _held(vault, workflow)
    row = scope(vault.who, Stage).filter(workflow=workflow, state=StageState.ACTIVE).first()
    if row is None:
        raise WorkflowProblem({"to": _("The workflow is closed; open it again first.")})
    if by == board.PERSON:
        person = colleagues(vault).filter(username=to).values_list("pk", flat=True).first()
        if person is None:
            raise WorkflowProblem({"to": _("No such colleague works with the client book.")})
        row.assignee_id = person
        # Whoever is given a stage finds the workflow before the stage is theirs.
        locked.people = sorted({*locked.people, person})
        locked.save(update_fields=["people"])
    elif to in map(str, Priority.values):
        row.priority = int(to)
    else:
        raise WorkflowProblem({"to": _("There is no such column.")})
    row.save(update_fields=["assignee_id", "priority"])
    _turn(vault, locked)
    _settle(vault, locked, at)
    return locked


def throw_away(*, vault: Opened, workflow: Workflow, is_confirmed: bool, at: datetime) -> None:
    """Into the trash, only when it was confirmed."""
    check_may_edit(vault, workflow)
    if not is_confirmed:
        raise WorkflowProblem({"workflow": _("Confirm that the workflow shall be thrown away.")})
    workflow.trashed_at = at
    workflow.save(update_fields=["trashed_at"])


def take_back(*, vault: Opened, workflow: Workflow) -> None:
    """Out of the trash."""
    check_may_edit(vault, workflow)
    workflow.trashed_at = None
    workflow.save(update_fields=["trashed_at"])


def keep_pattern(*, vault: Opened, workflow: Workflow, name: str, start: date, at: datetime) -> Pattern:
    """The stages of a workflow as a template, their days counted from that beginning. Raises WorkflowProblem."""
    stages = scope(vault.who, Stage).filter(workflow=workflow).order_by("number")
    lines = [(one.text(vault, "title"), one.text(vault, "notes"), one.priority, one.due_on) for one in stages]
    pattern = Pattern(
        firm_id=vault.who.firm_id, practice_id=vault.who.practice_id, author_id=vault.who.user_id, created_at=at
    )
    pattern.put(vault, content=rules.pattern_of(name, lines, start)).save(force_insert=True)
    return pattern


def forget_pattern(*, pattern: Pattern, at: datetime) -> None:
    """No more workflows from it; those that began with it stay."""
    pattern.trashed_at = at
    pattern.save(update_fields=["trashed_at"])


def take_pattern_back(*, pattern: Pattern) -> None:
    """Out of the trash."""
    pattern.trashed_at = None
    pattern.save(update_fields=["trashed_at"])


def may_edit(vault: Opened, workflow: Workflow) -> bool:
    """Its creator, and the primary user of the practice."""
    return workflow.owner_id == vault.who.user_id or vault.who.manages


def check_may_edit(vault: Opened, workflow: Workflow) -> None:
    """Raises NotAllowed."""
    if not may_edit(vault, workflow):
        raise NotAllowed("view", _("A workflow is changed by who made it or by the primary user."))


def _held(vault: Opened, workflow: Workflow) -> Workflow:
    return scope(vault.who, Workflow).select_for_update(of=("self",)).get(pk=workflow.pk)


def _turn(vault: Opened, workflow: Workflow) -> None:
    """Seal it anew, so that a form from before does not change unseen what has moved since."""
    with suppress(Unopened):
        workflow.put(vault)
        workflow.save(update_fields=["version", "title_sealed"])


def _new_stage(vault: Opened, workflow: Workflow, number: int, said: SaidStage, people: Mapping[str, int]) -> None:
    stage = Stage(
        firm_id=workflow.firm_id,
        practice_id=workflow.practice_id,
        workflow=workflow,
        number=number,
        assignee_id=people[said.assignee],
        priority=said.priority,
        due_on=said.due_on,
    )
    stage.put(vault, title=said.title, notes=said.notes).save(force_insert=True)


def _settle(vault: Opened, workflow: Workflow, at: datetime) -> None:
    """Exactly one stage is active while the workflow is open, and its day and priority are the workflow's."""
    stages = list(scope(vault.who, Stage).filter(workflow=workflow).order_by("number", "pk"))
    states = rules.settled([one.state for one in stages])
    # First those that stop being active: at no time are there two.
    for stage, state in sorted(zip(stages, states, strict=True), key=lambda pair: pair[1] == StageState.ACTIVE):
        if stage.state != state:
            stage.state = state
            stage.save(update_fields=["state"])
    active = next((one for one in stages if one.state == StageState.ACTIVE), None)
    # Who changes a private workflow goes on finding it.
    also = set() if workflow.owner_id == vault.who.user_id else {vault.who.user_id} & set(workflow.people)
    workflow.people = sorted({one.assignee_id for one in stages} | also)
    workflow.due_on = active.due_on if active else max((one.due_on for one in stages), default=NO_DAY)
    workflow.priority = active.priority if active else Priority.MEDIUM
    workflow.closed_at = None if active else workflow.closed_at or at
    workflow.changed_at = at
    workflow.save(update_fields=["people", "due_on", "priority", "closed_at", "changed_at"])


def _about(vault: Opened, workflow: Workflow, contacts: Sequence[Contact]) -> None:
    wanted = {one.pk for one in contacts}
    rows = scope(vault.who, WorkflowContact).filter(workflow=workflow)
    known = set(rows.values_list("contact_id", flat=True))
    rows.filter(contact_id__in=known - wanted).delete()
    made = [
        WorkflowContact(firm_id=workflow.firm_id, practice_id=workflow.practice_id, workflow=workflow, contact_id=pk)
        for pk in sorted(wanted - known)
    ]
    WorkflowContact.unscoped.bulk_create(made)
