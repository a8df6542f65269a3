"""One request over the API: how it stands, and the steps of whoever's turn it is."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.funding import actions
from accounts.broker.funding.api import FundingRequestSerializer, refusing, told, who_asks
from accounts.broker.funding.models import LONGEST_REASON, FundingRequest
from accounts.broker.funding.queries import Steps, request_for
from accounts.broker.funding.rules import WrongNumber
from accounts.broker.positions.queries import positions_of
from accounts.ground.access.api import AmountField, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for


class WholeBankSerializer(serializers.Serializer):
    """Everything that decides where money goes."""

    holder = serializers.CharField()
    bank_name = serializers.CharField()
    code = serializers.CharField()
    number = serializers.CharField()
    method = serializers.CharField()


class MovedPositionSerializer(serializers.Serializer):
    """One contract of a transfer of positions."""

    symbol = serializers.CharField()
    conid = serializers.IntegerField(allow_null=True)
    quantity = serializers.DecimalField(28, 10)
    shown = serializers.DecimalField(28, 10, allow_null=True, help_text="What the statement shows of it")


class OneFundingRequestSerializer(FundingRequestSerializer):
    """One request; who is asked to confirm or approve it reads the whole bank account it goes to."""

    goes_to = serializers.SerializerMethodField()
    positions = serializers.SerializerMethodField()

    class Meta(FundingRequestSerializer.Meta):
        fields: tuple[str, ...] = (  # type: ignore[assignment]
            *FundingRequestSerializer.Meta.fields,
            "goes_to",
            "positions",
        )

    @extend_schema_field(MovedPositionSerializer(many=True))
    def get_positions(self, _found: FundingRequest) -> Any:
        return MovedPositionSerializer(self.context["positions"], many=True).data

    @extend_schema_field(WholeBankSerializer(allow_null=True))
    def get_goes_to(self, _found: FundingRequest) -> Any:
        bank = self.context["goes_to"]
        return WholeBankSerializer(bank).data if bank else None


class MailedNumberSerializer(StrictSerializer):
    """The mailed number."""

    number = serializers.CharField(max_length=20)


class FundingReasonSerializer(StrictSerializer):
    """Why it is taken back."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class VerifySerializer(StrictSerializer):
    """The owner's answer."""

    approve = serializers.BooleanField()


class NewAmountSerializer(StrictSerializer):
    """Another amount."""

    amount = AmountField(17, 2, min_value=Decimal("0.01"))


@gate("fund")
class OneFundingRequest(APIView):
    """One request."""

    @extend_schema(responses=OneFundingRequestSerializer)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """How it stands."""
        who = who_asks(request)
        found = request_for(who, pk)
        steps = Steps.of(who, found, at=timezone.now())
        goes_to = found.bank if steps.verifies or steps.confirms else None
        positions = positions_of(who, found) if found.moves_positions else []
        return Response(OneFundingRequestSerializer(found, context={"goes_to": goes_to, "positions": positions}).data)

    @extend_schema(request=NewAmountSerializer, responses=FundingRequestSerializer)
    def patch(self, request: ApiRequest, pk: UUID) -> Response:
        """Another amount of a pending wire deposit."""
        who = who_asks(request)
        found, said = request_for(who, pk), NewAmountSerializer.of(request)
        with refusing():
            return told(actions.change_amount(who=who, found=found, amount=said["amount"]))


@gate("fund")
class CancelFunding(APIView):
    """Takes a request back."""

    @extend_schema(request=FundingReasonSerializer, responses=FundingRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """While it is pending."""
        who = who_asks(request)
        found = request_for(who, pk)
        reason = FundingReasonSerializer.of(request)["reason"]
        with refusing():
            return told(actions.cancel(who=who, found=found, reason=reason, at=timezone.now()))


@gate("fund", proved=True)
class ConsentToFunding(APIView):
    """Consents as the advisor."""

    @extend_schema(request=None, responses=FundingRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """The withdrawal goes at once; it cannot be refused."""
        who = who_asks(request)
        found = request_for(who, pk)
        with refusing():
            return told(actions.consent(who=who, found=found, at=timezone.now()))


@gate("sign", step_up=True, proved=True)
class VerifyFunding(APIView):
    """Approves or declines as the owner what the advisor asked for."""

    @extend_schema(request=VerifySerializer, responses=FundingRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Nothing moves before."""
        who = who_asks(request)
        found = request_for(who, pk)
        account_for(who, found.account.number, "sign")
        accepts = VerifySerializer.of(request)["approve"]
        with refusing():
            return told(actions.verify(who=who, found=found, accepts=accepts, at=timezone.now()))


@gate("fund")
class ConfirmFunding(APIView):
    """Confirms with the mailed number."""

    @extend_schema(request=MailedNumberSerializer, responses=FundingRequestSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Limits and what is free are asked again."""
        who = who_asks(request)
        found = request_for(who, pk)
        number = MailedNumberSerializer.of(request)["number"]
        with refusing():
            try:
                return told(actions.confirm(who=who, found=found, number=number, at=timezone.now()))
            except WrongNumber:
                request._request.after_rollback(lambda: actions.count_wrong(found))  # type: ignore[attr-defined]
                raise

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Have another number mailed; the earlier one no longer counts."""
        who = who_asks(request)
        with refusing():
            actions.resend(who=who, found=request_for(who, pk), at=timezone.now())
        return Response(status=204)
