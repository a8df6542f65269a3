"""What becomes of somebody's tasks when they leave: the open ones are the heir's."""

from datetime import datetime

from django.utils.translation import gettext_lazy, ngettext

from accounts.ground.leaving.actions import belonging
from accounts.ground.people.models import Seat
from crm.tasks.models import Task, TaskState


def register() -> None:
    """Put tasks among the things that do not stay with somebody who has left."""
    belonging("tasks", gettext_lazy("Open tasks"), _of, _move)


def _of(seat: Seat) -> list[str]:
    """What they say is sealed, so only how many there are."""
    count = _open(seat).count()
    return [ngettext("%(count)d task", "%(count)d tasks", count) % {"count": count}] if count else []


def _move(*, seat: Seat, heir: Seat, at: datetime) -> None:
    _open(seat).update(assignee_id=heir.user_id, changed_at=at)


def _open(seat: Seat):  # type: ignore[no-untyped-def]
    # Those in the trash too: taken back, they are somebody's again.
    rows = Task.unscoped.filter(assignee_id=seat.user_id, practice_id=seat.practice_id)
    return rows.exclude(state=TaskState.DONE)
