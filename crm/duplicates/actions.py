"""Making one contact of two, and taking that back; calling two who look alike two."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.calendar.models import EventContact
from crm.changes.actions import keep
from crm.changes.models import Change, Deed
from crm.contacts import relations
from crm.contacts.actions import once_a_client
from crm.contacts.models import Contact
from crm.contacts.queries import Read, read
from crm.contacts.rules import ContactProblem
from crm.contacts.stored import DISTINCT, written
from crm.documents.models import Document
from crm.duplicates import rules
from crm.duplicates.queries import fields_of
from crm.groups import actions as groups
from crm.groups.models import Group, GroupMember
from crm.groups.queries import may_change
from crm.locks import actions as locks
from crm.mail.models import KeptMail, NotKept
from crm.notes.models import Note
from crm.tasks.models import Task
from crm.vault.sealed import Opened
from crm.workflows.models import WorkflowContact

# What is about a contact and goes with it, whatever its state.
Following = (
    type[Note]
    | type[Task]
    | type[Document]
    | type[EventContact]
    | type[WorkflowContact]
    | type[KeptMail]
    | type[NotKept]
)
FOLLOW: dict[str, Following] = {
    "notes": Note,
    "tasks": Task,
    "documents": Document,
    "events": EventContact,
    "workflows": WorkflowContact,
    "mails": KeptMail,
    "mails_not_kept": NotKept,
}
ABOUT = {"events": "event_id", "workflows": "workflow_id"}
CLEAR = ("first_name", "name", "email", "phone", "state", "party_id", "kind")


def merge(*, vault: Opened, kept: UUID, gone: UUID, taken: Collection[str], at: datetime) -> Change:
    """One contact of two: `taken` are the fields in which the one that goes is right. Raises ContactProblem, LockedBy.

    The one that goes lies in the trash; its ties, groups, what is about it and what only it said go to the kept one.
    """
    if kept == gone:
        raise ContactProblem(_("Choose two contacts."))
    stays, goes = relations.both(vault, kept, gone, at)
    if stays.contact.party_id is not None and goes.contact.party_id is not None:
        raise ContactProblem(_("Both are clients of the broker, and so two people."))
    touched = _tied_to(vault, goes, at, but=kept)
    before = {
        "kept": str(kept),
        "gone": str(gone),
        "clear": {name: getattr(stays.contact, name) for name in CLEAR},
        "mails_off_at": _moment(stays.contact),
        "groups": _into_groups(vault, stays.contact, goes.contact, at),
        "follow": _follow(vault, stays.contact, goes.contact),
        "records": {str(one.contact.pk): written(one.record, one.relations) for one in (stays, *touched)},
    }
    _take_over(vault, stays, goes, taken, at)
    for one in touched:
        ties = [(kind, str(kept) if key == str(gone) else key) for kind, key in one.relations]
        relations.keep(vault, one, list(dict.fromkeys(ties)), at)
    # The database says what the state is of who has accounts.
    stays.contact.refresh_from_db(fields=CLEAR, from_queryset=scope(vault.who, Contact))
    after = {
        "clear_after": {name: getattr(stays.contact, name) for name in CLEAR},
        "mails_off_after": _moment(stays.contact),
        "versions": {str(one.contact.pk): one.contact.version for one in (stays, *touched)},
    }
    return keep(vault, Deed.MERGE, {**before, **after}, 2, at)


def undo(vault: Opened, before: dict[str, Any], at: datetime) -> int:
    """Two contacts again, each as it was. Raises ContactProblem where one was changed since, and LockedBy."""
    versions = {UUID(key): version for key, version in before["versions"].items()}
    rows = scope(vault.who, Contact).filter(pk__in=versions).order_by("pk").select_for_update()
    contacts = {contact.pk: contact for contact in rows}
    locks.demand(*versions, UUID(before["gone"]), vault=vault, at=at)
    kept = contacts.get(UUID(before["kept"]))
    is_changed = any(pk not in contacts or contacts[pk].version != version for pk, version in versions.items())
    if is_changed or kept is None or _was_said_anew(kept, before.get("clear_after", {})):
        raise ContactProblem(_("One of the contacts was changed since; take the other one out of the trash by hand."))
    for name, value in before["clear"].items():
        setattr(kept, name, value)
    if "mails_off_at" in before and _moment(kept) == before["mails_off_after"]:
        # Who has asked for no more mails since, or was let have them again, is left so.
        kept.mails_off_at = datetime.fromisoformat(said) if (said := before["mails_off_at"]) else None
    for pk, contact in contacts.items():
        contact.put(vault, record=before["records"][str(pk)])
        contact.changed_at = at
        clear = (*CLEAR, "mails_off_at") if contact is kept else ()
        contact.save(update_fields=[*clear, "version", "record_sealed", "changed_at"])
    gone = scope(vault.who, Contact).filter(pk=before["gone"])
    once_a_client(lambda: gone.update(trashed_at=None))
    for group in scope(vault.who, Group).filter(pk__in=before["groups"], trashed_at=None):
        groups.remove(vault=vault, group=group, contacts=[kept.pk])
    for name, keys in before.get("follow", {}).items():
        scope(vault.who, FOLLOW[name]).filter(pk__in=keys, contact=kept).update(contact_id=before["gone"])
    return 2


def keep_apart(*, vault: Opened, one: UUID, other: UUID, at: datetime) -> None:
    """The two are not the same; the finder does not ask again. Raises ContactProblem and LockedBy."""
    first, second = relations.both(vault, one, other, at)
    for read_one, tie in ((first, (DISTINCT, str(other))), (second, (DISTINCT, str(one)))):
        if tie not in read_one.relations:
            relations.keep(vault, read_one, [*read_one.relations, tie], at)


def _take_over(vault: Opened, stays: Read, goes: Read, taken: Collection[str], at: datetime) -> None:
    """Write what the kept one says from now on, once the other is out of the way."""
    contact, other = stays.contact, goes.contact
    record = dict(goes.record)
    for name in ("email", "phone"):
        mine, theirs = getattr(contact, name), getattr(other, name)
        left = mine if name in taken else theirs
        if theirs and (not mine or name in taken):
            setattr(contact, name, theirs)
        if mine and theirs and mine != theirs:
            # The second number has a field of its own; a second address stands among the notes.
            key = "more_phones" if name == "phone" else "about"
            record[key] = "\n".join(text for text in (record.get(key, ""), left) if text)
    # Somebody who wants no mail to several wants none under the other name either, and has said so first.
    contact.mails_off_at = min((one for one in (contact.mails_off_at, other.mails_off_at) if one), default=None)
    other.trashed_at = at
    other.save(update_fields=["trashed_at"])
    if other.party_id is not None:
        contact.party, contact.first_name, contact.name = other.party, "", ""
    whole = rules.merged(stays.record, record, fields=fields_of(vault), taken=taken)
    ties = rules.merged_ties(stays.relations, goes.relations, kept_key=str(contact.pk), gone_key=str(other.pk))
    contact.put(vault, record=written(whole, ties))
    contact.changed_at = at
    contact.save(update_fields=[*CLEAR, "mails_off_at", "version", "record_sealed", "changed_at"])


def _moment(contact: Contact) -> str | None:
    return contact.mails_off_at.isoformat() if contact.mails_off_at else None


def _was_said_anew(kept: Contact, after: dict[str, Any]) -> bool:
    """Whether name, client or state are others than the merge left, which no version tells; accounts move the state."""
    said = {name: value for name, value in after.items() if name != "state" or after["party_id"] is None}
    return any(getattr(kept, name) != value for name, value in said.items())


def _tied_to(vault: Opened, goes: Read, at: datetime, *, but: UUID) -> list[Read]:
    """The other contacts that are tied to the one that goes, held for a change. Raises LockedBy."""
    keys = {UUID(key) for _kind, key in goes.relations} - {but}
    locks.demand(*keys, vault=vault, at=at)
    rows = scope(vault.who, Contact).filter(pk__in=keys).select_related("party").order_by("pk")
    return [one for one in (read(vault, row) for row in rows.select_for_update(of=("self",))) if not one.is_damaged]


def _follow(vault: Opened, stays: Contact, goes: Contact) -> dict[str, list[str]]:
    """Notes, tasks, documents and events of the one that goes are about the kept one; their keys."""
    found = {}
    for name, model in FOLLOW.items():
        rows = scope(vault.who, model).filter(contact=goes)
        if name in ABOUT:
            # What is about both is about the kept one already.
            key = ABOUT[name]
            rows = rows.exclude(**{f"{key}__in": scope(vault.who, model).filter(contact=stays).values(key)})
        found[name] = [str(pk) for pk in rows.values_list("pk", flat=True)]
        rows.update(contact=stays)
    return found


def _into_groups(vault: Opened, stays: Contact, goes: Contact, at: datetime) -> list[str]:
    """Put the kept one into the groups by hand of the other that one may change; those it was not in before."""
    held = scope(vault.who, GroupMember).filter(contact=goes).values("group_id")
    found = []
    for group in scope(vault.who, Group).filter(pk__in=held, trashed_at=None, is_search=False):
        # A full group is left out, as one that somebody may not change.
        with suppress(groups.GroupProblem):
            if may_change(vault.who, group) and groups.add(vault=vault, group=group, contacts=[stays.pk], at=at):
                found.append(str(group.pk))
    return found
