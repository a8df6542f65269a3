"""What investments in hedge funds are worth, over the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from fees.funds.models import FundValue
from fees.funds.queries import told


class FundValuePages(Pages):
    """The latest day first."""

    ordering = ("-day", "-pk")


class FundValueSerializer(serializers.ModelSerializer):
    """One value as it became known.  Amounts are text in the account's base currency; null is not told, or not known
    by a statement.  A correction is a later row."""

    account = serializers.CharField(source="account.number")
    currency = serializers.CharField(source="account.base_currency")

    class Meta:
        model = FundValue
        fields = ("id", "day", "account", "fund", "value", "put_in", "taken_out", "currency", "source", "recorded_at")


@gate("set_fees")
class FundValueList(ListModelMixin, ScopedView):
    """What investments in hedge funds were worth, which fees on them are worked out from."""

    model = FundValue
    serializer_class = FundValueSerializer
    pagination_class = FundValuePages
    filterset_class = filters("account__number", "day")

    def get_queryset(self) -> Any:
        """With their accounts."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return told(self.who)

    def get(self, request: Request) -> Response:
        """One page."""
        return self.list(request)
