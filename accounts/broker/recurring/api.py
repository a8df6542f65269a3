"""Recurring movements over the API: the same actions, gates and words as the pages; amounts as text."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.funding.api import COMING_BY, MoneySerializer, keyed, refusing, who_asks
from accounts.broker.funding.models import FundingKind, FundingMethod
from accounts.broker.funding.queries import counterparts, to_fund, usable_banks
from accounts.broker.funding.rules import ONE_OWNER, FundingProblem
from accounts.broker.funding.views import confirmed_by
from accounts.broker.recurring import actions
from accounts.broker.recurring.actions import Wanted
from accounts.broker.recurring.models import LONGEST_NAME, Every, RecurringInstruction, RecurringTurn, State
from accounts.broker.recurring.queries import instruction_for, instructions_of, turns_of
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.api import KEY
from accounts.ground.stored_words import said as in_words
from portal.lib.words import gettext_noop

SHOWN = 100
RECURRING_KINDS = [one for one in FundingKind.choices if one[0] != FundingKind.BANK]


class RecurringSerializer(serializers.ModelSerializer):
    """What is asked for, how often, and when next by its own count."""

    account = serializers.CharField(source="account.number")
    counter_account = serializers.CharField(source="counter.number", allow_null=True, default=None)
    bank = serializers.CharField(source="bank.name", allow_null=True, default=None)
    kind = serializers.ChoiceField(FundingKind.choices)
    every = serializers.ChoiceField(Every.choices)
    state = serializers.ChoiceField(State.choices)

    class Meta:
        model = RecurringInstruction
        fields = (
            *("id", "account", "name", "kind", "method", "amount", "currency", "counter_account", "bank"),
            *("every", "starts_on", "ends_on", "next_on", "state", "asked_at"),
        )


class RecurringTurnSerializer(serializers.ModelSerializer):
    """One time: the request, or why none was asked for."""

    request = serializers.UUIDField(source="request_id", allow_null=True)
    problem = serializers.SerializerMethodField()

    class Meta:
        model = RecurringTurn
        fields = ("due_on", "asked_on", "request", "problem")

    def get_problem(self, row: RecurringTurn) -> str:
        """In the caller's language."""
        return in_words(row.problem, row.said)


class OneRecurringSerializer(RecurringSerializer):
    """And what became of each time, the latest first."""

    turns = serializers.SerializerMethodField()

    class Meta(RecurringSerializer.Meta):
        fields = (*RecurringSerializer.Meta.fields, "turns")

    @extend_schema_field(RecurringTurnSerializer(many=True))
    def get_turns(self, row: RecurringInstruction) -> list[dict[str, object]]:
        """The latest hundred."""
        return RecurringTurnSerializer(turns_of(self.context["who"], row)[:SHOWN], many=True).data


class NewRecurringSerializer(MoneySerializer):
    """What is to be asked for: for a withdrawal the bank, or none for a check; for a deposit the method; for an
    internal transfer the other account."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    kind = serializers.ChoiceField(RECURRING_KINDS)
    method = serializers.ChoiceField(COMING_BY, required=False)
    bank = serializers.UUIDField(required=False, allow_null=True)
    to = serializers.CharField(max_length=10, required=False)
    every = serializers.ChoiceField(Every.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)


@gate("fund")
class RecurringInstructions(APIView):
    """Recurring movements of money."""

    @extend_schema(operation_id="v1_recurring_list", responses=RecurringSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """Those that you may read; those that have ended come last."""
        return Response(RecurringSerializer(instructions_of(who_asks(request))[:SHOWN], many=True).data)


@gate("fund", step_up=True)
class SetUpRecurring(APIView):
    """Sets up a recurring movement."""

    @extend_schema(request=NewRecurringSerializer, responses={201: RecurringSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """Each time is asked for as if you asked for it that day."""
        who = who_asks(request)
        account = to_fund(who, number)
        said = NewRecurringSerializer.of(request)
        key = keyed(request)
        bank = usable_banks(who, account).filter(pk=said["bank"]).first() if said.get("bank") else None
        counter = counterparts(who, account).filter(number=str(said.get("to", "")).upper()).first()
        method = said.get("method", "")
        with refusing():
            if said.get("bank") and bank is None:
                raise FundingProblem(gettext_noop("Choose a saved bank instruction of this method."))
            if said["kind"] == FundingKind.INTERNAL and counter is None:
                raise FundingProblem(ONE_OWNER)
            if said["kind"] == FundingKind.WITHDRAWAL:
                method, counter = bank.method if bank else FundingMethod.CHECK, None
            elif said["kind"] == FundingKind.INTERNAL:
                method, bank = FundingMethod.INTERNAL, None
            else:
                bank = counter = None
            when = (said["every"], said["starts_on"], key, said.get("ends_on"))
            wanted = Wanted(said["name"], said["kind"], method, said["amount"], said["currency"], *when, bank, counter)
            more = {"factor": confirmed_by(request._request), "at": timezone.now()}
            made = actions.set_up(who=who, account=account, wanted=wanted, **more)
        return Response(RecurringSerializer(made).data, status=201)


@gate("fund")
class OneRecurring(APIView):
    """One recurring movement."""

    @extend_schema(responses=OneRecurringSerializer)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """How it stands, and what became of each time."""
        who = who_asks(request)
        return Response(OneRecurringSerializer(instruction_for(who, pk), context={"who": who}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """End it; what was asked for before goes its own way."""
        who = who_asks(request)
        found = instruction_for(who, pk)
        with refusing():
            actions.end(who=who, found=found, at=timezone.now())
        return Response(status=204)


@gate("fund")
class PauseRecurring(APIView):
    """Pauses a recurring movement."""

    @extend_schema(request=None, responses=RecurringSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Nothing is asked for until it goes on."""
        who = who_asks(request)
        found = instruction_for(who, pk)
        with refusing():
            return Response(RecurringSerializer(actions.pause(who=who, found=found)).data)


@gate("fund", step_up=True)
class ResumeRecurring(APIView):
    """Lets a paused recurring movement go on."""

    @extend_schema(request=None, responses=RecurringSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """It goes on with the next day that has not passed."""
        who = who_asks(request)
        found = instruction_for(who, pk)
        with refusing():
            return Response(RecurringSerializer(actions.resume(who=who, found=found, at=timezone.now())).data)
