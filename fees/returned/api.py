"""Papers of fee proposals over the API: handed in as on the page, and read back."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.messages.views import handed_out
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.signatures.rules import LONGEST_NAME
from fees.proofs.words import tell
from fees.proposals import queries as proposals
from fees.proposals.actions import ProposalRefused
from fees.returned import queries
from fees.returned.actions import hand_in
from fees.returned.models import ReturnedPaper
from fees.sending.actions import as_its_payee


class ReturnedPaperSerializer(serializers.ModelSerializer):
    """A paper that came back signed; its content has an address of its own."""

    class Meta:
        model = ReturnedPaper
        fields = (
            *("id", "proposal", "state", "signed_name", "signed_on", "name", "kind", "size", "sha256"),
            *("sent_at", "decided_at", "reason"),
        )
        read_only_fields = fields


class HandedInSerializer(serializers.Serializer):
    """The scan, and what stands on it."""

    file = serializers.FileField(help_text="PDF, PNG or JPEG")
    name = serializers.CharField(max_length=LONGEST_NAME, help_text="The name under it")
    signed_on = serializers.DateField(help_text="The day written on it")


@gate("set_fees", step_up=True)
class ReturnPaper(APIView):
    """Hands in a proposal that the client has signed by hand."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request=HandedInSerializer, responses={201: ReturnedPaperSerializer})
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Nothing applies before the back office has accepted it."""
        who = _who(request)
        found = proposals.own_proposal(who, pk)
        given: Any = HandedInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            with as_its_payee(who, found, ProposalRefused) as payee:
                made = hand_in(who=payee, proposal=found, at=timezone.now(), **given.validated_data)
        except ProposalRefused as refused:
            raise ValidationError([tell(refused.sentence)]) from refused
        except ApplicationProblem as problem:
            raise ValidationError({"file": [str(problem)]}) from problem
        return Response(ReturnedPaperSerializer(made).data, status=201)


@gate("view", proved=True)
class ReturnedScan(APIView):
    """The scan of a paper."""

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    def get(self, request: ApiRequest, pk: UUID, paper: UUID) -> FileResponse:
        """As it was handed in, to be saved."""
        return handed_out(queries.paper_for(_who(request), pk, paper))


def _who(request: ApiRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
