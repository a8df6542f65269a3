"""Statement files over the API: handed in by the back office, then asked what became of every file and account."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import OFFICE, gate
from accounts.ground.jobs.models import Job, JobState
from portal.office.statements import actions
from portal.office.statements.files import UploadProblem
from portal.office.statements.results import CORRECTED, HELD, LOADED, REFUSED, UNCHECKED


class StatementFilesSerializer(serializers.Serializer):
    """Flex statements (XML) or daily values (CSV), plain or gzip."""

    files = serializers.ListField(child=serializers.FileField())


class LoadedFileSerializer(serializers.Serializer):
    """One file: loaded, loaded in part, or refused and why; `again` if its content was here before."""

    file = serializers.CharField()
    state = serializers.CharField()
    again = serializers.BooleanField()
    problem = serializers.CharField(required=False)


class LoadedAccountSerializer(serializers.Serializer):
    """What became of one account: held, refused, unchecked, corrected or loaded; why, and in which row of a file."""

    account = serializers.CharField()
    result = serializers.ChoiceField([HELD, REFUSED, UNCHECKED, CORRECTED, LOADED])
    reason = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    values = serializers.IntegerField(required=False, help_text="How many values it replaced")
    file = serializers.CharField(required=False)
    row = serializers.CharField(required=False)


class StatementNoteSerializer(serializers.Serializer):
    """What a file says that was passed over or kept as it stands."""

    file = serializers.CharField()
    account = serializers.CharField()
    row = serializers.CharField()
    warning = serializers.CharField()


class StatementJobSerializer(serializers.Serializer):
    """An import: under way without files, accounts and notes; `listed_of` counts what was too long to list."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(JobState.choices)
    message = serializers.CharField()
    files = LoadedFileSerializer(many=True)
    accounts = LoadedAccountSerializer(many=True)
    notes = StatementNoteSerializer(many=True)
    listed_of = serializers.DictField(child=serializers.IntegerField())


@gate(OFFICE)
class StatementFiles(APIView):
    """Statement files."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": StatementFilesSerializer}, responses={202: StatementJobSerializer})
    def post(self, request: Request) -> Response:
        """Hand in some; they are loaded by a job, whose address leads to the result."""
        given = request.FILES.getlist("files")
        if not given:
            raise ValidationError({"files": ["required"]})
        try:
            job = actions.upload(who=request.seat, uploaded=given)  # type: ignore[attr-defined]
        except UploadProblem as problem:
            raise ValidationError({"files": [str(problem)]}) from problem
        return Response(_told(job), status=status.HTTP_202_ACCEPTED)


@gate(OFFICE)
class StatementJob(APIView):
    """One import of files that one has handed in oneself."""

    @extend_schema(responses=StatementJobSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, or what became of every file and account."""
        mine = Job.unscoped.filter(kind=actions.UPLOAD, user_id=request.seat.user_id)  # type: ignore[attr-defined]
        return Response(_told(get_object_or_404(mine, pk=pk)))


def _told(job: Job) -> dict[str, Any]:
    result: dict[str, Any] = job.result or {}
    return {
        "id": job.pk,
        "state": job.state,
        "message": job.message,
        "files": result.get("files", []),
        "accounts": result.get("per_account", []),
        "notes": result.get("warnings", []),
        "listed_of": result.get("listed_of", {}),
    }
