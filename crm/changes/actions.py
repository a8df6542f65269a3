"""Changing several contacts at once; each change keeps what stood there before."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from accounts.ground.people.models import User
from accounts.ground.users.queries import standing_seats
from crm.changes.models import Change, Deed
from crm.contacts.models import Contact, State
from crm.contacts.rules import MOVES, ContactProblem
from crm.groups import actions as groups
from crm.groups.models import Group, GroupMember
from crm.locks import actions as locks
from crm.vault.sealed import Opened

MOST = 20_000


def put_in(*, vault: Opened, contacts: "QuerySet[Contact]", group: Group, at: datetime) -> Change:
    """Into a group by hand. Raises GroupProblem and NotAllowed."""
    new = groups.add(vault=vault, group=group, contacts=_keys(contacts), at=at)
    return keep(vault, Deed.ADD, {"group": str(group.pk), "contacts": [str(one) for one in new]}, len(new), at)


def take_out(*, vault: Opened, contacts: "QuerySet[Contact]", group: Group, at: datetime) -> Change:
    """Out of a group."""
    inside = scope(vault.who, GroupMember).filter(group=group).values("contact_id")
    gone = groups.remove(vault=vault, group=group, contacts=_keys(contacts.filter(pk__in=inside)))
    return keep(vault, Deed.REMOVE, {"group": str(group.pk), "contacts": [str(one) for one in gone]}, len(gone), at)


def give(*, vault: Opened, contacts: "QuerySet[Contact]", owner: int | None, at: datetime) -> Change:
    """Somebody of the practice keeps them from now on, or nobody. Raises ContactProblem."""
    if owner is not None and not keepers(vault).filter(pk=owner).exists():
        raise ContactProblem(_("There is no such user in the practice."))
    held = _held(vault, contacts.exclude(owner_id=owner) if owner else contacts.exclude(owner=None), at)
    before = {str(pk): was for pk, was in held.values_list("pk", "owner_id")}
    held.update(owner_id=owner, changed_at=at)
    return keep(vault, Deed.OWNER, {"now": owner, "contacts": before}, len(before), at)


def move(*, vault: Opened, contacts: "QuerySet[Contact]", state: str, at: datetime) -> Change:
    """Say of all what they are; those whose accounts say so, and those it does not follow from, stay as they are."""
    allowed = [before for before, after in MOVES.items() if state in after]
    if state not in State.values or not allowed:
        raise ContactProblem(_("Only accounts say so."))
    held = _held(vault, contacts.filter(state__in=allowed), at)
    before = {str(pk): was for pk, was in held.values_list("pk", "state")}
    held.update(state=state, changed_at=at)
    stays = scope(vault.who, Contact).filter(pk__in=[UUID(one) for one in before]).exclude(state=state)
    for pk in stays.values_list("pk", flat=True):
        before.pop(str(pk))
    return keep(vault, Deed.STATE, {"now": state, "contacts": before}, len(before), at)


def throw_away(*, vault: Opened, contacts: "QuerySet[Contact]", at: datetime) -> Change:
    """All into the trash."""
    held = _held(vault, contacts.filter(trashed_at=None), at)
    keys = [str(one) for one in held.values_list("pk", flat=True)]
    held.update(trashed_at=at)
    return keep(vault, Deed.TRASH, {"contacts": keys, "at": at.isoformat()}, len(keys), at)


def keepers(vault: Opened) -> "QuerySet[User]":
    """Who may keep contacts: the practice's own users."""
    seats = standing_seats(vault.who).filter(is_active=True)
    return User.objects.filter(pk__in=seats.values("user_id"), is_active=True).order_by("username")


def keep(vault: Opened, deed: str, before: Mapping[str, Any], count: int, at: datetime) -> Change:
    """Remember a change with what stood there before."""
    change = Change(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        user_id=vault.who.user_id,
        deed=deed,
        count=count,
        at=at,
    )
    change.put(vault, before=json.dumps(before, ensure_ascii=False))
    change.save(force_insert=True)
    return change


def _keys(contacts: "QuerySet[Contact]") -> list[UUID]:
    """One more than a group holds is enough to be refused there."""
    return list(contacts.order_by().values_list("pk", flat=True)[: MOST + 1])


def _held(vault: Opened, contacts: "QuerySet[Contact]", at: datetime) -> "QuerySet[Contact]":
    """The rows as they stand now, held until the end of the request; what somebody else is editing is left out."""
    contacts = contacts.exclude(pk__in=locks.held_by_others(vault=vault, at=at))
    keys = list(contacts.order_by("pk").select_related(None).select_for_update().values_list("pk", flat=True))
    if len(keys) > MOST:
        raise ContactProblem(_("At most 20,000 contacts are changed at once."))
    return scope(vault.who, Contact).filter(pk__in=keys)
