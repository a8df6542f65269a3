"""Mails kept with contacts over the API, for a session whose client book is unlocked."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.mail import forgetting, keeping
from crm.mail.models import KeptMail
from crm.vault.context import opened
from crm.vault.sealed import Opened


class KeptMailSerializer(serializers.Serializer):
    """A mail kept with a contact, opened for this request."""

    id = serializers.UUIDField(source="mail.pk")
    contact = serializers.UUIDField(source="mail.contact_id")
    is_out = serializers.BooleanField(source="mail.is_out")
    said_at = serializers.DateTimeField(source="mail.said_at")
    kept_at = serializers.DateTimeField(source="mail.kept_at")
    trashed_at = serializers.DateTimeField(source="mail.trashed_at", allow_null=True)
    user = serializers.CharField(source="mail.user.username")
    subject = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    heads = serializers.DictField(child=serializers.CharField(allow_blank=True))
    is_damaged = serializers.BooleanField()


@gate(SIGNED_IN)
class OneKeptMail(APIView):
    """A mail kept with a contact; a contact's timeline names them."""

    @extend_schema(responses=KeptMailSerializer)
    def get(self, request: Request, kept: UUID) -> Response:
        """What it says."""
        vault = opened(request._request)
        return Response(KeptMailSerializer(keeping.read(vault, self.kept(vault, kept))).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, kept: UUID) -> Response:
        """Into the trash; the mail at the server stays, and is not kept again."""
        vault = opened(request._request)
        forgetting.throw_away(vault=vault, mail=self.kept(vault, kept), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def kept(self, vault: Opened, pk: UUID) -> KeptMail:
        """One of the practice's."""
        found = keeping.one(vault, pk)
        if found is None:
            raise Http404
        return found


@gate(SIGNED_IN)
class KeptMailBack(OneKeptMail):
    """A copy that was forgotten."""

    http_method_names = ("post", "options")

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, kept: UUID) -> Response:
        """Out of the trash; what is not there any more is kept again when it is opened."""
        vault = opened(request._request)
        if forgetting.contact_of(vault, kept) is None:
            raise Http404
        forgetting.take_back(vault=vault, pk=kept)
        return Response(status=status.HTTP_204_NO_CONTENT)
