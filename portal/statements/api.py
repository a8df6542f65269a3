"""Statements over the API: the figures of the pages, amounts as text."""

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.runs.queries import sealed_day
from portal.statements import queries
from portal.statements.lines import lines_of
from portal.statements.queries import Statement, Subject


def _amount(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=28, decimal_places=4, **more)


class DaySerializer(serializers.Serializer):
    """One day of a statement."""

    day = serializers.DateField()
    nlv = serializers.DecimalField(max_digits=28, decimal_places=4, label="value")
    flow = serializers.DecimalField(max_digits=28, decimal_places=4)


class MonthSerializer(serializers.Serializer):
    """The figures of one month. `earned` is the time-weighted return as a fraction."""

    month = serializers.SerializerMethodField()
    until = serializers.DateField(source="month.last")
    is_whole = serializers.BooleanField(source="month.is_whole")
    currency = serializers.CharField(source="subject.currency")
    accounts = serializers.SerializerMethodField()
    opening = _amount(source="month.opening")
    came_in = _amount(source="month.came_in")
    went_out = _amount(source="month.went_out")
    change = _amount(source="month.change")
    closing = _amount(source="month.closing")
    earned = serializers.DecimalField(source="month.earned", max_digits=20, decimal_places=8)
    fees = serializers.SerializerMethodField()
    invoices = serializers.SerializerMethodField()
    charged = serializers.SerializerMethodField()

    def get_month(self, one: Statement) -> str:
        """Such as 2026-11."""
        return f"{one.month.first:%Y-%m}"

    def get_accounts(self, one: Statement) -> list[str]:
        """Whose values are in it."""
        return [account.number for account in one.subject.members]

    def get_fees(self, one: Statement) -> dict[str, str]:
        """Posted in the month, by currency."""
        return _totals(one.fee_totals)

    def get_invoices(self, one: Statement) -> dict[str, str]:
        """Paid in the month, by currency."""
        return _totals(one.invoice_totals)

    def get_charged(self, one: Statement) -> dict[str, str]:
        """Fees and invoices together, less what came back, by currency."""
        return _totals(one.charged_totals)


class LineSerializer(serializers.Serializer):
    """A fee or an invoice of a month, or a reimbursement or reversal (below zero)."""

    day = serializers.DateField()
    account = serializers.CharField()
    kind = serializers.ChoiceField(["fee", "invoice", "reimbursement", "reversal"])
    words = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    proof = serializers.CharField(allow_null=True, help_text="Address of the page that proves a fee")


class WholeMonthSerializer(MonthSerializer):
    """One month with its days, and everything that was charged in it."""

    days = DaySerializer(source="month.days", many=True)
    lines = serializers.SerializerMethodField()

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, one: Statement) -> list[dict[str, Any]]:
        """By day."""
        return LineSerializer(lines_of(one), many=True).data  # type: ignore[return-value]


def _totals(totals: dict[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in sorted(totals.items())}


CONSOLIDATED = OpenApiParameter("consolidated", OpenApiTypes.BOOL, description="An STL master with its sub accounts")


def _subject(request: Request, number: str) -> Subject:
    found = account_for(request.seat, number, "report")  # type: ignore[attr-defined]
    together = request.query_params.get("consolidated") == "true"
    return queries.subject_of(request.seat, found, consolidated=together)  # type: ignore[attr-defined]


@gate("report")
class MonthList(APIView):
    """The months of a year that an account has statements of."""

    @extend_schema(
        responses=MonthSerializer(many=True),
        parameters=[CONSOLIDATED, OpenApiParameter("year", OpenApiTypes.INT, description="The latest by default")],
    )
    def get(self, request: Request, number: str) -> Response:
        """Newest first."""
        subject, sealed = _subject(request, number), sealed_day()
        years = queries.years(subject.account, sealed)
        asked = request.query_params.get("year", "")
        if asked and asked not in map(str, years):
            return Response([])
        year = int(asked) if asked else (years[0] if years else None)
        found = queries.months(request.seat, subject, year, sealed) if year else []  # type: ignore[attr-defined]
        return Response(MonthSerializer(found, many=True).data)


@gate("report")
class MonthRecord(APIView):
    """One month of an account."""

    @extend_schema(responses={200: WholeMonthSerializer, 204: None}, parameters=[CONSOLIDATED])
    def get(self, request: Request, number: str, month: date) -> Response:
        """With its days; no content where the account has no value of a closed day in it."""
        found = queries.statement(request.seat, _subject(request, number), month, sealed_day())  # type: ignore[attr-defined]
        if found is None:
            return Response(status=204)
        return Response(WholeMonthSerializer(found).data)
