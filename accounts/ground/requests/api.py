"""Pending items and notifications over the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.notifications.models import Notification, NotificationKind
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.requests.queries import pending
from accounts.ground.stored_words import said


class RequestSerializer(serializers.ModelSerializer):
    """One thing that waits."""

    account = serializers.CharField(source="account.number", default=None)
    title = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField(help_text="How many days it waits for, counted from `day`")

    class Meta:
        model = Request
        fields = ("id", "day", "days", "account", "kind", "title", "status", "created_at")

    def get_title(self, row: Request) -> str:
        return said(row.title, row.detail)

    def get_days(self, row: Request) -> int:
        return row.detail.get("days", 1)


@gate("view")
class PendingList(ListModelMixin, ScopedView):
    """What waits, of what you see."""

    model = Request
    serializer_class = RequestSerializer
    filterset_class = filters(kind=RequestKind.choices, status=RequestStatus.choices)

    def get_queryset(self) -> Any:
        """Not finished yet."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return pending(self.who)

    def get(self, request: ApiRequest) -> Response:
        """One page of pending items."""
        return self.list(request)


class NotificationSerializer(serializers.ModelSerializer):
    """One piece of news."""

    account = serializers.CharField(source="account.number", default=None)
    title = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ("id", "day", "account", "kind", "title", "body", "created_at")

    def get_title(self, row: Notification) -> str:
        return said(row.title)


@gate("view")
class NotificationList(ListModelMixin, ScopedView):
    """News of what you see."""

    model = Notification
    serializer_class = NotificationSerializer
    filterset_class = filters(kind=NotificationKind.choices)

    def get_queryset(self) -> Any:
        """With the account's number."""
        return super().get_queryset().select_related("account")

    def get(self, request: ApiRequest) -> Response:
        """One page of news."""
        return self.list(request)
