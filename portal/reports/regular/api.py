"""Regular reports over the API."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.gates import gate
from accounts.ground.days.queries import calendar
from portal.lib.periods import Frequency
from portal.reports.api import AskReportSerializer, wish_in
from portal.reports.queries import Asked
from portal.reports.regular import actions, queries
from portal.reports.regular.actions import RegularProblem
from portal.reports.regular.models import RegularReport
from portal.reports.regular.rules import next_on
from portal.reports.wishes import FREQUENCIES


class NewRegularReportSerializer(AskReportSerializer):
    """A report and how often it is wanted."""

    often = serializers.ChoiceField(choices=list(FREQUENCIES.items()))


class RegularReportSerializer(serializers.ModelSerializer):
    """`query` is the report as its address describes it; the next one comes with the night of `next_on`."""

    often = serializers.ChoiceField(source="frequency", choices=list(FREQUENCIES.items()))
    format = serializers.CharField(source="form")
    name = serializers.CharField(source="wish.title")
    next_on = serializers.SerializerMethodField()

    class Meta:
        model = RegularReport
        fields = ("id", "name", "query", "format", "often", "next_on", "saved_at")

    def get_next_on(self, row: RegularReport) -> str:
        return next_on(Frequency(row.frequency), row.made_for, calendar()).isoformat()


@gate("report", proved=True)
class RegularReports(APIView):
    """Reports of yours that are made regularly."""

    @extend_schema(responses=RegularReportSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The oldest first, twenty at most."""
        rows = queries.own(request.seat).order_by("saved_at", "pk")  # type: ignore[attr-defined]
        return Response(RegularReportSerializer(rows, many=True).data)

    @extend_schema(request=NewRegularReportSerializer, responses={201: RegularReportSerializer})
    def post(self, request: Request) -> Response:
        """Has a report made from the next time on; one account that you may not see refuses all of it."""
        said = NewRegularReportSerializer.of(request)
        wish, who = wish_in(said), request.seat  # type: ignore[attr-defined]
        if not Asked.by(who, wish).number:
            raise Http404
        try:
            kept = actions.keep(
                who=who, wish=wish, form=said["format"], frequency=Frequency(said["often"]), at=timezone.now()
            )
        except RegularProblem as problem:
            raise ValidationError({"report": [_(problem.msgid)]}) from problem
        return Response(RegularReportSerializer(kept).data, status=status.HTTP_201_CREATED)


@gate("report", proved=True)
class OneRegularReport(APIView):
    """A regular report of one's own."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, regular: UUID) -> Response:
        """Makes it no more."""
        who = request.seat  # type: ignore[attr-defined]
        found = queries.one(who, regular)
        if found is None:
            raise Http404
        actions.remove(who=who, report=found)
        return Response(status=status.HTTP_204_NO_CONTENT)
