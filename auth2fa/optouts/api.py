"""Doing without a second proof over the API: the same actions, gates and words as the page."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.optouts import actions, queries
from accounts.ground.optouts.actions import OptOutProblem
from accounts.ground.optouts.models import Extent, OptOut
from accounts.ground.optouts.rules import document, hash_of
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from auth2fa.optouts.views import SURE, come_back, extent_of, leave_unproven, user_of


class OptOutSerializer(serializers.ModelSerializer):
    """What was signed, and until when it holds."""

    class Meta:
        model = OptOut
        fields = ("extent", "document", "document_hash", "signed_name", "signed_at", "expires_at")


class OptOutTextSerializer(serializers.Serializer):
    """What one has chosen (null: nothing), and the text that a choice of this extent signs."""

    chosen = OptOutSerializer(allow_null=True)
    extent = serializers.ChoiceField(Extent.choices)
    document = serializers.CharField()
    document_hash = serializers.CharField()


class OptOutHandSerializer(StrictSerializer):
    """The choice and the signature: the name, and the hash of the text that was read."""

    extent = serializers.ChoiceField(Extent.choices)
    name = serializers.CharField(max_length=LONGEST_NAME)
    seen = serializers.RegexField("^[0-9a-f]{64}$")


@gate(SIGNED_IN)
class OptOutState(APIView):
    """Whether one does without a second proof."""

    @extend_schema(responses=OptOutTextSerializer)
    def get(self, request: Request) -> Response:
        """What holds, and the text that would be signed (`?extent=full` for the whole)."""
        user, now = user_of(request._request), timezone.now()
        extent = extent_of(request.query_params.get("extent", ""))
        text, chosen = document(extent, name=user.username, at=now), queries.own(user.pk, now)
        return Response(
            {
                "chosen": OptOutSerializer(chosen).data if chosen else None,
                "extent": extent,
                "document": text,
                "document_hash": hash_of(text),
            }
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Opt in again, at once; sessions that began with the password alone end, this one among them."""
        come_back(request._request)
        return Response(status=204)


@gate(SURE)
class OptingOut(APIView):
    """Doing without."""

    @extend_schema(request=OptOutHandSerializer, responses={201: OptOutSerializer})
    def post(self, request: Request) -> Response:
        """Sign the text that was read."""
        said = OptOutHandSerializer.of(request)
        try:
            made = actions.opt_out(
                user=user_of(request._request),
                extent=said["extent"],
                hand=hand_of(request._request, said["name"]),
                seen=said["seen"],
                at=timezone.now(),
            )
        except OptOutProblem as problem:
            raise ValidationError([_(problem.sentence.msgid) % problem.sentence.params]) from problem
        leave_unproven(request._request, made.extent)
        return Response(OptOutSerializer(made).data, status=201)
