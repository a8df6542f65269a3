"""Taking back what was done to several contacts at once, where nobody has changed them since."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias
from accounts.ground.access.scope import NotAllowed, scope
from crm.changes.actions import keepers
from crm.changes.models import Change, Deed
from crm.changes.queries import may_undo
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.duplicates import actions as duplicates
from crm.groups import actions as groups
from crm.groups.models import Group
from crm.locks import actions as locks
from crm.vault.sealed import Opened


def undo(*, vault: Opened, change: Change, at: datetime) -> int:
    """Put back what stood there before, where nobody has changed it since; how many. Raises NotAllowed, LockedBy."""
    if not may_undo(vault, change):
        raise NotAllowed("view", _("Whoever did this undoes it, or who manages the practice's users; once."))
    # What cannot be undone now stays to be undone later: the mark goes with what was refused.
    with transaction.atomic(using=current_alias.get()):
        if not scope(vault.who, Change).filter(pk=change.pk, undone_at=None).update(undone_at=at):
            raise ContactProblem(_("This was undone already."))
        count = _UNDO[Deed(change.deed)](vault, json.loads(change.text(vault, "before")), at)
    change.undone_at = at
    return count


def _undo_add(vault: Opened, before: dict[str, Any], at: datetime) -> int:
    return len(groups.remove(vault=vault, group=_group(vault, before), contacts=_uuids(before["contacts"])))


def _undo_remove(vault: Opened, before: dict[str, Any], at: datetime) -> int:
    return len(groups.add(vault=vault, group=_group(vault, before), contacts=_uuids(before["contacts"]), at=at))


def _undo_column(vault: Opened, before: dict[str, Any], at: datetime, column: str) -> int:
    """Put each value back where what this change wrote stands still."""
    locks.demand(*_uuids(before["contacts"]), vault=vault, at=at)
    count, by_value = 0, {}
    for key, was in before["contacts"].items():
        by_value.setdefault(was, []).append(UUID(key))
    for was, keys in by_value.items():
        rows = scope(vault.who, Contact).filter(pk__in=keys, **{column: before["now"]})
        count += rows.update(**{column: was, "changed_at": at})
    return count


def _undo_owner(vault: Opened, before: dict[str, Any], at: datetime) -> int:
    """What somebody kept who has left since stays with whoever keeps it now."""
    here = {None, *keepers(vault).values_list("pk", flat=True)}
    contacts = {key: was for key, was in before["contacts"].items() if was in here}
    return _undo_column(vault, {**before, "contacts": contacts}, at, "owner_id")


def _undo_state(vault: Opened, before: dict[str, Any], at: datetime) -> int:
    return _undo_column(vault, before, at, "state")


def _undo_trash(vault: Opened, before: dict[str, Any], at: datetime) -> int:
    """Who was thrown away again since stays in the trash, and so does a client who has another contact by now."""
    locks.demand(*_uuids(before["contacts"]), vault=vault, at=at)
    thrown_at = datetime.fromisoformat(before["at"])
    rows = scope(vault.who, Contact).filter(pk__in=_uuids(before["contacts"]), trashed_at=thrown_at)
    taken = scope(vault.who, Contact).filter(trashed_at=None, party__isnull=False).values("party_id")
    return rows.exclude(party_id__in=taken).update(trashed_at=None)


def _group(vault: Opened, before: dict[str, Any]) -> Group:
    found = scope(vault.who, Group).filter(pk=before["group"], trashed_at=None).first()
    if found is None:
        raise ContactProblem(_("The group is gone; take it out of the trash first."))
    return found


def _uuids(keys: Collection[str]) -> list[UUID]:
    return [UUID(one) for one in keys]


_UNDO = {
    Deed.ADD: _undo_add,
    Deed.REMOVE: _undo_remove,
    Deed.OWNER: _undo_owner,
    Deed.STATE: _undo_state,
    Deed.TRASH: _undo_trash,
    Deed.MERGE: duplicates.undo,
}
