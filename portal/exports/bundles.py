"""Many printed documents as one file: a PDF to print from first page to last, or a zip with a PDF each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import QueryDict

from accounts.ground.access.context import Who
from fees.notices.paper import archive, paper
from fees.notices.queries import notices

# A PDF is held whole while it is made: some 3 kB a page.
MOST = 10_000

Tell = Callable[[int], None]


def count(who: Who, query: QueryDict) -> int:
    """How many documents the person may have of the day that the address names."""
    return min(MOST, _rows(who, query).count())


def bundle(who: Who, query: QueryDict, form: str, tell: Tell) -> bytes:
    """The documents of a day as the person may see them now; `tell` hears how many are done, and may stop it."""
    found = list(_rows(who, query)[:MOST])
    if not found:
        return b""
    return archive(found, each=tell) if form == "zip" else paper(found, each=tell)


def _rows(who: Who, query: QueryDict) -> Any:
    rows = notices(who)
    try:
        return rows.filter(day=date.fromisoformat(query.get("day", "")))
    except ValueError:
        return rows.none()
