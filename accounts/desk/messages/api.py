"""Conversations over the API: the same rows, the same actions as the pages."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.desk.messages import actions, queries
from accounts.desk.messages.files import MOST_FILES
from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT, Attachment, Category, Message, Thread
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.messages.views import handed_out
from accounts.desk.tickets.actions import open_ticket
from accounts.ground.access.api import ScopedView
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.parsers import JSONParser
from accounts.ground.access.scope import account_for
from accounts.ground.api_pages import Pages

PARSERS = (JSONParser, MultiPartParser)


class LatestFirst(Pages):
    """By the latest message."""

    ordering = ("-last_at", "pk")


class FileSerializer(serializers.ModelSerializer):
    """A file that came with a message; its content has an address of its own."""

    class Meta:
        model = Attachment
        fields = ("id", "name", "kind", "size", "sha256")


class ThreadSerializer(serializers.ModelSerializer):
    """One conversation."""

    account = serializers.CharField(source="account.number")
    is_unread = serializers.BooleanField(read_only=True)
    shared_at = serializers.DateTimeField(read_only=True, allow_null=True)
    name = serializers.CharField(read_only=True)

    class Meta:
        model = Thread
        fields = (
            *("id", "kind", "name", "account", "subject", "category", "state", "state_at", "asks", "with_office"),
            *("owners_read", "practice_reads", "topic", "topic_id", "last_at", "created_at", "is_unread", "shared_at"),
        )


class MessageSerializer(serializers.ModelSerializer):
    """One message. `from_above` is one of the top level that a second level has brought in."""

    files = FileSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        fields = ("id", "side", "from_above", "author_name", "body", "at", "files")


class WholeThreadSerializer(ThreadSerializer):
    """A conversation with its messages; `concerns` are the other accounts of a ticket."""

    messages = serializers.SerializerMethodField()
    concerns = serializers.SerializerMethodField()

    class Meta(ThreadSerializer.Meta):
        fields = (*ThreadSerializer.Meta.fields, "concerns", "messages")

    def get_concerns(self, thread: Thread) -> list[str]:
        """Their numbers, of those that you see."""
        return [one.number for one in queries.concerned(self.context["who"], thread)] if thread.concerns else []

    @extend_schema(responses=MessageSerializer(many=True))
    def get_messages(self, thread: Thread) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(MessageSerializer(queries.messages_of(self.context["who"], thread), many=True).data)


class ReplySerializer(serializers.Serializer):
    """What is said. `key` makes sending it again harmless; files come as multipart/form-data."""

    body = serializers.CharField(max_length=LONGEST_BODY, trim_whitespace=False)
    key = serializers.UUIDField(default=uuid4)
    files = serializers.ListField(child=serializers.FileField(), required=False, max_length=MOST_FILES)


class BeginSerializer(ReplySerializer):
    """What every conversation begins with."""

    account = serializers.CharField(max_length=10)
    subject = serializers.CharField(max_length=LONGEST_SUBJECT)


class NewSerializer(BeginSerializer):
    """A new conversation about an account; with `needs_answer`, an advisor's question that is pending until then."""

    needs_answer = serializers.BooleanField(default=False)


class NewTicketSerializer(BeginSerializer):
    """A new ticket for the back office; `concerns` are numbers of other accounts."""

    category = serializers.ChoiceField(Category.choices)
    concerns = serializers.ListField(child=serializers.CharField(max_length=10), required=False, max_length=20)
    is_shared = serializers.BooleanField(default=False, help_text="Whether the other side reads it too")


# Which of them; named for the schema.
SHOWS = tuple((name, name) for name in ("unread", "asked", "tickets", "inquiries", "closed"))


@gate("view")
class ThreadList(ListModelMixin, ScopedView):
    """Your conversations."""

    model = Thread
    serializer_class = ThreadSerializer
    parser_classes = PARSERS
    pagination_class = LatestFirst
    filter_backends = ()

    def get_queryset(self) -> Any:
        """Those that the page shows."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return queries.shown(self.who, only=self.request.query_params.get("show", ""))

    @extend_schema(parameters=[OpenApiParameter("show", enum=[name for name, _words in SHOWS])])
    def get(self, request: Request) -> Response:
        """One page, the latest first; `show` asks for one sort of them."""
        return self.list(request)

    @extend_schema(request=NewSerializer, responses={201: ThreadSerializer})
    def post(self, request: Request) -> Response:
        """Begin a conversation."""
        return _begun(self.who, NewSerializer(data=request.data), actions.begin)


def _begun(who: Who, said: BeginSerializer, act: Callable[..., Thread]) -> Response:
    said.is_valid(raise_exception=True)
    values = dict(said.validated_data)
    account = account_for(who, values.pop("account"))
    try:
        made = act(who=who, account=account, at=timezone.now(), **values)
    except MessageProblem as problem:
        raise ValidationError({"body": [str(problem)]}) from problem
    return Response(ThreadSerializer(queries.thread_for(who, made.pk)).data, status=status.HTTP_201_CREATED)


@gate("view")
class NewTicket(ScopedView):
    """Tickets to the back office."""

    model = Thread
    serializer_class = ThreadSerializer
    parser_classes = PARSERS

    @extend_schema(operation_id="v1_tickets_open", request=NewTicketSerializer, responses={201: ThreadSerializer})
    def post(self, request: Request) -> Response:
        """Open one; read and answer it among your conversations."""
        return _begun(self.who, NewTicketSerializer(data=request.data), open_ticket)


@gate("view")
class ThreadClosing(ScopedView):
    """The end of a ticket or of a question."""

    model = Thread
    serializer_class = ThreadSerializer

    @extend_schema(operation_id="v1_messages_close", request=None, responses=ThreadSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Close your ticket, or withdraw your practice's question; an answer in a closed ticket opens it again."""
        actions.close(who=self.who, thread=queries.thread_for(self.who, pk), at=timezone.now())
        return Response(ThreadSerializer(queries.thread_for(self.who, pk)).data)


@gate("view")
class ThreadRecord(ScopedView):
    """One conversation."""

    model = Thread
    serializer_class = WholeThreadSerializer
    parser_classes = PARSERS

    @extend_schema(operation_id="v1_messages_read", responses=WholeThreadSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """With its messages; reading it here marks nothing as read."""
        return Response(WholeThreadSerializer(queries.thread_for(self.who, pk), context={"who": self.who}).data)

    @extend_schema(operation_id="v1_messages_reply", request=ReplySerializer, responses={201: WholeThreadSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer in it."""
        found = queries.thread_for(self.who, pk)
        said = ReplySerializer(data=request.data)
        said.is_valid(raise_exception=True)
        try:
            actions.reply(who=self.who, thread=found, at=timezone.now(), **said.validated_data)
        except MessageProblem as problem:
            raise ValidationError({"body": [str(problem)]}) from problem
        return Response(WholeThreadSerializer(found, context={"who": self.who}).data, status=status.HTTP_201_CREATED)


@gate("view")
class ThreadSharing(ScopedView):
    """The level above in a conversation."""

    model = Thread
    serializer_class = ThreadSerializer

    @extend_schema(operation_id="v1_messages_share", request=None, responses=ThreadSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Bring it in, for good; only the second-level advisor whose conversation it is may."""
        found = queries.thread_for(self.who, pk)
        try:
            actions.share(who=self.who, thread=found, at=timezone.now())
        except MessageProblem as problem:
            raise ValidationError({"thread": [str(problem)]}) from problem
        return Response(ThreadSerializer(queries.thread_for(self.who, pk)).data)


@gate("view", proved=True)
class MessageFile(ScopedView):
    """The content of a file that came with a message."""

    model = Attachment
    serializer_class = FileSerializer

    @extend_schema(operation_id="v1_messages_file", responses={(200, "application/octet-stream"): bytes})
    def get(self, request: Request, pk: UUID, file: UUID) -> FileResponse:
        """As it came, to be saved."""
        return handed_out(queries.file_for(self.who, queries.thread_for(self.who, pk), file))
