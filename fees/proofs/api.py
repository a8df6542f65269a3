"""Charges and their proofs over the API: the same rows, the same words as the pages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages
from accounts.ground.runs.queries import sealed_day
from fees.engine.registry import EVERY
from fees.groups.showing import Shared, shared
from fees.posting.models import Charge, ChargeState
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import charge_for, charges, proof
from fees.proofs.words import tell


class ChargePages(Pages):
    """The latest periods first."""

    ordering = ("-period_end_day", "pk")


class ChargeSerializer(serializers.ModelSerializer):
    """One charge.  Amounts are text, and the method has the broker's name."""

    account = serializers.CharField(source="account.number")
    payee = serializers.SerializerMethodField()
    method = serializers.SerializerMethodField()
    taken = serializers.DecimalField(
        max_digits=20, decimal_places=2, help_text="What moves for it: the amount, less what the rolling cap left out"
    )

    class Meta:
        model = Charge
        fields = (
            *("id", "account", "payee", "method", "starts", "ends", "period_end_day", "currency", "exact", "amount"),
            *("taken", "state", "reason", "due_on", "posted_on", "fingerprint", "revision"),
        )

    def get_method(self, charge: Charge) -> str:
        """Its name at the broker."""
        return EVERY[charge.method].name

    def get_payee(self, charge: Charge) -> str | None:
        """Who is paid; advisors know, clients see the kind of fee only."""
        return charge.payee_name if self.context["request"].seat.is_advisor else None  # type: ignore[attr-defined]


@gate("view")
class ChargeList(ListModelMixin, ScopedView):
    """Charges of closed nights that you may see, latest first."""

    model = Charge
    serializer_class = ChargeSerializer
    pagination_class = ChargePages
    filterset_class = filters("account__number", "currency", "posted_on", "period_end_day", state=ChargeState.choices)

    def get_queryset(self) -> Any:
        """Of closed nights only."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return charges(self.who, sealed_day())

    def get(self, request: HttpRequest) -> Response:
        """One page of charges."""
        return self.list(request)


class FeeGroupDaySerializer(serializers.Serializer):
    """A day of the fee; values stand in the order of the accounts."""

    day = serializers.DateField()
    values = serializers.ListField(child=serializers.DecimalField(max_digits=20, decimal_places=4))
    together = serializers.DecimalField(max_digits=20, decimal_places=4)


class FeeGroupMemberSerializer(serializers.Serializer):
    """One account of an STL group, or null for those that you do not see."""

    account = serializers.CharField(source="account.number", default=None, allow_null=True)
    part = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, help_text="Of what was taken, in proportion to its values"
    )
    drawn = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="What it handed to the master")


class FeeGroupSerializer(serializers.Serializer):
    """The accounts of an STL group behind a fee of its master, the master first."""

    members = FeeGroupMemberSerializer(many=True)
    days = serializers.SerializerMethodField()

    @extend_schema_field(FeeGroupDaySerializer(many=True))
    def get_days(self, found: Shared) -> list[dict[str, Any]]:
        """What each was worth on the days that the fee was worked out on."""
        rows = [{"day": day, "values": list(values), "together": base} for day, values, base in found.days]
        return list(FeeGroupDaySerializer(rows, many=True).data)


class ProofSerializer(serializers.Serializer):
    """A charge with what proves it."""

    charge = ChargeSerializer()
    inputs = serializers.ListField(child=serializers.CharField(), help_text="One line for each value that was used")
    words = serializers.ListField(child=serializers.CharField(), help_text="The arithmetic in your language")
    agrees = serializers.BooleanField(help_text="Whether working it out again gives the same")
    recomputed_exact = serializers.DecimalField(max_digits=24, decimal_places=8, allow_null=True)
    recomputed_amount = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    problem = serializers.CharField(allow_blank=True)
    group = FeeGroupSerializer(allow_null=True)


@gate("view")
class ChargeProof(APIView):
    """The proof of one charge."""

    @extend_schema(responses=ProofSerializer)
    def get(self, request: HttpRequest, pk: UUID) -> Response:
        """Its inputs, its arithmetic, and the same worked out again."""
        opened = proof(charge_for(request.seat, pk))  # type: ignore[attr-defined]
        verdict = recompute_charge(opened.charge, opened.evidence)
        answer = {
            "charge": opened.charge,
            "inputs": opened.charge.inputs.splitlines(),
            "words": [tell(sentence) for sentence in opened.story],
            "agrees": verdict.agrees,
            "recomputed_exact": verdict.exact,
            "recomputed_amount": verdict.amount,
            "problem": tell(verdict.problem) if verdict.problem else "",
            "group": shared(request.seat, opened.charge, opened.bases),  # type: ignore[attr-defined]
        }
        return Response(ProofSerializer(answer, context={"request": request}).data)
