"""What the accounts of contacts have returned this year: the reports under the roof reckon it, and say so here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from accounts.ground.access.context import Who
from accounts.ground.tree.models import Account
from crm.contacts.queries import Row


@dataclass(frozen=True)
class Returned:
    """A time-weighted return as a fraction, or why there is none."""

    by_time: Decimal | None
    why: str = ""


# Who reckons it: the accounts of each contact as one, from the year's beginning to a closed day.
RECKONED: list[Callable[[Who, Mapping[UUID, Sequence[Account]], date], dict[UUID, Returned]]] = []


def returned_of(who: Who, rows: Sequence[Row], sealed: date | None) -> dict[UUID, Returned]:
    """Those of one page, all at once; contacts without an account that counts are not in it."""
    held = {row.contact.pk: [one.account for one in row.accounts] for row in rows if row.accounts}
    found: dict[UUID, Returned] = {}
    if not held or sealed is None:
        return found
    for reckon in RECKONED:
        found |= reckon(who, held, sealed)
    return found
