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
from crm.notes import actions, queries
from crm.notes.actions import LONGEST_BODY, LONGEST_TITLE, NoteChanged, NoteProblem
from crm.notes.models import Note
from crm.notes.queries import Read
from crm.notes.subjects import Subject, subject_of
from crm.vault.sealed import Opened


class NoteSerializer(serializers.Serializer):
    """A note, opened for this request."""

    id = serializers.UUIDField(source="note.pk")
    version = serializers.IntegerField(source="note.version")
    title = serializers.CharField()
    body = serializers.CharField()
    is_damaged = serializers.BooleanField()
    is_pinned = serializers.SerializerMethodField()
    author = serializers.CharField(source="note.author.username")
    created_at = serializers.DateTimeField(source="note.created_at")
    changed_at = serializers.DateTimeField(source="note.changed_at")

    def get_is_pinned(self, read: Read) -> bool:
        """Whether it stands before all others on the agenda."""
        return read.note.pinned_at is not None


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


class PinSerializer(StrictSerializer):
    """Whether a note stands before all others."""

    is_pinned = serializers.BooleanField()


class NotesView(APIView):
    """What views of notes share: whom they are about through the scope, then the open vault."""

    def enter(self, request: Request, number: str, contact: UUID | None) -> tuple[Opened, Subject]:
        """Hidden accounts are missing; a locked vault is 403."""
        return subject_of(request._request, number, contact)

    def note(self, vault: Opened, subject: Subject, pk: UUID) -> Note:
        """One about the account or contact."""
        found = queries.one(vault, subject, pk)
        if found is None:
            raise Http404
        return found


@gate(SIGNED_IN)
class Notes(NotesView):
    """The notes about an account."""

    @extend_schema(
        operation_id="v1_accounts_notes_list",
        parameters=[OpenApiParameter("q"), OpenApiParameter("before")],
        responses=NotesSerializer,
    )
    def get(self, request: Request, number: str = "", contact: UUID | None = None) -> Response:
        """Newest first, thirty at a time; `q` looks through what they say."""
        vault, subject = self.enter(request, number, contact)
        rows, words = queries.about(vault, subject), request.query_params.get("q", "").strip()[:200]
        if words:
            return Response(NotesSerializer({"results": queries.search(vault, rows, words), "before": None}).data)
        try:
            before = parse_datetime(request.query_params.get("before", ""))
        except ValueError:
            before = None
        found, after = queries.page(vault, rows, before if before and before.tzinfo else None)
        return Response(NotesSerializer({"results": found, "before": after}).data)

    @extend_schema(request=NewNoteSerializer, responses={201: NoteSerializer})
    def post(self, request: Request, number: str = "", contact: UUID | None = None) -> Response:
        """Write one."""
        vault, subject = self.enter(request, number, contact)
        said: dict[str, Any] = NewNoteSerializer.of(request)
        try:
            made = actions.write(
                vault=vault, account=subject.account, contact=subject.contact, at=timezone.now(), **said
            )
        except NoteProblem as problem:
            raise ValidationError({"body": [str(problem)]}) from problem
        return Response(NoteSerializer(Read(made, **said)).data, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class ContactNotes(Notes):
    """The notes about somebody in the client book, those about the accounts apart."""

    @extend_schema(
        operation_id="v1_contacts_notes_list",
        parameters=[OpenApiParameter("q"), OpenApiParameter("before")],
        responses=NotesSerializer,
    )
    def get(self, request: Request, contact: UUID) -> Response:  # type: ignore[override]
        """Newest first, thirty at a time; `q` looks through what they say."""
        return super().get(request, contact=contact)


@gate(SIGNED_IN)
class OneNote(NotesView):
    """One note."""

    @extend_schema(responses=NoteSerializer)
    def get(self, request: Request, note: UUID, number: str = "", contact: UUID | None = None) -> Response:
        """Title and text."""
        vault, subject = self.enter(request, number, contact)
        return Response(NoteSerializer(queries.read(vault, self.note(vault, subject, note))).data)

    @extend_schema(request=ChangedNoteSerializer, responses=NoteSerializer)
    def put(self, request: Request, note: UUID, number: str = "", contact: UUID | None = None) -> Response:
        """Another title and text; 409 when somebody else has changed it since that version."""
        vault, subject = self.enter(request, number, contact)
        found, said = self.note(vault, subject, note), ChangedNoteSerializer.of(request)
        try:
            actions.change(vault=vault, note=found, at=timezone.now(), **said)
        except NoteProblem as problem:
            raise ValidationError({"body": [str(problem)]}) from problem
        except NoteChanged:
            raise Conflict(_("This note was changed meanwhile. Read it again.")) from None
        return Response(NoteSerializer(queries.read(vault, found)).data)

    @extend_schema(request=PinSerializer, responses=NoteSerializer)
    def patch(self, request: Request, note: UUID, number: str = "", contact: UUID | None = None) -> Response:
        """Before all others on the agenda, or among them again."""
        vault, subject = self.enter(request, number, contact)
        found = self.note(vault, subject, note)
        actions.pin(note=found, at=timezone.now(), **PinSerializer.of(request))
        return Response(NoteSerializer(queries.read(vault, found)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, note: UUID, number: str = "", contact: UUID | None = None) -> Response:
        """Into the trash."""
        vault, subject = self.enter(request, number, contact)
        actions.throw_away(note=self.note(vault, subject, note), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
