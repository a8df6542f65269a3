"""The broker's charges that advisors offered to pay, over the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from fees.borne.models import BorneCharge, ChargeKind
from fees.borne.queries import listed
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
