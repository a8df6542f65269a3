"""Taking, keeping and giving free the lock of a contact that somebody changes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.ground.access.scope import scope
from accounts.ground.trail.actions import note_of_practice
from crm.contacts.models import Contact
from crm.locks.models import EditLock
from crm.vault.sealed import Opened
from portal.lib.exchange import exchange_day

# It ends by itself this long after the last save or sign of life.
LASTS = timedelta(minutes=15)
WHOSE = ("user", "contact__party")


class LockedBy(Exception):
    """Somebody else is changing the contact."""

    def __init__(self, lock: EditLock) -> None:
        self.username, self.since, self.contact = lock.user.username, lock.since, lock.contact
        super().__init__(_("This contact is locked for editing by %(name)s.") % {"name": self.username})


def take(*, vault: Opened, contact: Contact, at: datetime, is_over: bool = False) -> EditLock:
    """The lock for this person; `is_over` takes it from somebody else. Raises LockedBy."""
    held = _held(vault, contact.pk)
    if held is not None and not is_over and _is_anothers(vault, held, at):
        raise LockedBy(held)
    is_same = held is not None and held.user_id == vault.who.user_id and held.until > at
    said = {
        "user_id": vault.who.user_id,
        "sign_in": vault.row.sign_in,
        "since": held.since if held is not None and is_same else at,
        "until": at + LASTS,
    }
    own = {"firm_id": vault.who.firm_id, "practice_id": vault.who.practice_id}
    found, is_new = EditLock.unscoped.get_or_create(contact=contact, defaults={**said, **own})
    if is_new:
        return found
    # Somebody may have come at the same moment.
    found = scope(vault.who, EditLock).select_related(*WHOSE).select_for_update(of=("self",)).get(pk=found.pk)
    if not is_over and _is_anothers(vault, found, at):
        raise LockedBy(found)
    if is_over and _is_anothers(vault, found, at):
        data: dict[str, object] = {"contact": str(contact.pk), "from": found.user.username}
        title = gettext_noop("The editing of a contact was taken over")
        note_of_practice(who=vault.who, kind="vault", title=title, day=exchange_day(at), data=data)
    for name, value in said.items():
        setattr(found, name, value)
    found.save(update_fields=list(said))
    return found


def keep(*, vault: Opened, contact: Contact, at: datetime) -> None:
    """A sign of life; the lock lasts on, or is taken anew where it has ended. Raises LockedBy."""
    take(vault=vault, contact=contact, at=at)


def release(*, vault: Opened, contact: Contact) -> None:
    """Give the contact free, if one holds it."""
    scope(vault.who, EditLock).filter(contact=contact, user_id=vault.who.user_id).delete()


def demand(*pks: UUID, vault: Opened, at: datetime) -> None:
    """Nobody else holds one of the contacts at the moment. Raises LockedBy."""
    held = _others(vault, at).filter(contact_id__in=pks).select_related(*WHOSE).first()
    if held is not None:
        raise LockedBy(held)


def held_by_others(*, vault: Opened, at: datetime) -> "QuerySet[Any, Any]":
    """The keys of contacts that somebody else is changing."""
    return _others(vault, at).values("contact_id")


def _others(vault: Opened, at: datetime) -> "QuerySet[EditLock]":
    return scope(vault.who, EditLock).filter(until__gt=at).exclude(user_id=vault.who.user_id)


def _held(vault: Opened, pk: UUID) -> EditLock | None:
    return scope(vault.who, EditLock).filter(contact_id=pk).select_related(*WHOSE).first()


def _is_anothers(vault: Opened, lock: EditLock, at: datetime) -> bool:
    return lock.user_id != vault.who.user_id and lock.until > at
