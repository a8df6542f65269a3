"""Block trades and allocations over the API: preview first, then save what was previewed, once."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.allocation import actions, queries
from accounts.broker.allocation.models import Allocation, AllocationShare, Block, Method
from accounts.broker.allocation.queries import Asked, Entry
from accounts.broker.allocation.rules import MOST, AllocationRefused
from accounts.broker.instruments.rules import COUNTRY_PATTERN, Asset, Side, Traded
from accounts.ground.access.api import AmountField, ScopedView
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from accounts.ground.clock import exchange_today
from accounts.ground.idempotency.actions import once
from accounts.ground.idempotency.api import KEY, key_of
from accounts.ground.runs.queries import sealed_day


class Changed(APIException):
    """What was previewed is no longer so."""

    status_code = status.HTTP_409_CONFLICT


def _amount(**more: Any) -> AmountField:
    return AmountField(max_digits=18, decimal_places=6, **more)


class BlockSerializer(serializers.ModelSerializer):
    """One block; `executed` is the sum of its executions by the broker's latest statements."""

    account = serializers.CharField(source="account.number")
    executed = serializers.DecimalField(max_digits=28, decimal_places=10, allow_null=True)
    method = serializers.CharField(allow_null=True, help_text="Of the current allocation")

    class Meta:
        model = Block
        fields = (
            *("id", "account", "symbol", "asset", "country", "side", "traded_on", "quantity", "lot", "price"),
            *("executed", "method", "withdrawn_at"),
        )


class NewBlock(serializers.Serializer):
    """What was executed; with `like`, an execution's key, the quantity is the sum of its order's executions."""

    symbol = serializers.CharField(max_length=60)
    asset = serializers.ChoiceField(choices=Asset.choices)
    country = serializers.RegexField(COUNTRY_PATTERN, allow_blank=True, default="")
    side = serializers.ChoiceField(choices=Side.choices)
    traded_on = serializers.DateField()
    quantity = _amount(min_value=Decimal("0.000001"))
    lot = _amount(min_value=Decimal("0.000001"), default=Decimal(1))
    price = _amount(required=False, allow_null=True, default=None)
    like = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


class WishedShare(serializers.Serializer):
    """One account; `figure` is a percentage or a quantity, by method."""

    account = serializers.CharField(max_length=10)
    figure = _amount(required=False, allow_null=True, default=None)
    minimum = _amount(required=False, allow_null=True, default=None, min_value=Decimal(0))


class AllocationWish(serializers.Serializer):
    """How to share a block out. Saving needs the `digest` of the preview."""

    method = serializers.ChoiceField(choices=Method.choices)
    accounts = serializers.ListField(child=WishedShare(), max_length=MOST)
    minimum = _amount(default=Decimal(0), min_value=Decimal(0), help_text="For accounts that name none of their own")
    digest = serializers.CharField(max_length=64, required=False, default="")


class ShareSerializer(serializers.ModelSerializer):
    """What one account gets, or why it gets nothing."""

    account = serializers.CharField(source="number")

    class Meta:
        model = AllocationShare
        fields = ("account", "quantity", "left_out")


class PlanSerializer(serializers.Serializer):
    """What would be allocated."""

    digest = serializers.CharField()
    shares = ShareSerializer(many=True)


class AllocationSerializer(serializers.ModelSerializer):
    """One version of how a block was shared out."""

    shares = ShareSerializer(many=True)

    class Meta:
        model = Allocation
        fields = ("id", "version", "method", "quantity", "state", "made_at", "ended_at", "why_ended", "shares")


class BlockPages(Pages):
    """The latest first."""

    ordering = ("-traded_on", "pk")


@gate("allocate")
class Blocks(ListModelMixin, ScopedView):
    """Block trades that you see, and writing one down for your own practice."""

    model = Block
    serializer_class = BlockSerializer
    pagination_class = BlockPages

    def get_queryset(self) -> Any:
        """With what the rows show."""
        return super().get_queryset() if getattr(self, "swagger_fake_view", False) else queries.blocks(self.who)

    def get(self, request: ApiRequest) -> Response:
        """One page of blocks."""
        return self.list(request)

    @extend_schema(request=NewBlock, responses={201: BlockSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest) -> Response:
        """Write a block down."""
        key, who = key_of(request), self.who
        asked = NewBlock(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        traded = Traded(said["symbol"], said["asset"], said["country"])
        order = actions.Order(
            traded=traded, side=said["side"], traded_on=said["traded_on"], quantity=said["quantity"], lot=said["lot"],
            price=said["price"],
        )  # fmt: skip

        def act() -> tuple[int, object]:
            like = said.get("like")
            found = queries.executions_like(who, like) if like else []
            block = actions.open_block(who=who, order=order, executions=found, day=exchange_today(), at=timezone.now())
            return 201, BlockSerializer(queries.block_for(who, block.pk)).data

        return answered(who.user_id, key, "blocks", request.data, act)


@gate("view")
class BlockRecord(APIView):
    """One block with every version of its allocation."""

    @extend_schema(operation_id="v1_block_allocations", responses=AllocationSerializer(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Its allocations, the latest first."""
        who = request.seat  # type: ignore[attr-defined]
        block = queries.block_for(who, pk)
        rows = queries.versions(who, block)
        return Response(AllocationSerializer(rows, many=True).data)


@gate("allocate")
class PreviewAllocation(APIView):
    """What an allocation would be; nothing is written."""

    @extend_schema(request=AllocationWish, responses=PlanSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Shares, and the digest to save them with."""
        who = request.seat  # type: ignore[attr-defined]
        block = queries.own_block_for(who, pk)
        asked, _digest = asked_of(request)
        try:
            plan = queries.plan(who, block, asked, valued_on=sealed_day())
        except AllocationRefused as refusal:
            raise ValidationError({"non_field_errors": [str(refusal)]}) from refusal
        return Response(PlanSerializer(plan).data)


@gate("allocate")
class AllocateBlock(APIView):
    """Save what was previewed."""

    @extend_schema(request=AllocationWish, responses={201: AllocationSerializer}, parameters=[KEY])
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Once for each key; what was allocated before is replaced and kept."""
        who = request.seat  # type: ignore[attr-defined]
        queries.own_block_for(who, pk)
        key = key_of(request)
        asked, digest = asked_of(request)

        def act() -> tuple[int, object]:
            made = actions.allocate(
                who=who, pk=pk, asked=asked, digest=digest, valued_on=sealed_day(), day=exchange_today(),
                at=timezone.now(),
            )  # fmt: skip
            saved = queries.versions(who, made.block).get(pk=made.pk)
            return 201, AllocationSerializer(saved).data

        return answered(who.user_id, key, f"allocate {pk}", request.data, act)


class CancelReason(serializers.Serializer):
    """Why an allocation is taken back."""

    why = serializers.CharField(max_length=300)


@gate("allocate")
class CancelAllocation(APIView):
    """Take the current allocation back; it stays in the history."""

    @extend_schema(request=CancelReason, responses=BlockSerializer)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """With a reason."""
        who = request.seat  # type: ignore[attr-defined]
        queries.own_block_for(who, pk)
        reason = CancelReason(data=request.data)
        reason.is_valid(raise_exception=True)
        why = reason.validated_data["why"]
        try:
            block = actions.cancel(who=who, pk=pk, why=why, day=exchange_today(), at=timezone.now())
        except AllocationRefused as refusal:
            raise ValidationError({"non_field_errors": [str(refusal)]}) from refusal
        return Response(BlockSerializer(block).data)


def asked_of(request: ApiRequest) -> tuple[Asked, str]:
    """The wish and the digest it was previewed with."""
    asked = AllocationWish(data=request.data)
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    entries = tuple(Entry(one["account"].upper(), one["figure"], one["minimum"]) for one in said["accounts"])
    return Asked(said["method"], entries, said["minimum"]), said["digest"]


def answered(user_id: int, key: str, route: str, body: object, act: Any) -> Response:
    """The first answer to a key, now or again; refusals are not remembered."""
    try:
        code, told = once(user_id=user_id, key=f"{route.split()[0]} {key}", route=route, body=body, act=act)
    except actions.PreviewIsOld as refusal:
        raise Changed(str(refusal)) from refusal
    except AllocationRefused as refusal:
        raise ValidationError({"non_field_errors": [str(refusal)]}) from refusal
    return Response(told, status=code)
