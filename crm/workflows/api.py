"""Workflows over the API, for a session whose client book is unlocked."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from crm.contacts.chosen import MOST_CONTACTS
from crm.tasks.models import Priority
from crm.vault.context import opened
from crm.vault.sealed import Opened
from crm.workflows import actions, board, queries
from crm.workflows.actions import WorkflowChanged
from crm.workflows.forms import understood
from crm.workflows.models import Audience, StageState
from crm.workflows.queries import ORDER, SHOWS, Filters
from crm.workflows.rules import LONGEST_NOTES, LONGEST_TITLE, WorkflowProblem
from crm.workflows.views import one

BOARD_GROUPS = [board.STAGE, board.PERSON, board.PRIORITY]


class StageSerializer(serializers.Serializer):
    """A stage, opened for this request."""

    id = serializers.UUIDField(source="stage.pk")
    number = serializers.IntegerField(source="stage.number")
    title = serializers.CharField()
    notes = serializers.CharField()
    is_damaged = serializers.BooleanField()
    state = serializers.ChoiceField(StageState.choices, source="stage.state")
    priority = serializers.ChoiceField(Priority.choices, source="stage.priority")
    due_on = serializers.DateField(source="stage.due_on")
    assignee = serializers.CharField(source="stage.assignee.username")


class WorkflowSerializer(serializers.Serializer):
    """A workflow, opened for this request; day and priority are those of the active stage."""

    id = serializers.UUIDField(source="workflow.pk")
    version = serializers.IntegerField(source="workflow.version")
    title = serializers.CharField()
    is_damaged = serializers.BooleanField()
    due_on = serializers.DateField(source="workflow.due_on")
    priority = serializers.ChoiceField(Priority.choices, source="workflow.priority")
    owner = serializers.CharField(source="workflow.owner.username")
    visibility = serializers.ChoiceField(Audience.choices, source="workflow.visibility")
    closed_at = serializers.DateTimeField(source="workflow.closed_at", allow_null=True)
    contacts = serializers.SerializerMethodField()
    stages = StageSerializer(many=True)

    def get_contacts(self, read: queries.Read) -> list[UUID]:
        """By their keys."""
        return [contact.pk for contact in read.contacts]


class WorkflowsSerializer(serializers.Serializer):
    """Some workflows, how many each of the filters shows, and the query of the next page."""

    results = WorkflowSerializer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    next = serializers.CharField(allow_blank=True)


class NewStageSerializer(StrictSerializer):
    """A stage; `key` is the id of the one that it changes, empty for a new one."""

    key = serializers.CharField(max_length=36, allow_blank=True, default="")
    title = serializers.CharField(max_length=LONGEST_TITLE)
    notes = serializers.CharField(max_length=LONGEST_NOTES, allow_blank=True, default="")
    due_on = serializers.DateField()
    priority = serializers.ChoiceField(Priority.choices, default=Priority.MEDIUM)
    assignee = serializers.CharField(max_length=150, allow_blank=True, default="")


class NewWorkflowSerializer(StrictSerializer):
    """A workflow: contacts by key, stages in order."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    visibility = serializers.ChoiceField(Audience.choices, default=Audience.PRACTICE)
    contacts = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_CONTACTS)
    stages = NewStageSerializer(many=True, allow_empty=True)


class ChangedWorkflowSerializer(NewWorkflowSerializer):
    """The same, with the version that was read; stages that are not named go."""

    version = serializers.IntegerField(min_value=1)


class EndedStageSerializer(StrictSerializer):
    """How a stage ends."""

    state = serializers.ChoiceField([(StageState.DONE, _("Done")), (StageState.SKIPPED, _("Skipped"))], default="done")


class ConfirmedSerializer(StrictSerializer):
    """That it shall be thrown away."""

    confirm = serializers.BooleanField(default=False)


@gate(SIGNED_IN)
class Workflows(APIView):
    """The workflows of the practice."""

    @extend_schema(
        operation_id="v1_workflows_list",
        parameters=[
            OpenApiParameter("show", enum=list(SHOWS)),
            *(OpenApiParameter(name) for name in ("contact", "after", "before")),
        ],
        responses=WorkflowsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Due first, then by priority, fifty at a time; open ones unless `show` says otherwise."""
        vault, filters, today = opened(request._request), Filters.of(request.query_params), exchange_today()
        page = page_of(queries.rows(vault.who, filters), order=ORDER, query=request.query_params, is_counted=False)
        found = [queries.read(vault, row, today) for row in page.rows]
        whole = {"results": found, "counts": queries.counts(vault.who), "next": page.next}
        return Response(WorkflowsSerializer(whole).data)

    @extend_schema(request=NewWorkflowSerializer, responses={201: WorkflowSerializer})
    def post(self, request: Request) -> Response:
        """A new one; its first stage is active."""
        vault, said = opened(request._request), NewWorkflowSerializer.of(request)
        try:
            made = actions.write(vault=vault, at=timezone.now(), **understood(vault, said))
        except WorkflowProblem as problem:
            raise _refused(problem) from problem
        return Response(_shown(vault, made.pk), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneWorkflow(APIView):
    """One workflow."""

    @extend_schema(responses=WorkflowSerializer)
    def get(self, request: Request, workflow: UUID) -> Response:
        """What it says, stage by stage."""
        vault = opened(request._request)
        return Response(_shown(vault, one(vault, workflow).pk))

    @extend_schema(request=ChangedWorkflowSerializer, responses=WorkflowSerializer)
    def put(self, request: Request, workflow: UUID) -> Response:
        """Everything as it is said now; 409 when somebody else has changed it since that version."""
        vault = opened(request._request)
        found, said = one(vault, workflow), ChangedWorkflowSerializer.of(request)
        version = said.pop("version")
        try:
            parts: dict[str, Any] = understood(vault, said)
            actions.change(vault=vault, workflow=found, version=version, at=timezone.now(), **parts)
        except WorkflowProblem as problem:
            raise _refused(problem) from problem
        except WorkflowChanged:
            raise Conflict(_("This workflow was changed meanwhile. Read it again.")) from None
        return Response(_shown(vault, found.pk))

    @extend_schema(request=ConfirmedSerializer, responses={204: None})
    def delete(self, request: Request, workflow: UUID) -> Response:
        """Into the trash; only with `confirm`."""
        vault = opened(request._request)
        found, is_confirmed = one(vault, workflow), ConfirmedSerializer.of(request)["confirm"]
        try:
            actions.throw_away(vault=vault, workflow=found, is_confirmed=is_confirmed, at=timezone.now())
        except WorkflowProblem as problem:
            raise _refused(problem) from problem
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class StageEnd(APIView):
    """The end of a stage."""

    @extend_schema(request=EndedStageSerializer, responses=WorkflowSerializer)
    def post(self, request: Request, workflow: UUID, stage: UUID) -> Response:
        """Done or skipped: the next stage is active, and the last one closes the workflow."""
        vault = opened(request._request)
        row = queries.stage(vault.who, one(vault, workflow), stage)
        if row is None:
            raise Http404
        is_skipped = EndedStageSerializer.of(request)["state"] == StageState.SKIPPED
        try:
            actions.end_stage(vault=vault, stage=row, at=timezone.now(), is_skipped=is_skipped)
        except WorkflowProblem as problem:
            raise _refused(problem) from problem
        return Response(_shown(vault, workflow))


class CardMoveSerializer(StrictSerializer):
    """How the board is grouped, and the column into which a card is put."""

    by = serializers.ChoiceField(BOARD_GROUPS)
    to = serializers.CharField(max_length=150)


@gate(SIGNED_IN)
class WorkflowMove(APIView):
    """A card of the board."""

    @extend_schema(request=CardMoveSerializer, responses=WorkflowSerializer)
    def post(self, request: Request, workflow: UUID) -> Response:
        """One stage on or back, or another person or priority of the active stage."""
        vault = opened(request._request)
        try:
            said = CardMoveSerializer.of(request)
            actions.move(vault=vault, workflow=one(vault, workflow), at=timezone.now(), **said)
        except WorkflowProblem as problem:
            raise _refused(problem) from problem
        return Response(_shown(vault, workflow))


@gate(SIGNED_IN)
class WorkflowOpen(APIView):
    """The stage that was ended last."""

    @extend_schema(request=None, responses=WorkflowSerializer)
    def post(self, request: Request, workflow: UUID) -> Response:
        """It is active again."""
        vault = opened(request._request)
        try:
            actions.open_again(vault=vault, workflow=one(vault, workflow), at=timezone.now())
        except WorkflowProblem as problem:
            raise _refused(problem) from problem
        return Response(_shown(vault, workflow))


@gate(SIGNED_IN)
class WorkflowBack(APIView):
    """Out of the trash."""

    @extend_schema(request=None, responses=WorkflowSerializer)
    def post(self, request: Request, workflow: UUID) -> Response:
        """It is where it was."""
        vault = opened(request._request)
        found = queries.one(vault.who, workflow, in_trash=True)
        if found is None:
            raise Http404
        actions.take_back(vault=vault, workflow=found)
        return Response(_shown(vault, workflow))


def _refused(problem: WorkflowProblem) -> ValidationError:
    return ValidationError({name: [words] for name, words in problem.problems.items()})


def _shown(vault: Opened, pk: UUID) -> dict[str, object]:
    found = queries.one(vault.who, pk)
    if found is None:
        raise Http404
    return WorkflowSerializer(queries.read(vault, found, exchange_today())).data
