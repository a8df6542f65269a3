"""Required distributions over the API: the same sheets and facts as the pages; amounts are text."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import AmountField, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.tree.queries import typed
from portal.tools.rmd import actions, queries
from portal.tools.rmd.actions import DistributionProblem, Facts, YearEnd
from portal.tools.rmd.models import HEIRS
from portal.tools.rmd.queries import Sheet
from portal.tools.rmd.rules import CENT, Reason, Table
from portal.tools.rmd.views import advisor, year_asked
from portal.tools.rmd.words import DISCLAIMER

NAMES = [(one.value, one.value) for one in Reason]
TABLES = [(one.value, one.value) for one in Table]
YEAR = OpenApiParameter("year", OpenApiTypes.INT, description="The year of the distribution; this one if left out")


class DistributionSerializer(serializers.Serializer):
    """A year of one retirement account. `remaining` is null where nothing is asked for."""

    account = serializers.CharField()
    year = serializers.IntegerField()
    reason = serializers.ChoiceField(NAMES)
    balance = serializers.CharField(allow_null=True)
    balance_day = serializers.DateField(allow_null=True)
    balance_is_typed = serializers.BooleanField(allow_null=True)
    rollover = serializers.CharField(allow_null=True)
    born_on = serializers.DateField(allow_null=True)
    age = serializers.IntegerField(allow_null=True)
    table = serializers.ChoiceField(TABLES, allow_null=True)
    factor = serializers.CharField(allow_null=True)
    required = serializers.CharField(allow_null=True)
    required_whole_dollars = serializers.CharField(allow_null=True)
    is_waived = serializers.BooleanField()
    withdrawn = serializers.CharField()
    remaining = serializers.CharField(allow_null=True)
    due = serializers.DateField(allow_null=True)
    first_year = serializers.IntegerField(allow_null=True)
    empty_by = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()


class OwnersDistributionSerializer(DistributionSerializer):
    """The same with all own IRAs of the owner added up, and what must always be said of it."""

    together_required = serializers.CharField(allow_null=True)
    together_withdrawn = serializers.CharField(allow_null=True)
    together_remaining = serializers.CharField(allow_null=True)
    disclaimer = serializers.CharField()


class DistributionPageSerializer(serializers.Serializer):
    """One page of accounts; `next` is the query of the page after it."""

    results = DistributionSerializer(many=True)
    next = serializers.CharField(allow_blank=True)


class DistributionFactsSerializer(StrictSerializer):
    """What distributions are worked out from; what is left out is forgotten. Year ends go by the year asked for."""

    born_on = serializers.DateField(required=False, allow_null=True)
    spouse_born_on = serializers.DateField(required=False, allow_null=True)
    spouse_is_sole = serializers.BooleanField(required=False)
    owner_born_on = serializers.DateField(required=False, allow_null=True)
    owner_died_on = serializers.DateField(required=False, allow_null=True)
    heir = serializers.ChoiceField(HEIRS, required=False, allow_blank=True)
    was_roth = serializers.BooleanField(required=False)
    value = AmountField(max_digits=18, decimal_places=2, required=False, allow_null=True)
    rollover = AmountField(max_digits=18, decimal_places=2, required=False, allow_null=True)


@gate("report")
class Distributions(APIView):
    """Retirement accounts with what is due from them in a year."""

    @extend_schema(
        operation_id="v1_distributions_list",
        parameters=[YEAR, OpenApiParameter("q", OpenApiTypes.STR, description="Part of a number or a title")],
        responses=DistributionPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """One page, by title."""
        who, year = advisor(request), year_asked(request.query_params.get("year"), exchange_today())
        rows = queries.retirement_accounts(who, typed(request.query_params.get("q")))
        page = page_of(rows, order=["sort_key", "pk"], query=request.query_params, is_counted=False)
        return Response({"results": [told(one) for one in queries.sheets(who, page.rows, year)], "next": page.next})


@gate("report")
class AccountDistribution(APIView):
    """One retirement account's year."""

    @extend_schema(parameters=[YEAR], responses=OwnersDistributionSerializer)
    def get(self, request: Request, number: str) -> Response:
        """What is due, what was taken, and what all IRAs of the owner owe together."""
        return Response(_of_account(request, number))


@gate("report")
class AccountDistributionFacts(APIView):
    """What an account's distributions are worked out from."""

    @extend_schema(parameters=[YEAR], request=DistributionFactsSerializer, responses=OwnersDistributionSerializer)
    def put(self, request: Request, number: str) -> Response:
        """Writes it down, for an account of one's own practice."""
        who, today = advisor(request), exchange_today()
        said = DistributionFactsSerializer.of(request)
        year = year_asked(request.query_params.get("year"), today)
        ended = YearEnd(year - 1, said.pop("value", None), said.pop("rollover", None))
        account = account_for(who, number, "report")
        try:
            actions.write(who=who, account=account, facts=Facts(**said), ended=ended, today=today, at=timezone.now())
        except DistributionProblem as problem:
            raise ValidationError({name: [_(msgid)] for name, msgid in problem.problems.items()}) from problem
        return Response(_of_account(request, number))


def _of_account(request: Request, number: str) -> dict[str, Any]:
    who, year = advisor(request), year_asked(request.query_params.get("year"), exchange_today())
    account = account_for(who, number, "report")
    if account.customer_type not in queries.RETIREMENT:
        raise ValidationError([_("Required distributions are of retirement accounts only.")])
    every = queries.of_owner(who, account, year)
    sums = queries.together(every) if every[0].is_own else None
    return {
        **told(every[0]),
        "together_required": _text(sums and sums.required),
        "together_withdrawn": _text(sums and sums.withdrawn),
        "together_remaining": _text(sums and sums.remaining),
        "disclaimer": str(DISCLAIMER),
    }


def told(sheet: Sheet) -> dict[str, Any]:
    """A sheet as the API says it."""
    due, balance = sheet.requirement, sheet.balance
    return {
        "account": sheet.account.number,
        "year": due.year,
        "reason": due.reason.value,
        "balance": _text(balance and balance.value),
        "balance_day": balance and balance.day,
        "balance_is_typed": balance and balance.is_typed,
        "rollover": _text(balance and balance.rollover),
        "born_on": sheet.born_on,
        "age": due.age,
        "table": due.table and due.table.value,
        "factor": due.factor and str(due.factor),
        "required": _text(due.amount),
        "required_whole_dollars": None if due.whole_dollars is None else str(due.whole_dollars),
        "is_waived": due.is_waived,
        "withdrawn": _text(sheet.withdrawn),
        "remaining": _text(sheet.remaining),
        "due": due.due,
        "first_year": due.first_year,
        "empty_by": due.empty_by,
        "currency": sheet.account.base_currency,
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount.quantize(CENT, ROUND_HALF_UP))
