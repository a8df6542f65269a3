"""What the address of the account list asks for, and the chips that show it; no rows."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.ground.tree.models import CURRENCIES, HOLDING_KINDS, Kind, Status
from accounts.ground.tree.queries import typed

BY_ADVISOR = "advisor"
MOST_KEY = 15


class Chip(NamedTuple):
    """One filter in force: its words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Filters:
    """Unknown values are left out, so that an old or forged address shows more rather than an error."""

    text: str = ""
    status: str = ""
    kind: str = ""
    type: str = ""
    currency: str = ""
    practice: int | None = None
    is_held: bool = False
    is_unscheduled: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> "Filters":
        """Read from the query of an address."""
        practice = query.get("practice", "")
        holding = [kind.value for kind in HOLDING_KINDS]
        return cls(
            text=typed(query.get("q")),
            status=_one_of(query.get("status"), Status.values),
            kind=_one_of(query.get("kind"), holding),
            type=typed(query.get("type"))[:60],
            currency=_one_of(query.get("currency"), CURRENCIES),
            practice=int(practice) if practice.isascii() and practice.isdigit() and len(practice) <= MOST_KEY else None,
            is_held=query.get("held") == "1",
            is_unscheduled=query.get("unscheduled") == "1",
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered at all."""
        return any(getattr(self, one.name) != one.default for one in fields(self))


def chips(filters: Filters, query: QueryDict, practice_name: str) -> list[Chip]:
    """The filters in force beside the search and the status, which have controls of their own."""
    return [Chip(words, _without(query, key)) for key, words in _words(filters, practice_name)]


def _words(filters: Filters, practice_name: str) -> Iterator[tuple[str, str]]:
    if filters.kind:
        yield "kind", str(Kind(filters.kind).label)
    if filters.type:
        yield "type", filters.type
    if filters.currency:
        yield "currency", filters.currency
    if filters.practice is not None:
        yield "practice", practice_name or _("an advisor you do not see")
    if filters.is_held:
        yield "held", _("held")
    if filters.is_unscheduled:
        yield "unscheduled", _("no fee agreed")


def _without(query: QueryDict, key: str) -> str:
    onward = query.copy()
    for gone in (key, "after", "before"):
        onward.pop(gone, None)
    return "?" + onward.urlencode()


def _one_of(value: str | None, known: list[str]) -> str:
    return value if value is not None and value in known else ""
