"""Requests for trading permissions over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.permissions import actions
from accounts.broker.permissions.models import Objective, PermissionRequest
from accounts.broker.permissions.queries import of_account
from accounts.broker.permissions.rules import PermissionProblem
from accounts.broker.products.api import PermissionSerializer
from accounts.broker.products.rules import Permission, ProductRefused
from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for

SHOWN = 100


class PermissionRequestSerializer(serializers.ModelSerializer):
    """One request and its answer."""

    class Meta:
        model = PermissionRequest
        fields = ("id", "wanted", "objective", "experience", "state", "asked_at", "due_at", "decided_at", "reason")


class PermissionAskSerializer(StrictSerializer):
    """What is asked for, and the signature."""

    permissions = PermissionSerializer(many=True)
    objective = serializers.ChoiceField(Objective.choices)
    experience = serializers.IntegerField(min_value=0, max_value=80)
    name = serializers.CharField(max_length=200)


class PermissionAnswerSerializer(StrictSerializer):
    """The answer of the level above; a refusal says why."""

    approve = serializers.BooleanField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@gate("view", step_up=True, needs="trading_permissions")
class AccountPermissionRequests(APIView):
    """Requests for trading permissions of an account."""

    @extend_schema(responses=PermissionRequestSerializer(many=True))
    def get(self, request: ApiRequest, number: str) -> Response:
        """The latest first."""
        who = request.seat  # type: ignore[attr-defined]
        rows = of_account(who, account_for(who, number))[:SHOWN]
        return Response(PermissionRequestSerializer(rows, many=True).data)

    @extend_schema(request=PermissionAskSerializer, responses={201: PermissionRequestSerializer})
    def post(self, request: ApiRequest, number: str) -> Response:
        """Ask the level above."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number)
        said = PermissionAskSerializer.of(request)
        wanted = [Permission(**one) for one in said.pop("permissions")]
        with _refusing():
            made = actions.ask(who=who, account=account, wanted=wanted, at=timezone.now(), **said)
        return Response(PermissionRequestSerializer(made).data, status=201)


@gate("grant_products", step_up=True)
class Answer(APIView):
    """The answer to a request of the level below."""

    @extend_schema(request=PermissionAnswerSerializer, responses=PermissionRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Approve or decline."""
        said = PermissionAnswerSerializer.of(request)
        with _refusing():
            found = actions.decide(who=request.seat, pk=pk, at=timezone.now(), **said)  # type: ignore[attr-defined]
        return Response(PermissionRequestSerializer(found).data)


@gate("view", needs="trading_permissions")
class Asked(APIView):
    """A request that you have made."""

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Take it back."""
        with _refusing():
            actions.cancel(who=request.seat, pk=pk, at=timezone.now())  # type: ignore[attr-defined]
        return Response(status=204)


@contextmanager
def _refusing() -> Iterator[None]:
    """What has ended is a conflict; everything else is not valid."""
    try:
        yield
    except actions.PermissionConflict as problem:
        raise Conflict(str(problem)) from problem
    except (PermissionProblem, ProductRefused) as problem:
        raise serializers.ValidationError({"permissions": [str(problem)]}) from problem
