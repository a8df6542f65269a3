"""The practice's own fields over the API."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from crm.contacts.rules import ContactProblem
from crm.custom import actions, queries
from crm.custom.models import CustomField, Form
from crm.vault.context import opened
from crm.vault.sealed import Opened


class FieldSerializer(serializers.Serializer):
    """A field; `key` is what records say its value under."""

    id = serializers.UUIDField(source="pk")
    key = serializers.CharField(source="row.key")
    label = serializers.CharField()
    form = serializers.ChoiceField(Form.choices, source="row.form")
    choices = serializers.ListField(child=serializers.CharField())
    default = serializers.CharField(allow_blank=True)


class ChangedFieldSerializer(StrictSerializer):
    """A name, the choices of a list, and what new contacts begin with."""

    label = serializers.CharField(max_length=actions.LONGEST_LABEL)
    choices = serializers.ListField(child=serializers.CharField(), max_length=actions.MOST_CHOICES, default=list)
    default = serializers.CharField(allow_blank=True, default="")


class NewFieldSerializer(ChangedFieldSerializer):
    """The same, with what the field holds for good."""

    form = serializers.ChoiceField(Form.choices)


@gate(SIGNED_IN)
class Fields(APIView):
    """The practice's own fields of contacts."""

    @extend_schema(operation_id="v1_contacts_fields_list", responses=FieldSerializer(many=True))
    def get(self, request: Request) -> Response:
        """In their order."""
        return Response(FieldSerializer(queries.own(opened(request._request)), many=True).data)

    @extend_schema(request=NewFieldSerializer, responses={201: FieldSerializer})
    def post(self, request: Request) -> Response:
        """A new one."""
        vault, said = opened(request._request), _said(NewFieldSerializer.of(request))
        try:
            made = actions.create(vault=vault, at=timezone.now(), today=exchange_today(), **said)
        except ContactProblem as problem:
            raise ValidationError({"non_field_errors": [str(problem)]}) from problem
        return Response(FieldSerializer(queries.read(vault, made)).data, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneField(APIView):
    """One of them."""

    @extend_schema(request=ChangedFieldSerializer, responses=FieldSerializer)
    def put(self, request: Request, field: UUID) -> Response:
        """Another name, more choices."""
        vault, row = _enter(request, field)
        try:
            said = _said(ChangedFieldSerializer.of(request))
            actions.change(vault=vault, row=row, today=exchange_today(), **said)
        except ContactProblem as problem:
            raise ValidationError({"non_field_errors": [str(problem)]}) from problem
        return Response(FieldSerializer(queries.read(vault, row)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, field: UUID) -> Response:
        """No longer shown; what contacts say there is kept."""
        _vault, row = _enter(request, field)
        actions.remove(row=row, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="v1_contacts_fields_take_back", request=None, responses=FieldSerializer)
    def post(self, request: Request, field: UUID) -> Response:
        """Taken back."""
        vault, row = _enter(request, field)
        try:
            actions.take_back(vault=vault, row=row)
        except ContactProblem as problem:
            raise ValidationError({"non_field_errors": [str(problem)]}) from problem
        return Response(FieldSerializer(queries.read(vault, row)).data)


def _said(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "choices": "\n".join(said["choices"])}


def _enter(request: Request, pk: UUID) -> tuple[Opened, CustomField]:
    vault = opened(request._request)
    row = queries.one(vault, pk)
    if row is None:
        raise Http404
    return vault, row
