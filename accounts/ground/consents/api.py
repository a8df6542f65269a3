"""What a client is asked to agree to, over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.consents import actions
from accounts.ground.consents.models import Consent, ConsentKind
from accounts.ground.consents.queries import consent_for, level_of, of_account, own_consent
from accounts.ground.consents.rules import ConsentProblem, Level
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.rules import TreeProblem

SHOWN = 100


class ConsentSerializer(serializers.ModelSerializer):
    """One question to a client and its answer; who agrees reads the document and names its hash."""

    account = serializers.CharField(source="account.number")

    class Meta:
        model = Consent
        fields = (
            *("id", "account", "kind", "state", "document", "document_hash", "asked_at", "expires_at"),
            *("decided_at", "signed_name", "ended_at"),
        )


class AuthoritySerializer(serializers.Serializer):
    """How much the advisor may do, and what the client was asked."""

    level = serializers.ChoiceField(Level.choices)
    questions = ConsentSerializer(many=True)


class ConsentHandSerializer(StrictSerializer):
    """The client's word: the name, and the hash of the text that was read."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    seen = serializers.RegexField("^[0-9a-f]{64}$")


@gate("view")
class AccountAuthority(APIView):
    """The authority of the advisor over an account."""

    @extend_schema(responses=AuthoritySerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """Core or streamlined, and the questions, the latest first."""
        who = _who(request)
        account = account_for(who, number)
        rows = of_account(who, account).select_related("account")[:SHOWN]
        return Response(AuthoritySerializer({"level": level_of(who, account), "questions": rows}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, number: str) -> Response:
        """End a streamlined authority, as its client or its advisor."""
        who = _who(request)
        account = account_for(who, number, "manage" if who.is_advisor else "sign")
        with _refusing():
            actions.end_authority(who=who, account=account, at=timezone.now())
        return Response(status=204)


@gate("manage")
class AskAuthority(APIView):
    """Asks for a streamlined authority."""

    @extend_schema(request=None, responses={201: ConsentSerializer})
    def post(self, request: ApiRequest, number: str) -> Response:
        """It waits for the client; nothing changes before."""
        who = _who(request)
        account = account_for(who, number, "manage")
        with _refusing():
            made = actions.ask(who=who, account=account, kind=ConsentKind.STREAMLINED, at=timezone.now())
        return Response(ConsentSerializer(made).data, status=201)


@gate("sign", step_up=True)
class Agree(APIView):
    """Agrees as the client."""

    @extend_schema(request=ConsentHandSerializer, responses=ConsentSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """To the text of that hash; the change takes effect."""
        who = _who(request)
        found = consent_for(who, pk, "sign")
        said = ConsentHandSerializer.of(request)
        hand = hand_of(request._request, said["name"])
        with _refusing():
            done = actions.agree(who=who, consent=found, hand=hand, seen=said["seen"], at=timezone.now())
        return Response(ConsentSerializer(done).data)


@gate("sign")
class Decline(APIView):
    """Declines as the client."""

    @extend_schema(request=None, responses=ConsentSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Nothing changes."""
        who = _who(request)
        found = consent_for(who, pk, "sign")
        with _refusing():
            return Response(ConsentSerializer(actions.decline(who=who, consent=found, at=timezone.now())).data)


@gate("manage")
class TakeBack(APIView):
    """Takes a question to a client back."""

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """While the client has not decided."""
        who = _who(request)
        found = own_consent(who, pk)
        with _refusing():
            actions.cancel(who=who, consent=found, at=timezone.now())
        return Response(status=204)


@contextmanager
def _refusing() -> Iterator[None]:
    """What has ended is a conflict; everything else is not valid."""
    try:
        yield
    except actions.ConsentConflict as problem:
        raise Conflict(str(problem)) from problem
    except (ConsentProblem, TreeProblem) as problem:
        raise serializers.ValidationError({"consent": [str(problem)]}) from problem


def _who(request: ApiRequest) -> Any:
    return request.seat  # type: ignore[attr-defined]
