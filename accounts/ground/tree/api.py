"""Accounts over the API: list, record, and what one may do with them and why."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.authority import Function
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.consents.queries import answer_for
from accounts.ground.tree.models import Account, Kind, Margin, Status
from accounts.ground.tree.queries import matching


class AccountSerializer(serializers.ModelSerializer):
    """One account as the portal shows it."""

    parent = serializers.SerializerMethodField()  # type: ignore[assignment]
    practice = serializers.CharField(source="practice.name")

    class Meta:
        model = Account
        fields = (
            *("number", "title", "alias", "kind", "level", "parent", "practice", "status", "base_currency"),
            *("account_type", "customer_type", "margin_kind", "entity", "opened_on", "funded_on", "closed_on"),
        )

    def get_parent(self, account: Account) -> str | None:
        """The parent's number, where the reader may know it: a second-level client's is its own advisor's."""
        who = self.context["request"].seat
        visible = who.role == "top" or (account.parent_id and account.practice_id == who.practice_id)
        return account.parent.number if visible and account.parent else None


@gate("view")
class AccountList(ListModelMixin, ScopedView):
    """Accounts that you see, by name."""

    model = Account
    serializer_class = AccountSerializer
    filterset_class = filters("base_currency", kind=Kind.choices, status=Status.choices, margin_kind=Margin.choices)

    def get_queryset(self) -> Any:
        """With what the rows show."""
        rows = super().get_queryset().select_related("practice", "parent")
        wanted = self.request.GET.get("search", "")
        return matching(rows, wanted)

    def get(self, request: ApiRequest) -> Response:
        """One page of accounts."""
        return self.list(request)


@gate("view")
class AccountRecord(APIView):
    """One account."""

    @extend_schema(responses=AccountSerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """Its record."""
        account = account_for(request.seat, number)  # type: ignore[attr-defined]
        return Response(AccountSerializer(account, context={"request": request}).data)


class MaySerializer(serializers.Serializer):
    """One function: whether it is allowed, and the rule in words."""

    function = serializers.CharField()
    allowed = serializers.BooleanField()
    why = serializers.CharField()


@gate("view")
class AccountMay(APIView):
    """What you may do with an account, and why."""

    @extend_schema(responses=MaySerializer(many=True))
    def get(self, request: ApiRequest, number: str) -> Response:
        """Every function with its rule."""
        who = request.seat  # type: ignore[attr-defined]
        account = account_for(who, number)
        found = [answer_for(who, function, account) for function in Function]
        answers = [{"function": one.function, "allowed": one.allowed, "why": str(one.words)} for one in found]
        return Response(MaySerializer(answers, many=True).data)
