"""The fee overview and the list of agreed terms over the API; amounts and rates are text."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar
from accounts.ground.runs.queries import sealed_day
from fees.engine.registry import EVERY
from fees.overview import queries
from fees.overview.listing import FAMILIES, Row, ScheduleListing, with_rates
from fees.overview.views import expected
from fees.proposals.api_terms import component
from fees.schedules.models import Schedule, Strategy
from fees.schedules.queries import figures_of


class MoneySerializer(serializers.Serializer):
    """An amount of one month; below zero more was given back than received."""

    month = serializers.DateField()
    currency = serializers.CharField()
    amount = serializers.CharField()


class WaitingFeesSerializer(serializers.Serializer):
    """Fees of closed periods that are not posted yet."""

    state = serializers.CharField()
    due_on = serializers.DateField()
    currency = serializers.CharField()
    number = serializers.IntegerField()
    amount = serializers.CharField()


class ExpectedPostingSerializer(serializers.Serializer):
    """What one method is expected to post on a day, if values stay as they are."""

    day = serializers.DateField()
    last_day = serializers.DateField()
    method = serializers.CharField()
    currency = serializers.CharField()
    accounts = serializers.IntegerField()
    amount = serializers.CharField()


class UsualRateSerializer(serializers.Serializer):
    """What clients pay a year in parts of their value: a quarter pays less than `low`, a quarter more than `high`."""

    accounts = serializers.IntegerField()
    low = serializers.CharField()
    median = serializers.CharField()
    high = serializers.CharField()


class FeeOverviewSerializer(serializers.Serializer):
    """What was earned until the last sealed night, what waits, and what comes."""

    sealed = serializers.DateField(allow_null=True)
    earned = MoneySerializer(many=True)
    waiting = WaitingFeesSerializer(many=True)
    expected = ExpectedPostingSerializer(many=True)
    usual = UsualRateSerializer(allow_null=True)


class AgreedTermsSerializer(serializers.Serializer):
    """Terms of one account, and what they came to in twelve months."""

    account = serializers.CharField()
    title = serializers.CharField()
    strategy = serializers.ChoiceField(Strategy.choices)
    components = serializers.ListField(child=serializers.DictField())
    starts = serializers.DateField()
    ends = serializers.DateField(allow_null=True)
    currency = serializers.CharField()
    paid = serializers.CharField(allow_null=True)
    rate = serializers.CharField(allow_null=True)


class SchedulePages(Pages):
    """The latest first."""

    ordering = ("-starts", "pk")


@gate("set_fees")
class FeeOverview(APIView):
    """The practice's own overview."""

    @extend_schema(responses=FeeOverviewSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Of closed nights; the forecast is made from their values."""
        who: Any = request.seat  # type: ignore[attr-defined]
        sealed = sealed_day()
        since = queries.year_before(sealed or exchange_today())
        answer = {
            "sealed": sealed,
            "earned": [
                {"month": month, "currency": currency, "amount": amount}
                for month, currency, amount in queries.earned(who, since, sealed)
            ],
            "waiting": queries.waiting(who),
            "expected": [
                {**{name: getattr(one, name) for name in ("day", "last_day", "currency", "accounts", "amount")},
                 "method": EVERY[one.method].name}
                for one in (expected(who, sealed) if sealed else [])
            ],
            "usual": queries.usual(who, sealed) if sealed else None,
        }  # fmt: skip
        return Response(FeeOverviewSerializer(answer).data)


@gate("set_fees")
class AgreedTerms(APIView):
    """What the practice has agreed with its clients."""

    pagination_class = SchedulePages

    @extend_schema(
        parameters=[
            OpenApiParameter("strategy", OpenApiTypes.STR, enum=Strategy.values),
            OpenApiParameter("family", OpenApiTypes.STR, enum=[*FAMILIES]),
            OpenApiParameter("q", OpenApiTypes.STR, description="Part of a number or a title"),
            OpenApiParameter("upcoming", OpenApiTypes.STR, enum=["1"], description="Terms that begin later"),
            OpenApiParameter(
                "moved", OpenApiTypes.STR, enum=["1"], description="Terms that differ from their template"
            ),
        ],
        responses=AgreedTermsSerializer(many=True),
    )
    def get(self, request: ApiRequest) -> Response:
        """One page, with the rate that each came to."""
        who: Any = request.seat  # type: ignore[attr-defined]
        listing = ScheduleListing.of(who, request._request.GET, exchange_today())
        pages = self.pagination_class()
        schedules: list[Schedule] = pages.paginate_queryset(listing.with_parts, request, view=self) or []
        rows = with_rates(who, schedules, sealed_day(), calendar())
        return pages.get_paginated_response(AgreedTermsSerializer([_told(row) for row in rows], many=True).data)


def _told(row: Row) -> dict[str, Any]:
    schedule = row.schedule
    return {
        "account": schedule.account.number,
        "title": schedule.account.title,
        "strategy": schedule.strategy,
        "components": [component(figures_of(one)) for one in schedule.components.all()],
        "starts": schedule.starts,
        "ends": schedule.ends,
        "currency": schedule.account.base_currency,
        "paid": row.paid,
        "rate": None if row.rate is None else format(round(row.rate, 6), "f"),
    }
