"""Class action recovery over the API: the same actions, gates and words as the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.recoveries import actions, queries
from accounts.desk.recoveries.models import Recovery
from accounts.desk.recoveries.rules import RecoveryConflict, RecoveryProblem, Split, derivation, hash_of, terms
from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.models import Account

SHOWN = 200


class RecoveredSerializer(serializers.ModelSerializer):
    """One posting, with its arithmetic in words."""

    derivation = serializers.SerializerMethodField()
    line_on = serializers.DateField(
        allow_null=True, help_text="The day of the broker's statement that shows it; empty until one does"
    )

    class Meta:
        model = Recovery
        fields = (
            *("id", "kind", "case", "reference", "currency", "gross", "fee", "net", "data_sent_on", "paid_on"),
            *("derivation", "line_on"),
        )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_derivation(self, row: Recovery) -> list[str]:
        """How fee and net follow from the amount."""
        return list(derivation(Split(row.gross, row.fee, row.net), row.currency))


class ClassActionSerializer(serializers.Serializer):
    """Where an account stands: what to sign, whether it may, and the latest postings."""

    is_enrolled = serializers.BooleanField()
    closed = serializers.CharField(help_text="Why the account cannot take part; empty where it can")
    document = serializers.CharField()
    document_hash = serializers.CharField()
    recoveries = RecoveredSerializer(many=True)


class RecoveryHandSerializer(StrictSerializer):
    """The signature: the name, and the hash of the terms that were read."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    seen = serializers.RegexField("^[0-9a-f]{64}$")


@gate("view")
class AccountRecoveries(APIView):
    """Class action recovery of an account."""

    @extend_schema(responses=ClassActionSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Where it stands, and the latest postings first."""
        who = request.seat  # type: ignore[attr-defined]
        return Response(_standing(who, queries.holding_account(who, number)))


@gate("sign", step_up=True)
class EnrollRecovery(APIView):
    """Taking part."""

    @extend_schema(request=RecoveryHandSerializer, responses=ClassActionSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Sign the terms of that hash."""
        who = request.seat  # type: ignore[attr-defined]
        account = queries.holding_account(who, number, "sign")
        said = RecoveryHandSerializer.of(request)
        hand = hand_of(request._request, said["name"])
        with _refusing():
            actions.enroll(who=who, account=account, hand=hand, seen=said["seen"], at=timezone.now())
        return Response(_standing(who, account))


@gate("sign", step_up=True)
class LeaveRecovery(APIView):
    """Taking part no more."""

    @extend_schema(request=None, responses=ClassActionSerializer)
    def post(self, request: Request, number: str) -> Response:
        """What was claimed before is still paid out."""
        who = request.seat  # type: ignore[attr-defined]
        account = queries.holding_account(who, number, "sign")
        with _refusing():
            actions.leave(who=who, account=account, at=timezone.now())
        return Response(_standing(who, account))


def _standing(who: Who, account: Account) -> dict[str, Any]:
    latest = queries.steps(who, account).first()
    is_enrolled = latest is not None and latest.is_enrolled
    text = terms(account)
    return {
        "is_enrolled": is_enrolled,
        "closed": "" if is_enrolled else queries.problem_of(account),
        "document": text,
        "document_hash": hash_of(text),
        "recoveries": RecoveredSerializer(queries.recoveries(who, account)[:SHOWN], many=True).data,
    }


@contextmanager
def _refusing() -> Iterator[None]:
    """What stands already is a conflict; everything else is not valid."""
    try:
        yield
    except RecoveryConflict as problem:
        raise Conflict(str(problem)) from problem
    except RecoveryProblem as problem:
        raise serializers.ValidationError([str(problem)]) from problem
