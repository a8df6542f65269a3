"""The columns of the list of contacts, which each person chooses and puts in order: on the page and in a file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.amounts import NOTHING, money_words, number_words
from accounts.ground.ledger.queries import Sums
from crm.calendar.queries import Coming, next_of
from crm.contacts import queries
from crm.contacts.fields import Field
from crm.contacts.models import Contact
from crm.contacts.queries import Row
from crm.contacts.returned import Returned, returned_of
from crm.vault.sealed import Opened
from portal.lib.csvtext import Cell

COLUMNS: dict[str, str | Promise] = {
    "kind": gettext_lazy("Kind"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "accounts": gettext_lazy("Accounts"),
    "status": gettext_lazy("Account status"),
    "value": gettext_lazy("Value"),
    "fees": gettext_lazy("Fees this year"),
    "earned": gettext_lazy("Performance this year"),
    "noted": gettext_lazy("Last note"),
    "next": gettext_lazy("Next event"),
    "owner": gettext_lazy("Kept by"),
    "changed": gettext_lazy("Changed"),
}
USUAL = ("email", "phone", "accounts", "status", "value", "noted")
# A practice's own fields, whose names only an opened client book knows.
_OWN = re.compile(r"own_[0-9a-f]{32}")
MOST_OWN = 50
READ_AT_ONCE = 500


def arranged(wanted: Iterable[object]) -> tuple[str, ...]:
    """The columns that there are among the wanted ones, each once, in the order in which they are wanted."""
    asked = [key for key in dict.fromkeys(wanted) if isinstance(key, str)]
    own = [key for key in asked if _OWN.fullmatch(key)][:MOST_OWN]
    return tuple(key for key in asked if key in COLUMNS or key in own)


def moved(order: Sequence[str], said: str) -> tuple[str, ...]:
    """The same with one column a place earlier or later: "up:email", "down:email"."""
    way, _colon, key = said.partition(":")
    if key not in order or way not in ("up", "down"):
        return tuple(order)
    rest = [one for one in order if one != key]
    rest.insert(max(0, order.index(key) + (-1 if way == "up" else 1)), key)
    return tuple(rest)


def table(
    vault: Opened, rows: "QuerySet[Contact]", keys: Sequence[str], own: Sequence[Field], sealed: date | None
) -> Iterator[tuple[Cell, ...]]:
    """The list as it is arranged, a heading and a row a contact; as many questions for five hundred as for one."""
    named = {one.key: str(one.label) for one in own}
    keys = [key for key in keys if key in COLUMNS or key in named]
    yield (_("Contact"), _("What they are"), *(str(COLUMNS[key]) if key in COLUMNS else named[key] for key in keys))
    for some in _some(rows):
        found = queries.with_accounts(vault.who, some, sealed)
        if named.keys() & set(keys):
            queries.with_own(vault, found, own)
        fees = queries.fees_of(vault.who, found, sealed) if "fees" in keys else {}
        earned = returned_of(vault.who, found, sealed) if "earned" in keys else {}
        comings = coming(vault, found) if "next" in keys else {}
        for row in found:
            cells = _cells(row, fees, comings) | {"earned": _earned(earned, row.contact.pk)}
            yield (row.contact.title, row.contact.get_state_display(), *(cells.get(key, "") for key in keys))


def coming(vault: Opened, rows: Sequence[Row]) -> dict[UUID, Coming]:
    """What comes next about those of a page."""
    zone = timezone.get_current_timezone()
    return next_of(vault, [row.contact.pk for row in rows], timezone.localdate(), zone)


def _some(rows: "QuerySet[Contact]") -> Iterator[list[Contact]]:
    found: list[Contact] = []
    for one in rows.iterator(chunk_size=READ_AT_ONCE):
        found.append(one)
        if len(found) == READ_AT_ONCE:
            yield found
            found = []
    if found:
        yield found


def _earned(found: Mapping[UUID, Returned], key: UUID) -> Cell:
    """A return in words, or why there is none."""
    if key not in found:
        return ""
    one = found[key]
    if one.by_time is None:
        return f"{NOTHING} {one.why}"
    return _("%(number)s%%") % {"number": number_words(one.by_time * 100)}


def _cells(row: Row, fees: Mapping[UUID, Sums], comings: Mapping[UUID, Coming]) -> dict[str, Cell]:
    """What a contact has for any column, made once; a column of one's own never has the name of one of the portal."""
    one, next_one = row.contact, comings.get(row.contact.pk)
    return {
        **row.own,
        "kind": one.get_kind_display(),
        "email": one.shown_email,
        "phone": one.phone,
        "accounts": len(row.accounts) or None,
        "status": ", ".join(known.account.get_status_display() for known in row.accounts),
        "value": None if row.value is None else money_words(row.value, row.accounts[0].account.firm.base_currency),
        "fees": " + ".join(money_words(amount, code) for code, amount in fees.get(one.pk, {}).items()),
        "noted": row.noted_at and timezone.localtime(row.noted_at).date(),
        "next": next_one.first_day if next_one else None,
        "owner": one.owner.username if one.owner else "",
        "changed": timezone.localtime(one.changed_at).date(),
    }
