"""Tax lots over the API: the same figures, locks and choices as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.lots import actions, locking, pages, queries
from accounts.broker.lots.forms import DIGITS, PLACES
from accounts.broker.lots.matching import STANDING_CHOICES, Method
from accounts.broker.lots.models import LotChoice
from accounts.broker.lots.replay import FLAG_CHOICES
from accounts.broker.lots.rules import LotConflict, LotProblem, first_open_day
from accounts.ground.access.api import AmountField, Conflict, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.days.queries import calendar
from portal.lib.exchange import exchange_day


def _amount(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=38, decimal_places=10, **more)


class LotSumsSerializer(serializers.Serializer):
    """Gains in the contract's currency."""

    short = _amount()
    long = _amount()
    unknown = _amount(help_text="Of lots whose age nobody has told")


class LotSerializer(serializers.Serializer):
    """One open lot."""

    key = serializers.CharField(source="lot.key")
    opened_on = serializers.DateField(source="lot.opened_on", allow_null=True)
    quantity = _amount(source="lot.quantity")
    cost = _amount(source="lot.cost")
    is_long_term = serializers.BooleanField(source="is_long", allow_null=True, help_text="If it were sold today")


class LotDaySerializer(serializers.Serializer):
    """The closing trades of a day; `first_in` is by the broker's own method, `realized` what it says itself."""

    day = serializers.DateField()
    quantity = _amount()
    method = serializers.ChoiceField(Method.choices)
    sums = LotSumsSerializer()
    first_in = _amount()
    realized = _amount(allow_null=True)
    difference = _amount(allow_null=True)


class LotContractSerializer(serializers.Serializer):
    """One contract with its lots; flags say what the statements do not tell."""

    contract = serializers.CharField(source="key")
    symbol = serializers.CharField()
    currency = serializers.CharField()
    quantity = _amount(source="book.quantity")
    cost = _amount(source="book.cost")
    flags = serializers.ListField(child=serializers.ChoiceField(FLAG_CHOICES))
    lots = LotSerializer(many=True)
    days = LotDaySerializer(many=True)


class LotChoiceSerializer(serializers.ModelSerializer):
    """What was chosen for one contract and trade day; it can be changed until `final_at`."""

    class Meta:
        model = LotChoice
        fields = ("contract", "symbol", "day", "method", "lots", "final_at", "chosen_at")


class TaxLotsSerializer(serializers.Serializer):
    """The tax lots of an account."""

    method = serializers.ChoiceField(Method.choices, help_text="Holds where nothing else was chosen")
    is_running = serializers.BooleanField(help_text="Whether somebody runs the Tax Optimizer of this account")
    contracts = LotContractSerializer(many=True)
    chosen = LotChoiceSerializer(many=True)


class LotTrialSerializer(serializers.Serializer):
    """What a closing trade would bring by one method."""

    method = serializers.ChoiceField(Method.choices)
    sums = LotSumsSerializer()


class LotStepSerializer(StrictSerializer):
    """A step of running the Tax Optimizer."""

    what = serializers.ChoiceField(locking.STEP_CHOICES)


class LotDefaultSerializer(StrictSerializer):
    """The account's own method."""

    method = serializers.ChoiceField(STANDING_CHOICES)


class LotChooseSerializer(StrictSerializer):
    """A choice; `lots` says how much of which lot, for a specific lot only."""

    contract = serializers.CharField(max_length=60)
    day = serializers.DateField()
    method = serializers.ChoiceField(Method.choices)
    lots = serializers.DictField(child=AmountField(DIGITS, PLACES), required=False, default=dict)


@gate("report")
class TaxLots(APIView):
    """The tax lots of an account."""

    @extend_schema(responses=TaxLotsSerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """Every contract with its open lots and closing trades, and what was chosen."""
        who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
        account, today = account_for(who, number, "report"), exchange_day(at)
        wanted = queries.choices_of(who, account)
        told = [
            {
                **{name: getattr(one, name) for name in ("key", "symbol", "currency", "book")},
                "flags": sorted(one.book.flags),
                "lots": pages.open_lots(one, today),
                "days": pages.days_of(one),
            }
            for one in queries.contracts_of(who, account, wanted)
        ]
        said = {
            "method": wanted.default(first_open_day(at, calendar())),
            "is_running": queries.holder(queries.lock_of(who, account), at) is not None,
            "contracts": told,
            "chosen": queries.chosen(who, account),
        }
        return Response(TaxLotsSerializer(said).data)


@gate("report")
class TaxLotTrial(APIView):
    """What closing a position would bring."""

    @extend_schema(
        parameters=[OpenApiParameter(name, str, required=True) for name in ("contract", "quantity", "price")],
        responses=LotTrialSerializer(many=True),
    )
    def get(self, request: ApiRequest, number: str) -> Response:
        """Short-term and long-term gains by every method; nothing is stored."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "report")
        figures = {}
        for name in ("quantity", "price"):
            field = AmountField(DIGITS, PLACES, min_value=Decimal("1e-10"))
            try:
                figures[name] = field.run_validation(request.query_params.get(name, ""))
            except serializers.ValidationError as problem:
                raise serializers.ValidationError({name: problem.detail}) from problem
        found = queries.contract_of(who, account, request.query_params.get("contract", ""))
        if found is None:
            raise Http404
        rows = pages.of_trial(found, figures["quantity"], figures["price"], exchange_day(timezone.now()))
        return Response(LotTrialSerializer(rows, many=True).data)


@gate("trade")
class RunTaxOptimizer(APIView):
    """The lock of an account's Tax Optimizer."""

    @extend_schema(request=LotStepSerializer, responses={204: None})
    def post(self, request: ApiRequest, number: str) -> Response:
        """Begin, say that you are still there (it ends 15 minutes after the last time), finish, or break it."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "trade")
        locking.check_trades(who, account)
        said = LotStepSerializer.of(request)
        with _refusing():
            locking.STEPS[said["what"]](who=who, account=account, at=timezone.now())
        return Response(status=204)


@gate("trade")
class TaxLotDefault(APIView):
    """The account's own method."""

    @extend_schema(request=LotDefaultSerializer, responses={204: None})
    def post(self, request: ApiRequest, number: str) -> Response:
        """Set it, from the first trade day on that is not final; you must run the Tax Optimizer."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "trade")
        locking.check_trades(who, account)
        said = LotDefaultSerializer.of(request)
        with _refusing():
            actions.set_default(who=who, account=account, method=said["method"], at=timezone.now())
        return Response(status=204)


@gate("trade")
class ChooseTaxLots(APIView):
    """The lots of one contract on one trade day."""

    @extend_schema(request=LotChooseSerializer, responses=LotChoiceSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Choose, or choose again until the day is final; you must run the Tax Optimizer."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "trade")
        locking.check_trades(who, account)
        said = LotChooseSerializer.of(request)
        with _refusing():
            row = actions.choose(who=who, account=account, at=timezone.now(), **said)
        return Response(LotChoiceSerializer(row).data)


@contextmanager
def _refusing() -> Iterator[None]:
    """Somebody else and the clock are conflicts; everything else is not valid."""
    try:
        yield
    except LotConflict as problem:
        raise Conflict(str(problem)) from problem
    except LotProblem as problem:
        raise serializers.ValidationError({"non_field_errors": [str(problem)]}) from problem
