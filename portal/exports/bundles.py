"""Many printed documents as one file: a PDF to print from first page to last, or a zip with a PDF each."""

from collections.abc import Callable
from datetime import date
from typing import IO, Any

from django.http import QueryDict

from accounts.ground.access.context import Who
from fees.notices.paper import archive, paper
from fees.notices.queries import notices

# A PDF is held whole while it is made, some 3 kB a page; a zip is written document by document and may be of any size.
MOST_IN_A_PDF = 10_000
AT_ONCE = 100

Tell = Callable[[int], None]


def count(who: Who, query: QueryDict) -> int:
    """How many documents the person may have of the day that the address names."""
    return _rows(who, query).count()


def bundle(who: Who, query: QueryDict, form: str, tell: Tell, out: IO[bytes]) -> None:
    """The documents of a day as the person may see them now; `tell` hears how many are done, and may stop it."""
    rows = _rows(who, query)
    if form == "zip":
        archive(rows.iterator(chunk_size=AT_ONCE), out, each=tell)
    else:
        out.write(paper(list(rows), each=tell))


def _rows(who: Who, query: QueryDict) -> Any:
    rows = notices(who)
    try:
        return rows.filter(day=date.fromisoformat(query.get("day", "")))
    except ValueError:
        return rows.none()
