"""What contacts said earlier: remembered with each change, told field by field, and put back where it still can be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.access.scope import scope
from crm.contacts.fields import BY_KEY, Field, in_words
from crm.contacts.intakes import Intake
from crm.contacts.models import Contact, Kind
from crm.contacts.pasts import Past
from crm.contacts.rules import LONGEST, ContactProblem, clean_clear, shares_are_whole
from crm.contacts.stored import parted, written
from crm.custom.queries import fields
from crm.locks import actions as locks
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

SHOWN = 100
KIND = "kind"
# By field: (what stood there, what was written).
Moves = dict[str, tuple[str, str]]
CLEAR_WORDS = {
    KIND: gettext_lazy("Kind"),
    "first_name": gettext_lazy("First name"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
}


@dataclass(frozen=True)
class Told:
    """A change in words: each field with what stood there and what was written."""

    past: Past
    lines: list[tuple[str, str, str]]


def spoken(contact: Contact, record: Mapping[str, str]) -> dict[str, str]:
    """Everything a contact says, clear and sealed, by field."""
    return {KIND: contact.kind, **{name: getattr(contact, name) for name in LONGEST}, **record}


def moved(before: Mapping[str, str], now: Mapping[str, str]) -> Moves:
    """The fields in which two readings differ."""
    keys = dict.fromkeys((*before, *now))
    return {key: (before.get(key, ""), now.get(key, "")) for key in keys if before.get(key, "") != now.get(key, "")}


def past_of(vault: Opened, contact: Contact, moves: Moves, at: datetime, intake: Intake | None = None) -> Past:
    """A change to be remembered, not yet saved."""
    past = Past(
        firm_id=contact.firm_id,
        practice_id=contact.practice_id,
        contact=contact,
        user_id=vault.who.user_id,
        intake=intake,
        at=at,
    )
    return past.put(vault, fields=json.dumps(moves, ensure_ascii=False))


def remember(vault: Opened, contact: Contact, moves: Moves, at: datetime) -> None:
    """Keep what a change wrote over; nothing where it wrote nothing."""
    if moves:
        past_of(vault, contact, moves, at).save(force_insert=True)


def moves_of(vault: Opened, past: Past) -> Moves:
    """What a change did. Raises `Unopened`."""
    return {key: (was, now) for key, (was, now) in json.loads(past.text(vault, "fields")).items()}


def of(vault: Opened, contact: Contact, field: str = "") -> list[Told]:
    """The changes of a contact, the newest first; of one field only where one is named."""
    known = {**BY_KEY, **{one.key: one for one in fields(vault, with_removed=True)}}
    found = []
    for past in rows(vault, contact).select_related("user").order_by("-at", "pk")[:SHOWN]:
        try:
            moves = moves_of(vault, past)
        except Unopened:
            continue
        if not field or field in moves:
            found.append(Told(past, [line_of(known, key, *pair) for key, pair in moves.items() if field in ("", key)]))
    return found


def rows(vault: Opened, contact: Contact) -> "QuerySet[Past]":
    """The changes of one contact."""
    return scope(vault.who, Past).filter(contact=contact)


def latest(vault: Opened, contact: Contact) -> Past | None:
    """The last change that somebody made by hand and that stands."""
    return rows(vault, contact).filter(undone_at=None).select_related("user").order_by("-at", "pk").first()


def undo(*, vault: Opened, contact: UUID, past: UUID, at: datetime) -> tuple[int, int]:
    """Put back what stood there where what was written stands still: (how many fields, how many stay).

    Raises ContactProblem where nothing can be put back, and LockedBy.
    """
    locks.demand(contact, vault=vault, at=at)
    row = scope(vault.who, Past).filter(pk=past, contact_id=contact, undone_at=None).select_for_update().first()
    held = scope(vault.who, Contact).filter(pk=contact, trashed_at=None).select_for_update(of=("self",)).first()
    if row is None or held is None:
        raise ContactProblem(_("This was undone already."))
    try:
        moves = moves_of(vault, row)
        made = put_back(vault, held, moves, at)
    except Unopened:
        raise ContactProblem(_("This was changed from outside and does not open.")) from None
    if made is None:
        raise ContactProblem(_("What was written then does not stand any more; there is nothing to put back."))
    held.save(update_fields=CHANGED)
    made.save(force_insert=True)
    row.undone_at = at
    row.save(update_fields=["undone_at"])
    back = len(moves_of(vault, made))
    return back, len(moves) - back


CHANGED = [KIND, *LONGEST, "version", "record_sealed", "changed_at"]


def put_back(vault: Opened, contact: Contact, moves: Moves, at: datetime) -> Past | None:
    """The contact, not yet saved, as it was before where nobody has written since; None where nothing is left of it.

    Returns the change that this is, not yet saved either. Raises `Unopened`.
    """
    record, ties = parted(contact.text(vault, "record"))
    before = spoken(contact, record)
    back = {key: was for key, (was, now) in moves.items() if before.get(key, "") == now}
    moves = written_over(contact, before, back)
    if not moves:
        return None
    write_into(vault, contact, record, ties, moves, at)
    return past_of(vault, contact, moves, at)


def written_over(contact: Contact, before: Mapping[str, str], said: Mapping[str, str]) -> Moves:
    """What it changes to write these fields over; names that the broker gives stay, and so does what would not be
    whole."""
    said = {key: value for key, value in said.items() if contact.party_id is None or key not in ("first_name", "name")}
    whole = {**before, **said}
    try:
        # A card may have brought one name only.
        clean_clear(
            {**whole, "first_name": whole["first_name"] or "-"},
            kind=whole[KIND],
            has_party=contact.party_id is not None,
        )
    except ContactProblem:
        said = {key: value for key, value in said.items() if key not in CLEAR_WORDS}
    if not shares_are_whole({**before, **said}):
        said = {key: value for key, value in said.items() if key not in BY_KEY or BY_KEY[key].form != "share"}
    return moved(before, {**before, **said})


def write_into(
    vault: Opened,
    contact: Contact,
    record: Mapping[str, str],
    ties: Sequence[tuple[str, str]],
    moves: Moves,
    at: datetime,
) -> None:
    """Write changes into a contact and seal it; the caller saves the columns of `CHANGED`."""
    for key in CLEAR_WORDS:
        if key in moves:
            setattr(contact, key, moves[key][1])
    sealed = {**record, **{key: now for key, (_was, now) in moves.items() if key not in CLEAR_WORDS}}
    contact.put(vault, record=written({key: value for key, value in sealed.items() if value}, ties))
    contact.changed_at = at


def label_of(known: Mapping[str, Field], key: str) -> str:
    """A field's name for people."""
    return str(CLEAR_WORDS[key] if key in CLEAR_WORDS else known[key].label if key in known else key)


def line_of(known: Mapping[str, Field], key: str, was: str, now: str) -> tuple[str, str, str]:
    """One field of a change in words: its name, what stood there, what is written."""
    words = [str(Kind(one).label) if key == KIND and one in Kind.values else one for one in (was, now)]
    if key in known:
        words = [in_words(known[key], one) if one else "" for one in words]
    return label_of(known, key), words[0], words[1]
