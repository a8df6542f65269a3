"""The trade-authority check over the API."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.instruments.queries import named
from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side
from accounts.broker.trading.queries import may_trade
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today


class Question(serializers.Serializer):
    """Where, what, which way and when."""

    account = serializers.CharField(max_length=10)
    symbol = serializers.CharField(max_length=60)
    side = serializers.ChoiceField(choices=Side.choices, default=Side.BUY)
    asset = serializers.ChoiceField(choices=Asset.choices, required=False, default="")
    country = serializers.RegexField(COUNTRY_PATTERN, required=False, default="")
    day = serializers.DateField(required=False, help_text="Today, unless said otherwise")


class CheckSerializer(serializers.Serializer):
    """One rule's answer."""

    source = serializers.CharField(help_text="authority, account, permission, margin or restriction")
    allowed = serializers.BooleanField()
    words = serializers.CharField()


class AnswerSerializer(serializers.Serializer):
    """Yes or no, and why."""

    allowed = serializers.BooleanField()
    asset = serializers.CharField(help_text="What the instrument was taken for")
    country = serializers.CharField()
    checks = CheckSerializer(many=True)


@gate("trade")
class MayTrade(APIView):
    """Whether you may trade an instrument in an account, and every rule that has a say."""

    @extend_schema(parameters=[Question], responses=AnswerSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Ask; nothing is written."""
        question = Question(data=request.query_params.dict())
        question.is_valid(raise_exception=True)
        said, who = question.validated_data, request.seat  # type: ignore[attr-defined]
        account = account_for(who, said["account"])
        traded = named(said["symbol"], asset=said["asset"], country=said["country"])
        day = said.get("day") or exchange_today()
        answer = may_trade(who, account, traded, said["side"], day, at=timezone.now())
        told = {"allowed": answer.allowed, "asset": traded.asset, "country": traded.country, "checks": answer.checks}
        return Response(AnswerSerializer(told).data)
