"""Tickets and inquiries of the back office over the API: the same acts as the pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.messages.api import PARSERS, BeginSerializer, MessageSerializer, ReplySerializer
from accounts.desk.messages.models import LONGEST_BODY, OfficeNote, Thread, ThreadState
from accounts.desk.messages.rules import MessageProblem
from accounts.desk.tickets import actions, queries
from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.context import Who, acting
from accounts.ground.access.gates import OFFICE, gate
from accounts.ground.people.queries import desk_users
from accounts.ground.tree.models import Account

MOST = 100
# Named for the schema; the pages' words for the same.
ASKED = (("owner", "owner"), ("practice", "practice"))
NEXT = (("open", "open"), ("closed", "closed"))


class TicketSerializer(serializers.ModelSerializer):
    """A ticket or an inquiry, as the back office sees it."""

    account = serializers.CharField(source="account.number")
    name = serializers.CharField()
    looked_after_by = serializers.CharField(allow_null=True)
    is_unread = serializers.BooleanField()

    class Meta:
        model = Thread
        fields = (
            *("id", "kind", "name", "account", "subject", "category", "state", "state_at", "asks", "owners_read"),
            *("practice_reads", "looked_after_by", "last_at", "created_at", "is_unread"),
        )


class OfficeNoteSerializer(serializers.ModelSerializer):
    """A word among the back office."""

    class Meta:
        model = OfficeNote
        fields = ("author_name", "body", "at")


class WholeTicketSerializer(TicketSerializer):
    """With what was said, and what the back office tells itself."""

    messages = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()

    class Meta(TicketSerializer.Meta):
        fields = (*TicketSerializer.Meta.fields, "messages", "notes")

    @extend_schema(responses=MessageSerializer(many=True))
    def get_messages(self, thread: Thread) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(MessageSerializer(queries.messages_of(thread), many=True).data)

    @extend_schema(responses=OfficeNoteSerializer(many=True))
    def get_notes(self, thread: Thread) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(OfficeNoteSerializer(queries.notes_of(thread), many=True).data)


class OfficeInquirySerializer(BeginSerializer):
    """A question to the owners of an account or to its advisor."""

    asks = serializers.ChoiceField(ASKED)
    is_shared = serializers.BooleanField(default=False, help_text="Whether the other side reads it too")


class OfficeAnswerSerializer(ReplySerializer):
    """What is said; `after` is where the ticket goes then: waiting, open or closed."""

    after = serializers.ChoiceField([one.value for one in actions.AFTER], default=ThreadState.WAITING.value)


class TicketActSerializer(StrictSerializer):
    """One act: a note, somebody to look after it ("" for nobody), or its state (open or closed)."""

    note = serializers.CharField(max_length=LONGEST_BODY, required=False)
    key = serializers.UUIDField(required=False)
    looked_after_by = serializers.CharField(max_length=150, required=False, allow_blank=True)
    state = serializers.ChoiceField(NEXT, required=False)


@gate(OFFICE)
class OfficeTickets(APIView):
    """What is with the back office."""

    parser_classes = PARSERS

    @extend_schema(
        parameters=[OpenApiParameter(name) for name in ("state", "kind", "category", "owner", "q")],
        responses=TicketSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The first hundred, those that have stood where they are the longest first."""
        asked = {name: request.query_params.get(name, "")[:150] for name in ("state", "kind", "category", "owner")}
        with _office(request) as who:
            rows = queries.narrowed(
                queries.tickets(who), who=who, at=timezone.now(), words=request.query_params.get("q", "")[:150], **asked
            )
            return Response(TicketSerializer(rows.order_by("state_at", "pk")[:MOST], many=True).data)

    @extend_schema(request=OfficeInquirySerializer, responses={201: TicketSerializer})
    def post(self, request: Request) -> Response:
        """Ask owners or an advisor; it is pending until they have answered."""
        said = OfficeInquirySerializer(data=request.data)
        said.is_valid(raise_exception=True)
        values = dict(said.validated_data)
        number = values.pop("account").strip().upper()
        with _office(request) as who:
            account = Account.unscoped.filter(number=number, moved_on=None).first()
            if account is None:
                raise ValidationError({"account": [_("There is no such account.")]})
            made = _acted(lambda: actions.ask_about(who=who, account=account, at=timezone.now(), **values))
            return Response(TicketSerializer(queries.ticket(who, made.pk)).data, status=status.HTTP_201_CREATED)


@gate(OFFICE)
class OfficeTicket(APIView):
    """One of them."""

    parser_classes = PARSERS

    @extend_schema(operation_id="v1_office_ticket_read", responses=WholeTicketSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """With what was said and noted; reading it here marks nothing as read."""
        with _office(request) as who:
            return Response(WholeTicketSerializer(queries.ticket(who, pk)).data)

    @extend_schema(
        operation_id="v1_office_ticket_answer", request=OfficeAnswerSerializer, responses={201: WholeTicketSerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer in it."""
        said = OfficeAnswerSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        with _office(request) as who:
            found = queries.ticket(who, pk)
            _acted(lambda: actions.answer(who=who, thread=found, at=timezone.now(), **said.validated_data))
            return Response(WholeTicketSerializer(queries.ticket(who, pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="v1_office_ticket_act", request=TicketActSerializer, responses=WholeTicketSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Note something, give it to somebody, close it or take it up again."""
        told = TicketActSerializer.of(request)
        with _office(request) as who:
            found, at = queries.ticket(who, pk), timezone.now()
            if "note" in told:
                if "key" not in told:
                    raise ValidationError({"key": [_("A note needs a key, so that sending it again is harmless.")]})
                _acted(lambda: actions.note(who=who, thread=found, body=told["note"], key=told["key"], at=at))
            if "looked_after_by" in told:
                names = {name: pk for pk, name in desk_users()}
                if told["looked_after_by"] and told["looked_after_by"] not in names:
                    raise ValidationError({"looked_after_by": [_("No user of the back office has that name.")]})
                _acted(lambda: actions.assign(thread=found, to=names.get(told["looked_after_by"]), at=at))
            if "state" in told:
                _acted(lambda: actions.set_state(thread=found, state=told["state"], at=at))
            return Response(WholeTicketSerializer(queries.ticket(who, pk)).data)


def _office(request: Request) -> AbstractContextManager[Who]:
    """The back office's own login, in the person's name: the API comes in by the one of pages."""
    seat = request.seat  # type: ignore[attr-defined]
    return acting(seat.user_id, alias="office", seat_id=seat.seat_id)  # type: ignore[return-value]


def _acted(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except MessageProblem as problem:
        raise ValidationError({"body": [str(problem)]}) from problem
