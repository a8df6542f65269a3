"""What one is told, and how, over the API."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import gate
from portal.news.actions import WishProblem, choose
from portal.news.models import ByMail, NewsKind
from portal.news.queries import wishes
from portal.news.rules import Wish


class NewsWishSerializer(StrictSerializer):
    """How one kind is told: counted at the bell, and by mail. Mails of their own (conversations, reports, reminders)
    are never counted; held accounts always are."""

    kind = serializers.ChoiceField(NewsKind.choices)
    is_counted = serializers.BooleanField()
    by_mail = serializers.ChoiceField(ByMail.choices)


class NewsWishesSerializer(StrictSerializer):
    """Some kinds; those that are left out stay as they are."""

    kinds = NewsWishSerializer(many=True)


@gate("view")
class NewsWishes(APIView):
    """What you are told, and how. What is about your money or your sign-in is mailed whatever you choose here."""

    @extend_schema(operation_id="v1_notification_choices", responses=NewsWishesSerializer)
    def get(self, request: Request) -> Response:
        """Every kind."""
        return Response(_told(request))

    @extend_schema(request=NewsWishesSerializer, responses=NewsWishesSerializer)
    def put(self, request: Request) -> Response:
        """Holds from now on."""
        said = NewsWishesSerializer.of(request)["kinds"]
        wished = {one["kind"]: Wish(one["is_counted"], one["by_mail"]) for one in said}
        try:
            choose(who=request.seat, wished=wished, at=timezone.now())  # type: ignore[attr-defined]
        except WishProblem as problem:
            raise ValidationError({"kinds": [str(problem)]}) from problem
        return Response(_told(request))


def _told(request: Request) -> dict[str, Any]:
    known = wishes(request.seat)  # type: ignore[attr-defined]
    return {"kinds": [{"kind": kind, **wish._asdict()} for kind, wish in known.items()]}
