"""Invoices over the API: the same rows, the same verdicts as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.ground.access.api import filters
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.api import KEY
from accounts.ground.tree.queries import payee_name_of, with_payee
from fees.invoicing import actions, queries
from fees.invoicing.models import Invoice
from fees.sending.api import (
    FIELDS,
    AskedSerializer,
    ChangeSerializer,
    Lines,
    OneLine,
    RowVerdictSerializer,
    SendLines,
)
from fees.sending.models import State


class InvoiceSerializer(serializers.ModelSerializer):
    """One invoice; amounts are text."""

    account = serializers.CharField(source="account.number")
    payee = serializers.SerializerMethodField()

    class Meta:
        model = Invoice
        fields = (*FIELDS, "payee")

    def get_payee(self, row: Invoice) -> str | None:
        """Your practice, or the money manager that it is payable to."""
        return payee_name_of(row)


class AskedInvoiceSerializer(AskedSerializer):
    """One invoice to be sent; with `money_manager`, its account number, it is payable to that money manager."""

    money_manager = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


class VerdictSerializer(RowVerdictSerializer):
    """What became of a row, and the invoice that was made of it."""

    invoice = serializers.CharField(allow_null=True)


class SentSerializer(serializers.Serializer):
    """The business day the invoices count for, and a verdict a row."""

    business_day = serializers.DateField()
    rows = VerdictSerializer(many=True)


@gate("set_fees")
class InvoiceList(Lines):
    """Invoices that you may see, latest first."""

    model = Invoice
    serializer_class = InvoiceSerializer
    filterset_class = filters("account__number", "business_day", state=State.choices)

    def get_queryset(self) -> Any:
        """With the names of their payees."""
        return with_payee(super().get_queryset())


@gate("set_fees", step_up=True)
@extend_schema_view(
    post=extend_schema(request=AskedInvoiceSerializer(many=True), responses=SentSerializer, parameters=[KEY])
)
class SendInvoices(SendLines):
    """Sends invoices."""

    noun, told_as = "invoices", "invoice"
    asked = AskedInvoiceSerializer
    submit = staticmethod(actions.submit)


@gate("set_fees", step_up=True)
@extend_schema_view(
    patch=extend_schema(request=ChangeSerializer, responses=InvoiceSerializer),
    delete=extend_schema(responses=InvoiceSerializer),
)
class OneInvoice(OneLine):
    """Changes or cancels a pending invoice."""

    serializer_class = InvoiceSerializer
    refusal = actions.InvoiceRefused
    lines = staticmethod(queries.invoices)
    change = staticmethod(lambda who, line, **said: actions.change(who=who, invoice=line, **said))
    cancel = staticmethod(lambda who, line: actions.cancel(who=who, invoice=line))
