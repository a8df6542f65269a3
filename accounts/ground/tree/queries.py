"""Reading the tree."""

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from accounts.ground.access.context import cursor
from accounts.ground.tree.models import NUMBER_PATTERN, Practice
from accounts.ground.tree.rules import sort_key

Row = TypeVar("Row", bound=Model)

LONGEST_SEARCH = 100
# More accounts than these are not named but found again in the order of the list, where a page is soon full.
MOST_NAMED = 1000


def typed(text: str | None) -> str:
    """What somebody typed to find; PostgreSQL knows no null character."""
    return (text or "").replace("\0", "").strip()[:LONGEST_SEARCH]


def is_number(text: str) -> bool:
    """Whether somebody typed one whole account number."""
    return re.fullmatch(NUMBER_PATTERN, text.upper()) is not None


@dataclass(frozen=True)
class Search:
    """The words of a search and the accounts that have them all; None where they are too many to name."""

    keys: tuple[str, ...] = ()
    accounts: tuple[int, ...] | None = None


def search(text: str) -> Search:
    """Looks for accounts once, so that several queries of a page can use what was found.

    Row-level security keeps text out of an index, so a function of the database looks, within the asker's own reach.
    """
    keys = tuple(sort_key(word) for word in typed(text).split())
    if not keys:
        return Search()
    with cursor() as cur:
        cur.execute("SELECT app_found_accounts(%s, %s)", [list(keys), MOST_NAMED])
        found = cur.fetchone()[0]
    return Search(keys, None if found is None else tuple(found))


def found(rows: "QuerySet[Row]", wanted: Search, prefix: str = "") -> "QuerySet[Row]":
    """Rows whose account the search has found; `prefix` leads from the rows to their account."""
    if not wanted.keys:
        return rows
    if wanted.accounts is not None:
        return rows.filter(**{f"{prefix}pk__in": wanted.accounts})
    for key in wanted.keys:
        # Not LIKE: PostgreSQL would expect a handful of rows, although there are many, and sort them all.
        rows = rows.filter(GreaterThan(StrIndex(f"{prefix}search_text", Value(key)), 0))
    return rows


def matching(rows: "QuerySet[Row]", text: str, prefix: str = "") -> "QuerySet[Row]":
    """Every word of the text, anywhere in number, title or alias; neither case nor accents matter."""
    return found(rows, search(text), prefix)


def with_payee(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Rows that a practice is paid by, with its `payee_name`: None where the reader may not know the payee.

    A join would lose the row together with the practice that the policies hide: a second level's client pays the top
    level without ever seeing it.
    """
    name = Practice.unscoped.filter(pk=OuterRef("practice_id")).values("name")[:1]
    return rows.annotate(payee_name=Subquery(name))  # type: ignore[return-value]


def payee_name_of(row: Any) -> str | None:
    """The same of one row, asked for where it came by itself."""
    if not hasattr(row, "payee_name"):
        row.payee_name = Practice.unscoped.filter(pk=row.practice_id).values_list("name", flat=True).first()
    return row.payee_name
