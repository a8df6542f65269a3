"""Fee notices over the API: the documents, and how clients are told."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView, StrictSerializer, filters
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from fees.notices import actions, queries
from fees.notices.models import Mode, Notice


class NoticePages(Pages):
    """The latest first."""

    ordering = ("-day", "pk")


class NoticeSerializer(serializers.ModelSerializer):
    """One notice; amounts are text."""

    id = serializers.UUIDField(source="charge_id")
    account = serializers.CharField(source="account.number")

    class Meta:
        model = Notice
        fields = ("id", "account", "day", "amount", "currency", "language", "brand", "sha256")


class WholeNoticeSerializer(NoticeSerializer):
    """One notice with its document."""

    class Meta(NoticeSerializer.Meta):
        fields = (*NoticeSerializer.Meta.fields, "document")  # type: ignore[assignment]


class NoticeModeSerializer(StrictSerializer):
    """How clients hear of fees."""

    mode = serializers.ChoiceField(Mode.choices)


@gate("report")
class NoticeList(ListModelMixin, ScopedView):
    """Fee notices that you may see, latest first."""

    model = Notice
    serializer_class = NoticeSerializer
    pagination_class = NoticePages
    filterset_class = filters("account__number", "day")

    def get_queryset(self):
        """Of sealed days."""
        found = super().get_queryset()
        return found if getattr(self, "swagger_fake_view", False) else queries.notices(self.who)

    def get(self, request: ApiRequest) -> Response:
        """One page."""
        return self.list(request)


@gate("report")
class OneNotice(APIView):
    """One invoice document."""

    @extend_schema(responses=WholeNoticeSerializer)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """As it was written."""
        found = queries.notices(request.seat).filter(pk=pk).first()  # type: ignore[attr-defined]
        if found is None:
            raise NotFound
        return Response(WholeNoticeSerializer(found).data)


@gate("set_fees", step_up=True)
class NoticeMode(APIView):
    """How the clients of your practice hear of their fees."""

    @extend_schema(responses=NoticeModeSerializer)
    def get(self, request: ApiRequest) -> Response:
        """What holds now."""
        return Response({"mode": queries.mode_of(request.seat)})  # type: ignore[attr-defined]

    @extend_schema(request=NoticeModeSerializer, responses=NoticeModeSerializer)
    def put(self, request: ApiRequest) -> Response:
        """From the next night on."""
        wanted = NoticeModeSerializer.of(request)
        chosen = actions.choose(who=request.seat, mode=wanted["mode"], at=timezone.now())  # type: ignore[attr-defined]
        return Response({"mode": chosen.mode})
