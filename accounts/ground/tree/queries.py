"""Reading the tree."""

import re
from typing import TypeVar

from django.db.models import CharField, F, Func, Model, OuterRef, Q, QuerySet, Subquery

from accounts.ground.tree.models import NUMBER_PATTERN, Practice
from accounts.ground.tree.rules import sort_key

Row = TypeVar("Row", bound=Model)

LONGEST_SEARCH = 100


class Folded(Func):
    """A text without accents and capitals, as the sort key has it."""

    template = (
        r"replace(regexp_replace(normalize(lower(%(expressions)s), NFKD), '[\u0300-\u036f]', '', 'g'), 'ß', 'ss')"
    )
    output_field = CharField()


def typed(text: str | None) -> str:
    """What somebody typed to find; PostgreSQL knows no null character."""
    return (text or "").replace("\0", "").strip()[:LONGEST_SEARCH]


def is_number(text: str) -> bool:
    """Whether somebody typed one whole account number."""
    return re.fullmatch(NUMBER_PATTERN, text.upper()) is not None


def matching(rows: "QuerySet[Row]", text: str, prefix: str = "") -> "QuerySet[Row]":
    """Every word of the text, anywhere in number, title or alias; neither case nor accents matter.

    `prefix` leads from the rows to their account.
    """
    words = typed(text).split()
    if words:
        rows = rows.alias(folded_alias=Folded(F(f"{prefix}alias")))  # type: ignore[assignment]
    for word in words:
        key = sort_key(word)
        alias = Q(**{f"{prefix}alias__gt": ""}) & Q(folded_alias__contains=key)
        rows = rows.filter(
            Q(**{f"{prefix}number__contains": word.upper()}) | Q(**{f"{prefix}sort_key__contains": key}) | alias
        )
    return rows


def with_payee(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Rows that a practice is paid by, with its `payee_name`: None where the reader may not know the payee.

    A join would lose the row together with the practice that the policies hide: a second level's client pays the top
    level without ever seeing it.
    """
    name = Practice.unscoped.filter(pk=OuterRef("practice_id")).values("name")[:1]
    return rows.annotate(payee_name=Subquery(name))  # type: ignore[return-value]
