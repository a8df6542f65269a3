"""Reading the tree."""

from typing import TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery

from accounts.ground.tree.models import Practice

Row = TypeVar("Row", bound=Model)


def with_payee(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Rows that a practice is paid by, with its `payee_name`: None where the reader may not know the payee.

    A join would lose the row together with the practice that the policies hide: a second level's client pays the top
    level without ever seeing it.
    """
    name = Practice.unscoped.filter(pk=OuterRef("practice_id")).values("name")[:1]
    return rows.annotate(payee_name=Subquery(name))  # type: ignore[return-value]
