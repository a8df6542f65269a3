"""Allocation minimums over the API: what stands, and choosing anew."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from fees.minimums import actions, queries
from fees.minimums.models import PAYERS, PLANS
from fees.minimums.rules import MinimumRefused, Standing
from fees.proofs.words import tell

PLAN_NAMES, PAYER_NAMES = [value for value, _words in PLANS], [value for value, _words in PAYERS]


class MinimumChoiceSerializer(StrictSerializer):
    """The plan that the broker charges the practice by, and who pays for all its clients."""

    commission_plan = serializers.ChoiceField(choices=PLAN_NAMES)
    paid_by = serializers.ChoiceField(choices=PAYER_NAMES)
    starts = serializers.DateField(read_only=True, help_text="The first day whose trades it holds for")


class ClientMinimumSerializer(StrictSerializer):
    """Who pays for one client; empty lets it follow the others."""

    account = serializers.CharField(read_only=True)
    paid_by = serializers.ChoiceField(choices=["", *PAYER_NAMES])
    starts = serializers.DateField(read_only=True, allow_null=True, help_text="Null where nothing was chosen for it")


class AllocationMinimumsSerializer(serializers.Serializer):
    """What stands today and what follows; null where nothing was chosen, and then clients pay."""

    now = MinimumChoiceSerializer(allow_null=True)
    coming = MinimumChoiceSerializer(allow_null=True)
    exceptions = ClientMinimumSerializer(many=True)
    next = serializers.CharField(allow_blank=True, help_text="The query of the next page of exceptions")


@gate("set_fees")
class AllocationMinimums(APIView):
    """Who pays the broker's least commissions of US stocks that you allocate."""

    @extend_schema(responses=AllocationMinimumsSerializer)
    def get(self, request: Request) -> Response:
        """For all clients, and for those that have a choice of their own."""
        who = request.seat  # type: ignore[attr-defined]
        page = page_of(queries.exceptions(who), order=["-pk"], query=request.GET)
        said = _told(queries.for_all(who, exchange_today()))
        return Response({**said, "exceptions": [_exception(one) for one in page.rows], "next": page.next})


@gate("set_fees", step_up=True)
class ChooseMinimums(APIView):
    """Chooses for all clients of your practice."""

    @extend_schema(request=MinimumChoiceSerializer, responses=AllocationMinimumsSerializer)
    def put(self, request: Request) -> Response:
        """It holds for trades of days that no night has billed."""
        wanted, who = MinimumChoiceSerializer.of(request), request.seat  # type: ignore[attr-defined]
        try:
            actions.choose(who=who, plan=wanted["commission_plan"], payer=wanted["paid_by"], at=timezone.now())
        except MinimumRefused as refused:
            raise ValidationError([tell(refused.sentence)]) from refused
        return Response({**_told(queries.for_all(who, exchange_today())), "exceptions": [], "next": ""})


@gate("set_fees", step_up=True)
class ClientMinimum(APIView):
    """Chooses for one client of your practice."""

    @extend_schema(request=ClientMinimumSerializer, responses=ClientMinimumSerializer)
    def put(self, request: Request, number: str) -> Response:
        """It goes before the choice for all; empty takes it back."""
        wanted, who = ClientMinimumSerializer.of(request), request.seat  # type: ignore[attr-defined]
        account = account_for(who, number, "set_fees")
        try:
            actions.choose_for(who=who, account=account, payer=wanted["paid_by"], at=timezone.now())
        except MinimumRefused as refused:
            raise ValidationError([tell(refused.sentence)]) from refused
        last = queries.last_of(who, account)
        return Response(_exception(last) if last else {"account": account.number, "paid_by": "", "starts": None})


def _told(standing: Standing) -> dict[str, Any]:
    return {"now": _choice(standing.now), "coming": _choice(standing.coming)}


def _choice(one: Any) -> dict[str, Any] | None:
    return one and {"commission_plan": one.plan, "paid_by": one.payer, "starts": one.starts}


def _exception(one: Any) -> dict[str, Any]:
    return {"account": one.account.number, "paid_by": one.payer, "starts": one.starts}
