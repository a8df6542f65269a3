"""The hedge-fund programme over the API: the same actions, gates and words as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.hedge_funds import actions, queries
from accounts.desk.hedge_funds.models import Answer, FundRequest, HedgeFund, InvestorAnswer
from accounts.desk.hedge_funds.rules import FundConflict, FundProblem
from accounts.ground.access.api import AmountField, Conflict, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME

SHOWN = 100


class HedgeFundSerializer(serializers.ModelSerializer):
    """One class of a fund, with its manager's terms."""

    class Meta:
        model = HedgeFund
        fields = (
            *("code", "name", "company", "strategy", "share_class", "investor", "currency", "minimum"),
            *("subscription", "redemption", "fees", "is_offered"),
        )


class InvestorAnswerSerializer(serializers.ModelSerializer):
    """What a client has answered; the latest holds."""

    class Meta:
        model = InvestorAnswer
        fields = ("answer", "answered_on", "written_at")


class FundRequestSerializer(serializers.ModelSerializer):
    """One wish to invest; it is no investment in any of its states."""

    account = serializers.CharField(source="account.number")
    fund = serializers.CharField(source="fund_id")

    class Meta:
        model = FundRequest
        fields = (
            *("id", "account", "fund", "amount", "currency", "state", "document", "document_hash", "asked_at"),
            *("expires_at", "signed_name", "signed_at", "ended_at", "reason"),
        )


class InvestorSerializer(serializers.Serializer):
    """An account in the programme."""

    answers = InvestorAnswerSerializer(many=True)
    requests = FundRequestSerializer(many=True)


class AnsweredSerializer(StrictSerializer):
    """The client's answer and its day."""

    answer = serializers.ChoiceField(Answer.choices)
    answered_on = serializers.DateField()


class WantedFundSerializer(StrictSerializer):
    """Which account and how much, in the fund's currency."""

    account = serializers.CharField(max_length=12)
    amount = AmountField(max_digits=14, decimal_places=2)


class FundHandSerializer(StrictSerializer):
    """The client's word: the name, and the hash of the text that was read."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    seen = serializers.RegexField("^[0-9a-f]{64}$")


@gate("view")
class HedgeFunds(APIView):
    """Funds of the programme, for advisors."""

    @extend_schema(responses=HedgeFundSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that take new investments."""
        queries.advising(_who(request))
        rows = queries.offered().order_by("name", "code")[:SHOWN]
        return Response(HedgeFundSerializer(rows, many=True).data)


@gate("view")
class AccountFunds(APIView):
    """The answers and requests of an account."""

    @extend_schema(responses=InvestorSerializer)
    def get(self, request: Request, number: str) -> Response:
        """The latest first."""
        who = _who(request)
        account = queries.holding_account(who, number)
        asked = queries.requests(who).filter(account_id=account.pk)[:SHOWN]
        found = {"answers": queries.answers(who, account)[:SHOWN], "requests": asked}
        return Response(InvestorSerializer(found).data)


@gate("manage")
class AnswerOfAccount(APIView):
    """Writes a client's answer down."""

    @extend_schema(request=AnsweredSerializer, responses={201: InvestorAnswerSerializer})
    def post(self, request: Request, number: str) -> Response:
        """It holds from now on."""
        who = _who(request)
        account = queries.holding_account(who, number, "manage")
        said = AnsweredSerializer.of(request)
        with _refusing():
            made = actions.answer(
                who=who, account=account, given=said["answer"], day=said["answered_on"], at=timezone.now()
            )
        return Response(InvestorAnswerSerializer(made).data, status=201)


@gate("fund")
class AskForFund(APIView):
    """Asks a client who qualifies."""

    @extend_schema(request=WantedFundSerializer, responses={201: FundRequestSerializer})
    def post(self, request: Request, code: str) -> Response:
        """It waits for the client; nothing is sent before."""
        who = queries.advising(_who(request))
        found = queries.fund_for(code)
        said = WantedFundSerializer.of(request)
        account = queries.holding_account(who, said["account"], "fund")
        with _refusing():
            made = actions.ask(who=who, account=account, fund=found, amount=said["amount"], at=timezone.now())
        return Response(FundRequestSerializer(made).data, status=201)


@gate("view")
class OneFundRequest(APIView):
    """One request."""

    @extend_schema(responses=FundRequestSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """With the text that is signed."""
        return Response(FundRequestSerializer(queries.request_for(_who(request), pk)).data)


@gate("sign", step_up=True)
class SignFundRequest(APIView):
    """Signs as the client."""

    @extend_schema(request=FundHandSerializer, responses=FundRequestSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """The text of that hash; it goes to the back office then."""
        who = _who(request)
        found = queries.request_for(who, pk, "sign")
        said = FundHandSerializer.of(request)
        hand = hand_of(request._request, said["name"])
        with _refusing():
            done = actions.sign(who=who, found=found, hand=hand, seen=said["seen"], at=timezone.now())
        return Response(FundRequestSerializer(done).data)


@gate("sign")
class DeclineFundRequest(APIView):
    """Declines as the client."""

    @extend_schema(request=None, responses=FundRequestSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Nothing changes."""
        who = _who(request)
        found = queries.request_for(who, pk, "sign")
        with _refusing():
            return Response(FundRequestSerializer(actions.decline(who=who, found=found, at=timezone.now())).data)


@gate("manage")
class CancelFundRequest(APIView):
    """Takes a request back."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """While it is not sent."""
        who = _who(request)
        found = queries.request_for(who, pk, "manage")
        with _refusing():
            actions.cancel(who=who, found=found, at=timezone.now())
        return Response(status=204)


@contextmanager
def _refusing() -> Iterator[None]:
    """What stands elsewhere by now is a conflict; everything else is not valid."""
    try:
        yield
    except FundConflict as problem:
        raise Conflict(str(problem)) from problem
    except FundProblem as problem:
        raise serializers.ValidationError({"fund": [str(problem)]}) from problem


def _who(request: Request) -> Who:
    return request.seat  # type: ignore[attr-defined]
