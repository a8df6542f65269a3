"""Writing, changing, doing, undoing and throwing away tasks, with the keys of an unlocked vault."""

from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.ground.access.scope import NotAllowed, scope
from accounts.ground.tree.models import Account
from crm.contacts.chosen import colleagues
from crm.contacts.models import Contact
from crm.tasks.models import Task, TaskState
from crm.tasks.rules import Said
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened


class TaskChanged(Exception):
    """Somebody else has changed the task since it was read."""


def write(
    *,
    vault: Opened,
    said: Said,
    assignee_id: int,
    at: datetime,
    contact: Contact | None = None,
    account: Account | None = None,
) -> Task:
    """A new task of the practice; the assignee is somebody who may read the client book."""
    check_own(vault, account)
    task = Task(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        contact=contact,
        account=account,
        author_id=vault.who.user_id,
        assignee_id=assignee_id,
        created_at=at,
    )
    _take(task, said, at)
    task.put(vault, title=said.title, notes=said.notes)
    task.save(force_insert=True)
    return task


def change(
    *,
    vault: Opened,
    task: Task,
    version: int,
    said: Said,
    assignee_id: int,
    at: datetime,
    contact: Contact | None = None,
    account: Account | None = None,
) -> Task:
    """Everything as it is said now; `version` is the one that was read. Raises `TaskChanged`."""
    check_own(vault, account)
    before = task.version
    if version != before:
        raise TaskChanged
    task.contact, task.account, task.assignee_id = contact, account, assignee_id
    _take(task, said, at)
    task.put(vault, title=said.title, notes=said.notes)
    names = (
        *("contact_id", "account_id", "assignee_id", "state", "priority", "due_on", "changed_at", "done_at"),
        *("version", "title_sealed", "notes_sealed"),
    )
    columns = {name: getattr(task, name) for name in names}
    if not scope(vault.who, Task).filter(pk=task.pk, version=before).update(**columns):
        raise TaskChanged
    return task


def move(*, vault: Opened, task: Task, state: str, at: datetime) -> None:
    """Into another state; done can be undone by moving it back.

    It is sealed anew, so that a form from before does not move it back unseen. What somebody had done who has left
    since is whose hand opens it again.
    """
    held = scope(vault.who, Task).select_for_update().get(pk=task.pk)
    if state == held.state:
        return
    with suppress(Unopened):
        held.put(vault)
    held.state, held.changed_at = state, at
    held.done_at = at if state == TaskState.DONE else None
    if state != TaskState.DONE and not colleagues(vault).filter(pk=held.assignee_id).exists():
        held.assignee_id = vault.who.user_id
    held.save(
        update_fields=["state", "changed_at", "done_at", "assignee_id", "version", "title_sealed", "notes_sealed"]
    )
    task.state = state


def throw_away(*, task: Task, at: datetime) -> None:
    """Into the trash, from where it can be taken back."""
    task.trashed_at = at
    task.save(update_fields=["trashed_at"])


def take_back(*, task: Task) -> None:
    """Out of the trash."""
    task.trashed_at = None
    task.save(update_fields=["trashed_at"])


def check_own(vault: Opened, account: Account | None) -> None:
    """Tasks are about one's own clients, like notes."""
    if account is not None and account.practice_id != vault.who.practice_id:
        raise NotAllowed("view", _("Tasks are kept by the advisor who manages the account."))


def _take(task: Task, said: Said, at: datetime) -> None:
    if said.state != TaskState.DONE:
        task.done_at = None
    elif task.state != TaskState.DONE or task.done_at is None:
        task.done_at = at
    task.state, task.priority, task.due_on, task.changed_at = said.state, said.priority, said.due_on, at
