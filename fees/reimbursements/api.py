"""Reimbursements over the API: the same rows, the same verdicts as the pages."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.actions import once
from accounts.ground.idempotency.api import KEY, key_of
from fees.invoicing.api import AskedSerializer, ChangeSerializer, InvoicePages
from fees.invoicing.rules import Asked, Verdict
from fees.proofs.words import tell
from fees.reimbursements import actions, queries
from fees.reimbursements.models import Reimbursement, State

MOST_ROWS = 1000


class ReimbursementSerializer(serializers.ModelSerializer):
    """One reimbursement; amounts are text."""

    account = serializers.CharField(source="account.number")

    class Meta:
        model = Reimbursement
        fields = (
            *("id", "account", "amount", "currency", "memo", "business_day", "state", "reason"),
            *("submitted_at", "changed_at", "processed_on"),
        )


class ReimbursementVerdictSerializer(serializers.Serializer):
    """What became of a row."""

    account = serializers.CharField()
    verdict = serializers.CharField(help_text="ok, or the reason of the refusal")
    words = serializers.CharField(allow_blank=True)
    available = serializers.CharField(allow_null=True)
    reimbursement = serializers.CharField(allow_null=True)


class SentReimbursementsSerializer(serializers.Serializer):
    """The business day they count for, and a verdict a row."""

    business_day = serializers.DateField()
    rows = ReimbursementVerdictSerializer(many=True)


@gate("set_fees")
class ReimbursementList(ListModelMixin, ScopedView):
    """Reimbursements that you may see, latest first."""

    model = Reimbursement
    serializer_class = ReimbursementSerializer
    pagination_class = InvoicePages
    filterset_class = filters("account__number", "business_day", state=State.choices)

    def get_queryset(self) -> Any:
        """With their accounts."""
        return super().get_queryset().select_related("account")

    def get(self, request: ApiRequest) -> Response:
        """One page."""
        return self.list(request)


@gate("set_fees", step_up=True)
class SendReimbursements(APIView):
    """Sends reimbursements."""

    @extend_schema(request=AskedSerializer(many=True), responses=SentReimbursementsSerializer, parameters=[KEY])
    def post(self, request: ApiRequest) -> Response:
        """Take each row or refuse it with its reason; the same key and body answer the same."""
        key = key_of(request)
        given = AskedSerializer(data=request.data, many=True)
        given.is_valid(raise_exception=True)
        if not 0 < len(given.validated_data) <= MOST_ROWS:
            raise ValidationError([_("Send one to %(most)s reimbursements at a time.") % {"most": MOST_ROWS}])
        rows = [Asked(line, **row) for line, row in enumerate(given.validated_data, start=1)]
        who = request.seat  # type: ignore[attr-defined]

        def act() -> tuple[int, object]:
            day, verdicts = actions.submit(who=who, rows=rows)
            return status.HTTP_200_OK, {"business_day": day.isoformat(), "rows": [_told(one) for one in verdicts]}

        code, answer = once(
            user_id=who.user_id, key=f"reimbursements {key}", route="reimbursements", body=rows, act=act
        )
        return Response(answer, status=code)


@gate("set_fees", step_up=True)
class OneReimbursement(APIView):
    """Changes or withdraws a pending reimbursement."""

    @extend_schema(request=ChangeSerializer, responses=ReimbursementSerializer)
    def patch(self, request: ApiRequest, pk: UUID) -> Response:
        """Another amount or memo, with all checks again."""
        given = ChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        who, one = request.seat, _own(request, pk)  # type: ignore[attr-defined]
        try:
            changed = actions.change(who=who, reimbursement=one, **given.validated_data)
        except actions.ReimbursementRefused as refused:
            raise ValidationError({"amount": [tell(refused.sentence)]}) from refused
        return Response(ReimbursementSerializer(changed).data)

    @extend_schema(responses=ReimbursementSerializer)
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Withdraw it; it stays on record as cancelled."""
        try:
            cancelled = actions.cancel(who=request.seat, reimbursement=_own(request, pk))  # type: ignore[attr-defined]
        except actions.ReimbursementRefused as refused:
            raise ValidationError([tell(refused.sentence)]) from refused
        return Response(ReimbursementSerializer(cancelled).data)


def _own(request: ApiRequest, pk: UUID) -> Reimbursement:
    who = request.seat  # type: ignore[attr-defined]
    found = queries.reimbursements(who).filter(pk=pk, practice_id=who.practice_id).first()
    if found is None:
        raise NotFound
    return found


def _told(one: Verdict) -> dict[str, object]:
    return {
        "account": one.account,
        "verdict": str(one.reason) or "ok",
        "words": tell(one.sentence) if one.sentence else "",
        "available": None if one.available is None else str(one.available),
        "reimbursement": one.invoice or None,
    }
