"""What happened around a contact over the API, for a session whose client book is unlocked."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts import queries as contacts
from crm.timeline.legs import About
from crm.timeline.queries import Entry, stream
from crm.vault.context import opened


class EntrySerializer(serializers.Serializer):
    """One thing that happened, opened for this request."""

    kind = serializers.CharField(source="line.kind")
    id = serializers.CharField(source="line.key")
    at = serializers.DateTimeField(source="line.at")
    is_whole_day = serializers.BooleanField(source="line.is_day")
    title = serializers.CharField()
    body = serializers.CharField()
    state = serializers.CharField(source="line.state")
    by = serializers.CharField(source="line.actor")
    account = serializers.SerializerMethodField()
    is_pinned = serializers.BooleanField(source="line.is_pinned")
    is_damaged = serializers.BooleanField()

    def get_account(self, entry: Entry) -> str:
        """The number of the account that it is about, if any."""
        return entry.line.number or ""


class StreamSerializer(serializers.Serializer):
    """Some of what happened, newest first, what is pinned apart; `after` leads to what is older."""

    pinned = EntrySerializer(many=True)
    results = EntrySerializer(source="entries", many=True)
    after = serializers.CharField(allow_blank=True)


@gate(SIGNED_IN)
class Timeline(APIView):
    """The stream of one contact."""

    @extend_schema(parameters=[OpenApiParameter("only"), OpenApiParameter("after")], responses=StreamSerializer)
    def get(self, request: Request, contact: UUID) -> Response:
        """Thirty at a time; `only` names one kind."""
        vault = opened(request._request)
        found = contacts.one(vault, contact)
        if found is None:
            raise Http404
        asked = {name: request.query_params.get(name, "") for name in ("only", "after")}
        accounts = contacts.known_accounts(vault.who, found)
        about = About(vault.who, contact, tuple(one.account.pk for one in accounts), timezone.now())
        return Response(StreamSerializer(stream(vault, about, **asked)).data)
