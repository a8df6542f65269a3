"""Exam packs over the API: asked for, followed, fetched."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from accounts.ground.clock import exchange_today
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from portal.examination.actions import ask, days_of
from portal.examination.forms import days_problem
from portal.examination.queries import examined, packs
from portal.exports.views import served, wake


class AskPackSerializer(StrictSerializer):
    """The first and the last day, both inside."""

    first = serializers.DateField()
    last = serializers.DateField()


class PackSerializer(serializers.Serializer):
    """How far a pack is. `file` is where it is had once it is done."""

    id = serializers.UUIDField(source="pk")
    first = serializers.SerializerMethodField()
    last = serializers.SerializerMethodField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField(help_text="Rows read so far")
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    file = serializers.SerializerMethodField()

    def get_first(self, job: Job) -> str:
        return days_of(job)[0].isoformat()

    def get_last(self, job: Job) -> str:
        return days_of(job)[1].isoformat()

    def get_file(self, job: Job) -> str | None:
        """Its address."""
        return reverse("api_exam_pack_file", args=[job.pk]) if job.state == JobState.DONE and job.result else None


class NewestFirst(Pages):
    """The latest pack first."""

    ordering = ("-created_at", "pk")


@gate("report", proved=True)
class ExamPacks(APIView):
    """Exam packs of your practice that you have asked for."""

    pagination_class = NewestFirst

    @extend_schema(responses=PackSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """One page of your own, asked for in this seat."""
        pages = self.pagination_class()
        found: list[Job] = pages.paginate_queryset(packs(examined(request._request)), request, view=self) or []
        return pages.get_paginated_response(PackSerializer(found, many=True).data)

    @extend_schema(request=AskPackSerializer, responses={202: PackSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Ask for a pack of these days; a worker makes it."""
        who = examined(request._request)
        given = AskPackSerializer.of(request)
        problem = days_problem(given["first"], given["last"], exchange_today())
        if problem:
            raise serializers.ValidationError({"first": [problem]})
        job = ask(who=who, first=given["first"], last=given["last"], at=timezone.now())
        wake(who, job)
        return Response(PackSerializer(job).data, status=status.HTTP_202_ACCEPTED)


@gate("report", proved=True)
class OneExamPack(APIView):
    """An exam pack of one's own."""

    @extend_schema(responses=PackSerializer)
    def get(self, request: ApiRequest, exam_pack: UUID) -> Response:
        """How far it is."""
        return Response(PackSerializer(_own(request, exam_pack)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, exam_pack: UUID) -> Response:
        """Stop it; what was written is not kept."""
        cancel(job=_own(request, exam_pack), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate("report", proved=True)
class ExamPackFile(APIView):
    """The file of an exam pack of one's own."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, exam_pack: UUID) -> HttpResponseBase:
        """As long as every account in it may still be seen."""
        return served(examined(request._request), _own(request, exam_pack))


def _own(request: ApiRequest, key: UUID) -> Job:
    found = packs(examined(request._request)).filter(pk=key).first()
    if found is None:
        raise Http404
    return found
