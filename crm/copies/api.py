"""A copy of the client book over the API, for a program that its person runs signed in and unlocked."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ground.access.gates import gate
from crm.copies import actions
from crm.copies.views import address_of
from crm.vault.api import VaultView
from crm.vault.context import opened
from crm.vault.rules import SURE_AND_PROVED


class CopySerializer(serializers.Serializer):
    """Where the copy can be fetched for ten minutes, by this session alone."""

    file = serializers.CharField()


@gate(SURE_AND_PROVED)
class BookCopy(VaultView):
    """A copy of the whole client book."""

    @extend_schema(request=None, responses={201: CopySerializer})
    def post(self, request: Request) -> Response:
        """Every other member is told by mail; the answer names the file, a zip with SHA256SUMS."""
        given = actions.allow(vault=opened(request._request), at=timezone.now())
        return Response(CopySerializer({"file": address_of(given)}).data, status=status.HTTP_201_CREATED)
