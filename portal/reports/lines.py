"""The single lines that statements and the ledger have of accounts: counted, and read from one table or from all of
them in one question."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Any, NamedTuple

from django.db.models import CharField, DecimalField, F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from accounts.broker.activity.models import CashLine, CorporateAction, PositionTransfer, Trade
from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer, TransferKind
from portal.reports.periods import Span

LEDGER = (TransferKind.FEE, TransferKind.INVOICE)
LEDGER_BACK = (TransferKind.ADJUSTMENT, TransferKind.REIMBURSEMENT, TransferKind.REVERSAL)
PAID_TO_ADVISORS = Q(kind__in=(*LEDGER, *LEDGER_BACK))


class Source(IntEnum):
    """Which table a line stands in."""

    CASH = 0
    TRADE = 1
    TRANSFER = 2
    CORPORATE = 3
    FEE = 4


class Line(NamedTuple):
    """A line of any of them; what a table does not have is empty."""

    source: Source
    account: int
    day: date
    key: str
    kind: str
    side: str
    symbol: str
    description: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    other: Decimal | None
    currency: str


NUMBER: "DecimalField[Any, Any]" = DecimalField(max_digits=40, decimal_places=10)
EMPTY = {name: Value("") for name in ("side", "symbol", "description")}
EMPTY |= {name: Cast(Value(None), NUMBER) for name in ("quantity", "price", "amount", "other")}
TEXTS = {"kind": F("kind"), "symbol": F("symbol"), "description": F("description")}
# The table, the column of the day that a line belongs to, and what it has.
TABLES: dict[Source, tuple[Any, str, Mapping[str, Any]]] = {
    Source.CASH: (CashLine, "report_on", {**TEXTS, "amount": F("amount")}),
    Source.TRADE: (
        Trade,
        "report_on",
        {**TEXTS, "side": F("side"), "quantity": F("quantity"), "price": F("price"), "amount": F("net_cash")},
    ),
    Source.TRANSFER: (
        PositionTransfer,
        "report_on",
        {
            **TEXTS,
            "side": F("direction"),
            "quantity": F("quantity"),
            "price": F("price"),
            "amount": F("value"),
            "other": F("cash"),
        },
    ),
    Source.CORPORATE: (
        CorporateAction,
        "report_on",
        {**TEXTS, "quantity": F("quantity"), "amount": F("proceeds")},
    ),
    Source.FEE: (Transfer, "day", {"kind": F("kind"), "amount": F("amount")}),
}


class _Number(Subquery):
    """How many rows there are."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def rows_of(who: Who, source: Source, accounts: Any, span: Span) -> "QuerySet[Any]":
    """The lines of one table."""
    model, day, _has = TABLES[source]
    inside = {"account_id__in": accounts, f"{day}__gte": span.first, f"{day}__lte": span.last}
    rows = scope(who, model).filter(**inside).order_by()
    return rows.filter(PAID_TO_ADVISORS) if source == Source.FEE else rows


def number_of(who: Who, accounts: Any, span: Span, most: int) -> Any:
    """How many lines there are, for a question of something else; of each table, no further than one past the most."""
    every = [rows_of(who, one, accounts, span).annotate(one=Value(1)).values("one")[: most + 1] for one in TABLES]
    first, *rest = [_Number(one) for one in every]
    return sum(rest, first)


def lines(who: Who, sources: Iterable[Source], accounts: Any, span: Span) -> list[Line]:
    """The lines of some tables in one question, in no order."""
    first, *rest = [_line(who, one, accounts, span) for one in sources]
    found = first.union(*rest, all=True) if rest else first
    return [Line(*one) for one in found]


def _line(who: Who, source: Source, accounts: Any, span: Span) -> "QuerySet[Any, Any]":
    _model, day, has = TABLES[source]
    said = {**EMPTY, **has}
    head: list[Any] = [Value(source.value), F("account_id"), F(day), Cast("pk", CharField())]
    return rows_of(who, source, accounts, span).values_list(
        *head, *(said[name] for name in Line._fields[len(head) : -1]), F("currency")
    )
