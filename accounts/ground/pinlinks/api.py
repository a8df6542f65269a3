"""Sending a PIN link over the API; the client's steps are a page alone, because they are a person's."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict
from accounts.ground.access.gates import gate
from accounts.ground.consents.queries import own_consent
from accounts.ground.consents.rules import ConsentProblem
from accounts.ground.pinlinks import actions
from accounts.ground.pinlinks.models import PinLink


class PinLinkSerializer(serializers.ModelSerializer):
    """A link that was sent; its secret is only in the client's mail."""

    class Meta:
        model = PinLink
        fields = ("id", "mobile_end", "sent_at", "expires_at")


@gate("manage")
class SendPinLink(APIView):
    """Sends the client a link to answer a question without signing in."""

    @extend_schema(request=None, responses={201: PinLinkSerializer})
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """For clients in the United States whose mobile number and answers the back office has verified."""
        who: Any = request.seat  # type: ignore[attr-defined]
        found = own_consent(who, pk)
        try:
            made = actions.send(who=who, consent=found, at=timezone.now())
        except ConsentProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(PinLinkSerializer(made).data, status=201)
