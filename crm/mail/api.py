"""One's own mailbox over the API, for a session whose client book is unlocked."""

import binascii
import io
from base64 import b64decode
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.contacts import chosen
from crm.contacts.rules import ContactProblem
from crm.documents import actions as documents
from crm.documents import queries as documents_read
from crm.documents.api import DocumentSerializer
from crm.documents.rules import DocumentProblem
from crm.mail import actions, keeping, queries, reading, sending
from crm.mail.context import access_of_own, any_port, asked, own_or_missing, tried_out, wanted_of
from crm.mail.rules import LONGEST_HOST, LONGEST_LINE, LONGEST_PASSWORD, Access, MailProblem, ServerProblem, access_of
from crm.mail.sending import Upload
from crm.mail.views import as_file, scanned
from crm.mail.writing import LONGEST_BODY, LONGEST_SUBJECT, MOST_PEOPLE, Letter, looked_through
from crm.vault.context import opened
from crm.vault.rules import PROVED
from crm.vault.sealed import Opened

FOLDER = OpenApiParameter("folder", description="A folder at the server; the inbox where none is named")


class NotDelivered(exceptions.APIException):
    """The mail server did not do it; the words say why."""

    status_code = status.HTTP_502_BAD_GATEWAY


class OwnMailboxSerializer(serializers.Serializer):
    """How a mailbox is reached; never its password."""

    address = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    username = serializers.CharField()
    imap_host = serializers.CharField()
    imap_port = serializers.IntegerField()
    smtp_host = serializers.CharField()
    smtp_port = serializers.IntegerField()


class NewOwnMailboxSerializer(StrictSerializer):
    """How it shall be reached; both servers are signed in to before anything is kept."""

    address = serializers.CharField(max_length=LONGEST_LINE)
    name = serializers.CharField(max_length=LONGEST_LINE, allow_blank=True, default="")
    username = serializers.CharField(max_length=LONGEST_LINE, allow_blank=True, default="")
    password = serializers.CharField(max_length=LONGEST_PASSWORD, allow_blank=True, default="", trim_whitespace=False)
    imap_host = serializers.CharField(max_length=LONGEST_HOST)
    imap_port = serializers.IntegerField(default=993)
    smtp_host = serializers.CharField(max_length=LONGEST_HOST)
    smtp_port = serializers.IntegerField(default=465)


class FolderSerializer(serializers.Serializer):
    """A folder at the server."""

    name = serializers.CharField()
    title = serializers.CharField()
    use = serializers.CharField(allow_blank=True)


class PersonSerializer(serializers.Serializer):
    """Who writes or is written to."""

    name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)


class MailLineSerializer(serializers.Serializer):
    """A mail as a list shows it."""

    id = serializers.CharField(source="key")
    subject = serializers.CharField(source="heads.subject", allow_blank=True)
    sender = PersonSerializer(source="heads.sender")
    to = PersonSerializer(source="heads.to", many=True)
    cc = PersonSerializer(source="heads.cc", many=True)
    at = serializers.DateTimeField(allow_null=True)
    size = serializers.IntegerField()
    is_read = serializers.BooleanField()
    is_answered = serializers.BooleanField()


class FolderPageSerializer(serializers.Serializer):
    """A page of a folder, the newest first."""

    folders = FolderSerializer(many=True)
    folder = FolderSerializer()
    results = MailLineSerializer(source="lines", many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()


class AttachedSerializer(serializers.Serializer):
    """A file of a mail."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()


class ContentSerializer(serializers.Serializer):
    """What a mail says; `formatted` holds nothing that acts or loads."""

    text = serializers.CharField(allow_blank=True)
    formatted = serializers.CharField(allow_blank=True)
    pictures = serializers.IntegerField()
    files = AttachedSerializer(many=True)
    is_cut = serializers.BooleanField()


class MailSerializer(serializers.Serializer):
    """One mail; without content where it is larger than is looked at."""

    line = MailLineSerializer()
    content = ContentSerializer(allow_null=True)


class MarkSerializer(StrictSerializer):
    """Whether a mail is read."""

    is_read = serializers.BooleanField()


class AboutSerializer(StrictSerializer):
    """Whom a document is about; nobody where none is named."""

    contact = serializers.UUIDField(required=False)


class NewFileSerializer(StrictSerializer):
    """A file that goes along, in base64."""

    name = serializers.CharField(max_length=200)
    content = serializers.CharField()


class NewMailSerializer(StrictSerializer):
    """A mail to be sent. A key that was sent before sends nothing again; `answers` is a Message-ID.

    The whole body has 5 MB at most, so its files have about 3.7 MB in all; the page takes more.
    """

    key = serializers.UUIDField(required=False)
    to = serializers.ListField(child=serializers.CharField(max_length=LONGEST_LINE), max_length=MOST_PEOPLE)
    cc = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LINE), max_length=MOST_PEOPLE, default=list
    )
    bcc = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LINE), max_length=MOST_PEOPLE, default=list
    )
    subject = serializers.CharField(max_length=LONGEST_SUBJECT, allow_blank=True)
    body = serializers.CharField(max_length=LONGEST_BODY, allow_blank=True)
    answers = serializers.CharField(max_length=LONGEST_LINE, allow_blank=True, default="")
    files = NewFileSerializer(many=True, default=list)


class SentMailSerializer(serializers.Serializer):
    """What became of it: who was refused, and whether a copy lies among the sent ones."""

    refused = serializers.ListField(child=serializers.CharField())
    is_filed = serializers.BooleanField()


class MailView(APIView):
    """What views of one's own mailbox share."""

    also_answers = (502,)

    def enter(self, request: Request) -> tuple[Opened, Access]:
        """A locked book is 403, no mailbox 404."""
        vault = opened(request._request)
        mailbox = own_or_missing(vault)
        try:
            return vault, access_of_own(vault, mailbox)
        except ServerProblem as problem:
            raise NotDelivered(str(problem)) from problem

    def ask(self, request: Request, vault: Opened, what: str, ask: Any) -> Any:
        """What the server says; what it refuses is 502 in its words."""
        try:
            return asked(request._request, vault, what, ask)
        except (ServerProblem, DocumentProblem) as problem:
            raise NotDelivered(str(problem)) from problem


@gate(SIGNED_IN)
class OwnMailbox(MailView):
    """One's own mailbox."""

    @extend_schema(responses=OwnMailboxSerializer)
    def get(self, request: Request) -> Response:
        """How it is reached."""
        return Response(OwnMailboxSerializer(self.enter(request)[1]).data)

    @extend_schema(request=NewOwnMailboxSerializer, responses=OwnMailboxSerializer)
    def put(self, request: Request) -> Response:
        """Connect it, or reach it otherwise. Without a password the known one stays, at the same server only."""
        vault = opened(request._request)
        said = NewOwnMailboxSerializer.of(request)
        mailbox = queries.own(vault)
        try:
            known = access_of_own(vault, mailbox) if mailbox else None
        except ServerProblem:
            known = None
        try:
            words = {name: str(value) for name, value in said.items()}
            access = access_of(words, any_port=any_port(), known=known)
            tried_out(request._request, vault, access)
        except MailProblem as problem:
            raise ValidationError({name: [words] for name, words in problem.problems.items()}) from problem
        except ServerProblem as problem:
            raise ValidationError({problem.field or "imap_host": [str(problem)]}) from problem
        actions.connect(vault=vault, access=access, at=timezone.now())
        return Response(OwnMailboxSerializer(access).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Let it go; the mails stay at the server."""
        vault = opened(request._request)
        own_or_missing(vault)
        actions.let_go(vault=vault)
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class Mails(MailView):
    """The mails of a folder."""

    @extend_schema(
        operation_id="v1_email_mails_list",
        parameters=[FOLDER, OpenApiParameter("page"), OpenApiParameter("q"), OpenApiParameter("unread")],
        responses=FolderPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Thirty at a time; `q` is looked for by the server."""
        vault, access = self.enter(request)
        wanted = wanted_of(request.query_params.dict())
        found = self.ask(request, vault, "list", lambda: reading.look(access, wanted))
        return Response(FolderPageSerializer(found).data)

    @extend_schema(operation_id="v1_email_mails_send", request=NewMailSerializer, responses={201: SentMailSerializer})
    def post(self, request: Request) -> Response:
        """Send one, with a copy among the sent ones."""
        vault, access = self.enter(request)
        said = NewMailSerializer.of(request)
        people = {name: ", ".join(said[name]) for name in ("to", "cc", "bcc")}
        letter = Letter(**people, subject=said["subject"], body=said["body"], in_reply_to=said["answers"])
        once, at = f"{vault.who.user_id}/{(said.get('key') or uuid4()).hex}", timezone.now()
        try:
            uploads = [
                Upload(one["name"], io.BytesIO(b64decode(one["content"], validate=True))) for one in said["files"]
            ]
            sendable = looked_through(letter)
            sent = self.ask(
                request, vault, "send", lambda: sending.send(access, sendable, uploads, None, once=once, at=at)
            )
        except MailProblem as problem:
            found = {{"file": "files"}.get(name, name): [words] for name, words in problem.problems.items()}
            raise ValidationError(found) from problem
        except binascii.Error as problem:
            raise ValidationError({"files": [_("A file is not in base64.")]}) from problem
        keeping.keep_sent(vault=vault, raw=sent.raw, hidden=sent.hidden, at=at)
        return Response(SentMailSerializer(sent).data, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneMail(MailView):
    """One mail."""

    @extend_schema(parameters=[FOLDER], responses=MailSerializer)
    def get(self, request: Request, mail: str) -> Response:
        """What it says; it stays unread."""
        vault, access, folder = self.meant(request, mail)
        found = self.ask(request, vault, "mail", lambda: reading.read(access, folder, mail, is_seen=False))
        return Response(MailSerializer(found).data)

    @extend_schema(parameters=[FOLDER], request=MarkSerializer, responses=MarkSerializer)
    def patch(self, request: Request, mail: str) -> Response:
        """As read or not."""
        said = MarkSerializer.of(request)
        vault, access, folder = self.meant(request, mail)
        self.ask(request, vault, "put", lambda: reading.mark(access, folder, [mail], is_read=said["is_read"]))
        return Response(said)

    @extend_schema(parameters=[FOLDER], responses={204: None})
    def delete(self, request: Request, mail: str) -> Response:
        """Into the server's trash."""
        vault, access, folder = self.meant(request, mail)
        self.ask(request, vault, "put", lambda: reading.throw_away(access, folder, [mail]))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def meant(self, request: Request, mail: str) -> tuple[Opened, Access, str]:
        """Whose mailbox, and the folder that is named."""
        vault, access = self.enter(request)
        if not reading.is_key(mail):
            raise Http404
        return vault, access, reading.folder_of(request.query_params)


@gate(PROVED)
class MailFile(OneMail):
    """A file of a mail."""

    http_method_names = ("get", "head", "options")

    @extend_schema(parameters=[FOLDER], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, mail: str, part: int) -> HttpResponse:  # type: ignore[override]
        """Looked through for malware first."""
        vault, access, folder = self.meant(request, mail)
        name, content = self.ask(
            request, vault, "file", lambda: scanned(reading.fetch_file(access, folder, mail, part))
        )
        return as_file(name, content)


@gate(SIGNED_IN)
class MailFileDocument(OneMail):
    """A file of a mail as a document."""

    http_method_names = ("post", "options")

    @extend_schema(parameters=[FOLDER], request=AboutSerializer, responses={201: DocumentSerializer})
    def post(self, request: Request, mail: str, part: int) -> Response:
        """About a contact, or of the practice alone; taken by the rules of an upload."""
        said = AboutSerializer.of(request)
        vault, access, folder = self.meant(request, mail)
        name, content = self.ask(request, vault, "file", lambda: reading.fetch_file(access, folder, mail, part))
        try:
            about = chosen.contact_of(vault, str(said["contact"])) if said.get("contact") else None
            made = documents.keep(vault=vault, name=name, file=io.BytesIO(content), contact=about, at=timezone.now())
        except ContactProblem as problem:
            raise ValidationError({name: [words] for name, words in problem.problems.items()}) from problem
        except DocumentProblem as problem:
            raise ValidationError({"file": [str(problem)]}) from problem
        return Response(DocumentSerializer(documents_read.read(vault, made)).data, status=status.HTTP_201_CREATED)
