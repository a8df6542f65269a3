"""Corporate actions over the API: the same rows, gates and choices as the pages."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.corporate import queries
from accounts.broker.corporate.actions import ElectionClosed, ElectionProblem, elect
from accounts.broker.corporate.models import MOST_OPTIONS, Entitlement, VoluntaryAction
from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import gate

MOST = 500


class CorporateToldSerializer(serializers.Serializer):
    """An action of the statements."""

    key = serializers.CharField()
    kind = serializers.CharField(help_text="The broker's code")
    symbol = serializers.CharField()
    description = serializers.CharField()
    report_on = serializers.DateField(allow_null=True)
    accounts = serializers.IntegerField(help_text="How many of those you see it touched")


class AnnouncementSerializer(serializers.ModelSerializer):
    """An action that asks for a choice; `default` is the place of the option for who chooses nothing."""

    is_open = serializers.SerializerMethodField()
    entitled = serializers.IntegerField()

    class Meta:
        model = VoluntaryAction
        fields = (
            *("id", "kind", "symbol", "conid", "title", "terms", "options", "default", "held_on", "deadline"),
            *("withdrawn_at", "is_open", "entitled"),
        )

    def get_is_open(self, row: Any) -> bool:
        return row.is_open(timezone.now())


class EntitlementSerializer(serializers.ModelSerializer):
    """An entitled account; `choice` is the place of its option, null while the default holds."""

    number = serializers.CharField(source="account.number")

    class Meta:
        model = Entitlement
        fields = ("number", "quantity", "choice", "chosen_at")


class CorporateActionsSerializer(serializers.Serializer):
    """What asks for a choice, and what statements tell."""

    announced = AnnouncementSerializer(many=True)
    told = CorporateToldSerializer(many=True)


class AnnouncedSerializer(serializers.Serializer):
    """One announcement with its accounts."""

    announcement = AnnouncementSerializer()
    accounts = EntitlementSerializer(many=True)


class ElectSerializer(StrictSerializer):
    """A choice for one account."""

    account = serializers.CharField(max_length=10)
    choice = serializers.IntegerField(min_value=0, max_value=MOST_OPTIONS - 1)


@gate("view")
class CorporateActions(APIView):
    """Corporate actions of the accounts that you see."""

    @extend_schema(operation_id="v1_corporate_actions_list", responses=CorporateActionsSerializer)
    def get(self, request: ApiRequest) -> Response:
        """The latest first, five hundred of each at most."""
        who = request.seat  # type: ignore[attr-defined]
        said = {
            "announced": queries.announced(who)[:MOST],
            "told": [queries.as_told(row) for row in queries.told(who)[:MOST]],
        }
        return Response(CorporateActionsSerializer(said).data)


@gate("view")
class Announcement(APIView):
    """One action that asks for a choice."""

    @extend_schema(responses=AnnouncedSerializer)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Its terms, and every entitled account that you see with its choice."""
        who = request.seat  # type: ignore[attr-defined]
        found = queries.announcement(who, pk)
        said = {"announcement": found, "accounts": queries.entitled(who, found)}
        return Response(AnnouncedSerializer(said).data)


@gate("trade")
class Elect(APIView):
    """The choice of an entitled account."""

    @extend_schema(request=ElectSerializer, responses=EntitlementSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Choose, or choose otherwise until the deadline; the same choice again changes nothing."""
        who = request.seat  # type: ignore[attr-defined]
        queries.announcement(who, pk)
        said = ElectSerializer.of(request)
        try:
            row = elect(who=who, pk=pk, number=said["account"], choice=said["choice"], at=timezone.now())
        except ElectionClosed as problem:
            raise Conflict(str(problem)) from problem
        except ElectionProblem as problem:
            raise serializers.ValidationError({"choice": [str(problem)]}) from problem
        return Response(EntitlementSerializer(row).data)
