"""Where transactions come from: what the statements say, the fees of the sealed nights, invoices and what
went back, in one shape."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Case, CharField, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.broker.activity.models import CashLine, PositionTransfer, Trade
from accounts.broker.funding.models import FundingKind, FundingMethod, FundingRequest, FundingStatus, PositionKind
from accounts.ground.access.context import Who
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer, TransferKind
from fees.invoicing.models import Invoice
from fees.invoicing.queries import invoices
from fees.posting.models import TAKEN, Charge, ChargeState
from fees.proofs.queries import charges
from fees.reimbursements.models import Reimbursement
from fees.reimbursements.queries import reimbursements
from portal.transactions.rules import Kind, Method, Status

COLUMNS = (
    *("t_day", "t_uid", "t_kind", "t_method", "t_status", "t_amount", "t_currency"),
    *("t_number", "t_title", "t_words"),
)
_TEXT = CharField()
_AMOUNT = DecimalField(max_digits=28, decimal_places=10)
INCOME = ("Dividends", "Payment In Lieu", "Broker Interest", "Bond Interest")


@dataclass(frozen=True)
class Together:
    """Rows of several tables as one list, ordered and cut in each table first, so that a page reads only a page of
    each. It answers what keyset paging asks of a query set."""

    branches: tuple["QuerySet[Any, Any]", ...]
    ordering: tuple[str, ...] = ()

    @property
    def query(self) -> Any:
        """Where paging finds the types of the columns."""
        return self.branches[0].query

    @property
    def model(self) -> Any:
        """The same, for columns of a table."""
        return self.branches[0].model

    def order_by(self, *names: str) -> "Together":
        """The same rows in this order."""
        return replace(self, ordering=names)

    def filter(self, *wanted: Q, **more: object) -> "Together":
        """Those of each table that fit."""
        return replace(self, branches=tuple(one.filter(*wanted, **more) for one in self.branches))

    def __getitem__(self, part: slice) -> "QuerySet[Any, Any]":
        first, *rest = [one.order_by(*self.ordering)[: part.stop] for one in self.branches]
        return first.union(*rest, all=True).order_by(*self.ordering)[: part.stop]

    def all(self) -> "QuerySet[Any, Any]":
        """Everything, for a file."""
        first, *rest = [one.order_by() for one in self.branches]
        return first.union(*rest, all=True).order_by(*self.ordering)

    def count(self, most: int) -> int:
        """How many, counted no further than `most`."""
        first, *rest = [one.order_by()[:most] for one in self.branches]
        return min(first.union(*rest, all=True).count(), most)


def transactions(who: Who, *, since: date, sealed: date | None) -> Together:
    """What happened since a day in the person's own accounts.

    An advisor's list is of its own practice; what happens at a second level the top level reads in its reports.
    """
    return Together(tuple(one.order_by().values(*COLUMNS) for one in _branches(who, since, sealed).values()))


def transaction(who: Who, source: str, key: str, *, since: date, sealed: date | None) -> Any:
    """One row of a table with the columns of the list beside its own; None where the person's list has no such row."""
    rows = _branches(who, since, sealed).get(source)
    if rows is None:
        return None
    try:
        return rows.select_related("account").filter(pk=key).first()
    except (ValueError, ValidationError, DataError):
        return None


def _branches(who: Who, since: date, sealed: date | None) -> dict[str, "QuerySet[Any, Any]"]:
    """The tables that a person may read, by the first word of a transaction's id."""
    found: dict[str, QuerySet[Any, Any]] = {
        "cash": _cash(who, since),
        "funding": _asked(who, since),
        "transfer": _positions(who, since),
        "trade": _trades(who, since),
    }
    if may_pass(who, Gate("report")):
        found |= {
            "fee": _fees(who, since, sealed),
            "invoice": _invoices(who, since),
            "reimbursement": _given_back(who, since),
            "reversal": _taken_back(who, since, sealed),
        }
    if who.is_advisor:
        # The firm is in each row itself: by it and the day, the newest rows of a large firm are found at once.
        own = {"firm_id": who.firm_id, "account__practice_id": who.practice_id}
        found = {name: rows.filter(**own) for name, rows in found.items()}
    return found


def _said(text: str) -> Value:
    return Value(text, output_field=_TEXT)


def _shape(rows: "QuerySet[Any]", source: str, **columns: Any) -> "QuerySet[Any]":
    return rows.annotate(
        t_uid=Concat(_said(source), Cast("pk", _TEXT), output_field=_TEXT),
        t_currency=Cast("currency", _TEXT),
        t_number=Cast("account__number", _TEXT),
        t_title=Cast("account__title", _TEXT),
        **columns,
    )


def _cash(who: Who, since: date) -> "QuerySet[CashLine]":
    income = Q()
    for word in INCOME:
        income |= Q(kind__startswith=word)
    by_way = scope(who, FundingRequest).filter(line=OuterRef("pk"))
    kind = Case(
        When(Exists(by_way.filter(method=FundingMethod.BILLPAY)), then=_said(Kind.BILL_PAY)),
        When(kind=CashLine.DEPOSITS, amount__lt=0, then=_said(Kind.WITHDRAWAL)),
        When(kind=CashLine.DEPOSITS, then=_said(Kind.DEPOSIT)),
        When(kind=CashLine.ADVISOR_FEES, then=_said(Kind.BROKER_FEE)),
        When(income, then=_said(Kind.INCOME)),
        default=_said(Kind.CHARGE),
        output_field=_TEXT,
    )
    return _shape(
        scope(who, CashLine).filter(report_on__gte=since),
        "cash ",
        t_day=F("report_on"),
        t_kind=kind,
        t_method=Coalesce(Subquery(by_way.values("method")[:1], output_field=_TEXT), _said("")),
        t_status=_said(Status.COMPLETED),
        t_amount=Cast("amount", _AMOUNT),
        t_words=Coalesce(Cast("description", _TEXT), _said("")),
    )


def _asked(who: Who, since: date) -> "QuerySet[FundingRequest]":
    """What was asked of the broker; once a statement shows the movement, its line stands here instead."""
    leaves = Q(kind=FundingKind.WITHDRAWAL) | Q(kind=FundingKind.INTERNAL)
    amount = Case(When(leaves, then=-F("amount")), default=Coalesce("amount", Value(0)), output_field=_AMOUNT)
    return _shape(
        scope(who, FundingRequest).filter(requested_on__gte=since).exclude(status=FundingStatus.COMPLETED),
        "funding ",
        t_day=F("requested_on"),
        t_kind=Case(
            When(kind=FundingKind.WITHDRAWAL, method=FundingMethod.BILLPAY, then=_said(Kind.BILL_PAY)),
            When(kind=PositionKind.INTERNAL, then=_said(Kind.POSITION_INTERNAL)),
            default=Cast("kind", _TEXT),
            output_field=_TEXT,
        ),
        t_method=Cast("method", _TEXT),
        t_status=Cast("status", _TEXT),
        t_amount=Cast(amount, _AMOUNT),
        t_words=Coalesce(Cast("bank__name", _TEXT), Cast("counter__number", _TEXT), _said("")),
    )


def _positions(who: Who, since: date) -> "QuerySet[PositionTransfer]":
    kind = Case(
        When(kind=Method.INTERNAL, quantity=None, cash__isnull=False, then=_said(Kind.INTERNAL_CASH)),
        When(kind=Method.INTERNAL, then=_said(Kind.POSITION_INTERNAL)),
        When(direction="IN", then=_said(Kind.POSITION_IN)),
        default=_said(Kind.POSITION_OUT),
        output_field=_TEXT,
    )
    return _shape(
        scope(who, PositionTransfer).filter(report_on__gte=since),
        "transfer ",
        t_day=F("report_on"),
        t_kind=kind,
        t_method=Cast("kind", _TEXT),
        t_status=_said(Status.COMPLETED),
        t_amount=Cast(Coalesce("value", "cash", Value(0)), _AMOUNT),
        t_words=Concat(Cast("symbol", _TEXT), _said(" "), Cast("description", _TEXT), output_field=_TEXT),
    )


def _trades(who: Who, since: date) -> "QuerySet[Trade]":
    return _shape(
        scope(who, Trade).filter(report_on__gte=since),
        "trade ",
        t_day=F("report_on"),
        t_kind=_said(Kind.TRADE),
        t_method=Cast("side", _TEXT),
        t_status=_said(Status.COMPLETED),
        t_amount=Cast(Coalesce("net_cash", "proceeds", Value(0)), _AMOUNT),
        t_words=Concat(Cast("symbol", _TEXT), _said(" "), Cast("description", _TEXT), output_field=_TEXT),
    )


def _fees(who: Who, since: date, sealed: date | None) -> "QuerySet[Charge]":
    """Fees leave an account, so they are negative here; the words hold the method's code."""
    rows: Any = charges(who, sealed).filter(state=ChargeState.POSTED, posted_on__gte=since)
    return _shape(
        rows,
        "fee ",
        t_day=F("posted_on"),
        t_kind=_said(Kind.FEE),
        t_method=_said(""),
        t_status=_said(Status.PROCESSED),
        t_amount=Cast(-TAKEN, _AMOUNT),
        t_words=Cast("method", _TEXT),
    )


def _invoices(who: Who, since: date) -> "QuerySet[Invoice]":
    return _shape(
        invoices(who).filter(business_day__gte=since),
        "invoice ",
        t_day=F("business_day"),
        t_kind=_said(Kind.INVOICE),
        t_method=_said(""),
        t_status=Cast("state", _TEXT),
        t_amount=Cast(-F("amount"), _AMOUNT),
        t_words=Cast("memo", _TEXT),
    )


def _given_back(who: Who, since: date) -> "QuerySet[Reimbursement]":
    """What an advisor gives back reaches the account, so it is positive here."""
    return _shape(
        reimbursements(who).filter(business_day__gte=since),
        "reimbursement ",
        t_day=F("business_day"),
        t_kind=_said(Kind.REIMBURSEMENT),
        t_method=_said(""),
        t_status=Cast("state", _TEXT),
        t_amount=Cast("amount", _AMOUNT),
        t_words=Cast("memo", _TEXT),
    )


def _taken_back(who: Who, since: date, sealed: date | None) -> "QuerySet[Transfer]":
    """A fee or an invoice that the broker rejected never left the account: what was shown above it comes back."""
    rows = scope(who, Transfer).filter(kind=TransferKind.REVERSAL, day__gte=since)
    return _shape(
        rows.none() if sealed is None else rows.filter(day__lte=sealed),
        "reversal ",
        t_day=F("day"),
        t_kind=_said(Kind.REVERSAL),
        t_method=_said(""),
        t_status=_said(Status.PROCESSED),
        t_amount=Cast("amount", _AMOUNT),
        t_words=_said(""),
    )
