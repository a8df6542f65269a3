"""Notes over the API, for a session whose client book is unlocked."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import account_for
from accounts.ground.tree.models import Account
from crm.notes import actions, queries
from crm.notes.actions import LONGEST_BODY, LONGEST_TITLE, NoteChanged, NoteProblem
from crm.notes.models import Note
from crm.notes.queries import Read
from crm.vault.context import opened
from crm.vault.rules import member_seat
from crm.vault.sealed import Opened


class NoteSerializer(serializers.Serializer):
    """A note, opened for this request."""

    id = serializers.UUIDField(source="note.pk")
    version = serializers.IntegerField(source="note.version")
    title = serializers.CharField()
    body = serializers.CharField()
    is_damaged = serializers.BooleanField()
    author = serializers.CharField(source="note.author.username")
    created_at = serializers.DateTimeField(source="note.created_at")
    changed_at = serializers.DateTimeField(source="note.changed_at")


class NotesSerializer(serializers.Serializer):
    """Some notes, and from where on there are more."""

    results = NoteSerializer(many=True)
    before = serializers.DateTimeField(allow_null=True)


class NewNoteSerializer(StrictSerializer):
    """What a note says."""

    title = serializers.CharField(max_length=LONGEST_TITLE, allow_blank=True, default="")
    body = serializers.CharField(max_length=LONGEST_BODY, allow_blank=True, default="")


class ChangedNoteSerializer(NewNoteSerializer):
    """What a note says now, and the version that was read."""

    version = serializers.IntegerField(min_value=1)


class NotesView(APIView):
    """What views of notes share: the account through the scope, then the open vault."""

    def enter(self, request: Request, number: str) -> tuple[Opened, Account]:
        """Hidden accounts are missing; a locked vault is 403."""
        account = account_for(member_seat(request.seat), number)  # type: ignore[attr-defined]
        vault = opened(request._request)
        actions.check_own(vault, account)
        return vault, account

    def note(self, vault: Opened, account: Account, pk: UUID) -> Note:
        """One of the account."""
        found = queries.one(vault, account, pk)
        if found is None:
            raise Http404
        return found


@gate(SIGNED_IN)
class Notes(NotesView):
    """The notes of an account."""

    @extend_schema(
        operation_id="v1_accounts_notes_list",
        parameters=[OpenApiParameter("q"), OpenApiParameter("before")],
        responses=NotesSerializer,
    )
    def get(self, request: Request, number: str) -> Response:
        """Newest first, thirty at a time; `q` looks through what they say."""
        vault, account = self.enter(request, number)
        rows, words = queries.of_account(vault, account), request.query_params.get("q", "").strip()[:200]
        if words:
            return Response(NotesSerializer({"results": queries.search(vault, rows, words), "before": None}).data)
        try:
            before = parse_datetime(request.query_params.get("before", ""))
        except ValueError:
            before = None
        found, after = queries.page(vault, rows, before if before and before.tzinfo else None)
        return Response(NotesSerializer({"results": found, "before": after}).data)

    @extend_schema(request=NewNoteSerializer, responses={201: NoteSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Write one."""
        vault, account = self.enter(request, number)
        said: dict[str, Any] = NewNoteSerializer.of(request)
        try:
            made = actions.write(vault=vault, account=account, at=timezone.now(), **said)
        except NoteProblem as problem:
            raise ValidationError({"body": [str(problem)]}) from problem
        return Response(NoteSerializer(Read(made, **said)).data, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneNote(NotesView):
    """One note."""

    @extend_schema(responses=NoteSerializer)
    def get(self, request: Request, number: str, note: UUID) -> Response:
        """Title and text."""
        vault, account = self.enter(request, number)
        return Response(NoteSerializer(queries.read(vault, self.note(vault, account, note))).data)

    @extend_schema(request=ChangedNoteSerializer, responses=NoteSerializer)
    def put(self, request: Request, number: str, note: UUID) -> Response:
        """Another title and text; 409 when somebody else has changed it since that version."""
        vault, account = self.enter(request, number)
        found, said = self.note(vault, account, note), ChangedNoteSerializer.of(request)
        try:
            actions.change(vault=vault, note=found, at=timezone.now(), **said)
        except NoteProblem as problem:
            raise ValidationError({"body": [str(problem)]}) from problem
        except NoteChanged:
            raise Conflict(_("This note was changed meanwhile. Read it again.")) from None
        return Response(NoteSerializer(queries.read(vault, found)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: str, note: UUID) -> Response:
        """Into the trash."""
        vault, account = self.enter(request, number)
        actions.throw_away(note=self.note(vault, account, note), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
