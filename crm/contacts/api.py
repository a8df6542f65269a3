"""The client book over the API, for a session whose vault is unlocked."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.people.models import Party
from crm.contacts import actions, queries, relations
from crm.contacts.actions import Stale
from crm.contacts.filters import Filters, book, narrowed
from crm.contacts.models import Contact, Kind, State
from crm.contacts.queries import Read
from crm.contacts.rules import LONGEST, ContactProblem
from crm.locks.api import LockedView
from crm.vault.context import opened
from crm.vault.sealed import Opened


class ContactLineSerializer(serializers.Serializer):
    """A contact in the list."""

    id = serializers.UUIDField(source="pk")
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    state = serializers.ChoiceField(State.choices)
    title = serializers.CharField()
    email = serializers.CharField(source="shown_email")
    phone = serializers.CharField()
    client = serializers.IntegerField(source="party_id", allow_null=True)
    changed_at = serializers.DateTimeField()


class ContactListSerializer(serializers.Serializer):
    """Some contacts, how many there are in each state, and the query of the next page."""

    results = ContactLineSerializer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    next = serializers.CharField(allow_blank=True)


class TieSerializer(StrictSerializer):
    """Another contact, and what it is to this one."""

    kind = serializers.ChoiceField([(key, word) for key, (word, _back) in relations.KINDS.items()])
    other = serializers.UUIDField()


class ContactSerializer(ContactLineSerializer):
    """A contact with its record, opened for this request."""

    first_name = serializers.CharField()
    name = serializers.CharField()
    record = serializers.DictField(child=serializers.CharField())
    ties = TieSerializer(many=True)
    is_damaged = serializers.BooleanField()


class NewContactSerializer(StrictSerializer):
    """What a contact is, how to reach it and what the practice knows; for a client of the practice, its key."""

    kind = serializers.ChoiceField(Kind.choices, default=Kind.PERSON)
    first_name = serializers.CharField(max_length=LONGEST["first_name"], allow_blank=True, default="")
    name = serializers.CharField(max_length=LONGEST["name"], allow_blank=True, default="")
    email = serializers.CharField(max_length=LONGEST["email"], allow_blank=True, default="")
    phone = serializers.CharField(max_length=LONGEST["phone"], allow_blank=True, default="")
    record = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    client = serializers.IntegerField(allow_null=True, default=None)


class ChangedContactSerializer(NewContactSerializer):
    """The same, with the version that was read: what somebody else has changed since is not lost."""

    version = serializers.IntegerField()
    client = None


class StateSerializer(StrictSerializer):
    """What somebody is."""

    state = serializers.ChoiceField(State.choices)


class BookView(LockedView):
    """What views of contacts share."""

    def one(self, request: Request, pk: UUID, *, in_trash: bool = False) -> tuple[Opened, Contact]:
        """The open vault, then the contact; another practice's is missing."""
        vault = opened(request._request, in_part=request.method == "GET")
        found = queries.one(vault, pk, in_trash=in_trash)
        if found is None:
            raise Http404
        return vault, found


@gate(SIGNED_IN)
class Contacts(BookView):
    """The contacts of the practice."""

    @extend_schema(
        operation_id="v1_contacts_list",
        parameters=[
            OpenApiParameter(name)
            for name in (
                "q",
                "inside",
                "state",
                "kind",
                "type",
                "status",
                "owner",
                "group",
                "mine",
                "trash",
                "sort",
                "after",
                "before",
            )
        ],
        responses=ContactListSerializer,
    )
    def get(self, request: Request) -> Response:
        """By name, fifty at a time; `q` forgives accents and small mistakes, `inside=1` looks into the records."""
        vault, filters = opened(request._request, in_part=True), Filters.of(request.query_params)
        rows = narrowed(vault, book(vault, in_trash=filters.in_trash), filters)
        shown: QuerySet[Contact] = rows.filter(state=filters.state) if filters.state else rows
        order = queries.order(request.query_params.get("sort", queries.USUAL_ORDER))
        page = page_of(shown, order=order, query=request.query_params, is_counted=False)
        counts = {state or "total": count for state, count in queries.counts(rows).items()}
        return Response(ContactListSerializer({"results": page.rows, "counts": counts, "next": page.next}).data)

    @extend_schema(request=NewContactSerializer, responses={201: ContactSerializer})
    def post(self, request: Request) -> Response:
        """Somebody new."""
        vault, said = opened(request._request), NewContactSerializer.of(request)
        key, kind = said.pop("client"), said.pop("kind")
        party = _client(vault, key)
        try:
            made = actions.write(
                vault=vault, kind=kind, said=_flat(said), party=party, at=timezone.now(), today=exchange_today()
            )
        except ContactProblem as problem:
            raise _refusal(problem) from problem
        return Response(_shown(vault, made.pk), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneContact(BookView):
    """One contact."""

    @extend_schema(responses=ContactSerializer)
    def get(self, request: Request, contact: UUID) -> Response:
        """With its record."""
        vault, found = self.one(request, contact)
        return Response(_shown(vault, found.pk))

    @extend_schema(request=ChangedContactSerializer, responses=ContactSerializer)
    def put(self, request: Request, contact: UUID) -> Response:
        """Everything as it is said now; 409 where somebody has changed it since it was read, 423 while they do."""
        vault, found = self.one(request, contact)
        said = ChangedContactSerializer.of(request)
        version, kind = said.pop("version"), said.pop("kind")
        at = timezone.now()
        try:
            actions.change(
                vault=vault, pk=found.pk, version=version, kind=kind, said=_flat(said), at=at, today=exchange_today()
            )
        except ContactProblem as problem:
            raise _refusal(problem) from problem
        except Stale as problem:
            raise Conflict(_("Somebody has changed this contact since you read it.")) from problem
        return Response(_shown(vault, found.pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, contact: UUID) -> Response:
        """Into the trash."""
        vault, found = self.one(request, contact)
        actions.throw_away(vault=vault, contact=found, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class ContactState(BookView):
    """What somebody is."""

    @extend_schema(request=StateSerializer, responses=ContactSerializer)
    def post(self, request: Request, contact: UUID) -> Response:
        """Said by hand; what has accounts follows them."""
        vault, found = self.one(request, contact)
        try:
            actions.move(vault=vault, contact=found, at=timezone.now(), **StateSerializer.of(request))
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(_shown(vault, found.pk))


@gate(SIGNED_IN)
class ContactBack(BookView):
    """Out of the trash."""

    @extend_schema(request=None, responses=ContactSerializer)
    def post(self, request: Request, contact: UUID) -> Response:
        """Taken back as it was."""
        vault, found = self.one(request, contact, in_trash=True)
        try:
            actions.take_back(contact=found)
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(_shown(vault, found.pk))


class ClientSerializer(StrictSerializer):
    """The key of a client of the practice; null for none."""

    client = serializers.IntegerField(allow_null=True)


@gate(SIGNED_IN)
class ContactLink(BookView):
    """Which client of the broker a contact is."""

    @extend_schema(request=ClientSerializer, responses=ContactSerializer)
    def post(self, request: Request, contact: UUID) -> Response:
        """Name and state come from there from now on."""
        vault, found = self.one(request, contact)
        party = _client(vault, ClientSerializer.of(request)["client"])
        try:
            if party is None:
                actions.unlink(vault=vault, contact=found, at=timezone.now())
            else:
                actions.link(vault=vault, contact=found, party=party, at=timezone.now())
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(_shown(vault, found.pk))


@gate(SIGNED_IN)
class ContactTies(BookView):
    """Who is what to a contact."""

    @extend_schema(request=TieSerializer, responses=ContactSerializer)
    def post(self, request: Request, contact: UUID) -> Response:
        """Tie two contacts; both records say so."""
        return self._do(request, contact, relations.relate)

    @extend_schema(request=TieSerializer, responses=ContactSerializer)
    def delete(self, request: Request, contact: UUID) -> Response:
        """Take the tie out of both."""
        return self._do(request, contact, relations.untie)

    def _do(self, request: Request, pk: UUID, do: Any) -> Response:
        vault, found = self.one(request, pk)
        try:
            do(vault=vault, pk=found.pk, at=timezone.now(), **TieSerializer.of(request))
        except ContactProblem as problem:
            raise Conflict(str(problem)) from problem
        return Response(_shown(vault, found.pk))


class BroughtInSerializer(serializers.Serializer):
    """How many."""

    count = serializers.IntegerField()


@gate(SIGNED_IN)
class BringIn(BookView):
    """The clients of the practice that are not in the book yet."""

    @extend_schema(request=None, responses=BroughtInSerializer)
    def post(self, request: Request) -> Response:
        """A contact for each; how many."""
        return Response({"count": actions.bring_in(vault=opened(request._request), at=timezone.now())})


def _client(vault: Opened, key: int | None) -> Party | None:
    """A client of one's own practice that has no contact yet."""
    if key is None:
        return None
    found = queries.clients_without(vault.who).filter(pk=key).first() if 0 < key < 2**63 else None
    if found is None:
        raise ValidationError({"client": [_("There is no such client without a contact.")]})
    return found


def _flat(said: dict[str, Any]) -> dict[str, str]:
    return {**said.pop("record"), **said}


def _refusal(problem: ContactProblem) -> ValidationError:
    return ValidationError({name or "non_field_errors": [words] for name, words in problem.problems.items()})


def _shown(vault: Opened, pk: UUID) -> Any:
    found = queries.one(vault, pk)
    assert found is not None, "just written or read"
    read: Read = queries.read(vault, found)
    names = [*ContactLineSerializer().fields, "first_name", "name", "pk", "shown_email", "party_id"]
    values = {name: getattr(found, name) for name in names if hasattr(found, name)}
    ties = [{"kind": kind, "other": other} for kind, other in read.relations if kind in relations.KINDS]
    if vault.who.is_narrowed:
        seen = {str(one.contact.pk) for one in relations.of(vault, read)}
        ties = [one for one in ties if one["other"] in seen]
    return ContactSerializer({**values, "record": read.record, "ties": ties, "is_damaged": read.is_damaged}).data
