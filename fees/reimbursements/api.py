"""Reimbursements over the API: the same rows, the same verdicts as the pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from accounts.ground.access.api import filters
from accounts.ground.access.gates import gate
from accounts.ground.idempotency.api import KEY
from fees.reimbursements import actions, queries
from fees.reimbursements.models import Reimbursement
from fees.sending.api import (
    FIELDS,
    AskedSerializer,
    ChangeSerializer,
    Lines,
    OneLine,
    RowVerdictSerializer,
    SendLines,
)
from fees.sending.models import State


class ReimbursementSerializer(serializers.ModelSerializer):
    """One reimbursement; amounts are text."""

    account = serializers.CharField(source="account.number")

    class Meta:
        model = Reimbursement
        fields = FIELDS


class ReimbursementVerdictSerializer(RowVerdictSerializer):
    """What became of a row, and the reimbursement that was made of it."""

    reimbursement = serializers.CharField(allow_null=True)


class SentReimbursementsSerializer(serializers.Serializer):
    """The business day they count for, and a verdict a row."""

    business_day = serializers.DateField()
    rows = ReimbursementVerdictSerializer(many=True)


@gate("set_fees")
class ReimbursementList(Lines):
    """Reimbursements that you may see, latest first."""

    model = Reimbursement
    serializer_class = ReimbursementSerializer
    filterset_class = filters("account__number", "business_day", state=State.choices)


@gate("set_fees", step_up=True)
@extend_schema_view(
    post=extend_schema(request=AskedSerializer(many=True), responses=SentReimbursementsSerializer, parameters=[KEY])
)
class SendReimbursements(SendLines):
    """Sends reimbursements."""

    noun, told_as = "reimbursements", "reimbursement"
    submit = staticmethod(actions.submit)


@gate("set_fees", step_up=True)
@extend_schema_view(
    patch=extend_schema(request=ChangeSerializer, responses=ReimbursementSerializer),
    delete=extend_schema(responses=ReimbursementSerializer),
)
class OneReimbursement(OneLine):
    """Changes or withdraws a pending reimbursement."""

    serializer_class = ReimbursementSerializer
    refusal = actions.ReimbursementRefused
    lines = staticmethod(queries.reimbursements)
    change = staticmethod(lambda who, line, **said: actions.change(who=who, reimbursement=line, **said))
    cancel = staticmethod(lambda who, line: actions.cancel(who=who, reimbursement=line))
