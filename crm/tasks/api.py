"""Tasks over the API, for a session whose client book is unlocked."""

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
from crm.tasks import actions, queries
from crm.tasks.actions import TaskChanged
from crm.tasks.models import Priority, Task, TaskState
from crm.tasks.queries import SHOWS, Filters
from crm.tasks.rules import LONGEST_NOTES, LONGEST_TITLE, TaskProblem
from crm.tasks.views import one, understood
from crm.vault.context import opened
from crm.vault.sealed import Opened


class TaskSerializer(serializers.Serializer):
    """A task, opened for this request."""

    id = serializers.UUIDField(source="task.pk")
    version = serializers.IntegerField(source="task.version")
    title = serializers.CharField()
    notes = serializers.CharField()
    is_damaged = serializers.BooleanField()
    is_late = serializers.BooleanField()
    state = serializers.ChoiceField(TaskState.choices, source="task.state")
    priority = serializers.ChoiceField(Priority.choices, source="task.priority")
    due_on = serializers.DateField(source="task.due_on", allow_null=True)
    assignee = serializers.CharField(source="task.assignee.username")
    contact = serializers.UUIDField(source="task.contact_id", allow_null=True)
    account = serializers.CharField(source="task.account.number", allow_null=True, default=None)
    done_at = serializers.DateTimeField(source="task.done_at", allow_null=True)


class TasksSerializer(serializers.Serializer):
    """Some tasks, how many each of the filters shows, and the query of the next page."""

    results = TaskSerializer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    next = serializers.CharField(allow_blank=True)


class NewTaskSerializer(StrictSerializer):
    """What is to be done; the contact by its key, the account by its number, the colleague by the sign-in name."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    notes = serializers.CharField(max_length=LONGEST_NOTES, allow_blank=True, default="")
    due_on = serializers.DateField(allow_null=True, default=None)
    priority = serializers.ChoiceField(Priority.choices, default=Priority.MEDIUM)
    state = serializers.ChoiceField(TaskState.choices, default=TaskState.TODO)
    assignee = serializers.CharField(max_length=150, allow_blank=True, default="")
    contact = serializers.UUIDField(allow_null=True, default=None)
    account = serializers.CharField(max_length=20, allow_blank=True, default="")


class ChangedTaskSerializer(NewTaskSerializer):
    """The same, with the version that was read."""

    version = serializers.IntegerField(min_value=1)


class MovedTaskSerializer(StrictSerializer):
    """How far the task has come."""

    state = serializers.ChoiceField(TaskState.choices)


@gate(SIGNED_IN)
class Tasks(APIView):
    """The tasks of the practice."""

    @extend_schema(
        operation_id="v1_tasks_list",
        parameters=[
            OpenApiParameter("show", enum=list(SHOWS)),
            *(OpenApiParameter(name) for name in ("q", "contact", "after", "before")),
        ],
        responses=TasksSerializer,
    )
    def get(self, request: Request) -> Response:
        """Due first, fifty at a time; one's own open ones, or those of a contact, unless `show` says otherwise."""
        vault, filters, today = opened(request._request), Filters.of(request.query_params), exchange_today()
        rows, onward = queries.rows(vault.who, filters, today), ""
        if filters.text:
            found = queries.search(vault, rows.order_by(*queries.ORDER).iterator(), filters.text, today)[
                : queries.FOUND
            ]
        else:
            page = page_of(rows, order=queries.ORDER, query=request.query_params, is_counted=False)
            found, onward = [queries.read(vault, task, today) for task in page.rows], page.next
        counts = queries.counts(vault.who, filters.contact, today)
        return Response(TasksSerializer({"results": found, "counts": counts, "next": onward}).data)

    @extend_schema(request=NewTaskSerializer, responses={201: TaskSerializer})
    def post(self, request: Request) -> Response:
        """A new one."""
        vault, said = opened(request._request), NewTaskSerializer.of(request)
        try:
            made = actions.write(vault=vault, at=timezone.now(), **understood(vault, said))
        except TaskProblem as problem:
            raise ValidationError({name: [words] for name, words in problem.problems.items()}) from problem
        return Response(_shown(vault, made.pk), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneTask(APIView):
    """One task."""

    @extend_schema(responses=TaskSerializer)
    def get(self, request: Request, task: UUID) -> Response:
        """What is to be done."""
        vault = opened(request._request)
        return Response(_shown(vault, one(vault, task).pk))

    @extend_schema(request=ChangedTaskSerializer, responses=TaskSerializer)
    def put(self, request: Request, task: UUID) -> Response:
        """Everything as it is said now; 409 when somebody else has changed it since that version."""
        vault = opened(request._request)
        found, said = one(vault, task), ChangedTaskSerializer.of(request)
        version = said.pop("version")
        try:
            actions.change(vault=vault, task=found, version=version, at=timezone.now(), **understood(vault, said))
        except TaskProblem as problem:
            raise ValidationError({name: [words] for name, words in problem.problems.items()}) from problem
        except TaskChanged:
            raise Conflict(_("This task was changed meanwhile. Read it again.")) from None
        return Response(_shown(vault, found.pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, task: UUID) -> Response:
        """Into the trash."""
        actions.throw_away(task=one(opened(request._request), task), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class TaskMove(APIView):
    """The state of a task."""

    @extend_schema(request=MovedTaskSerializer, responses=TaskSerializer)
    def post(self, request: Request, task: UUID) -> Response:
        """Done, under way, or open again."""
        vault = opened(request._request)
        found = one(vault, task)
        state = MovedTaskSerializer.of(request)["state"]
        actions.move(vault=vault, task=found, state=state, at=timezone.now())
        return Response(_shown(vault, found.pk))


@gate(SIGNED_IN)
class TaskBack(APIView):
    """Out of the trash."""

    @extend_schema(request=None, responses=TaskSerializer)
    def post(self, request: Request, task: UUID) -> Response:
        """It is where it was."""
        vault = opened(request._request)
        found = queries.one(vault.who, task)
        if found is None:
            raise Http404
        actions.take_back(task=found)
        return Response(_shown(vault, found.pk))


def _shown(vault: Opened, pk: UUID) -> dict[str, object]:
    found: Task | None = queries.one(vault.who, pk)
    if found is None:
        raise Http404
    return TaskSerializer(queries.read(vault, found, exchange_today())).data
