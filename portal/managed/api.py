"""Money managers over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, ScopedView, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.api_pages import Pages
from accounts.ground.assignments import actions
from accounts.ground.assignments.models import Assignment
from accounts.ground.assignments.queries import assignment_for, assignments
from accounts.ground.assignments.rules import AssignmentConflict, AssignmentProblem
from portal.managed.actions import end


class LatestFirst(Pages):
    """By when they were asked."""

    ordering = ("-asked_at", "pk")


class AssignmentSerializer(serializers.ModelSerializer):
    """One account and one money manager, who sees the account once it has accepted."""

    account = serializers.CharField(source="number")

    class Meta:
        model = Assignment
        fields = ("id", "account", "title", "advisor", "state", "asked_at", "decided_at", "ended_at")


class WantedAssignmentSerializer(StrictSerializer):
    """Which account, and the account number of which money manager."""

    account = serializers.CharField(max_length=12)
    manager = serializers.CharField(max_length=12)


class AssignmentAnswerSerializer(StrictSerializer):
    """The money manager's word."""

    accept = serializers.BooleanField()


@gate("trade")
class Assignments(ListModelMixin, ScopedView):
    """Assignments of accounts to money managers."""

    model = Assignment
    serializer_class = AssignmentSerializer
    pagination_class = LatestFirst
    filter_backends = ()

    def get_queryset(self) -> Any:
        """The advisor's, the money manager's or the owner's."""
        return super().get_queryset() if getattr(self, "swagger_fake_view", False) else assignments(self.who)

    def get(self, request: Request) -> Response:
        """The latest first."""
        return self.list(request)

    @extend_schema(request=WantedAssignmentSerializer, responses={201: AssignmentSerializer})
    def post(self, request: Request) -> Response:
        """Asks a money manager to take an account; the advisor's right to manage it is needed."""
        said = WantedAssignmentSerializer.of(request)
        account = account_for(self.who, said["account"], "manage")
        with _refusing():
            made = actions.assign(who=self.who, account=account, number=said["manager"], at=timezone.now())
        return Response(AssignmentSerializer(made).data, status=201)


@gate("trade")
class Answer(APIView):
    """Answers as the money manager."""

    @extend_schema(request=AssignmentAnswerSerializer, responses=AssignmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Accepts or declines, once."""
        who = _who(request)
        found = assignment_for(who, pk)
        said = AssignmentAnswerSerializer.of(request)
        with _refusing():
            done = actions.decide(who=who, assignment=found, accept=said["accept"], at=timezone.now())
        return Response(AssignmentSerializer(done).data)


@gate("trade")
class End(APIView):
    """Ends an assignment."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """As the advisor or the money manager; what was only asked is taken back. The fees end with it."""
        who = _who(request)
        with _refusing():
            end(who=who, assignment=assignment_for(who, pk), at=timezone.now())
        return Response(status=204)


@contextmanager
def _refusing() -> Iterator[None]:
    """What has been answered is a conflict; everything else is not valid."""
    try:
        yield
    except AssignmentConflict as problem:
        raise Conflict(str(problem)) from problem
    except AssignmentProblem as problem:
        raise serializers.ValidationError({"assignment": [str(problem)]}) from problem


def _who(request: Request) -> Any:
    return request.seat  # type: ignore[attr-defined]
