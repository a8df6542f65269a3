"""A practice's brand over the API; the banner travels in Base64."""

import base64
import binascii

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.brand import actions, queries
from accounts.desk.brand.models import BrandVersion
from accounts.desk.brand.rules import LONGEST_NAME, BrandProblem
from accounts.ground.access.gates import gate


class BrandSerializer(serializers.ModelSerializer):
    """What was saved last, and from when it holds."""

    class Meta:
        model = BrandVersion
        fields = ("brand_id", "uses_sms", "name", "banner_sha256", "colour", "host", "saved_at", "effective_at")


class NewBrandSerializer(serializers.Serializer):
    """What is to be saved; without a banner the present one stays."""

    brand_id = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=LONGEST_NAME * 4)
    uses_sms = serializers.BooleanField(default=False)
    colour = serializers.CharField(required=False, default="", allow_blank=True, max_length=7)
    host = serializers.CharField(required=False, default="", allow_blank=True, max_length=253)
    banner = serializers.CharField(required=False, max_length=70_000, help_text="Base64 of a JPEG or PNG")

    def validate_banner(self, text: str) -> bytes:
        """Its bytes."""
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(_("That is not a JPEG or PNG picture.")) from error


@gate("brand", step_up=True)
class BrandRecord(APIView):
    """The brand of your practice."""

    @extend_schema(responses={200: BrandSerializer, 204: None})
    def get(self, request: Request) -> Response:
        """The version saved last; no content where there is none."""
        saved = queries.latest(request.seat)  # type: ignore[attr-defined]
        return Response(BrandSerializer(saved).data) if saved else Response(status=204)

    @extend_schema(request=NewBrandSerializer, responses=BrandSerializer)
    def put(self, request: Request) -> Response:
        """Save a version that holds from the evening on."""
        said = NewBrandSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        who = request.seat  # type: ignore[attr-defined]
        values = {"banner": None, **said.validated_data}
        try:
            made = actions.save_brand(who=who, practice=queries.own_practice(who), at=timezone.now(), **values)
        except BrandProblem as problem:
            raise ValidationError({problem.field: [str(problem)]}) from problem
        return Response(BrandSerializer(made).data)
