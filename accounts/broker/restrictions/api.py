"""Restrictions over the API: the same actions, gates and words as the pages."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side
from accounts.broker.restrictions.actions import Match, end_restriction, restrict
from accounts.broker.restrictions.models import Restriction
from accounts.broker.restrictions.rules import RestrictionRefused, match_words
from accounts.broker.restrictions.views import READS_REASONS, inherited
from accounts.ground.access.authority import may_ever
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today


class RestrictionSerializer(serializers.ModelSerializer):
    """One restriction, with where it comes from."""

    match = serializers.SerializerMethodField(help_text="What is stopped, in words")
    where = serializers.SerializerMethodField(help_text="The node of the tree that it was set on, as far as you see it")
    inherited = serializers.SerializerMethodField(help_text="Whether it was set above the account that was asked for")
    may_end = serializers.SerializerMethodField(help_text="Whether you may end it")
    reason = serializers.SerializerMethodField(help_text="Told to advisors and holders of groups")

    class Meta:
        model = Restriction
        fields = (
            *("id", "effect", "asset", "symbol", "country", "side", "match", "where", "inherited", "reason"),
            *("starts", "ends", "set_by", "may_end"),
        )

    def get_match(self, row: Any) -> str:
        return match_words(row)

    def get_where(self, row: Any) -> str:
        return self.context["told"][row.pk].where

    def get_inherited(self, row: Any) -> bool:
        return self.context["told"][row.pk].is_inherited

    def get_may_end(self, row: Any) -> bool:
        return self.context["told"][row.pk].may_end

    def get_reason(self, row: Any) -> str:
        return row.reason if may_ever(self.context["role"], READS_REASONS) else ""


class NewRestriction(serializers.Serializer):
    """What is to be stopped; an empty part stands for everything."""

    symbol = serializers.CharField(max_length=60, allow_blank=True, default="")
    asset = serializers.ChoiceField(choices=Asset.choices, allow_blank=True, default="")
    country = serializers.RegexField(COUNTRY_PATTERN, allow_blank=True, default="")
    side = serializers.ChoiceField(choices=Side.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=300)
    starts = serializers.DateField(required=False, help_text="Today, unless said otherwise")
    ends = serializers.DateField(required=False, allow_null=True, default=None)


def told(request: ApiRequest, number: str) -> Response:
    """What holds for an account today or later."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number)
    found = inherited(who, account, exchange_today())
    context = {"told": {one.row.pk: one for one in found}, "role": who.role}
    return Response(RestrictionSerializer([one.row for one in found], many=True, context=context).data)


@gate("view")
class AccountRestrictions(APIView):
    """Effective restrictions of an account: its own and those of every level above."""

    @extend_schema(responses=RestrictionSerializer(many=True))
    def get(self, request: ApiRequest, number: str) -> Response:
        """All that hold today or later."""
        return told(request, number)


@gate("restrict")
class AddRestriction(APIView):
    """Restrict an account and everything below it."""

    @extend_schema(request=NewRestriction, responses={201: RestrictionSerializer(many=True)})
    def post(self, request: ApiRequest, number: str) -> Response:
        """Set one; answers with all that hold."""
        who, day = request.seat, exchange_today()  # type: ignore[attr-defined]
        account = account_for(who, number, "restrict")
        asked = NewRestriction(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        match = Match(asset=said["asset"], symbol=said["symbol"], country=said["country"], side=said["side"])
        try:
            restrict(
                who=who, account=account, match=match, reason=said["reason"],
                starts=said.get("starts", day), ends=said["ends"], day=day,
            )  # fmt: skip
        except RestrictionRefused as refusal:
            raise ValidationError({"non_field_errors": [str(refusal)]}) from refusal
        answer = told(request, number)
        answer.status_code = status.HTTP_201_CREATED
        return answer


@gate("restrict")
class EndRestriction(APIView):
    """End a restriction that was set at your level or below."""

    @extend_schema(request=None, responses=RestrictionSerializer(many=True))
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """From today on; answers with all that still hold for its account."""
        who = request.seat  # type: ignore[attr-defined]
        try:
            row = end_restriction(who=who, pk=pk, day=exchange_today(), at=timezone.now())
        except RestrictionRefused as refusal:
            raise ValidationError({"non_field_errors": [str(refusal)]}) from refusal
        return told(request, row.account.number)
