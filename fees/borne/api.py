"""The broker's charges that advisors offered to pay, over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.api_pages import Pages
from accounts.ground.runs.queries import sealed_day
from fees.borne.models import BorneCharge, ChargeKind
from fees.borne.queries import listed
from fees.borne.report import report
from fees.borne.words import told
from fees.engine.payer import Payer


class BorneChargePages(Pages):
    """The latest night first."""

    ordering = ("-day", "pk")


class BorneChargeSerializer(serializers.ModelSerializer):
    """One charge; a `revision` is the difference that a later statement made.

    Amounts are text; `balance` is what the advisor's account had before it, in `master_currency`.
    """

    account = serializers.CharField(source="account.number")
    advisor = serializers.CharField(source="payee_name", allow_null=True)
    words = serializers.SerializerMethodField(help_text="Why it was paid by whom it was, in your language")

    class Meta:
        model = BorneCharge
        fields = (
            *("id", "day", "charged_on", "account", "advisor", "kind", "description", "amount", "currency", "payer"),
            *("revision", "worked"),
            *("balance", "master_currency", "usd_rate", "words"),
        )

    def get_words(self, row: BorneCharge) -> str:
        return told(row).words


@gate("set_fees")
class BorneChargeList(ListModelMixin, ScopedView):
    """Commissions and other fees of the broker that you offered to pay, with who paid each."""

    model = BorneCharge
    serializer_class = BorneChargeSerializer
    pagination_class = BorneChargePages
    filterset_class = filters(
        "account__number", "day", kind=ChargeKind.choices, payer=[(one.value, one.value) for one in Payer]
    )

    def get_queryset(self) -> Any:
        """Of closed nights, with accounts and advisors."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return listed(self.who, payer="", text="")

    def get(self, request: Request) -> Response:
        """One page."""
        return self.list(request)


class CapWindowSerializer(serializers.Serializer):
    """One window of the rolling cap; amounts in the account's currency, `share` a fraction of the average value."""

    days = serializers.IntegerField(source="window.days")
    first = serializers.DateField()
    share = serializers.DecimalField(max_digits=12, decimal_places=8)
    average = serializers.DecimalField(source="window.average", max_digits=24, decimal_places=8)
    allowed = serializers.DecimalField(source="window.allowed", max_digits=24, decimal_places=8)
    paid = serializers.DecimalField(source="window.paid", max_digits=24, decimal_places=8)
    available = serializers.DecimalField(source="window.available", max_digits=24, decimal_places=2)
    is_tightest = serializers.BooleanField()


class BorneSumSerializer(serializers.Serializer):
    """The broker's charges of 360 days that the client or the advisor (`master`) paid."""

    payer = serializers.CharField()
    currency = serializers.CharField()
    number = serializers.IntegerField()
    total = serializers.DecimalField(max_digits=20, decimal_places=2)


class AccountCapSerializer(serializers.Serializer):
    """An account on the last sealed day; without one, or without a value, there are no windows."""

    account = serializers.CharField()
    currency = serializers.CharField()
    day = serializers.DateField(allow_null=True)
    left = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True)
    windows = CapWindowSerializer(many=True)
    broker_charges = BorneSumSerializer(many=True)


@gate("report")
class AccountCap(APIView):
    """How far an account's advisor fees are from the rolling cap."""

    @extend_schema(responses=AccountCapSerializer)
    def get(self, request: Request, number: str) -> Response:
        """As of the last sealed day."""
        who: Any = request.seat  # type: ignore[attr-defined]
        account, sealed = account_for(who, number, "report"), sealed_day()
        found = report(who, account, sealed) if sealed else None
        answer = {
            "account": account.number,
            "currency": account.base_currency,
            "day": sealed,
            "left": found.left if found else None,
            "windows": found.looks if found else (),
            "broker_charges": found.borne if found else (),
        }
        return Response(AccountCapSerializer(answer).data)
