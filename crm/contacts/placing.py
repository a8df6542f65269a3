"""Where columns go that no import knows: as the practice has said once, or to an own field of their name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.ground.access.locks import one_at_a_time
from accounts.ground.access.scope import scope
from crm.contacts.fields import FIELDS, Field
from crm.contacts.intakes import Placing
from crm.contacts.rules import ContactProblem
from crm.custom.queries import by_label, fields
from crm.imports.draft import Draft
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, folded

# A column that nobody wants; without a word it stands among the notes.
NOWHERE = "-"


def places(vault: Opened, columns: Iterable[str]) -> dict[str, str]:
    """Where each column goes: the key of a field, `-` for nowhere, "" for the notes."""
    known = {"", NOWHERE, *targets(vault)}
    # A field that was removed since is no place any more.
    said = {column: to for column, to in _said(vault).items() if to in known}
    own = by_label(vault)
    return {column: said.get(folded(column), own.get(folded(column), "")) for column in columns}


def targets(vault: Opened) -> dict[str, Field]:
    """The fields that a column may go to."""
    return {one.key: one for one in (*FIELDS, *fields(vault))}


def place(*, vault: Opened, columns: Mapping[str, str], at: datetime) -> None:
    """Say where columns go, in this file and in every later one. Raises ContactProblem."""
    known = {"", NOWHERE, *targets(vault)}
    if any(to not in known for to in columns.values()):
        raise ContactProblem(_("Choose one of the list."))
    one_at_a_time(f"placing {vault.who.practice_id}")
    row = scope(vault.who, Placing).first()
    is_new = row is None
    row = row or Placing(firm_id=vault.who.firm_id, practice_id=vault.who.practice_id)
    said = {**_said(vault), **{folded(column)[:200]: to for column, to in columns.items()}}
    row.put(vault, columns=json.dumps(said, ensure_ascii=False))
    row.changed_at = at
    row.save(force_insert=is_new)


def placed(draft: Draft, places: Mapping[str, str]) -> Draft:
    """The draft with each column where it goes; where something stands already, it stays among the notes."""
    more, found = [], dict(draft.fields)
    for line in draft.more:
        column = next((one for one in places if line.startswith(f"{one}: ")), "")
        to = places.get(column, "")
        if not to or to in found:
            more.append(line)
        elif to != NOWHERE:
            found[to] = line.removeprefix(f"{column}: ")
    return replace(draft, more=more, fields=found)


def _said(vault: Opened) -> dict[str, str]:
    row = scope(vault.who, Placing).first()
    try:
        return json.loads(row.text(vault, "columns")) if row is not None else {}
    except Unopened:
        return {}
