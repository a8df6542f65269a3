"""What the broker was told to move, over the API: how far each movement has got."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.broker.transmit.models import Instruction, Standing
from accounts.broker.transmit.queries import standing
from accounts.ground.access.api import ScopedView, filters
from accounts.ground.access.gates import gate
from accounts.ground.api_pages import Pages


class InstructionPages(Pages):
    """The latest first."""

    ordering = ("-day", "pk")


class InstructionSerializer(serializers.ModelSerializer):
    """One try to have one movement made; amounts are text."""

    standing = serializers.ChoiceField(Standing.choices)

    class Meta:
        model = Instruction
        fields = (
            *("id", "transfer", "attempt", "day", "kind", "payer", "payee", "amount", "currency", "memo", "standing"),
            *("answered_at", "answer_words"),
        )


@gate("set_fees")
class Instructions(ListModelMixin, ScopedView):
    """What the broker was told to move for you and your clients."""

    model = Instruction
    serializer_class = InstructionSerializer
    pagination_class = InstructionPages
    filterset_class = filters("payer", "payee", "day", "kind", standing=Standing.choices)

    def get_queryset(self) -> Any:
        """With how each stands."""
        return standing(super().get_queryset())

    def get(self, request: ApiRequest) -> Response:
        """One page, latest first."""
        return self.list(request)
