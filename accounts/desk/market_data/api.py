"""Market data over the API: the same actions, gates and words as the page."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.market_data import actions, queries
from accounts.desk.market_data.views import offer_for
from accounts.ground.access.api import Conflict
from accounts.ground.access.gates import gate


class MarketDataSerializer(serializers.Serializer):
    """One package: its price a month for each user, and since when one's own user has it."""

    code = serializers.CharField()
    name = serializers.CharField()
    fee = serializers.DecimalField(max_digits=10, decimal_places=2)
    currency = serializers.CharField()
    is_offered = serializers.BooleanField()
    subscribed_at = serializers.DateTimeField(allow_null=True)


@gate("view", needs="market_data")
class MarketData(APIView):
    """Packages of market data."""

    @extend_schema(responses=MarketDataSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is offered, and what your user has."""
        names = ("code", "name", "fee", "currency", "is_offered")
        rows = [
            {**{name: getattr(offer, name) for name in names}, "subscribed_at": mine.started_at if mine else None}
            for offer, mine in queries.offers(request.seat)  # type: ignore[attr-defined]
        ]
        return Response(MarketDataSerializer(rows, many=True).data)


@gate("view", step_up=True, needs="market_data")
class OneMarketData(APIView):
    """A package for your own user."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, code: str) -> Response:
        """Subscribe at the present price."""
        try:
            actions.subscribe(who=request.seat, offer=offer_for(code), at=timezone.now())  # type: ignore[attr-defined]
        except actions.MarketDataProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(status=204)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """End the subscription."""
        try:
            actions.end(who=request.seat, offer=offer_for(code), at=timezone.now())  # type: ignore[attr-defined]
        except actions.MarketDataProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(status=204)
