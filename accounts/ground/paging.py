"""Keyset pages: the next page begins after the last row shown, so page 10,000 costs what page 1 costs."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Q, QuerySet
from django.http import QueryDict

from portal.lib.jsontext import parsed

PAGE = 50
MOST_COUNTED = 1000
_MOST_DIGITS = 30


@dataclass(frozen=True)
class Page:
    """The rows of one page, the queries of its neighbours ("" where there is none), and how many rows there are."""

    rows: list[Any]
    total: int
    is_capped: bool
    previous: str = ""
    next: str = ""


def order_of(sort: str, columns: Mapping[str, str], usual: str) -> list[str]:
    """The column behind a heading, then the key; an unknown heading is the usual one. A minus sign turns it round."""
    name = sort if sort.lstrip("-") in columns else usual
    minus = "-" if name.startswith("-") else ""
    return [minus + columns[name.lstrip("-")], "pk"]


def page_of(
    rows: "QuerySet[Any]",
    *,
    order: Sequence[str],
    query: QueryDict,
    size: int = PAGE,
    most: int = MOST_COUNTED,
    is_counted: bool = True,
) -> Page:
    """One page of `rows` by the `after` or `before` of a query.

    `order` names columns or annotations that are never null, a minus sign for descending; the last one is unique.
    An unreadable cursor shows the first page. A list that says elsewhere how long it is need not be counted.
    """
    counted = rows.order_by().values("pk")[: most + 1].count() if is_counted else 0
    after, before = edge_of(rows, query.get("after"), order), edge_of(rows, query.get("before"), order)
    backwards = before is not None and after is None
    turned = [_turn(name) for name in order] if backwards else list(order)
    edge = before if backwards else after
    found = rows.order_by(*turned)
    shown = list((found.filter(_beyond(turned, edge)) if edge else found)[: size + 1])
    more = len(shown) > size
    shown = shown[:size]
    if backwards:
        shown.reverse()
    has_previous = more if backwards else edge is not None
    has_next = True if backwards else more
    return Page(
        rows=shown,
        total=min(counted, most),
        is_capped=counted > most,
        previous=_link(query, "before", order, shown[0]) if shown and has_previous else "",
        next=_link(query, "after", order, shown[-1]) if shown and has_next else "",
    )


@dataclass(frozen=True)
class Place:
    """Where a row stands among others: the first is 1."""

    number: int
    of: int
    previous: Any
    next: Any


def place_of(rows: "QuerySet[Any]", order: Sequence[str], row: Any) -> Place:
    """The place of one of the rows in their order, and its neighbours."""
    edge = [_value(row, name.lstrip("-")) for name in order]
    turned = [_turn(name) for name in order]
    before, after = rows.filter(_beyond(turned, edge)), rows.filter(_beyond(order, edge))
    ahead = before.order_by().count()
    return Place(
        number=ahead + 1,
        of=ahead + 1 + after.order_by().count(),
        previous=before.order_by(*turned).first(),
        next=after.order_by(*order).first(),
    )


def beginning_at(query: QueryDict, *values: Any) -> QueryDict:
    """The query of the page that begins right after a row with these values in the list's order."""
    onward = query.copy()
    onward["after"] = _packed(list(values))
    return onward


def _beyond(order: Sequence[str], edge: Sequence[Any]) -> Q:
    """Rows past the edge in an order of mixed directions; the first column alone narrows the index."""
    past, same = Q(), Q()
    for name, value in zip(order, edge, strict=True):
        column = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        past |= same & Q(**{f"{column}__{step}": value})
        same &= Q(**{column: value})
    first = order[0].lstrip("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": edge[0]}) & past


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _value(row: Any, column: str) -> Any:
    if isinstance(row, dict):
        return row[column]
    for part in column.split("__"):
        row = getattr(row, part)
    return row


def _link(query: QueryDict, direction: str, order: Sequence[str], row: Any) -> str:
    values = [_value(row, name.lstrip("-")) for name in order]
    onward = query.copy()
    for gone in ("after", "before"):
        onward.pop(gone, None)
    onward[direction] = _packed(values)
    return "?" + onward.urlencode()


def _packed(values: list[Any]) -> str:
    # The encoder keeps thousandths of a second only: what was written at the same instant would fall between two pages.
    whole = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    packed = json.dumps(whole, cls=DjangoJSONEncoder, separators=(",", ":")).encode()
    return urlsafe_b64encode(packed).decode().rstrip("=")


def edge_of(rows: "QuerySet[Any]", text: str | None, order: Sequence[str]) -> list[Any] | None:
    """What an address says of the row beside a page; None where it says nothing that can be read."""
    if not text:
        return None
    try:
        values = parsed(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != len(order):
        return None
    try:
        return [fitting(rows, name.lstrip("-"), value) for name, value in zip(order, values, strict=True)]
    except ValidationError:
        return None


def fitting(rows: "QuerySet[Any]", column: str, value: Any) -> Any:
    """A value from outside as the column's own type, within what the database can compare with it.

    Raises ValidationError for anything that the column could not hold.
    """
    field = _field(rows, column)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValidationError("neither text nor number")
    if isinstance(value, str) and ("\0" in value or not value.isprintable()):
        raise ValidationError("not printable")
    try:
        known = field.to_python(value)
        if known is None:
            raise ValidationError("nothing")
        field.run_validators(known)
        if isinstance(known, datetime):
            known.astimezone(UTC)
        if isinstance(known, Decimal) and not (known.is_finite() and known.adjusted() < _MOST_DIGITS):
            raise ValidationError("too large")
    except (ValueError, TypeError, ArithmeticError) as problem:
        raise ValidationError(str(problem)) from problem
    return known


def _field(rows: "QuerySet[Any]", column: str) -> "Field[Any, Any]":
    """The model field or the annotation's output field behind a name of the order."""
    annotation = rows.query.annotations.get(column)
    if annotation is not None:
        return annotation.output_field
    model, field = rows.model, rows.model._meta.pk
    for part in column.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = getattr(field, "related_model", None) or model
    return getattr(field, "target_field", field)
