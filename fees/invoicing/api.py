"""Invoices over the API: the same rows, the same verdicts as the pages."""

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
from accounts.ground.api_pages import Pages
from accounts.ground.idempotency.actions import once
from accounts.ground.idempotency.api import KEY, key_of
from fees.invoicing import actions, queries
from fees.invoicing.models import Invoice, InvoiceState
from fees.invoicing.rules import Asked, Verdict
from fees.proofs.words import tell

MOST_ROWS = 1000


class InvoicePages(Pages):
    """The latest first."""

    ordering = ("-business_day", "-submitted_at", "pk")


class InvoiceSerializer(serializers.ModelSerializer):
    """One invoice; amounts are text."""

    account = serializers.CharField(source="account.number")

    class Meta:
        model = Invoice
        fields = (
            *("id", "account", "amount", "currency", "memo", "business_day", "state", "reason"),
            *("submitted_at", "changed_at", "processed_on"),
        )


class AskedSerializer(serializers.Serializer):
    """One invoice to be sent."""

    account = serializers.CharField(max_length=64)
    amount = serializers.CharField(max_length=64)
    memo = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class VerdictSerializer(serializers.Serializer):
    """What became of a row."""

    account = serializers.CharField()
    verdict = serializers.CharField(help_text="ok, or the reason of the refusal")
    words = serializers.CharField(allow_blank=True)
    available = serializers.CharField(allow_null=True)
    invoice = serializers.CharField(allow_null=True)


class SentSerializer(serializers.Serializer):
    """The business day the invoices count for, and a verdict a row."""

    business_day = serializers.DateField()
    rows = VerdictSerializer(many=True)


class ChangeSerializer(serializers.Serializer):
    """Another amount and memo."""

    amount = serializers.CharField(max_length=64)
    memo = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


@gate("set_fees")
class InvoiceList(ListModelMixin, ScopedView):
    """Invoices that you may see, latest first."""

    model = Invoice
    serializer_class = InvoiceSerializer
    pagination_class = InvoicePages
    filterset_class = filters("account__number", "business_day", state=InvoiceState.choices)

    def get_queryset(self) -> Any:
        """With their accounts."""
        return super().get_queryset().select_related("account")

    def get(self, request: ApiRequest) -> Response:
        """One page of invoices."""
        return self.list(request)


@gate("set_fees", step_up=True)
class SendInvoices(APIView):
    """Sends invoices."""

    @extend_schema(request=AskedSerializer(many=True), responses=SentSerializer, parameters=[KEY])
    def post(self, request: ApiRequest) -> Response:
        """Take each row or refuse it with its reason; the same key and body answer the same."""
        key = key_of(request)
        given = AskedSerializer(data=request.data, many=True)
        given.is_valid(raise_exception=True)
        if not 0 < len(given.validated_data) <= MOST_ROWS:
            raise ValidationError([_("Send one to %(most)s invoices at a time.") % {"most": MOST_ROWS}])
        rows = [Asked(line, **row) for line, row in enumerate(given.validated_data, start=1)]
        who = request.seat  # type: ignore[attr-defined]

        def act() -> tuple[int, object]:
            day, verdicts = actions.submit(who=who, rows=rows)
            return status.HTTP_200_OK, {"business_day": day.isoformat(), "rows": [_told(one) for one in verdicts]}

        code, answer = once(user_id=who.user_id, key=f"invoices {key}", route="invoices", body=rows, act=act)
        return Response(answer, status=code)


@gate("set_fees", step_up=True)
class OneInvoice(APIView):
    """Changes or cancels a pending invoice."""

    @extend_schema(request=ChangeSerializer, responses=InvoiceSerializer)
    def patch(self, request: ApiRequest, pk: UUID) -> Response:
        """Another amount or memo, with all checks again."""
        given = ChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            changed = actions.change(who=request.seat, invoice=_own(request, pk), **given.validated_data)  # type: ignore[attr-defined]
        except actions.InvoiceRefused as refused:
            raise ValidationError({"amount": [tell(refused.sentence)]}) from refused
        return Response(InvoiceSerializer(changed).data)

    @extend_schema(responses=InvoiceSerializer)
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Withdraw it; it stays on record as cancelled."""
        try:
            cancelled = actions.cancel(who=request.seat, invoice=_own(request, pk))  # type: ignore[attr-defined]
        except actions.InvoiceRefused as refused:
            raise ValidationError([tell(refused.sentence)]) from refused
        return Response(InvoiceSerializer(cancelled).data)


def _own(request: ApiRequest, pk: UUID) -> Invoice:
    who = request.seat  # type: ignore[attr-defined]
    found = queries.invoices(who).filter(pk=pk, practice_id=who.practice_id).first()
    if found is None:
        raise NotFound
    return found


def _told(one: Verdict) -> dict[str, object]:
    return {
        "account": one.account,
        "verdict": str(one.reason) or "ok",
        "words": tell(one.sentence) if one.sentence else "",
        "available": None if one.available is None else str(one.available),
        "invoice": one.invoice or None,
    }
