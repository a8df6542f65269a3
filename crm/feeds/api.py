"""One's own calendar addresses over the API, for a session whose client book is unlocked."""

from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import gate
from crm.feeds import actions, queries
from crm.vault.context import opened
from crm.vault.rules import PROVED


class FeedSerializer(serializers.Serializer):
    """An address that is alive; what it is, is kept nowhere."""

    id = serializers.UUIDField(source="pk")
    is_full = serializers.BooleanField(help_text="It tells title, place and notes; else only when one is busy.")
    is_open = serializers.BooleanField(help_text="IP restrictions do not count for it.")
    made_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField()


class NewFeedSerializer(StrictSerializer):
    """What a new address tells, and whether any network may read it."""

    is_full = serializers.BooleanField(default=False)
    is_open = serializers.BooleanField(default=False)


class MadeFeedSerializer(FeedSerializer):
    """A new address, told this once."""

    address = serializers.URLField()


@gate(PROVED)
class Feeds(APIView):
    """One's own calendar addresses."""

    @extend_schema(responses=FeedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that are alive, the oldest first."""
        vault = opened(request._request)
        return Response(FeedSerializer(queries.own(vault.who), many=True).data)

    @extend_schema(request=NewFeedSerializer, responses={201: MadeFeedSerializer})
    def post(self, request: Request) -> Response:
        """A new one; its address is in this answer and nowhere else."""
        vault, said = opened(request._request), NewFeedSerializer.of(request)
        feed, secret = actions.make(vault=vault, at=timezone.now(), **said)
        address = settings.PUBLIC_URL.rstrip("/") + reverse("feeds:read", args=[secret])
        return Response({**FeedSerializer(feed).data, "address": address}, status=status.HTTP_201_CREATED)


@gate(PROVED)
class OneFeed(APIView):
    """One of one's own calendar addresses."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, feed: UUID) -> Response:
        """Dead from now on."""
        vault = opened(request._request)
        found = queries.own(vault.who).filter(pk=feed).first()
        if found is None:
            raise Http404
        actions.end(vault=vault, feed=found, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
