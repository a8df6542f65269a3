"""Client applications over the API: the same actions, gates and words as the pages."""

from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.desk.applying import actions, papers, queries
from accounts.desk.applying.kinds import BY_KEY, CHOICES
from accounts.desk.applying.models import Application, ApplicationFile, ApplicationTask
from accounts.desk.applying.rules import ApplicationProblem, check_kind, clean_country, plain_name
from accounts.desk.messages.views import handed_out
from accounts.ground.access.api import Conflict, ScopedView, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today
from accounts.ground.invitations.models import InvitationState
from accounts.ground.tree.models import CURRENCIES
from accounts.ground.tree.rules import StatusProblem, TreeProblem


class ApplicationFileSerializer(serializers.ModelSerializer):
    """A document that was handed in; its content has an address of its own."""

    class Meta:
        model = ApplicationFile
        fields = ("id", "name", "kind", "size", "sha256", "at")


class ApplicationTaskSerializer(serializers.ModelSerializer):
    """One thing to be done."""

    words = serializers.CharField(source="__str__", read_only=True)
    files = ApplicationFileSerializer(many=True, read_only=True)

    class Meta:
        model = ApplicationTask
        fields = (
            *("id", "key", "words", "form_number", "owner", "standing", "for_approval", "for_trading", "takes_file"),
            *("reject_reason", "started_on", "completed_at", "files"),
        )


class ClientApplicationSerializer(serializers.ModelSerializer):
    """An invitation to apply, and how far it is."""

    account = serializers.CharField(source="account.number")
    status = serializers.CharField(source="account.status")
    state = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = (
            *("id", "account", "status", "method", "kind", "name", "email", "country", "tax_country", "state"),
            *("tells_opening", "times_sent", "created_at", "sent_at", "expires_at", "submitted_at", "attempted_at"),
            "attempt_worked",
        )

    @extend_schema_field(serializers.ChoiceField(InvitationState.choices))
    def get_state(self, row: Application) -> str:
        """With the passing of time in it."""
        return row.state_at(timezone.now())


class WholeClientApplicationSerializer(ClientApplicationSerializer):
    """One with its tasks."""

    tasks = serializers.SerializerMethodField()

    class Meta(ClientApplicationSerializer.Meta):
        fields = (*ClientApplicationSerializer.Meta.fields, "tasks")

    @extend_schema_field(ApplicationTaskSerializer(many=True))
    def get_tasks(self, row: Application) -> Any:
        """In their order."""
        return ApplicationTaskSerializer(queries.tasks_of(self.context["who"], row), many=True).data


class InviteSerializer(StrictSerializer):
    """Whom to invite, and to which kind of account; without a country of tax residence it is that of residence."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField()
    kind = serializers.ChoiceField(CHOICES)
    country = serializers.CharField(max_length=3)
    tax_country = serializers.CharField(max_length=3, required=False, allow_blank=True)
    base_currency = serializers.ChoiceField([(code, code) for code in CURRENCIES])
    language = serializers.ChoiceField(settings.LANGUAGES, default="en")
    tells_opening = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The kind is offered to such a resident."""
        attrs["tax_country"] = attrs.get("tax_country") or attrs["country"]
        try:
            if "name" in attrs:  # of a contact it is known
                attrs["name"] = plain_name(attrs["name"])
        except ApplicationProblem as problem:
            raise serializers.ValidationError({"name": [str(problem)]}) from problem
        try:
            for name in ("country", "tax_country"):
                attrs[name] = clean_country(attrs[name])
            check_kind(BY_KEY[attrs["kind"]], country=attrs["country"], tax_country=attrs["tax_country"])
        except ApplicationProblem as problem:
            raise serializers.ValidationError({"kind": [str(problem)]}) from problem
        return attrs


class ApplicationNoticeSerializer(StrictSerializer):
    """Whether the client is told by mail when the account opens."""

    tells_opening = serializers.BooleanField()


class ApplicationDocumentSerializer(serializers.Serializer):
    """A document for a task, as multipart/form-data."""

    task = serializers.UUIDField()
    file = serializers.FileField()


@gate("manage")
class ClientApplications(ListModelMixin, ScopedView):
    """Whom your practice has invited to apply."""

    model = Application
    right = "manage"
    serializer_class = ClientApplicationSerializer

    def get_queryset(self) -> Any:
        """With the account."""
        return super().get_queryset().select_related("account").order_by("-created_at", "pk")

    def get(self, request: Request) -> Response:
        """One page of applications."""
        return self.list(request)

    @extend_schema(request=InviteSerializer, responses={201: ClientApplicationSerializer})
    def post(self, request: Request) -> Response:
        """Invite somebody: an account in state N, an incomplete pending item, and a link by mail."""
        wish = actions.Wish(**InviteSerializer.of(request))
        with refusing():
            made = actions.invite(
                who=self.who,
                parent=own_master(self.who),
                wish=wish,
                site=settings.PUBLIC_URL,
                at=timezone.now(),
                day=exchange_today(),
            )
        return Response(ClientApplicationSerializer(made).data, status=201)


class OneView(ScopedView):
    """What hangs on one application."""

    model = Application
    serializer_class = WholeClientApplicationSerializer

    def answer(self, number: str, status: int = 200) -> Response:
        """The application as it is now."""
        with refusing():
            found = queries.begun(self.who, number)
        return Response(WholeClientApplicationSerializer(found, context={"who": self.who}).data, status=status)


@gate("manage")
class ClientApplication(OneView):
    """One application."""

    @extend_schema(responses=WholeClientApplicationSerializer)
    def get(self, request: Request, number: str) -> Response:
        """With its tasks."""
        return self.answer(number)

    @extend_schema(
        operation_id="v1_client_applications_notice",
        request=ApplicationNoticeSerializer,
        responses=WholeClientApplicationSerializer,
    )
    def post(self, request: Request, number: str) -> Response:
        """Say whether the client is told when the account opens."""
        with refusing():
            found = queries.begun(self.who, number)
        actions.set_notice(application=found, **ApplicationNoticeSerializer.of(request))
        return self.answer(number)


@gate("manage")
class ApplicationInvitation(OneView):
    """The link of an application."""

    @extend_schema(request=None, responses=WholeClientApplicationSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Send a new link; the one before no longer works."""
        with refusing():
            found = queries.begun(self.who, number)
            actions.send(application=found, site=settings.PUBLIC_URL, at=timezone.now())
        return self.answer(number)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: str) -> Response:
        """Make it worthless."""
        with refusing():
            actions.cancel(application=queries.begun(self.who, number))
        return Response(status=204)


@gate("manage")
class ApplicationDocuments(OneView):
    """Documents of an application."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=ApplicationDocumentSerializer, responses={201: WholeClientApplicationSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Hand one in for the client."""
        with refusing():
            found = queries.begun(self.who, number)
        said = ApplicationDocumentSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        task = queries.task_for(self.who, found, str(said.validated_data["task"]))
        with refusing():
            papers.hand_in(who=self.who, task=task, file=said.validated_data["file"], at=timezone.now())
        return self.answer(number, 201)


@gate("manage", proved=True)
class ApplicationDocument(OneView):
    """The content of a document."""

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    def get(self, request: Request, number: str, file: UUID) -> FileResponse:
        """As it came, to be saved."""
        with refusing():
            found = queries.begun(self.who, number)
        return handed_out(queries.file_for(self.who, found, file))


@contextmanager
def refusing() -> Any:
    """What stands against it, as a conflict; what the tree refuses, as something not valid."""
    try:
        yield
    except (ApplicationProblem, StatusProblem) as problem:
        raise Conflict(str(problem)) from problem
    except TreeProblem as problem:
        raise serializers.ValidationError({"tree": [str(problem)]}) from problem
