"""Approvals over the API: what waits, the votes, and the rules that say which acts need how many of them."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.desk.users.api import MOST_SHOWN, Asking, valid
from accounts.desk.users.api_answers import (
    AuthorizationsSerializer,
    OneRuleSerializer,
    RulesSerializer,
    VotedSerializer,
)
from accounts.ground.access.address import client_address
from accounts.ground.access.gates import SIGNED_IN, Gate, gate
from accounts.ground.authorizations import actions as approvals
from accounts.ground.authorizations.rules_actions import delete_rule, rules, save_rule


@gate(SIGNED_IN)
class AuthorizationList(Asking):
    """What waits for your approval."""

    @extend_schema(operation_id="v1_authorizations_list", responses=AuthorizationsSerializer)
    def get(self, request: Request) -> Response:
        """Open requests that you may approve."""
        if self.who.role not in approvals.ROLES:
            return Response({"results": []})
        rows = approvals.duties(self.who).filter(finished_at=None, expires_at__gt=timezone.now()).distinct()
        names = ("id", "kind", "title", "state", "needed", "asked_at", "expires_at")
        return Response({"results": list(rows.order_by("-asked_at", "pk").values(*names)[:MOST_SHOWN])})


class ReasonSerializer(serializers.Serializer):
    """Why not."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@gate(Gate("signed_in", step_up=True, proved=True))
class Approve(Asking):
    """Approving."""

    @extend_schema(request=None, responses=VotedSerializer)
    def post(self, request: Request, authorization: UUID) -> Response:
        """One approval; the last one carries the act out."""
        address = client_address(request)
        done = approvals.approve(who=self.who, pk=authorization, at=timezone.now(), address=address)
        return Response({"id": str(done.pk), "state": done.state})


@gate(Gate("signed_in", step_up=True, proved=True))
class Reject(Asking):
    """Rejecting."""

    @extend_schema(request=ReasonSerializer, responses=VotedSerializer)
    def post(self, request: Request, authorization: UUID) -> Response:
        """One rejection ends it."""
        reason = valid(ReasonSerializer, request)["reason"]
        done = approvals.reject(who=self.who, pk=authorization, at=timezone.now(), reason=reason)
        return Response({"id": str(done.pk), "state": done.state})


class RuleSerializer(serializers.Serializer):
    """Which kinds of acts need how many approvals, and by whom."""

    kinds = serializers.ListField(child=serializers.CharField(max_length=40), allow_empty=False, max_length=20)
    approvals = serializers.IntegerField(min_value=1, max_value=250)
    authorizers = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=250)


def _rule(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "kinds": rule.kinds,
        "approvals": rule.approvals,
        "authorizers": sorted(one.seat_id for one in rule.people),
    }


@gate("manage_users", step_up=True)
class ApprovalRules(Asking):
    """Acts of your institution that need approval."""

    @extend_schema(operation_id="v1_approval_rules_list", responses=RulesSerializer)
    def get(self, request: Request) -> Response:
        """All rules."""
        return Response({"results": [_rule(rule) for rule in rules(self.who)[:MOST_SHOWN]]})

    @extend_schema(request=RuleSerializer, responses={201: OneRuleSerializer})
    def post(self, request: Request) -> Response:
        """A new rule."""
        said = valid(RuleSerializer, request)
        rule = save_rule(who=self.who, kinds=said["kinds"], approvals=said["approvals"], seats=said["authorizers"])
        return Response(_rule(rules(self.who).get(pk=rule.pk)), status=status.HTTP_201_CREATED)


@gate("manage_users", step_up=True)
class ApprovalRule(Asking):
    """One rule."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, rule: int) -> Response:
        """Remove it, if nothing waits under it."""
        found = rules(self.who).filter(pk=rule).first()
        if found is None:
            raise Http404
        delete_rule(who=self.who, rule=found)
        return Response(status=status.HTTP_204_NO_CONTENT)
