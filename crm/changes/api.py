"""Several contacts at once over the API, and taking that back."""

from typing import Any
from uuid import UUID

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.changes import actions, queries, undoing
from crm.changes.models import Change, Deed
from crm.contacts.filters import book, shown, understood
from crm.contacts.models import State
from crm.contacts.rules import ContactProblem
from crm.groups import queries as groups
from crm.groups.actions import GroupProblem
from crm.locks.api import LockedView
from crm.vault.context import opened
from crm.vault.sealed import Opened

DEEDS = [one for one in Deed if one != Deed.MERGE]


class SeveralSerializer(StrictSerializer):
    """What to do to whom: the named contacts, or all that a query of the list finds."""

    do = serializers.ChoiceField([(one.value, one.label) for one in DEEDS])
    contacts = serializers.ListField(child=serializers.UUIDField(), max_length=actions.MOST, default=list)
    query = serializers.CharField(max_length=2000, allow_blank=True, allow_null=True, default=None)
    group = serializers.UUIDField(allow_null=True, default=None)
    owner = serializers.IntegerField(allow_null=True, default=None)
    state = serializers.ChoiceField(State.choices, allow_null=True, default=None)


class ChangeSerializer(serializers.Serializer):
    """A change of several contacts."""

    id = serializers.UUIDField(source="pk")
    do = serializers.ChoiceField(Deed.choices, source="deed")
    count = serializers.IntegerField()
    at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class UndoneSerializer(serializers.Serializer):
    """How many are as they were."""

    count = serializers.IntegerField()


@gate(SIGNED_IN)
class Several(APIView):
    """Several contacts at once."""

    @extend_schema(request=SeveralSerializer, responses={201: ChangeSerializer})
    def post(self, request: Request) -> Response:
        """Do it; the answer names the change, which can be undone for thirty days."""
        vault = opened(request._request)
        said: dict[str, Any] = SeveralSerializer.of(request)
        try:
            change = _done(vault, said)
        except (ContactProblem, GroupProblem) as problem:
            raise Conflict(str(problem)) from problem
        return Response(ChangeSerializer(change).data, status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class Changes(APIView):
    """What was done to several at once."""

    @extend_schema(operation_id="v1_contacts_changes_list", responses=ChangeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The last fifty within thirty days."""
        rows = queries.changes(opened(request._request), timezone.now())[:50]
        return Response(ChangeSerializer(rows, many=True).data)


@gate(SIGNED_IN)
class UndoChange(LockedView):
    """Taking a change back."""

    @extend_schema(request=None, responses=UndoneSerializer)
    def post(self, request: Request, change: UUID) -> Response:
        """As it was before, where nobody has changed it since."""
        vault, at = opened(request._request), timezone.now()
        found = queries.one(vault, change, at)
        if found is None:
            raise Http404
        try:
            return Response({"count": undoing.undo(vault=vault, change=found, at=at)})
        except (ContactProblem, GroupProblem) as problem:
            raise Conflict(str(problem)) from problem


def _done(vault: Opened, said: dict[str, Any]) -> Change:
    at, do = timezone.now(), said["do"]
    if said["query"] is not None:
        filters = understood(QueryDict(said["query"]))
        if filters is None:
            raise ValidationError({"query": [_("This query names no contacts, or a filter that is not known.")]})
        rows = shown(vault, filters)
    else:
        rows = book(vault).filter(pk__in=said["contacts"])
    if do in (Deed.ADD, Deed.REMOVE):
        group = groups.one(vault, said["group"]) if said["group"] else None
        if group is None:
            raise ValidationError({"group": [_("There is no such group.")]})
        act = actions.put_in if do == Deed.ADD else actions.take_out
        return act(vault=vault, contacts=rows, group=group, at=at)
    if do == Deed.OWNER:
        return actions.give(vault=vault, contacts=rows, owner=said["owner"], at=at)
    if do == Deed.STATE:
        return actions.move(vault=vault, contacts=rows, state=said["state"] or "", at=at)
    return actions.throw_away(vault=vault, contacts=rows, at=at)
