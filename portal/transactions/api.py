"""The transaction history over the API: the page's list with its filters and pages, amounts as text."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from portal.transactions.details import detail_for
from portal.transactions.listing import Line, TransactionListing
from portal.transactions.rules import MOST_DAYS, Kind, Method, Status


class TransactionSerializer(serializers.Serializer):
    """One transaction."""

    id = serializers.CharField(source="uid")
    day = serializers.DateField()
    account = serializers.CharField(source="number")
    title = serializers.CharField()
    type = serializers.ChoiceField(Kind.choices, source="kind")
    method = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    amount = serializers.SerializerMethodField()
    currency = serializers.CharField()
    description = serializers.CharField(source="words")

    def get_amount(self, one: Line) -> str:
        """A plain number; what leaves the account is negative."""
        return f"{one.amount.normalize():f}"


class DetailSerializer(TransactionSerializer):
    """One transaction with what its source tells of it."""

    details = serializers.DictField(child=serializers.CharField(), help_text="By name; what is not known is left out")


class HistorySerializer(serializers.Serializer):
    """One page, and the addresses of its neighbours."""

    days = serializers.IntegerField()
    is_clamped = serializers.BooleanField()
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)
    results = TransactionSerializer(many=True)


def _text(name: str, words: str, enum: Any = None) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=words, enum=enum)


@gate("view", needs="transaction_history")
class TransactionList(APIView):
    """What happened lately in your own accounts."""

    @extend_schema(
        operation_id="v1_transactions_list",
        parameters=[
            OpenApiParameter("days", OpenApiTypes.INT, description=f"How far back, at most {MOST_DAYS} days"),
            _text("type", "One type", Kind.values),
            _text("method", "One method", Method.values),
            _text("status", "One status", Status.values),
            _text("q", "Words in account id, title, type, method or status"),
            _text("sort", "day, amount, account, type or status; a minus sign turns it round"),
            _text("after", "The cursor of the next page"),
            _text("before", "The cursor of the previous page"),
        ],
        responses=HistorySerializer,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        query = request._request.GET
        listing = TransactionListing.of(request.seat, query, today=exchange_today())  # type: ignore[attr-defined]
        page = listing.page(query)

        def address(onward: str) -> str | None:
            return request.build_absolute_uri(request.path + onward) if onward else None

        said = {
            "days": listing.days,
            "is_clamped": listing.is_clamped,
            "previous": address(page.previous),
            "next": address(page.next),
            "results": page.rows,
        }
        return Response(HistorySerializer(said).data)


@gate("view", needs="transaction_history")
class TransactionRecord(APIView):
    """One transaction."""

    @extend_schema(operation_id="v1_transactions_read", responses=DetailSerializer)
    def get(self, request: Request, entry: str) -> Response:
        """Everything that is known of it; `entry` is its id with a hyphen for the space."""
        detail = detail_for(request.seat, entry, today=exchange_today())  # type: ignore[attr-defined]
        return Response({**TransactionSerializer(detail.line).data, "details": detail.in_plain_text()})
