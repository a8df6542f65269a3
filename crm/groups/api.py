"""Groups of contacts over the API, for a session whose vault is unlocked."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from crm.groups import actions, queries
from crm.groups.actions import LONGEST_NAME, LONGEST_QUERY, GroupProblem, SearchProblem
from crm.groups.models import Group
from crm.groups.queries import Named
from crm.vault.context import opened
from crm.vault.sealed import Opened


class ContactGroupSerializer(serializers.Serializer):
    """A group; `members` is null where a saved search would have to be run."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    is_private = serializers.BooleanField(source="group.is_private")
    is_search = serializers.BooleanField(source="group.is_search")
    may_change = serializers.BooleanField()
    members = serializers.IntegerField(source="count", allow_null=True)
    created_at = serializers.DateTimeField(source="group.created_at")


class WholeContactGroupSerializer(ContactGroupSerializer):
    """The same with its saved search, and the first thousand who are in it."""

    query = serializers.CharField(allow_blank=True)
    contacts = serializers.ListField(child=serializers.UUIDField())


class ChangedContactGroupSerializer(StrictSerializer):
    """A name, and whether only its maker sees it."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    is_private = serializers.BooleanField(default=False)


class NewContactGroupSerializer(ChangedContactGroupSerializer):
    """The same; with `query`, an address query of the list, the group is a saved search."""

    query = serializers.CharField(max_length=LONGEST_QUERY, allow_blank=True, default="")


class MembersSerializer(StrictSerializer):
    """Contacts to put in or take out."""

    contacts = serializers.ListField(child=serializers.UUIDField(), max_length=actions.MOST_MEMBERS)


class MovedSerializer(serializers.Serializer):
    """How many were put in or taken out."""

    count = serializers.IntegerField()


class GroupsView(APIView):
    """What views of groups share."""

    def one(self, request: Request, pk: UUID, *, in_trash: bool = False) -> tuple[Opened, Group]:
        """The open vault, then the group; one that somebody does not see is missing."""
        vault = opened(request._request, in_part=request.method == "GET")
        found = queries.one(vault, pk, in_trash=in_trash)
        if found is None:
            raise Http404
        return vault, found


@gate(SIGNED_IN)
class Groups(GroupsView):
    """The groups of the client book."""

    @extend_schema(operation_id="v1_groups_list", responses=ContactGroupSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All that one sees, by name."""
        return Response(ContactGroupSerializer(queries.groups(opened(request._request, in_part=True)), many=True).data)

    @extend_schema(request=NewContactGroupSerializer, responses={201: WholeContactGroupSerializer})
    def post(self, request: Request) -> Response:
        """A new one."""
        vault = opened(request._request)
        said: dict[str, Any] = NewContactGroupSerializer.of(request)
        try:
            made = actions.create(vault=vault, at=timezone.now(), **said)
        except SearchProblem as problem:
            raise ValidationError({"query": [str(problem)]}) from problem
        except GroupProblem as problem:
            raise ValidationError({"name": [str(problem)]}) from problem
        return Response(_whole(vault, made), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneGroup(GroupsView):
    """One group."""

    @extend_schema(responses=WholeContactGroupSerializer)
    def get(self, request: Request, group: UUID) -> Response:
        """With who is in it."""
        return Response(_whole(*self.one(request, group)))

    @extend_schema(request=ChangedContactGroupSerializer, responses=WholeContactGroupSerializer)
    def put(self, request: Request, group: UUID) -> Response:
        """Another name, and whether others see it."""
        vault, found = self.one(request, group)
        said: dict[str, Any] = ChangedContactGroupSerializer.of(request)
        try:
            actions.change(vault=vault, group=found, at=timezone.now(), **said)
        except GroupProblem as problem:
            raise ValidationError({"name": [str(problem)]}) from problem
        return Response(_whole(vault, found))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, group: UUID) -> Response:
        """Into the trash."""
        vault, found = self.one(request, group)
        actions.throw_away(vault=vault, group=found, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class GroupBack(GroupsView):
    """Out of the trash."""

    @extend_schema(request=None, responses=WholeContactGroupSerializer)
    def post(self, request: Request, group: UUID) -> Response:
        """Taken back with its members."""
        vault, found = self.one(request, group, in_trash=True)
        actions.take_back(vault=vault, group=found)
        return Response(_whole(vault, found))


@gate(SIGNED_IN)
class GroupMembers(GroupsView):
    """Who is in a group by hand."""

    @extend_schema(request=MembersSerializer, responses=MovedSerializer)
    def post(self, request: Request, group: UUID) -> Response:
        """Put contacts in."""
        vault, found = self.one(request, group)
        try:
            new = actions.add(vault=vault, group=found, at=timezone.now(), **MembersSerializer.of(request))
        except GroupProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response({"count": len(new)})

    @extend_schema(request=MembersSerializer, responses=MovedSerializer)
    def delete(self, request: Request, group: UUID) -> Response:
        """Take contacts out."""
        vault, found = self.one(request, group)
        try:
            gone = actions.remove(vault=vault, group=found, **MembersSerializer.of(request))
        except GroupProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response({"count": len(gone)})


def _whole(vault: Opened, group: Group) -> Any:
    named = queries.named(vault, group)
    rows = queries.members(vault, group)
    first = list(rows.order_by("sort_key", "pk").values_list("pk", flat=True)[:1000])
    count = None if group.is_search else rows.count()
    shown = ContactGroupSerializer(Named(group, named.name, count, named.may_change)).data
    return {**shown, "query": queries.query_of(vault, group), "contacts": first}
