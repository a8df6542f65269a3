"""Templates of workflows over the API, for a session whose client book is unlocked."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar
from crm.tasks.models import Priority
from crm.tasks.rules import day_of
from crm.vault.context import opened
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened
from crm.workflows import actions, queries
from crm.workflows.models import Pattern
from crm.workflows.rules import LONGEST_TITLE, WorkflowProblem, begun
from crm.workflows.views import one


class PatternStageSerializer(serializers.Serializer):
    """A stage of a template, with the day on which it would be due."""

    title = serializers.CharField()
    notes = serializers.CharField(allow_blank=True)
    priority = serializers.ChoiceField(Priority.choices)
    due_on = serializers.DateField()


class PatternSerializer(serializers.Serializer):
    """A template of workflows, opened for this request."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    trashed_at = serializers.DateTimeField(allow_null=True)
    is_damaged = serializers.BooleanField()
    stages = PatternStageSerializer(many=True)


class NewPatternSerializer(StrictSerializer):
    """The stages of a workflow as a template."""

    workflow = serializers.UUIDField()
    name = serializers.CharField(max_length=LONGEST_TITLE)


BEGINS = [
    OpenApiParameter("start", OpenApiTypes.DATE, description="The day on which it begins; today unless said."),
    OpenApiParameter("goal", OpenApiTypes.DATE, description="The day of the last stage; the others count back."),
]


@gate(SIGNED_IN)
class Patterns(APIView):
    """The templates of the practice."""

    @extend_schema(
        operation_id="v1_workflow_templates_list",
        parameters=[OpenApiParameter("trash", OpenApiTypes.BOOL), *BEGINS],
        responses=PatternSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """All of them, with the days that their stages would have; no stage is due while the exchange is closed."""
        vault = opened(request._request)
        rows = queries.patterns(vault.who, in_trash=request.query_params.get("trash") == "true")
        days = _days(request)
        return Response([_told(vault, row, *days) for row in rows[: queries.MOST_PATTERNS]])

    @extend_schema(request=NewPatternSerializer, responses={201: PatternSerializer})
    def post(self, request: Request) -> Response:
        """Keep the stages of a workflow as a template."""
        vault, said = opened(request._request), NewPatternSerializer.of(request)
        found = one(vault, said["workflow"])
        start = timezone.localtime(found.created_at).date()
        try:
            made = actions.keep_pattern(vault=vault, workflow=found, name=said["name"], start=start, at=timezone.now())
        except WorkflowProblem as problem:
            raise ValidationError({name: [words] for name, words in problem.problems.items()}) from problem
        except Unopened:
            raise Http404 from None
        return Response(_told(vault, made, *_days(request)), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OnePattern(APIView):
    """One template."""

    @extend_schema(parameters=BEGINS, responses=PatternSerializer)
    def get(self, request: Request, pattern: UUID) -> Response:
        """With the days that its stages would have."""
        vault = opened(request._request)
        return Response(_told(vault, _found(vault, pattern), *_days(request)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pattern: UUID) -> Response:
        """Into the trash for 30 days; workflows that began with it stay."""
        vault = opened(request._request)
        actions.forget_pattern(pattern=_found(vault, pattern), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class PatternBack(APIView):
    """A template out of the trash."""

    @extend_schema(request=None, responses=PatternSerializer)
    def post(self, request: Request, pattern: UUID) -> Response:
        """As it was."""
        vault = opened(request._request)
        found = _found(vault, pattern, in_trash=True)
        actions.take_pattern_back(pattern=found)
        return Response(_told(vault, found, *_days(request)))


def _found(vault: Opened, pk: UUID, *, in_trash: bool = False) -> Pattern:
    found = queries.pattern(vault.who, pk, in_trash=in_trash)
    if found is None:
        raise Http404
    return found


def _days(request: Request) -> tuple[date, date | None]:
    try:
        start, goal = (day_of(request.query_params.get(name)) for name in ("start", "goal"))
    except ValueError as problem:
        raise ValidationError({"start": [str(problem)]}) from problem
    return start or exchange_today(), goal


def _told(vault: Opened, row: Pattern, start: date, goal: date | None) -> dict[str, Any]:
    content = queries.content_of(vault, row)
    name, stages = begun(content, start, calendar(), goal=goal) if content else ("", [])
    whole = {"id": row.pk, "name": name, "stages": stages, "author": row.author.username, "is_damaged": not content}
    return PatternSerializer({**whole, "created_at": row.created_at, "trashed_at": row.trashed_at}).data
