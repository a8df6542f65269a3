"""Transfers of positions over the API: the same actions, gates and words as the pages; quantities as text."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.funding import actions
from accounts.broker.funding.api import FundingRequestSerializer, keyed, refusing, who_asks
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import FundingRequest, PositionKind
from accounts.broker.funding.queries import to_fund, under_way, usable_brokers
from accounts.broker.funding.rules import FundingProblem
from accounts.broker.funding.views import SHOWN, confirmed_by
from accounts.broker.instruments.queries import named
from accounts.broker.positions.forms import DIGITS, PLACES
from accounts.broker.positions.queries import movable, position_requests, positions_day, source_of
from accounts.broker.positions.rules import MOST_PARTS, Movable, Part
from accounts.ground.access.api import AmountField, StrictSerializer
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.api import KEY
from accounts.ground.tree.models import Account
from portal.lib.words import gettext_noop


class MovablePositionSerializer(serializers.Serializer):
    """One long position, and how much of it is promised to nobody yet."""

    symbol = serializers.CharField()
    conid = serializers.IntegerField(allow_null=True)
    asset = serializers.CharField()
    currency = serializers.CharField()
    quantity = serializers.DecimalField(28, 10)
    free = serializers.DecimalField(28, 10)


class PositionsSerializer(serializers.Serializer):
    """What an account holds at its last statement, and what is under way."""

    as_of = serializers.DateField(allow_null=True)
    positions = MovablePositionSerializer(many=True)
    requests = FundingRequestSerializer(many=True)


class PartSerializer(StrictSerializer):
    """So much of one contract; `conid` where a symbol means several."""

    symbol = serializers.CharField(max_length=60)
    quantity = AmountField(DIGITS, PLACES)
    conid = serializers.IntegerField(required=False, allow_null=True)


class BringSerializer(StrictSerializer):
    """Positions from a saved broker; without a list the whole account there."""

    broker = serializers.UUIDField()
    positions = PartSerializer(many=True, required=False, max_length=MOST_PARTS)  # type: ignore[call-arg]


class SendSerializer(StrictSerializer):
    """Positions for a saved broker, or with `to` for another account of the firm; with `sub` those of a sub account,
    which go to its STL master."""

    broker = serializers.UUIDField(required=False, allow_null=True)
    to = serializers.CharField(max_length=10, required=False)
    sub = serializers.CharField(max_length=10, required=False)
    positions = PartSerializer(many=True, max_length=MOST_PARTS)  # type: ignore[call-arg]


@gate("fund", needs="transfer_positions")
class AccountPositions(APIView):
    """Positions that may move."""

    @extend_schema(responses=PositionsSerializer)
    def get(self, request: ApiRequest, number: str) -> Response:
        """What is held and free, and what is under way."""
        who = who_asks(request)
        account = to_fund(who, number)
        said: dict[str, Any] = {"as_of": positions_day(who, account), "positions": movable(who, account)}
        said["requests"] = position_requests(under_way(who, account))[:SHOWN]
        return Response(PositionsSerializer(said).data)


@gate("fund", needs="transfer_positions")
class BringPositions(APIView):
    """Asks for positions to come."""

    @extend_schema(request=BringSerializer, responses={201: FundingRequestSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """The other broker hands them over; nothing counts as done before a statement shows it."""
        who = who_asks(request)
        account = to_fund(who, number)
        said = BringSerializer.of(request)
        with refusing():
            bank = usable_brokers(who, account).filter(pk=said["broker"]).first()
            listed = [(named(one["symbol"]), one) for one in said.get("positions", ())]
            parts = tuple(
                Part(known.symbol, one["quantity"], one.get("conid") or known.conid, known.asset, known.currency)
                for known, one in listed
            )
            ways = {"method": bank.method if bank else "", "bank": bank, "parts": parts}
            asked = Asked(PositionKind.IN, account.base_currency, keyed(request), **ways)
            return _answer(request, account, asked)


@gate("fund", step_up=True, needs="transfer_positions")
class SendPositions(APIView):
    """Asks for positions to go."""

    @extend_schema(request=SendSerializer, responses={201: FundingRequestSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, number: str) -> Response:
        """To another broker, or to an account of the same owner and title; of an STL group to its master or a sub."""
        who = who_asks(request)
        master = to_fund(who, number)
        said = SendSerializer.of(request)
        account = source_of(who, master, said.get("sub", ""))
        with refusing():
            if bool(said.get("broker")) == bool(said.get("to")):
                raise FundingProblem(gettext_noop("Choose a saved broker, or an account; one of the two."))
            held = movable(who, account)
            ways: dict[str, Any] = {"parts": tuple(_part(held, one) for one in said["positions"])}
            if said.get("to"):
                _payer, payee = actions.ends_of(who, account.number, said["to"])
                kind, ways = PositionKind.INTERNAL, {**ways, "method": "INTERNAL", "counter": payee}
            else:
                to_fund(who, account.number)  # a sub account's go to its master alone
                bank = usable_brokers(who, account).filter(pk=said["broker"]).first()
                kind, ways = PositionKind.OUT, {**ways, "method": bank.method if bank else "", "bank": bank}
            asked = Asked(kind, account.base_currency, keyed(request), **ways)
            return _answer(request, account, asked)


def _part(held: list[Movable], said: dict[str, Any]) -> Part:
    """The position that is meant; what is not held is refused by the action."""
    for one in held:
        if one.symbol == said["symbol"].strip().upper() and said.get("conid") in (None, one.conid):
            return one.part(said["quantity"])
    return Part(said["symbol"], said["quantity"], said.get("conid"))


def _answer(request: ApiRequest, account: Account, asked: Asked) -> Response:
    who: Who = who_asks(request)
    more = {"factor": confirmed_by(request._request), "at": timezone.now()}
    made: FundingRequest = actions.transfer_positions(who=who, account=account, asked=asked, **more)
    return Response(FundingRequestSerializer(made).data, status=201)
