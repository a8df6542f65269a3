"""Finding contacts that are probably one and the same, and laying two records side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.contacts.fields import BY_KEY, FIELDS, Field
from crm.contacts.models import Contact
from crm.contacts.queries import Read, one, read
from crm.contacts.stored import DISTINCT
from crm.custom.queries import fields as own_fields
from crm.duplicates import rules
from crm.duplicates.rules import Face, Line
from crm.vault.sealed import Opened

# A longer book is compared in the order in which it was last changed, the youngest first.
MOST_COMPARED = 20_000
MOST_SHOWN = 50
READ_AT_ONCE = 1000


@dataclass(frozen=True)
class Pair:
    """Two contacts and why they are probably one."""

    one: Contact
    other: Contact
    why: str


def found(vault: Opened) -> list[Pair]:
    """The first pairs that look alike and that nobody has called two."""
    rows = scope(vault.who, Contact).filter(trashed_at=None).order_by("-changed_at", "pk")
    values = rows.values_list("pk", "sort_key", "email", "party__email", "phone")[:MOST_COMPARED]
    alike = list(
        rules.pairs(Face(pk, name, theirs or email, phone) for pk, name, email, theirs, phone in values).items()
    )
    pairs: list[Pair] = []
    at, most = 0, 2 * MOST_SHOWN
    while at < len(alike) and len(pairs) < MOST_SHOWN:
        pairs += _asked_about(vault, alike[at : at + most])
        # Few practices have called more pairs two than are shown; those of the others are read in larger pieces.
        at, most = at + most, READ_AT_ONCE
    return pairs[:MOST_SHOWN]


def _asked_about(vault: Opened, alike: Sequence[tuple[tuple[Any, Any], str]]) -> list[Pair]:
    """The pairs that nobody has called two."""
    keys = {key for pair, _why in alike for key in pair}
    rows = scope(vault.who, Contact).filter(pk__in=keys).select_related("party", "owner")
    contacts = {contact.pk: contact for contact in rows}
    ties = {pk: read(vault, contacts[pk]).relations for pk in {first for (first, _second), _why in alike}}
    return [
        Pair(contacts[first], contacts[second], _(why))
        for (first, second), why in alike
        if (DISTINCT, str(second)) not in ties[first]
    ]


def two(vault: Opened, first: UUID, second: UUID) -> tuple[Read, Read] | None:
    """Two contacts with their records; None where one of them is not there."""
    rows = [one(vault, first), one(vault, second)]
    if first == second or None in rows:
        return None
    kept, gone = (read(vault, row) for row in rows if row is not None)
    return kept, gone


def fields_of(vault: Opened) -> dict[str, Field]:
    """Every field that a record may have, the practice's own too."""
    return {**BY_KEY, **{field.key: field for field in own_fields(vault, with_removed=True)}}


def lines(vault: Opened, kept: Read, gone: Read) -> list[Line]:
    """Side by side what at least one of them says."""
    clear = [
        Line(name, label, getattr(kept.contact, name), getattr(gone.contact, name))
        for name, label in (("email", _("E-mail")), ("phone", _("Phone")))
    ]
    own = own_fields(vault)
    sealed = [
        Line(field.key, field.label, kept.record.get(field.key, ""), gone.record.get(field.key, ""))
        for field in (*FIELDS, *own)
    ]
    return [line for line in (*clear, *sealed) if line.kept or line.gone]
