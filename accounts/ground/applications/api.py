"""Applications over the API: the same actions, gates and words as the pages."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.applications import actions
from accounts.ground.applications.queries import account_to_change, parent_for
from accounts.ground.clock import exchange_today
from accounts.ground.consents.actions import change_or_ask
from accounts.ground.consents.rules import ConsentProblem
from accounts.ground.tree import actions as tree
from accounts.ground.tree.api import AccountSerializer
from accounts.ground.tree.models import CURRENCIES, HOLDERS, Account, Kind, Margin, Status
from accounts.ground.tree.rules import StatusProblem, TreeProblem, clean_number


class NumberField(serializers.CharField):
    """An account number in its stored form."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return clean_number(super().to_internal_value(data))
        except TreeProblem as problem:
            raise serializers.ValidationError(str(problem)) from problem


class ApplicationSerializer(StrictSerializer):
    """A new account below an advisor master or an STL master of one's own; without `below`, below one's own master.

    Of a holder who is a person the date of birth is needed.
    """

    below = serializers.CharField(required=False, allow_blank=True, max_length=12)
    kind = serializers.ChoiceField(Kind.choices)
    number = NumberField(max_length=12)
    title = serializers.CharField(max_length=200)
    customer_type = serializers.ChoiceField([(one, one) for one in HOLDERS])
    base_currency = serializers.ChoiceField([(code, code) for code in CURRENCIES])
    margin_kind = serializers.ChoiceField(Margin.choices, default=Margin.MARGIN)
    holder_born_on = serializers.DateField(required=False, allow_null=True)
    alias = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_own = serializers.BooleanField(default=False)


class SecondLevelSerializer(StrictSerializer):
    """A second-level advisor with its practice: an organisation, or a person with a date of birth."""

    below = serializers.CharField(required=False, allow_blank=True, max_length=12)
    name = serializers.CharField(max_length=200)
    number = NumberField(max_length=12)
    base_currency = serializers.ChoiceField([(code, code) for code in CURRENCIES])
    is_registered = serializers.BooleanField(default=True)
    is_organisation = serializers.BooleanField(default=True)
    born_on = serializers.DateField(required=False, allow_null=True)


class StatusSerializer(StrictSerializer):
    """The status an account shall have."""

    status = serializers.ChoiceField(Status.choices)


@gate("manage")
class Applications(APIView):
    """Applications for client, STL master and STL sub accounts."""

    @extend_schema(request=ApplicationSerializer, responses={201: AccountSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Start one."""
        wanted = ApplicationSerializer.of(request)
        with _refusing():
            parent = parent_for(request.seat, wanted.pop("below", ""))  # type: ignore[attr-defined]
            account = actions.start(parent=parent, **wanted, day=exchange_today())
        return _answer(request, account, 201)


@gate("manage")
class SecondLevels(APIView):
    """Second-level advisors."""

    @extend_schema(request=SecondLevelSerializer, responses={201: AccountSerializer})
    def post(self, request: ApiRequest) -> Response:
        """Create one; the answer is its master account."""
        wanted = SecondLevelSerializer.of(request)
        with _refusing():
            top = parent_for(request.seat, wanted.pop("below", ""))  # type: ignore[attr-defined]
            master = tree.create_second_level(top=top, **wanted, day=exchange_today())
        return _answer(request, master, 201)


@gate("manage")
class AccountStatus(APIView):
    """The status of an account."""

    @extend_schema(request=StatusSerializer, responses=AccountSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        """Change it along the transitions there are; anything else is a conflict. 202: closing waits for the client."""
        with _refusing():
            account = account_to_change(request.seat, number)  # type: ignore[attr-defined]
            status = StatusSerializer.of(request)["status"]
            who = request.seat  # type: ignore[attr-defined]
            waiting = change_or_ask(who=who, account=account, status=status, at=timezone.now())
            account.refresh_from_db()
        return _answer(request, account, 202 if waiting else 200)


@gate("manage")
class Application(APIView):
    """The application of an account that is not open yet."""

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, number: str) -> Response:
        """Delete it; an account that is open, or was, stays as it is."""
        with _refusing():
            account = account_to_change(request.seat, number)  # type: ignore[attr-defined]
            tree.delete_application(account=account, day=exchange_today())
        return Response(status=204)


class _refusing:
    """What the tree refuses, as a conflict or as something not valid."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        if isinstance(problem, StatusProblem | tree.NumberTaken | ConsentProblem):
            raise Conflict(str(problem)) from problem
        if isinstance(problem, TreeProblem):
            raise serializers.ValidationError({"tree": [str(problem)]}) from problem


def _answer(request: ApiRequest, account: Account, status: int = 200) -> Response:
    return Response(AccountSerializer(account, context={"request": request}).data, status=status)
