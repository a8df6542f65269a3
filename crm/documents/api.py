"""Documents over the API, for a session whose client book is unlocked."""

from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.paging import page_of
from crm.contacts import chosen
from crm.contacts.rules import ContactProblem
from crm.documents import actions, queries
from crm.documents.actions import DocumentChanged
from crm.documents.models import Document, Scan
from crm.documents.queries import Filters
from crm.documents.rules import HANDED_OUT_AS, DocumentProblem
from crm.documents.views import handed_out, one, taken
from crm.vault.context import opened
from crm.vault.engine.encoding import Unopened
from crm.vault.rules import PROVED
from crm.vault.sealed import Opened


class DocumentSerializer(serializers.Serializer):
    """A document, its label opened for this request; without a name where it was changed from outside."""

    id = serializers.UUIDField(source="document.pk")
    version = serializers.IntegerField(source="document.version")
    name = serializers.CharField(source="label.name", default="")
    type = serializers.CharField(source="label.kind", default="")
    size = serializers.IntegerField(source="label.size", default=None, allow_null=True)
    folder = serializers.CharField(source="label.folder", default="")
    tags = serializers.ListField(child=serializers.CharField(), source="label.tags", default=list)
    contact = serializers.UUIDField(source="document.contact_id", allow_null=True)
    uploader = serializers.CharField(source="document.uploader.username")
    editions = serializers.IntegerField(source="document.editions")
    created_at = serializers.DateTimeField(source="document.created_at")
    changed_at = serializers.DateTimeField(source="document.changed_at")


class DocumentsSerializer(serializers.Serializer):
    """Some documents, and the query of the next page."""

    results = DocumentSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class EditionSerializer(serializers.Serializer):
    """One file of a document."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    scan = serializers.ChoiceField(Scan.choices)
    uploader = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class NewDocumentSerializer(serializers.Serializer):
    """A file, and what it is filed under."""

    file = serializers.FileField()
    contact = serializers.UUIDField(required=False, allow_null=True)
    folder = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.CharField(required=False, allow_blank=True, help_text="Between commas")


class NewEditionSerializer(serializers.Serializer):
    """The newer file."""

    file = serializers.FileField()


class LabelSerializer(StrictSerializer):
    """Name, folder and tags now, and the version that was read."""

    version = serializers.IntegerField(min_value=1)
    name = serializers.CharField(max_length=200)
    folder = serializers.CharField(max_length=200, allow_blank=True, default="")
    tags = serializers.ListField(child=serializers.CharField(max_length=100), default=list)


@gate(SIGNED_IN)
class Documents(APIView):
    """The documents of the practice."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="v1_documents_list",
        parameters=[OpenApiParameter(name) for name in ("q", "folder", "tag", "contact", "trash", "after", "before")],
        responses=DocumentsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Newest first, fifty at a time; `q`, `folder` and `tag` look through every label."""
        vault, filters, onward = opened(request._request), Filters.of(request.query_params), ""
        rows = queries.rows(vault.who, filters)
        if filters.looks_inside:
            found = queries.look_through(vault, rows, filters).reads
        else:
            page = page_of(rows, order=queries.ORDER, query=request.query_params, is_counted=False)
            found, onward = [queries.read(vault, row) for row in page.rows], page.next
        return Response(DocumentsSerializer({"results": found, "next": onward}).data)

    @extend_schema(request={"multipart/form-data": NewDocumentSerializer}, responses={201: DocumentSerializer})
    def post(self, request: Request) -> Response:
        """Keep a file."""
        vault, said = opened(request._request), request._request.POST
        file = request.FILES.get("file")
        if file is None:
            raise ValidationError({"file": [_("Choose a file.")]})
        try:
            about = chosen.contact_of(vault, said.get("contact", ""))
            folder, tags = said.get("folder", ""), said.get("tags", "")
            made = taken(vault, file, about=about, folder=folder, tags=tags)
        except ContactProblem as problem:
            raise ValidationError({"contact": [str(problem)]}) from problem
        except DocumentProblem as problem:
            raise ValidationError({"file": [str(problem)]}) from problem
        return Response(_shown(vault, made), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneDocument(APIView):
    """One document."""

    parser_classes = (JSONParser,)

    @extend_schema(responses=DocumentSerializer)
    def get(self, request: Request, document: UUID) -> Response:
        """What it is."""
        vault = opened(request._request)
        return Response(_shown(vault, one(vault, document)))

    @extend_schema(request=LabelSerializer, responses=DocumentSerializer)
    def put(self, request: Request, document: UUID) -> Response:
        """Another name, folder and tags; 409 when somebody else has changed it since that version."""
        vault = opened(request._request)
        found, said = one(vault, document), LabelSerializer.of(request)
        said["tags"] = ",".join(said["tags"])
        try:
            actions.rename(vault=vault, document=found, at=timezone.now(), **said)
        except DocumentProblem as problem:
            raise ValidationError({"name": [str(problem)]}) from problem
        except (DocumentChanged, Unopened):
            raise Conflict(_("This document was changed meanwhile. Read it again.")) from None
        return Response(_shown(vault, found))

    @extend_schema(parameters=[OpenApiParameter("confirm", OpenApiTypes.BOOL)], responses={204: None})
    def delete(self, request: Request, document: UUID) -> Response:
        """Into the trash for thirty days; `confirm=true` says that it is meant."""
        found = one(opened(request._request), document)
        try:
            is_confirmed = request.query_params.get("confirm") == "true"
            actions.throw_away(document=found, is_confirmed=is_confirmed, at=timezone.now())
        except DocumentProblem as problem:
            raise ValidationError({"confirm": [str(problem)]}) from problem
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class DocumentEditions(APIView):
    """The files of a document."""

    parser_classes = (MultiPartParser,)

    @extend_schema(responses=EditionSerializer(many=True))
    def get(self, request: Request, document: UUID) -> Response:
        """Newest first."""
        vault = opened(request._request)
        found = [
            {
                "number": row.number,
                "name": label.name,
                "size": label.size,
                "scan": row.scan,
                "uploader": row.uploader.username,
                "uploaded_at": row.uploaded_at,
            }
            for row, label in queries.editions(vault, one(vault, document))
            if label is not None
        ]
        return Response(EditionSerializer(found, many=True).data)

    @extend_schema(request={"multipart/form-data": NewEditionSerializer}, responses={201: DocumentSerializer})
    def post(self, request: Request, document: UUID) -> Response:
        """A newer edition; the older ones stay."""
        vault = opened(request._request)
        found, file = one(vault, document), request.FILES.get("file")
        if file is None:
            raise ValidationError({"file": [_("Choose a file.")]})
        try:
            actions.replace(vault=vault, document=found, name=file.name or "", file=file, at=timezone.now())
        except DocumentProblem as problem:
            raise ValidationError({"file": [str(problem)]}) from problem
        except (DocumentChanged, Unopened):
            raise Conflict(_("This document was changed meanwhile. Read it again.")) from None
        return Response(_shown(vault, found), status=status.HTTP_201_CREATED)


@gate(PROVED)
class DocumentEdition(APIView):
    """One file."""

    @extend_schema(responses={(200, kind): OpenApiTypes.BINARY for kind in HANDED_OUT_AS})
    def get(self, request: Request, document: UUID, edition: int) -> HttpResponseBase:
        """Its content, always to be saved."""
        vault = opened(request._request)
        return handed_out(vault, one(vault, document), edition, is_saved=True)


@gate(SIGNED_IN)
class DocumentBack(APIView):
    """Out of the trash."""

    @extend_schema(request=None, responses=DocumentSerializer)
    def post(self, request: Request, document: UUID) -> Response:
        """It is where it was."""
        vault = opened(request._request)
        found = queries.one(vault.who, document, in_trash=True)
        if found is None:
            raise Http404
        if not actions.take_back(vault=vault, document=found):
            raise Http404
        return Response(_shown(vault, found))


def _shown(vault: Opened, document: Document) -> dict[str, object]:
    return DocumentSerializer(queries.read(vault, document)).data
