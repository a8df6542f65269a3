"""Margin groups over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.margin import queries
from accounts.broker.margin.rules import group_of
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.runs.queries import sealed_day


class GroupSerializer(serializers.Serializer):
    """One group with its totals in the firm's currency."""

    kind = serializers.CharField()
    number = serializers.CharField(help_text="The master that names the group, where you see it")
    name = serializers.CharField()
    why = serializers.CharField()
    currency = serializers.CharField()
    accounts = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Open accounts without a value on that day; they are not in the sums")
    nlv = serializers.DecimalField(max_digits=28, decimal_places=2, allow_null=True)
    cash = serializers.DecimalField(max_digits=28, decimal_places=2, allow_null=True)
    positions = serializers.DecimalField(max_digits=28, decimal_places=2, allow_null=True)


class ReportSerializer(serializers.Serializer):
    """The groups that you see, on the last sealed day."""

    day = serializers.DateField(allow_null=True)
    groups = GroupSerializer(many=True)


class AccountGroupSerializer(serializers.Serializer):
    """The group of one account."""

    kind = serializers.CharField()
    name = serializers.CharField()
    why = serializers.ListField(child=serializers.CharField())


@gate("report")
class MarginGroups(APIView):
    """What is margined together, and what it is worth."""

    @extend_schema(responses=ReportSerializer)
    def get(self, request: ApiRequest) -> Response:
        """Every group that you see anything of, as far as you see it."""
        day = sealed_day()
        groups = queries.totals(request.seat, day)  # type: ignore[attr-defined]
        return Response(ReportSerializer({"day": day, "groups": groups}).data)


@gate("view")
class AccountMargin(APIView):
    """Which group an account is margined in, and why."""

    @extend_schema(responses=AccountGroupSerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """The rule in words."""
        group = group_of(account_for(request.seat, number))  # type: ignore[attr-defined]
        return Response(AccountGroupSerializer({"kind": group.kind, "name": group.name, "why": group.words}).data)
