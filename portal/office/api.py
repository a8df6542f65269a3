"""Decisions about nights and differences over the API: the same acts, for the same back office, as the pages."""

from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.broker.transmit.actions import LONGEST_REASON, ReversalRefused
from accounts.ground.access.api import StrictSerializer
from accounts.ground.access.context import acting
from accounts.ground.access.gates import SURE_OFFICE, gate
from accounts.ground.people.queries import desk_users
from accounts.ground.runs.models import DecisionKind, Hold, NightDecision
from fees.reconciliation.actions import NoteRefused
from fees.reconciliation.rules import Kind
from portal.office.actions import DecisionRefused
from portal.office.reconciliation.views import give_up, noted
from portal.office.views import act_on
from portal.office.watching import choose

# Named for the schema; many things have a kind.
KINDS = tuple((one.value, one.value) for one in Kind)


class NightDecisionWishSerializer(StrictSerializer):
    """What is decided about a night, and why; all but a pause are about one account."""

    act = serializers.ChoiceField(DecisionKind.choices)
    account = serializers.CharField(max_length=10, required=False, default="")
    reason = serializers.CharField(max_length=LONGEST_REASON)


class NightDecisionSerializer(serializers.ModelSerializer):
    """A decision as it is written down; `night` is the one whose seal shows it."""

    account = serializers.CharField(source="account.number", default=None, allow_null=True)

    class Meta:
        model = NightDecision
        fields = ("kind", "day", "night", "account", "reason", "value", "value_of", "at")


class BreakSerializer(StrictSerializer):
    """A difference of the reconciliation, named by its kind and reference, with a word about it."""

    kind = serializers.ChoiceField(KINDS)
    reference = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class LookAfterSerializer(BreakSerializer):
    """Who looks after it, by user name; nobody if empty."""

    owner = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


@gate(SURE_OFFICE)
class NightDecisions(APIView):
    """Decides about one night."""

    @extend_schema(request=NightDecisionWishSerializer, responses={201: NightDecisionSerializer})
    def post(self, request: Request, day: date) -> Response:
        """Pause it or let it go on, hold an account back or let it in, or let the value of the day before stand."""
        told = NightDecisionWishSerializer.of(request)
        number = told["account"].strip().upper()
        reason = "no_nav" if told["act"] == DecisionKind.CARRY else "by_office"
        try:
            with _office(request):
                holds = Hold.unscoped.filter(day=day, reason=reason, resolved_at=None)
                hold = holds.filter(account__number=number, account__moved_on=None).first()
                wish = {**told, "hold": hold.pk if hold and told["act"] != DecisionKind.HOLD else None}
                act_on(day, wish, by=request.user.pk, at=timezone.now())
                rows = NightDecision.unscoped.filter(day=day, kind=told["act"]).select_related("account")
                made = NightDecisionSerializer(rows.latest("pk")).data
        except DecisionRefused as refused:
            raise ValidationError([str(refused)]) from refused
        return Response(made, status=status.HTTP_201_CREATED)


class NightWatchSerializer(StrictSerializer):
    """Who is woken when a night stops, by user name; nobody if empty."""

    user = serializers.CharField(max_length=150, allow_blank=True)


@gate(SURE_OFFICE)
class NightWatcher(APIView):
    """Says who is woken when a night stops."""

    @extend_schema(request=NightWatchSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """From now on; who was woken before stands in the trail."""
        told = NightWatchSerializer.of(request)["user"]
        with _office(request):
            names = {name: pk for pk, name in desk_users()}
            if told and told not in names:
                raise ValidationError({"user": [_("No user of the back office has that name.")]})
            choose(user_id=names.get(told), by=request.user.pk, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SURE_OFFICE)
class LookAfter(APIView):
    """Says who looks after a difference, and what is known about it."""

    @extend_schema(request=LookAfterSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """An earlier word stays below the new one."""
        told = LookAfterSerializer.of(request)
        with _office(request):
            names = {name: pk for pk, name in desk_users()}
        if told["owner"] and told["owner"] not in names:
            raise ValidationError({"owner": [_("No user of the back office has that name.")]})
        owner = names.get(told["owner"])
        return _done(
            request,
            lambda: noted(_what(told), owner_id=owner, note=told["note"], by=request.user.pk, at=timezone.now()),
        )


@gate(SURE_OFFICE)
class TakeBack(APIView):
    """Gives up a movement that the broker rejected."""

    @extend_schema(request=BreakSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """The next night takes it back by an entry of its own."""
        told = BreakSerializer.of(request)
        return _done(request, lambda: give_up(_what(told), reason=told["note"], by=request.user.pk, at=timezone.now()))


def _what(told: dict[str, Any]) -> str:
    return f"{told['kind']}|{told['reference']}"


def _office(request: Request) -> AbstractContextManager[Any]:
    """The back office's own login, in the person's name: the API comes in by the one of pages."""
    seat = request.seat  # type: ignore[attr-defined]
    return acting(seat.user_id, alias="office", seat_id=seat.seat_id)


def _done(request: Request, act: Any) -> Response:
    try:
        with _office(request):
            act()
    except (NoteRefused, ReversalRefused) as refused:
        raise ValidationError([str(refused)]) from refused
    return Response(status=status.HTTP_204_NO_CONTENT)
