"""Differences between agreements and bills over the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from fees.differences.models import Difference, DifferenceReason
from fees.differences.queries import differences
from fees.differences.words import told
from fees.engine.registry import EVERY


class DifferencePages(Pages):
    """The latest first."""

    ordering = ("-day", "pk")


class DifferenceSerializer(serializers.ModelSerializer):
    """One difference. Amounts are text; `expected` and `found` are there where a fee has been charged."""

    account = serializers.CharField(source="account.number")
    payee = serializers.CharField(source="payee_name", allow_null=True)
    method = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField(help_text="What differs, in your language")

    class Meta:
        model = Difference
        fields = (
            *("id", "day", "account", "payee", "reason", "method", "currency", "expected", "found", "words"),
            *("subject", "ended_on"),
        )

    def get_method(self, row: Difference) -> str | None:
        """Its name at the broker."""
        return EVERY[row.method].name if row.method in EVERY else None

    def get_words(self, row: Difference) -> str:
        return told(row).words


@gate("set_fees")
class DifferenceList(ListModelMixin, ScopedView):
    """What differs between signed terms, schedules and bills; those that ended have a day in `ended_on`."""

    model = Difference
    serializer_class = DifferenceSerializer
    pagination_class = DifferencePages
    filterset_class = filters("account__number", "day", reason=DifferenceReason.choices)

    def get_queryset(self) -> Any:
        """With accounts and payees."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return differences(self.who)

    def get(self, request: Request) -> Response:
        """One page."""
        return self.list(request)
