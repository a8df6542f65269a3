"""What becomes of somebody's workflows when they leave: open stages and shared workflows are the heir's."""

from datetime import datetime

from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat
from crm.workflows.models import OVER, Audience, Stage, Workflow


def register() -> None:
    """Put stages and workflows among the things that do not stay with somebody who has left."""
    belonging("stages", gettext_lazy("Open stages of workflows"), _of, _move)


def _of(seat: Seat) -> list[str]:
    """What they say is sealed, so only how many there are."""
    count = _open(seat).count()
    return [ngettext("%(count)d stage", "%(count)d stages", count) % {"count": count}] if count else []


def _move(*, seat: Seat, heir: Seat, at: datetime) -> None:
    # The heir is among the people first: a private workflow that is handed over by one of them stays found.
    held = Workflow.unscoped.filter(pk__in=_open(seat).values("workflow_id"))
    for workflow in held.select_for_update():
        workflow.people = sorted({*workflow.people, heir.user_id})
        workflow.changed_at = at
        workflow.save(update_fields=["people", "changed_at"])
    _open(seat).update(assignee_id=heir.user_id)
    shared = Workflow.unscoped.filter(owner_id=seat.user_id, practice_id=seat.practice_id)
    shared.filter(visibility=Audience.PRACTICE).update(owner_id=heir.user_id, changed_at=at)


def _open(seat: Seat):  # type: ignore[no-untyped-def]
    rows = Stage.unscoped.filter(assignee_id=seat.user_id, practice_id=seat.practice_id)
    return rows.exclude(state__in=OVER)
