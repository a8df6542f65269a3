"""Writing, changing, moving and throwing away contacts, with the keys of an unlocked vault."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias
from accounts.ground.access.scope import scope
from accounts.ground.people.models import Party
from crm.contacts import earlier
from crm.contacts.fields import Field
from crm.contacts.models import Contact, Kind, State
from crm.contacts.pasts import Past
from crm.contacts.rules import ContactProblem, clean_clear, clean_record, may_move
from crm.contacts.stored import parted, written
from crm.custom.queries import fields
from crm.locks import actions as locks
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

RECORD = "record"
EMPTY = {RECORD: "{}"}
MOST_AT_ONCE = 2000


class Stale(Exception):
    """Somebody else has changed the contact since it was read."""


def write(
    *, vault: Opened, kind: str, said: Mapping[str, str], at: datetime, today: date, party: Party | None = None
) -> Contact:
    """A new contact; with a party, the name is the party's. Raises ContactProblem."""
    contact = _new(vault, kind, party, at)
    values, record = _checked(said, kind=kind, has_party=party is not None, today=today, own=fields(vault))
    for name, value in values.items():
        setattr(contact, name, value)
    contact.put(vault, record=written(record))
    make([contact])
    contact.refresh_from_db(fields=["state"], from_queryset=scope(vault.who, Contact))
    return contact


def change(
    *, vault: Opened, pk: UUID, version: int, kind: str, said: Mapping[str, str], at: datetime, today: date
) -> Contact:
    """Everything as it is said now, if nobody has changed it since. Raises LockedBy, Stale and ContactProblem."""
    locks.demand(pk, vault=vault, at=at)
    contact = locked(vault, pk, version)
    held, ties = _parted(vault, contact)
    before = earlier.spoken(contact, held)
    own = fields(vault, with_removed=True)
    values, record = _checked(said, kind=kind, has_party=contact.party_id is not None, today=today, own=own, held=held)
    contact.kind = kind
    for name, value in values.items():
        setattr(contact, name, value)
    contact.put(vault, record=written(record, ties))
    contact.changed_at = at
    contact.save(update_fields=["kind", *values, "version", "record_sealed", "changed_at"])
    earlier.remember(vault, contact, earlier.moved(before, earlier.spoken(contact, record)), at)
    locks.release(vault=vault, contact=contact)
    return contact


def move(*, vault: Opened, contact: Contact, state: str, at: datetime) -> None:
    """Say by hand what somebody is. Raises LockedBy, and ContactProblem for what only accounts say."""
    locks.demand(contact.pk, vault=vault, at=at)
    if state == contact.state:
        return
    if not may_move(contact.state, state):
        before, after = State(contact.state).label, State(state).label if state in State.values else state
        raise ContactProblem(
            _("“%(before)s” does not become “%(after)s” by hand; accounts say so.") % {"before": before, "after": after}
        )
    contact.state, contact.changed_at = state, at
    contact.save(update_fields=["state", "changed_at"])
    contact.refresh_from_db(fields=["state"], from_queryset=scope(vault.who, Contact))
    if contact.state != state:
        raise ContactProblem(_("This contact has accounts, and they say what it is."))


def link(*, vault: Opened, contact: Contact, party: Party, at: datetime) -> None:
    """The contact is this client: the name is the broker's from now on, and the state follows the accounts.

    Raises LockedBy and ContactProblem.
    """
    locks.demand(contact.pk, vault=vault, at=at)
    if contact.party_id is not None:
        raise ContactProblem(_("This contact is linked to a client already."))
    if party.practice_id != contact.practice_id:
        raise ContactProblem(_("This client is another practice's."))
    contact.party, contact.first_name, contact.name, contact.changed_at = party, "", "", at
    _save(contact, "party", "first_name", "name", "changed_at")


def unlink(*, vault: Opened, contact: Contact, at: datetime) -> None:
    """The contact stands alone again, under the name that the broker knew. Raises LockedBy."""
    locks.demand(contact.pk, vault=vault, at=at)
    if contact.party is None:
        return
    contact.name, contact.party, contact.state, contact.changed_at = contact.title[:200], None, State.OTHER, at
    if contact.kind == Kind.PERSON and ", " in contact.name:
        contact.name, contact.first_name = (part[:100] for part in contact.name.split(", ", 1))
    _save(contact, "party", "first_name", "name", "state", "changed_at")


def throw_away(*, vault: Opened, contact: Contact, at: datetime) -> None:
    """Into the trash, from where it can be taken back. Raises LockedBy."""
    locks.demand(contact.pk, vault=vault, at=at)
    contact.trashed_at = at
    contact.save(update_fields=["trashed_at"])


def take_back(*, contact: Contact) -> None:
    """Out of the trash. Raises ContactProblem where its client has another contact by now."""
    contact.trashed_at = None
    _save(contact, "trashed_at")


def bring_in(*, vault: Opened, at: datetime) -> int:
    """A contact for each client of the practice that has none; how many."""
    known = scope(vault.who, Contact).filter(trashed_at=None, party__isnull=False).values("party_id")
    clients = scope(vault.who, Party).filter(practice_id=vault.who.practice_id).exclude(pk__in=known)
    made = []
    for party in clients.order_by("pk")[:MOST_AT_ONCE]:
        kind = Kind.COMPANY if party.is_organisation else Kind.PERSON
        made.append(_new(vault, kind, party, at).put(vault, **EMPTY))
    make(made)
    return len(made)


def locked(vault: Opened, pk: UUID, version: int) -> Contact:
    """The contact in the version that was read, held for a change. Raises Stale."""
    rows = scope(vault.who, Contact).filter(pk=pk, trashed_at=None).select_related("party")
    contact = rows.select_for_update(of=("self",)).first()
    if contact is None or contact.version != version:
        raise Stale
    return contact


def make(contacts: list[Contact]) -> None:
    """Save new contacts. Raises ContactProblem where a client has one already."""
    once_a_client(lambda: Contact.unscoped.bulk_create(contacts, batch_size=500))


def remember_all(pasts: list[Past]) -> None:
    """Save what several contacts said before."""
    Past.unscoped.bulk_create(pasts, batch_size=500)


def _parted(vault: Opened, contact: Contact) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What is held, and the ties to other contacts, which no form of fields shows."""
    try:
        return parted(contact.text(vault, RECORD))
    except Unopened:
        return {}, []


def _new(vault: Opened, kind: str, party: Party | None, at: datetime) -> Contact:
    if kind not in Kind.values:
        raise ContactProblem({"kind": _("Choose one of the list.")})
    return Contact(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        kind=kind,
        party=party,
        owner_id=vault.who.user_id,
        created_at=at,
        changed_at=at,
    )


def _checked(
    said: Mapping[str, str],
    *,
    kind: str,
    has_party: bool,
    today: date,
    own: Sequence[Field],
    held: Mapping[str, str] | None = None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Clear values and sealed record, with the problems of both told at once."""
    if kind not in Kind.values:
        raise ContactProblem({"kind": _("Choose one of the list.")})
    problems: dict[str, str] = {}
    values, record = {}, {}
    try:
        values = clean_clear(said, kind=kind, has_party=has_party)
    except ContactProblem as problem:
        problems |= problem.problems
    try:
        record = clean_record(said, kind=kind, today=today, own=own, held=held)
    except ContactProblem as problem:
        problems |= problem.problems
    if problems:
        raise ContactProblem(problems)
    return values, record


def _save(contact: Contact, *names: str) -> None:
    once_a_client(lambda: contact.save(update_fields=list(names)))


def once_a_client(do: Callable[[], object]) -> None:
    """Write contacts; two of one client are refused by the database. Raises ContactProblem."""
    try:
        with transaction.atomic(using=current_alias.get()):
            do()
    except IntegrityError as problem:
        if "contact_once_a_party" not in str(problem):
            raise
        raise ContactProblem(_("This client has a contact already.")) from problem
