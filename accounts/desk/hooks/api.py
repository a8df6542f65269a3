"""Webhooks over the API: the same actions, gates and words as the pages."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.hooks import actions, queries
from accounts.desk.hooks.models import HookKind
from accounts.desk.hooks.rules import LONGEST_URL, HookProblem
from accounts.desk.hooks.views import delivery_of
from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of


class WebhookSerializer(serializers.Serializer):
    """An address and what it is told. It is stopped by hand, or when it has not answered many times in a row."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(HookKind.choices))
    made_at = serializers.DateTimeField()
    failures = serializers.IntegerField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    stopped_why = serializers.CharField(allow_blank=True)


class NewWebhookSerializer(StrictSerializer):
    """Where to, and what it is told."""

    name = serializers.CharField(max_length=60)
    url = serializers.CharField(max_length=LONGEST_URL)
    kinds = serializers.ListField(child=serializers.ChoiceField(HookKind.choices), min_length=1, max_length=3)


class WebhookSecretSerializer(serializers.Serializer):
    """The secret that signs, told this once. `Portal-Signature` is `t=<seconds>,v1=<hex>`: an HMAC-SHA256 under the
    secret over the seconds, a full stop and the body; for a day after a new secret there are two `v1`."""

    id = serializers.UUIDField()
    secret = serializers.CharField()


class SwitchSerializer(StrictSerializer):
    """Whether it goes on."""

    on = serializers.BooleanField()


class WebhookDeliverySerializer(serializers.Serializer):
    """One message: what was sent, how often it was tried, and the last answer."""

    id = serializers.UUIDField(source="pk")
    kind = serializers.CharField()
    body = serializers.CharField()
    replays = serializers.UUIDField(allow_null=True)
    made_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    given_up_at = serializers.DateTimeField(allow_null=True)


class WebhookDeliveriesSerializer(serializers.Serializer):
    """Some messages, newest first, and the query of the next page."""

    results = WebhookDeliverySerializer(many=True)
    next = serializers.CharField(allow_blank=True)


@gate("manage_users")
class Webhooks(APIView):
    """The practice's webhooks."""

    @extend_schema(operation_id="v1_webhooks_list", responses=WebhookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them; there are ten at most."""
        return Response(WebhookSerializer(queries.hooks(_who(request)), many=True).data)


@gate("manage_users", step_up=True)
class NewWebhook(APIView):
    """Another webhook."""

    @extend_schema(request=NewWebhookSerializer, responses={201: WebhookSecretSerializer})
    def post(self, request: Request) -> Response:
        """Made at once; the answer alone holds its secret."""
        said = NewWebhookSerializer.of(request)
        try:
            hook, secret = actions.make(who=_who(request), **said, at=timezone.now())
        except HookProblem as problem:
            raise ValidationError([str(problem)]) from problem
        return _secret({"id": hook.pk, "secret": secret}, 201)


@gate("manage_users")
class OneWebhook(APIView):
    """One webhook."""

    @extend_schema(responses=WebhookSerializer)
    def get(self, request: Request, hook: UUID) -> Response:
        """As it stands."""
        return Response(WebhookSerializer(queries.hook_of(_who(request), hook)).data)

    @extend_schema(request=SwitchSerializer, responses=WebhookSerializer)
    def patch(self, request: Request, hook: UUID) -> Response:
        """Stop it, or let it go on."""
        who = _who(request)
        found = queries.hook_of(who, hook)
        actions.switch(who=who, hook=found, on=SwitchSerializer.of(request)["on"], at=timezone.now())
        return Response(WebhookSerializer(queries.hook_of(who, hook)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, hook: UUID) -> Response:
        """Nothing goes there any more."""
        who = _who(request)
        actions.remove(who=who, hook=queries.hook_of(who, hook), at=timezone.now())
        return Response(status=204)


@gate("manage_users", step_up=True)
class WebhookSecret(APIView):
    """The secret of a webhook."""

    @extend_schema(request=None, responses=WebhookSecretSerializer)
    def post(self, request: Request, hook: UUID) -> Response:
        """Another one; the one before signs beside it for a day."""
        who = _who(request)
        found = queries.hook_of(who, hook)
        return _secret({"id": found.pk, "secret": actions.rotate(who=who, hook=found, at=timezone.now())}, 200)


@gate("manage_users")
class WebhookDeliveries(APIView):
    """What was sent to a webhook."""

    @extend_schema(operation_id="v1_webhook_deliveries_list", responses=WebhookDeliveriesSerializer)
    def get(self, request: Request, hook: UUID) -> Response:
        """One page, newest first."""
        who = _who(request)
        rows = queries.deliveries(queries.hook_of(who, hook), who)
        page = page_of(rows, order=["-made_at", "-pk"], query=request.query_params, is_counted=False)
        return Response({"results": WebhookDeliverySerializer(page.rows, many=True).data, "next": page.next})

    @extend_schema(request=None, responses={201: WebhookDeliverySerializer})
    def post(self, request: Request, hook: UUID) -> Response:
        """Send a message that says nothing, to see whether anybody listens."""
        who = _who(request)
        try:
            row = actions.ping(who=who, hook=queries.hook_of(who, hook), at=timezone.now())
        except HookProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(WebhookDeliverySerializer(row).data, status=201)


@gate("manage_users")
class WebhookReplay(APIView):
    """A message once more."""

    @extend_schema(request=None, responses={201: WebhookDeliverySerializer})
    def post(self, request: Request, hook: UUID, delivery: UUID) -> Response:
        """The same body, under a number of its own and signed anew."""
        who = _who(request)
        found = queries.hook_of(who, hook)
        try:
            row = actions.replay(who=who, hook=found, delivery=delivery_of(who, found, delivery), at=timezone.now())
        except HookProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(WebhookDeliverySerializer(row).data, status=201)


def _who(request: Request) -> Who:
    return queries.keeper(request.seat)  # type: ignore[attr-defined]


def _secret(told: dict[str, Any], status: int) -> Response:
    return Response(WebhookSecretSerializer(told).data, status=status, headers={"Cache-Control": "no-store"})
