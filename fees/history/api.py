"""A year of an account's fees over the API: the ledger's sums and lines, amounts as text."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.runs.queries import sealed_day
from fees.history import queries
from fees.history.views import chosen


class FeeKindSerializer(serializers.Serializer):
    """One kind of fee over the year; owners are not told the payee."""

    kind = serializers.CharField(source="words")
    payee = serializers.CharField(allow_blank=True)
    currency = serializers.CharField()
    count = serializers.IntegerField()
    total = serializers.DecimalField(max_digits=20, decimal_places=2)


class FeeLineSerializer(serializers.Serializer):
    """One movement of the ledger; below zero it came back to the account."""

    day = serializers.DateField()
    kind = serializers.CharField(source="words")
    details = serializers.CharField(source="title", allow_blank=True)
    first = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)
    currency = serializers.CharField()
    payee = serializers.CharField(allow_blank=True)
    charge = serializers.UUIDField(source="proof", allow_null=True)


class FeeYearSerializer(serializers.Serializer):
    """A year: its sums by kind, and every line."""

    account = serializers.CharField()
    years = serializers.ListField(child=serializers.IntegerField())
    year = serializers.IntegerField(allow_null=True)
    totals = serializers.DictField(child=serializers.DecimalField(max_digits=20, decimal_places=2))
    kinds = FeeKindSerializer(many=True)
    lines = FeeLineSerializer(many=True)


@gate("report")
class FeeYear(APIView):
    """What an account has paid in a year."""

    @extend_schema(
        parameters=[OpenApiParameter("year", OpenApiTypes.INT, description="The latest year without it")],
        responses=FeeYearSerializer,
    )
    def get(self, request: Request, number: str) -> Response:
        """As the ledger has it, of closed nights."""
        who: Any = request.seat  # type: ignore[attr-defined]
        account, sealed = account_for(who, number, "report"), sealed_day()
        years = queries.years(who, account, sealed)
        year = chosen(request._request, years)
        found = queries.summary(who, account, year, sealed) if year is not None else queries.Year(0)
        rows = queries.of_year(who, account, year, sealed).order_by("day", "pk") if year is not None else ()
        answer = {
            "account": account.number,
            "years": years,
            "year": year,
            "totals": found.totals,
            "kinds": found.kinds,
            "lines": queries.lines(who, list(rows)),
        }
        return Response(FeeYearSerializer(answer).data)
