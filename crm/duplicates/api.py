"""Contacts that are probably one, over the API."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.changes.api import ChangeSerializer
from crm.contacts.rules import ContactProblem
from crm.duplicates import actions, queries
from crm.locks.api import LockedView
from crm.vault.context import opened


class PairSerializer(serializers.Serializer):
    """Two contacts and why they are probably one."""

    one = serializers.UUIDField(source="one.pk")
    one_title = serializers.CharField(source="one.title")
    other = serializers.UUIDField(source="other.pk")
    other_title = serializers.CharField(source="other.title")
    why = serializers.CharField()


class MergeSerializer(StrictSerializer):
    """The fields in which the contact that goes is right; in the others the kept one is."""

    taken = serializers.ListField(child=serializers.CharField(), max_length=200, default=list)


@gate(SIGNED_IN)
class Duplicates(APIView):
    """Pairs that look alike."""

    @extend_schema(operation_id="v1_contacts_duplicates_list", responses=PairSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The first fifty that nobody has called two."""
        return Response(PairSerializer(queries.found(opened(request._request)), many=True).data)


@gate(SIGNED_IN)
class Merge(LockedView):
    """Two contacts: the first one is kept, the other goes."""

    @extend_schema(request=MergeSerializer, responses={201: ChangeSerializer})
    def post(self, request: Request, contact: UUID, other: UUID) -> Response:
        """One of two; the answer names the change, which can be undone."""
        vault = opened(request._request)
        if queries.two(vault, contact, other) is None:
            raise Http404
        said: dict[str, Any] = MergeSerializer.of(request)
        try:
            change = actions.merge(vault=vault, kept=contact, gone=other, at=timezone.now(), **said)
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(ChangeSerializer(change).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, contact: UUID, other: UUID) -> Response:
        """They are two; the finder does not ask again."""
        vault = opened(request._request)
        if queries.two(vault, contact, other) is None:
            raise Http404
        try:
            actions.keep_apart(vault=vault, one=contact, other=other, at=timezone.now())
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(status=status.HTTP_204_NO_CONTENT)
