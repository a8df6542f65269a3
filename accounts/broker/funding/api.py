"""Money in and out over the API: the same actions, gates and words as the pages; amounts as text."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.funding import actions
from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import (
    KINDS,
    LONGEST_BANK_NAME,
    METHODS,
    FundingKind,
    FundingMethod,
    FundingRequest,
    FundingStatus,
)
from accounts.broker.funding.queries import (
    Free,
    bank_for,
    banks_of,
    free_cash,
    requests_of,
    to_fund,
    under_way,
    usable_banks,
)
from accounts.broker.funding.rules import FundingConflict, FundingProblem
from accounts.broker.funding.views import confirmed_by
from accounts.ground.access.api import AmountField, Conflict, StrictSerializer
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.idempotency.api import KEY, key_of
from portal.lib.money import CURRENCIES
from portal.lib.words import gettext_noop

SHOWN = 100
# A program's key and a form's are the same thing: the second request with it is the first one's answer.
KEYS = UUID("6f1b3c52-8a0e-4f2d-9b5e-2f4f1c0d7a11")

COMING_BY = [one for one in FundingMethod.choices if one[0] not in (FundingMethod.INTERNAL, FundingMethod.BILLPAY)]
NOT_BANKED = (FundingMethod.INTERNAL, FundingMethod.CHECK)
BANKED_BY = [one for one in METHODS if one[0] not in NOT_BANKED]


class FundingRequestSerializer(serializers.ModelSerializer):
    """One request, how far it has got, and its days."""

    account = serializers.CharField(source="account.number")
    counter_account = serializers.CharField(source="counter.number", allow_null=True, default=None)
    bank = serializers.CharField(source="bank.name", allow_null=True, default=None)
    kind = serializers.ChoiceField(KINDS)
    status = serializers.ChoiceField(FundingStatus.choices)
    shown = serializers.DecimalField(
        20, 2, allow_null=True, read_only=True, help_text="What the statement shows of it; a charge may be taken off"
    )

    class Meta:
        model = FundingRequest
        fields = (
            *("id", "account", "kind", "method", "amount", "shown", "currency", "counter_account", "bank", "status"),
            *(
                "asked_at",
                "hold_until",
                "released_at",
                "sent_at",
                "arrived_on",
                "credited_on",
                "available_on",
                "reason",
            ),
        )


class FundingSerializer(serializers.Serializer):
    """What an account has free in its base currency, and what is under way."""

    currency = serializers.CharField()
    as_of = serializers.DateField(allow_null=True)
    settled = serializers.DecimalField(20, 2, help_text="The broker's settled cash of the last statement")
    pending = serializers.DecimalField(20, 2, help_text="Fees posted that the broker has not booked; negative")
    promised = serializers.DecimalField(20, 2, help_text="Withdrawals and transfers under way")
    available = serializers.DecimalField(20, 2, source="amount")
    requests = FundingRequestSerializer(many=True)


class MoneySerializer(StrictSerializer):
    """An amount in a currency."""

    amount = AmountField(17, 2, min_value=Decimal("0.01"))
    currency = serializers.CharField(max_length=3, help_text="Three letters, such as USD")

    def validate_currency(self, value: str) -> str:
        """One that an account can have."""
        if value not in CURRENCIES:
            raise serializers.ValidationError(_("Choose a currency."))
        return value


class DepositSerializer(MoneySerializer):
    """Money that is coming, and by which way."""

    method = serializers.ChoiceField(COMING_BY)


class WithdrawalSerializer(MoneySerializer):
    """Money that is to leave; without a bank by check to the holder."""

    bank = serializers.UUIDField(required=False, allow_null=True)


class MoveSerializer(MoneySerializer):
    """Cash for another account of the firm."""

    to = serializers.CharField(max_length=10)


class NewBankSerializer(StrictSerializer):
    """A bank account; by BILLPAY a payee: its name as holder, its address as bank name, your number with it; or by
    ACATS, ATON, FOP, DWAC or BASICFOP an account at another broker: its clearing number as code."""

    name = serializers.CharField(max_length=LONGEST_BANK_NAME)
    method = serializers.ChoiceField(BANKED_BY)
    bank_name = serializers.CharField(max_length=150)
    holder = serializers.CharField(max_length=150)
    code = serializers.CharField(max_length=11, required=False, default="")
    number = serializers.CharField(max_length=34)


class SavedBankSerializer(serializers.Serializer):
    """A saved bank; of its number the last four signs."""

    id = serializers.UUIDField()
    account = serializers.CharField(source="account.number")
    name = serializers.CharField()
    method = serializers.CharField()
    bank_name = serializers.CharField()
    ending = serializers.CharField()
    status = serializers.ChoiceField(FundingStatus.choices)


@gate("fund")
class AccountFunding(APIView):
    """Money in and out of an account."""

    @extend_schema(responses=FundingSerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """What is free, and what is under way."""
        who = who_asks(request)
        account = to_fund(who, number)
        free: Free = free_cash(account, account.base_currency, day=exchange_today())
        said = {name: getattr(free, name) for name in ("currency", "as_of", "settled", "pending", "promised", "amount")}
        return Response(FundingSerializer({**said, "requests": under_way(who, account)[:SHOWN]}).data)


class _Asks(APIView):
    """Takes a request of money, once for each idempotency key."""

    def answer(self, request: ApiRequest, made: FundingRequest) -> Response:
        """The request as it stands."""
        return Response(FundingRequestSerializer(made).data, status=201)

    def key(self, request: ApiRequest) -> UUID:
        """The form's key that a program's stands for."""
        return keyed(request)


@gate("fund")
class NotifyDeposit(_Asks):
    """Announces money that is coming."""

    @extend_schema(request=DepositSerializer, responses={201: FundingRequestSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """Nothing moves; the broker is told to expect it."""
        who = who_asks(request)
        account = to_fund(who, number)
        said = DepositSerializer.of(request)
        asked = Asked(FundingKind.DEPOSIT, said["currency"], self.key(request), said["amount"], said["method"])
        with refusing():
            return self.answer(
                request, actions.notify_deposit(who=who, account=account, asked=asked, at=timezone.now())
            )


@gate("fund", step_up=True)
class Withdraw(_Asks):
    """Asks for money to leave."""

    @extend_schema(request=WithdrawalSerializer, responses={201: FundingRequestSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """It is confirmed by its asker, and waits for the other side where the rules say so."""
        who = who_asks(request)
        account = to_fund(who, number)
        said = WithdrawalSerializer.of(request)
        bank = usable_banks(who, account).filter(pk=said["bank"]).first() if said.get("bank") else None
        with refusing():
            if said.get("bank") and bank is None:
                raise FundingProblem(gettext_noop("Choose a saved bank instruction of this method."))
            method = bank.method if bank else FundingMethod.CHECK
            key = self.key(request)
            asked = Asked(FundingKind.WITHDRAWAL, said["currency"], key, said["amount"], method, bank=bank)
            more = {"factor": confirmed_by(request._request), "at": timezone.now()}
            return self.answer(request, actions.withdraw(who=who, account=account, asked=asked, **more))


@gate("fund", step_up=True)
class MoveCash(_Asks):
    """Asks for cash to go to another account of the firm."""

    @extend_schema(request=MoveSerializer, responses={201: FundingRequestSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """Between an STL master and a sub account, or accounts of one owner and title."""
        who, said = who_asks(request), MoveSerializer.of(request)
        payer, payee = actions.ends_of(who, number, said["to"])
        asked = Asked(
            FundingKind.INTERNAL, said["currency"], self.key(request), said["amount"], "INTERNAL", counter=payee
        )
        more = {"factor": confirmed_by(request._request), "at": timezone.now()}
        with refusing():
            return self.answer(request, actions.move(who=who, payer=payer, asked=asked, **more))


@gate("fund", needs="bank_information")
class SavedBanks(APIView):
    """Saved bank instructions."""

    @extend_schema(operation_id="v1_bank_instructions_list", responses=SavedBankSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """Of every account whose money you may move."""
        return Response(SavedBankSerializer(banks_of(who_asks(request))[:SHOWN], many=True).data)


@gate("fund", step_up=True, needs="bank_information")
class SaveBank(_Asks):
    """Adds a bank."""

    @extend_schema(request=NewBankSerializer, responses={201: FundingRequestSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """Money may go there once it is approved."""
        who = who_asks(request)
        account = to_fund(who, number)
        said = NewBankSerializer.of(request)
        more = {"key": self.key(request), "factor": confirmed_by(request._request), "at": timezone.now()}
        with refusing():
            return self.answer(request, actions.save_bank(who=who, account=account, bank=BankAsked(**said), **more))


@gate("fund", step_up=True, needs="bank_information")
class DeleteBank(APIView):
    """Deletes a saved bank."""

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """No money goes there any more."""
        who = who_asks(request)
        found = bank_for(who, pk)
        to_fund(who, found.account.number)
        with refusing():
            actions.delete_bank(who=who, bank=found, at=timezone.now())
        return Response(status=204)


@gate("fund")
class FundingRequests(APIView):
    """Requests of money in and out."""

    @extend_schema(operation_id="v1_funding_requests_list", responses=FundingRequestSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        """The latest hundred that you may read."""
        return Response(FundingRequestSerializer(requests_of(who_asks(request))[:SHOWN], many=True).data)


@contextmanager
def refusing() -> Iterator[None]:
    """What has gone on is a conflict; everything else is not valid."""
    try:
        yield
    except FundingConflict as problem:
        raise Conflict(_words(problem)) from problem
    except FundingProblem as problem:
        raise serializers.ValidationError({"funding": [_words(problem)]}) from problem


def _words(problem: FundingProblem) -> str:
    return _(problem.sentence.msgid) % problem.sentence.params


def keyed(request: ApiRequest) -> UUID:
    """The form's key that a program's stands for."""
    return uuid5(KEYS, key_of(request))


def told(found: FundingRequest) -> Response:
    """The request as it stands now."""
    return Response(FundingRequestSerializer(found).data)


def who_asks(request: ApiRequest) -> Any:
    """The seat of the caller."""
    return request.seat  # type: ignore[attr-defined]
