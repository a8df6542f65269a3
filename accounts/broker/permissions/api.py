"""Requests for trading permissions over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.permissions import actions
from accounts.broker.permissions.models import Objective, PermissionRequest
from accounts.broker.permissions.queries import of_account, seen_request, to_go_on_with
from accounts.broker.permissions.rules import PermissionProblem, Said
from accounts.broker.products.api import PermissionSerializer
from accounts.broker.products.rules import Permission, ProductRefused
from accounts.ground.access.api import AmountField, Conflict, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME

SHOWN = 100


class PermissionRequestSerializer(serializers.ModelSerializer):
    """One request and its answer; who signs reads the document and names its hash."""

    class Meta:
        model = PermissionRequest
        fields = (
            *("id", "wanted", "objective", "experience", "income", "net_worth", "liquid_worth", "state", "asked_at"),
            *("document", "document_hash"),
            *("signed_name", "signed_at", "due_at", "decided_at", "reason"),
        )


class PermissionAskSerializer(StrictSerializer):
    """What is asked for."""

    permissions = PermissionSerializer(many=True)


class PermissionFactsSerializer(StrictSerializer):
    """What the account is for, and the owner's means in its base currency."""

    objective = serializers.ChoiceField(Objective.choices)
    experience = serializers.IntegerField(min_value=0, max_value=80)
    income = AmountField(15, 2, min_value=Decimal(0))
    net_worth = AmountField(15, 2, min_value=Decimal(0))
    liquid_worth = AmountField(15, 2, min_value=Decimal(0))


class PermissionHandSerializer(StrictSerializer):
    """The signature: the name, and the hash of the text that was read."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    seen = serializers.RegexField("^[0-9a-f]{64}$")


class PermissionAnswerSerializer(StrictSerializer):
    """The answer of the level above; a refusal says why."""

    approve = serializers.BooleanField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@gate("view", needs="trading_permissions")
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
        """Begin one: facts and signature follow. An advisor's waits for the owner."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number)
        wanted = [Permission(**one) for one in PermissionAskSerializer.of(request)["permissions"]]
        with _refusing():
            made = actions.ask(who=who, account=account, wanted=wanted, at=timezone.now())
        return Response(PermissionRequestSerializer(made).data, status=201)


@gate("view", needs="trading_permissions")
class Facts(APIView):
    """What the account is for."""

    @extend_schema(request=PermissionFactsSerializer, responses=PermissionRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """State it; the answer holds the agreement to read."""
        who = request.seat  # type: ignore[attr-defined]
        to_go_on_with(who, pk)
        said = PermissionFactsSerializer.of(request)
        with _refusing():
            found = actions.state_facts(who=who, pk=pk, said=Said(**said), at=timezone.now())
        return Response(PermissionRequestSerializer(found).data)


@gate("view", step_up=True, needs="trading_permissions")
class Signing(APIView):
    """The signature under an agreement."""

    @extend_schema(request=PermissionHandSerializer, responses=PermissionRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Sign the text of that hash; now the level above reviews."""
        who = request.seat  # type: ignore[attr-defined]
        to_go_on_with(who, pk)
        said = PermissionHandSerializer.of(request)
        hand = hand_of(request._request, said["name"])
        with _refusing():
            found = actions.sign(who=who, pk=pk, hand=hand, seen=said["seen"], at=timezone.now())
        return Response(PermissionRequestSerializer(found).data)


@gate("grant_products", step_up=True, proved=True)
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
    """One request."""

    @extend_schema(responses=PermissionRequestSerializer)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Where it stands, with its agreement."""
        found, _account = seen_request(request.seat, pk)  # type: ignore[attr-defined]
        return Response(PermissionRequestSerializer(found).data)

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
