"""Corrected values over the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.broker.feed.models import NavHistory
from accounts.ground.access.api import ScopedView
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.api_pages import Pages
from portal.corrections.queries import corrections


class LatestFirst(Pages):
    """By when they were corrected."""

    ordering = ("-replaced_at", "-pk")


class CorrectionSerializer(serializers.ModelSerializer):
    """One value that was replaced, and what took its place. Files are named by their number."""

    day = serializers.DateField(source="nav_date")
    old_nlv = serializers.DecimalField(source="nlv", max_digits=20, decimal_places=4)
    old_flow = serializers.DecimalField(source="flow", max_digits=20, decimal_places=4)
    new_nlv = serializers.DecimalField(max_digits=20, decimal_places=4)
    new_flow = serializers.DecimalField(max_digits=20, decimal_places=4)
    file = serializers.IntegerField(source="file_id", allow_null=True)
    corrected_by_file = serializers.IntegerField(source="replaced_by_id")

    class Meta:
        model = NavHistory
        fields = (
            *("day", "old_nlv", "new_nlv", "old_flow", "new_flow", "currency", "recorded_at", "replaced_at"),
            *("file", "corrected_by_file"),
        )


@gate("view")
class CorrectionList(ListModelMixin, ScopedView):
    """Corrected values of an account, the latest first."""

    model = NavHistory
    serializer_class = CorrectionSerializer
    pagination_class = LatestFirst
    filter_backends = ()

    def get_queryset(self) -> Any:
        """Of one account."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return corrections(self.who, account_for(self.who, self.kwargs["number"]))

    def get(self, request: Request, number: str) -> Response:
        """One page."""
        return self.list(request)
