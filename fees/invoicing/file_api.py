"""Files of invoices over the API, up to ten thousand rows: a job judges them, and says what became of each."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.actions import once
from accounts.ground.idempotency.api import KEY, key_of
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from fees.invoicing import files
from fees.invoicing.tasks import wake
from fees.invoicing.upload import LONGEST_NAME, MOST_BYTES, File, parse
from portal.lib.csvtext import BadCsv


class InvoiceFileSerializer(StrictSerializer):
    """A file as text: account, amount, money_manager, memo, with or without a header. `dry_run` sends nothing."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    content = serializers.CharField(max_length=MOST_BYTES, trim_whitespace=False)
    decimal_comma = serializers.BooleanField(required=False, default=False)
    dry_run = serializers.BooleanField(required=False, default=False)


class FileRowSerializer(serializers.Serializer):
    """What became of a row, and the invoice that was made of it."""

    line = serializers.IntegerField()
    account = serializers.CharField()
    verdict = serializers.CharField(help_text="ok, or the reason of the refusal")
    words = serializers.CharField(allow_blank=True)
    available = serializers.CharField(allow_null=True)
    invoice = serializers.CharField(allow_null=True)


class InvoiceFileJobSerializer(serializers.Serializer):
    """How far a file is; `rows` are those judged so far, `business_days` what they count for."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    dry_run = serializers.BooleanField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    of = serializers.IntegerField()
    business_days = serializers.ListField(child=serializers.DateField())
    rows = FileRowSerializer(many=True)


@gate("set_fees", step_up=True)
class InvoiceFiles(APIView):
    """Takes files of invoices."""

    @extend_schema(request=InvoiceFileSerializer, responses={202: InvoiceFileJobSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest) -> Response:
        """A job judges the rows and takes those that pass; the same key and body answer with the same job."""
        who, key, given = _who(request), key_of(request), InvoiceFileSerializer.of(request)
        file = read(given)

        def act() -> tuple[int, object]:
            step = files.CHECK if given["dry_run"] else files.SEND
            job = files.ask(who=who, file=file, step=step)
            wake(who, job)
            return status.HTTP_202_ACCEPTED, {"job": str(job.pk)}

        body = [given["dry_run"], file.name, file.sha256, *file.rows]
        named = f"invoice file {key}"
        try:
            code, answer = once(user_id=who.user_id, key=named, route="invoice files", body=body, act=act)
        except files.TooManyFiles as problem:
            raise Conflict(_(problem.msgid) % problem.params) from problem
        return Response(_told(files.own_job(who, UUID(answer["job"]))), status=code)  # type: ignore[index]


@gate("set_fees")
class OneInvoiceFile(APIView):
    """A file of one's own."""

    @extend_schema(responses=InvoiceFileJobSerializer)
    def get(self, request: ApiRequest, task: UUID) -> Response:
        """How far it is, and what became of each row."""
        who = _who(request)
        job = files.own_job(who, task)
        if job.state in files.OPEN:
            wake(who, job)
        return Response(_told(job))

    @extend_schema(responses=InvoiceFileJobSerializer)
    def delete(self, request: ApiRequest, task: UUID) -> Response:
        """Go no further; what was sent stays sent."""
        who = _who(request)
        cancel(job=files.own_job(who, task, light=True), at=timezone.now())
        return Response(_told(files.own_job(who, task)))


def read(given: dict[str, Any]) -> File:
    """The rows of what was sent."""
    try:
        return parse(given["content"].encode(), name=given["name"], decimal_comma=given["decimal_comma"])
    except BadCsv as error:
        raise ValidationError({"content": [_(error.msgid) % error.params]}) from error


def _told(job: Job) -> dict[str, Any]:
    verdicts, told, days = files.judged(job)
    rows = [
        {
            "line": one.line,
            "account": one.account,
            "verdict": one.reason or "ok",
            "words": words,
            "available": None if one.available is None else str(one.available),
            "invoice": one.invoice or None,
        }
        for one, words in zip(verdicts, told, strict=True)
    ]
    return {
        **{name: getattr(job, name) for name in ("id", "state", "done", "of")},
        "name": job.arguments["name"],
        "dry_run": job.arguments["step"] == files.CHECK,
        "business_days": [day.isoformat() for day in days],
        "rows": rows,
    }


def _who(request: ApiRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
