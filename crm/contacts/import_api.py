"""Files of contacts over the API: read and judged, taken into the book, taken back."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import scope
from accounts.ground.clock import exchange_today
from crm.contacts import importing, placing, waiting
from crm.contacts.import_views import MOST_AT_ONCE, in_words, outcomes
from crm.contacts.importing import Plan
from crm.contacts.intakes import Intake, IntakeState, Policy
from crm.contacts.rules import ContactProblem
from crm.imports.contacts import read
from crm.imports.draft import ImportRefused
from crm.vault.context import opened
from crm.vault.sealed import Opened


class IntakeRowSerializer(serializers.Serializer):
    """One row of a file: what becomes of it, and the contact as it was understood."""

    line = serializers.IntegerField()
    verdict = serializers.CharField()
    words = serializers.CharField(allow_blank=True)
    remarks = serializers.ListField(child=serializers.CharField())
    contact = serializers.DictField()


class IntakeSerializer(serializers.Serializer):
    """A file of contacts and how many rows of it become, or became, what."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(IntakeState.choices)
    created = serializers.IntegerField()
    filled = serializers.IntegerField()
    updated = serializers.IntegerField()
    skipped = serializers.IntegerField()
    rejected = serializers.IntegerField()
    size = serializers.IntegerField(help_text="How many rows the file has.")
    done = serializers.IntegerField(help_text="How many of them have become something.")


class WholeIntakeSerializer(IntakeSerializer):
    """The same with its rows."""

    rows = IntakeRowSerializer(many=True)


class PolicySerializer(StrictSerializer):
    """What is done with somebody whom the book has already: skip, fill the empty fields, or write over chosen ones."""

    policy = serializers.ChoiceField(Policy.choices, default=Policy.SKIP)
    fields_chosen = serializers.ListField(
        child=serializers.CharField(max_length=60), default=list, max_length=200, help_text="With `update`: their keys."
    )


class FileSerializer(serializers.Serializer):
    """A vCard file, a workbook or a table of text."""

    file = serializers.FileField()


@gate(SIGNED_IN)
class Intakes(APIView):
    """Files of contacts."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": FileSerializer}, responses={201: WholeIntakeSerializer})
    def post(self, request: Request) -> Response:
        """Read a file; nothing is in the book before it is taken."""
        vault, given = opened(request._request), request.FILES.get("file")
        if given is None:
            raise ValidationError({"file": ["required"]})
        try:
            content = given.read(settings.CONTACT_IMPORT_BYTES + 1)
            file = read(content, most_rows=settings.CONTACT_IMPORT_ROWS, most_bytes=settings.CONTACT_IMPORT_BYTES)
        except ImportRefused as refused:
            raise ValidationError({"file": [in_words(refused.sentence)]}) from refused
        made = waiting.lay_down(vault=vault, name=given.name or "", file=file, at=timezone.now())
        return Response(_whole(vault, made), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneIntake(APIView):
    """One file of contacts."""

    @extend_schema(responses=WholeIntakeSerializer)
    def get(self, request: Request, intake: UUID) -> Response:
        """With its rows."""
        vault, found = _enter(request, intake)
        return Response(_whole(vault, found))

    @extend_schema(operation_id="v1_contacts_import_take", request=PolicySerializer, responses=IntakeSerializer)
    def post(self, request: Request, intake: UUID) -> Response:
        """The next 2,000 rows into the book; asked again while the state is `taking`, it goes on."""
        vault, found = _enter(request, intake)
        said = PolicySerializer.of(request)
        plan = Plan(said["policy"], tuple(said["fields_chosen"]))
        at, today = timezone.now(), exchange_today()
        try:
            found = importing.take(vault=vault, intake=found, plan=plan, at=at, today=today, most=MOST_AT_ONCE)
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(IntakeSerializer(found).data)

    @extend_schema(responses={204: None, 202: IntakeSerializer})
    def delete(self, request: Request, intake: UUID) -> Response:
        """Undo: what it made goes to the trash, what it wrote over is put back; a file that waits is thrown away. 202
        means that more is left, and to ask again."""
        vault, found = _enter(request, intake)
        try:
            if found.state == IntakeState.WAITING:
                importing.forget(vault=vault, intake=found)
            else:
                found = importing.take_back(vault=vault, intake=found, at=timezone.now(), most=MOST_AT_ONCE)
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        if found.state == IntakeState.UNDOING:
            return Response(IntakeSerializer(found).data, status=status.HTTP_202_ACCEPTED)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ColumnsSerializer(StrictSerializer):
    """By column: the key of a field, `-` for nowhere, an empty text for the notes."""

    columns = serializers.DictField(child=serializers.CharField(allow_blank=True))


@gate(SIGNED_IN)
class IntakeColumns(APIView):
    """The columns of a file of which nothing is known."""

    @extend_schema(request=ColumnsSerializer, responses=ColumnsSerializer)
    def post(self, request: Request, intake: UUID) -> Response:
        """Where they go, in this file and in every later one."""
        vault, found = _enter(request, intake)
        unknown = waiting.about(vault, found)["unknown"]
        said = {name: to for name, to in ColumnsSerializer.of(request)["columns"].items() if name in unknown}
        try:
            placing.place(vault=vault, columns=said, at=timezone.now())
        except ContactProblem as problem:
            raise ValidationError({"columns": [str(problem)]}) from problem
        return Response({"columns": placing.places(vault, unknown)})


def _enter(request: Request, pk: UUID) -> tuple[Opened, Intake]:
    vault = opened(request._request)
    found = scope(vault.who, Intake).filter(pk=pk).first()
    if found is None:
        raise Http404
    return vault, found


def _whole(vault: Opened, intake: Intake) -> Any:
    lines = waiting.lines_of(vault, intake)
    became = dict(zip((one.line for one in lines), outcomes(intake), strict=False))
    rows = [
        {
            "line": one.line,
            "verdict": became.get(one.line, one.verdict),
            "words": in_words(one.words),
            "remarks": [in_words(remark) for remark in one.remarks],
            "contact": one.draft.told(),
        }
        for one in lines
    ]
    return {**IntakeSerializer(intake).data, "rows": rows}
