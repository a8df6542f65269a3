"""LEI elections over the API: the same actions, gates and words as the page."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.lei import actions, queries
from accounts.desk.lei.models import ELECTED, LeiElection
from accounts.desk.lei.rules import LeiConflict, LeiProblem
from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import gate

CHOICES = [(one.value, one.label) for one in ELECTED]


class LeiElectionSerializer(serializers.ModelSerializer):
    """One election, or the answer to an application."""

    class Meta:
        model = LeiElection
        fields = ("choice", "lei", "elected_at")


class LeiWishSerializer(StrictSerializer):
    """What is elected; the identifier where there is one."""

    choice = serializers.ChoiceField(CHOICES)
    lei = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


@gate("view")
class AccountLei(APIView):
    """The LEI elections of an account that reports."""

    @extend_schema(responses=LeiElectionSerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        """The latest, which holds, first."""
        who = request.seat  # type: ignore[attr-defined]
        rows = queries.elections(who, queries.electing_account(who, number))
        return Response(LeiElectionSerializer(rows, many=True).data)


@gate("sign", step_up=True)
class ElectLei(APIView):
    """Electing."""

    @extend_schema(request=LeiWishSerializer, responses={201: LeiElectionSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Having an LEI and applying for one are final."""
        who = request.seat  # type: ignore[attr-defined]
        account = queries.electing_account(who, number, "sign")
        said = LeiWishSerializer.of(request)
        try:
            made = actions.elect(who=who, account=account, at=timezone.now(), **said)
        except LeiConflict as problem:
            raise Conflict(str(problem)) from problem
        except LeiProblem as problem:
            raise serializers.ValidationError({"lei": [str(problem)]}) from problem
        return Response(LeiElectionSerializer(made).data, status=201)
