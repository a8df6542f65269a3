"""Goals over the API: the same plans and runs as the pages; amounts and rates are text."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import AmountField, ScopedView, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.api_pages import Pages
from accounts.ground.clock import exchange_today
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account
from portal.tools.goals import actions, queries
from portal.tools.goals.actions import GoalProblem
from portal.tools.goals.models import KINDS, Goal
from portal.tools.goals.rules import Aim, Band, band
from portal.tools.rmd.views import advisor

BANDS = [(one.value, one.value) for one in Band]


class GoalOutcomeSerializer(serializers.Serializer):
    """The paths: months from the run, and the values that a tenth, half and nine tenths of all paths stay below."""

    months = serializers.ListField(child=serializers.IntegerField())
    low = serializers.ListField(child=serializers.CharField())
    middle = serializers.ListField(child=serializers.CharField())
    high = serializers.ListField(child=serializers.CharField())
    first = serializers.IntegerField()
    needed = serializers.CharField()
    closed_form = serializers.CharField(allow_null=True)


class GoalSerializer(serializers.ModelSerializer):
    """A goal with its last run. Amounts are those of today, in the account's currency; rates are fractions a year."""

    account = serializers.CharField(source="account.number")
    band = serializers.SerializerMethodField()
    outcome = GoalOutcomeSerializer()

    class Meta:
        model = Goal
        fields = (
            *("id", "account", "name", "kind", "amount", "starts_on", "years", "contribution", "social_security"),
            *("start", "mean", "volatility", "seed", "ran_on", "ran_from", "value_day", "probability", "band"),
            "outcome",
        )

    @extend_schema_field(serializers.ChoiceField(BANDS))
    def get_band(self, row: Goal) -> str:
        return band(row.probability).value


class GoalAimSerializer(StrictSerializer):
    """What somebody saves for. Without `start` the plan starts from the account's value of the last closed day."""

    name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(KINDS)
    amount = AmountField(max_digits=15, decimal_places=2)
    starts_on = serializers.DateField()
    mean = AmountField(max_digits=5, decimal_places=4)
    volatility = AmountField(max_digits=5, decimal_places=4)
    contribution = AmountField(max_digits=15, decimal_places=2, required=False)
    social_security = AmountField(max_digits=15, decimal_places=2, required=False)
    years = serializers.IntegerField(min_value=0, max_value=99, required=False)
    start = AmountField(max_digits=15, decimal_places=2, required=False, allow_null=True)


class NewGoalSerializer(GoalAimSerializer):
    """The same with the account."""

    account = serializers.CharField(max_length=10)


class SoonestFirst(Pages):
    """By when they begin."""

    ordering = ("starts_on", "pk")


@gate("report")
class Goals(ListModelMixin, ScopedView):
    """Goals of the accounts one sees."""

    model = Goal
    right = "report"
    serializer_class = GoalSerializer
    pagination_class = SoonestFirst

    def get_queryset(self) -> Any:
        """Those of every account."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return queries.goals(advisor(self.request))

    def get(self, request: Request) -> Response:
        """One page."""
        return self.list(request)

    @extend_schema(request=NewGoalSerializer, responses={201: GoalSerializer})
    def post(self, request: Request) -> Response:
        """Keeps a goal of an account of one's own practice and runs it."""
        who = advisor(request)
        said = NewGoalSerializer.of(request)
        account = account_for(who, said.pop("account"), "report")
        return Response(_kept(who, account, said, uuid4()), status=status.HTTP_201_CREATED)


@gate("report")
class OneGoal(APIView):
    """One goal with its last run."""

    @extend_schema(responses=GoalSerializer)
    def get(self, request: Request, goal: UUID) -> Response:
        """The run that is kept."""
        return Response(GoalSerializer(_one(request, goal)).data)

    @extend_schema(request=GoalAimSerializer, responses=GoalSerializer)
    def put(self, request: Request, goal: UUID) -> Response:
        """Changes it and runs it again, from the same seed."""
        found = _one(request, goal)
        return Response(_kept(request.seat, found.account, GoalAimSerializer.of(request), found.pk))  # type: ignore[attr-defined]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, goal: UUID) -> Response:
        """Removes it."""
        actions.forget(who=request.seat, goal=_one(request, goal))  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)


def _one(request: Request, pk: UUID) -> Goal:
    found = queries.one(advisor(request), pk)
    if found is None:
        raise Http404
    return found


def _kept(who: Who, account: Account, said: dict[str, Any], key: UUID) -> dict[str, Any]:
    start: Decimal | None = said.pop("start", None)
    try:
        goal = actions.keep(
            who=who,
            account=account,
            aim=Aim(**said),
            start=start,
            key=key,
            sealed=sealed_day(),
            today=exchange_today(),
            at=timezone.now(),
        )
    except GoalProblem as problem:
        raise ValidationError({name: [_(msgid)] for name, msgid in problem.problems.items()}) from problem
    return dict(GoalSerializer(queries.one(who, goal.pk)).data)
