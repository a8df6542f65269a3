"""The lock of a contact over the API."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts import queries
from crm.contacts.models import Contact
from crm.locks import actions
from crm.locks.actions import LockedBy
from crm.vault.context import opened
from crm.vault.sealed import Opened


class Locked(exceptions.APIException):
    """Somebody else is changing the contact (RFC 4918, 423)."""

    status_code = 423

    def __init__(self, locked: LockedBy) -> None:
        super().__init__(str(locked))


class LockedView(APIView):
    """A view of contacts: what somebody else is changing is answered with 423."""

    also_answers = (423,)

    def handle_exception(self, exc: Exception) -> Response:
        """The lock in words; everything else as usual."""
        return super().handle_exception(Locked(exc) if isinstance(exc, LockedBy) else exc)


class LockSerializer(serializers.Serializer):
    """Who changes a contact, since when, and until when unless they go on."""

    username = serializers.CharField(source="user.username")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class TakeSerializer(StrictSerializer):
    """Whether to take the lock from somebody else."""

    take_over = serializers.BooleanField(default=False)


@gate(SIGNED_IN)
class ContactLock(LockedView):
    """The lock of one contact."""

    @extend_schema(request=TakeSerializer, responses=LockSerializer)
    def post(self, request: Request, contact: UUID) -> Response:
        """Take it, or keep it; 423 where somebody else has it."""
        vault, found = _enter(request, contact)
        said: dict[str, Any] = TakeSerializer.of(request)
        held = actions.take(vault=vault, contact=found, at=timezone.now(), is_over=said["take_over"])
        return Response(LockSerializer(held).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, contact: UUID) -> Response:
        """Give the contact free."""
        vault, found = _enter(request, contact)
        actions.release(vault=vault, contact=found)
        return Response(status=204)


def _enter(request: Request, pk: UUID) -> tuple[Opened, Contact]:
    vault = opened(request._request)
    found = queries.one(vault, pk)
    if found is None:
        raise Http404
    return vault, found
