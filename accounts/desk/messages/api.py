"""Conversations over the API: the same rows, the same actions as the pages."""

from typing import Any
from uuid import UUID, uuid4

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.desk.messages import actions, queries
from accounts.desk.messages.files import MOST_FILES
from accounts.desk.messages.models import LONGEST_BODY, LONGEST_SUBJECT, Attachment, Message, Thread
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.messages.views import handed_out
from accounts.ground.access.api import ScopedView
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

    class Meta:
        model = Thread
        fields = ("id", "account", "subject", "topic", "topic_id", "last_at", "created_at", "is_unread", "shared_at")


class MessageSerializer(serializers.ModelSerializer):
    """One message. `from_above` is one of the top level that a second level has brought in."""

    files = FileSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        fields = ("id", "side", "from_above", "author_name", "body", "at", "files")


class WholeThreadSerializer(ThreadSerializer):
    """A conversation with its messages."""

    messages = serializers.SerializerMethodField()

    class Meta(ThreadSerializer.Meta):
        fields = (*ThreadSerializer.Meta.fields, "messages")

    @extend_schema(responses=MessageSerializer(many=True))
    def get_messages(self, thread: Thread) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(MessageSerializer(queries.messages_of(self.context["who"], thread), many=True).data)


class ReplySerializer(serializers.Serializer):
    """What is said. `key` makes sending it again harmless; files come as multipart/form-data."""

    body = serializers.CharField(max_length=LONGEST_BODY, trim_whitespace=False)
    key = serializers.UUIDField(default=uuid4)
    files = serializers.ListField(child=serializers.FileField(), required=False, max_length=MOST_FILES)


class NewSerializer(ReplySerializer):
    """A new conversation about an account."""

    account = serializers.CharField(max_length=10)
    subject = serializers.CharField(max_length=LONGEST_SUBJECT)


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
        return super().get_queryset() if getattr(self, "swagger_fake_view", False) else queries.threads(self.who)

    def get(self, request: Request) -> Response:
        """One page, the latest first."""
        return self.list(request)

    @extend_schema(request=NewSerializer, responses={201: ThreadSerializer})
    def post(self, request: Request) -> Response:
        """Begin a conversation."""
        said = NewSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        values = dict(said.validated_data)
        account = account_for(self.who, values.pop("account"))
        try:
            made = actions.begin(who=self.who, account=account, at=timezone.now(), **values)
        except MessageProblem as problem:
            raise ValidationError({"body": [str(problem)]}) from problem
        made = queries.thread_for(self.who, made.pk)
        return Response(ThreadSerializer(made).data, status=status.HTTP_201_CREATED)


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
