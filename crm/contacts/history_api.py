"""What a contact said before, over the API: its changes field by field, and undoing one."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts import earlier, queries
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.locks.api import LockedView
from crm.vault.context import opened
from crm.vault.sealed import Opened


class FieldChangeSerializer(serializers.Serializer):
    """A field, what stood there, and what was written."""

    field = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ContactChangeSerializer(serializers.Serializer):
    """One change of a contact."""

    id = serializers.UUIDField(source="past.pk")
    at = serializers.DateTimeField(source="past.at")
    user = serializers.CharField(source="past.user.username")
    undone_at = serializers.DateTimeField(source="past.undone_at", allow_null=True)
    fields_changed = serializers.SerializerMethodField()

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_fields_changed(self, told: earlier.Told) -> list[dict[str, str]]:
        """In words, as the page shows them."""
        return [{"field": label, "before": was, "after": now} for label, was, now in told.lines]


class PutBackSerializer(serializers.Serializer):
    """How many fields are as they were, and how many stay because somebody has written since."""

    back = serializers.IntegerField()
    stays = serializers.IntegerField()


@gate(SIGNED_IN)
class ContactHistory(APIView):
    """The changes of a contact."""

    @extend_schema(responses=ContactChangeSerializer(many=True))
    def get(self, request: Request, contact: UUID) -> Response:
        """The newest 100, the newest first."""
        vault, found = _enter(request, contact)
        return Response(ContactChangeSerializer(earlier.of(vault, found), many=True).data)


@gate(SIGNED_IN)
class ContactChangeUndo(LockedView):
    """Undoing a change of a contact."""

    @extend_schema(request=None, responses=PutBackSerializer)
    def post(self, request: Request, contact: UUID, past: UUID) -> Response:
        """Put back what it wrote over, where what it wrote stands still."""
        vault, found = _enter(request, contact)
        try:
            back, stays = earlier.undo(vault=vault, contact=found.pk, past=past, at=timezone.now())
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response({"back": back, "stays": stays})


def _enter(request: Request, pk: UUID) -> tuple[Opened, Contact]:
    vault = opened(request._request)
    found: Any = queries.one(vault, pk)
    if found is None:
        raise Http404
    return vault, found
