"""Reports over the API: small ones at once as figures, large ones as files that jobs make. Amounts are text."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.tree.models import CURRENCIES
from portal.exports.views import served
from portal.lib.csvtext import Cell
from portal.reports import wishes
from portal.reports.actions import wish_of
from portal.reports.build import build
from portal.reports.files import FORMATS
from portal.reports.periods import Choice
from portal.reports.queries import Asked, jobs_of
from portal.reports.table import Section, written
from portal.reports.views import submitted
from portal.reports.wishes import Kind, Wish

MOST_NUMBERS = 100_000
CHOICES: dict[str, tuple[list[str], str]] = {
    "report": ([one.value for one in Kind], "Which report"),
    "period": ([one.value for one in Choice], "By default the one that is usual for the report"),
    "mode": ([*wishes.MODES], "Each account by itself, or all as one"),
    "by": ([*wishes.GROUPS], "Fee report: by client or by advisor"),
    "frequency": ([one.value for one in wishes.FREQUENCIES], "Parts of a detailed report"),
    "detail": ([*wishes.DETAILS], "One row an account, or one a part"),
    "measure": ([*wishes.MEASURES], "Which return"),
    "currency": ([*CURRENCIES], "What sums are in"),
    "language": ([code for code, _name in settings.LANGUAGES], "The language of the report"),
}
MODE_NAMES, GROUP_NAMES = CHOICES["mode"][0], CHOICES["by"][0]
TEXTS = {
    "benchmark": "Portfolio report: the symbol of a benchmark whose prices are imported",
    "free": "Portfolio report: the yearly return without risk, in percent; 0 without it",
    "outstanding": "Schedule 13D/G worksheet: shares outstanding, as in AAPL=14840000000; MSFT=7430000000",
}
DAYS = {"first": "First day, for the period custom", "last": "Last day, for the periods custom"}


class AskReportSerializer(StrictSerializer):
    """A report as a file. Without accounts it is of all that one may see."""

    report = serializers.ChoiceField(choices=CHOICES["report"][0])
    format = serializers.ChoiceField(choices=FORMATS, default="csv")
    accounts = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, max_length=MOST_NUMBERS
    )
    period = serializers.ChoiceField(choices=CHOICES["period"][0], required=False)
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    mode = serializers.ChoiceField(choices=CHOICES["mode"][0], required=False)
    by = serializers.ChoiceField(choices=CHOICES["by"][0], required=False)
    frequency = serializers.ChoiceField(choices=CHOICES["frequency"][0], required=False)
    detail = serializers.ChoiceField(choices=CHOICES["detail"][0], required=False)
    measure = serializers.ChoiceField(choices=CHOICES["measure"][0], required=False)
    currency = serializers.ChoiceField(choices=CHOICES["currency"][0], required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    alias = serializers.BooleanField(required=False)
    cover = serializers.BooleanField(required=False, help_text="A PDF with a cover and contents")
    name = serializers.CharField(required=False, max_length=wishes.LONGEST_NAME)
    benchmark = serializers.CharField(required=False, max_length=wishes.LONGEST_SYMBOL, help_text=TEXTS["benchmark"])
    free = serializers.RegexField(wishes.RATE, required=False, help_text=TEXTS["free"])
    outstanding = serializers.CharField(
        required=False, max_length=wishes.LONGEST_OUTSTANDING, help_text=TEXTS["outstanding"]
    )


def wish_in(given: Mapping[str, Any]) -> Wish:
    """What was asked for in a body, read as an address is."""
    query = QueryDict(mutable=True)
    for name, value in given.items():
        query[name] = " ".join(value) if isinstance(value, list) else "1" if value is True else str(value)
    return Wish.of(Kind(given["report"]), query)


class ReportJobSerializer(serializers.Serializer):
    """How far a report is. `file` is where it is had once it is done."""

    id = serializers.UUIDField(source="pk")
    report = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    of = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    file = serializers.SerializerMethodField()

    def get_report(self, job: Job) -> str:
        return wish_of(job).kind.value

    def get_name(self, job: Job) -> str:
        return wish_of(job).title

    def get_file(self, job: Job) -> str | None:
        """Its address."""
        return reverse("api_report_file", args=[job.pk]) if job.state == JobState.DONE and job.result else None


class SubmittedSerializer(ReportJobSerializer):
    """The same, with what is said to who has asked."""

    said = serializers.SerializerMethodField()

    def get_said(self, job: Job) -> str:
        return _("The report is submitted for batch processing. It appears in the list of reports.")


class SectionSerializer(serializers.Serializer):
    """One table. Amounts and returns (in percent) are text, rounded half to even; the last rows may be totals."""

    title = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_null=True)))
    totals = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_null=True)))
    marked = serializers.ListField(child=serializers.IntegerField(), help_text="Places of rows that need a look")
    notes = serializers.ListField(child=serializers.CharField())


class FiguresSerializer(serializers.Serializer):
    """A report as figures."""

    title = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField()
    sections = SectionSerializer(many=True)


class NewestFirst(Pages):
    """The latest report first."""

    ordering = ("-created_at", "pk")


@gate("report")
class Reports(APIView):
    """Reports that jobs have made for you."""

    pagination_class = NewestFirst

    @extend_schema(responses=ReportJobSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """One page of your own, asked for in this seat."""
        pages = self.pagination_class()
        found: list[Job] = pages.paginate_queryset(jobs_of(_who(request)), request, view=self) or []
        return pages.get_paginated_response(ReportJobSerializer(found, many=True).data)

    @extend_schema(request=AskReportSerializer, responses={202: SubmittedSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Submit a report for batch processing; one account that you may not see refuses all of it."""
        given = AskReportSerializer.of(request)
        wish, who = wish_in(given), _who(request)
        if not Asked.by(who, wish).number:
            raise Http404
        job = submitted(who, wish, given["format"])
        return Response(SubmittedSerializer(job).data, status=status.HTTP_202_ACCEPTED)


@gate("report")
class Figures(APIView):
    """A report that is small enough to be answered at once."""

    @extend_schema(
        responses=FiguresSerializer,
        parameters=[
            *(
                OpenApiParameter(name, OpenApiTypes.STR, enum=known, description=words)
                for name, (known, words) in CHOICES.items()
            ),
            *(OpenApiParameter(name, OpenApiTypes.DATE, description=words) for name, words in DAYS.items()),
            *(OpenApiParameter(name, OpenApiTypes.STR, description=words) for name, words in TEXTS.items()),
            OpenApiParameter("accounts", OpenApiTypes.STR, description="Numbers, a space between them; all without it"),
        ],
    )
    def get(self, request: ApiRequest) -> Response:
        """Over 1,000 accounts or 20,000 activities: 409, and to be submitted for batch processing."""
        query = request._request.GET
        if query.get("report") not in list(Kind):
            raise serializers.ValidationError({"report": [_("Choose one of the reports.")]})
        wish = Wish.of(Kind(query["report"]), query)
        asked = Asked.by(_who(request), wish)
        if not asked.number or asked.span is None:
            raise Http404
        if asked.is_batch:
            raise Conflict(_("The report is too large to be answered at once: submit it for batch processing."))
        with translation.override(wish.language or translation.get_language()):
            made = build(asked)
            assert made is not None
            sections = [_section(one) for one in made.sections]
        told = {"title": made.title, "first": asked.span.first, "last": asked.span.last, "currency": asked.currency}
        return Response(FiguresSerializer({**told, "sections": sections}).data)


@gate("report")
class OneReport(APIView):
    """A report of one's own."""

    @extend_schema(responses=ReportJobSerializer)
    def get(self, request: ApiRequest, report: UUID) -> Response:
        """How far it is."""
        return Response(ReportJobSerializer(_own(request, report)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, report: UUID) -> Response:
        """Stop it; what was written is not kept."""
        cancel(job=_own(request, report), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate("report", proved=True)
class ReportFile(APIView):
    """The file of a report of one's own."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, report: UUID) -> HttpResponseBase:
        """As long as every account in it may still be seen."""
        return served(_who(request), _own(request, report))


def _own(request: ApiRequest, key: UUID) -> Job:
    found = jobs_of(_who(request)).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _section(section: Section) -> dict[str, Any]:
    rows, totals, marked = [], [], []
    for row in section.rows:
        cells = [_text(written(column, row, cell)) for column, cell in zip(section.columns, row.cells, strict=True)]
        if row.is_marked:
            marked.append(len(rows))
        (totals if row.is_total else rows).append(cells)
    told = {"title": section.title, "columns": [one.words for one in section.columns]}
    return {**told, "rows": rows, "totals": totals, "marked": marked, "notes": section.notes}


def _text(cell: Cell) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _who(request: ApiRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
