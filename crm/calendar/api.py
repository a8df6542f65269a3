"""Events over the API, for a session whose client book is unlocked."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ground.access.api import Conflict, StrictSerializer
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.people.models import User
from crm.calendar import actions, queries
from crm.calendar.actions import EventChanged
from crm.calendar.editing_views import one
from crm.calendar.forms import once, understood
from crm.calendar.models import Event, Visibility
from crm.calendar.occurring import comes_on
from crm.calendar.periods import AHEAD, day_asked
from crm.calendar.queries import Coming
from crm.calendar.rules import (
    LONGEST_DETAILS,
    LONGEST_PLACE,
    LONGEST_REMINDER,
    LONGEST_TITLE,
    MOST_GUESTS,
    EventProblem,
)
from crm.contacts.chosen import MOST_CONTACTS
from crm.vault.context import opened
from crm.vault.sealed import Opened

MOST_DAYS = 366


class EventSerializer(serializers.Serializer):
    """An event, opened for this request. Whole days are days, and `ends` the last of them."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    is_damaged = serializers.BooleanField()
    is_all_day = serializers.BooleanField()
    starts = serializers.CharField()
    ends = serializers.CharField()
    zone = serializers.CharField()
    rule = serializers.CharField(help_text="RRULE of RFC 5545; empty where it does not repeat")
    left_out = serializers.ListField(child=serializers.CharField())
    series = serializers.UUIDField(allow_null=True)
    place = serializers.CharField()
    details = serializers.CharField()
    guests = serializers.ListField(child=serializers.CharField())
    contacts = serializers.ListField(child=serializers.UUIDField())
    people = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField()
    visibility = serializers.ChoiceField(Visibility.choices)
    is_free = serializers.BooleanField()
    remind_minutes = serializers.IntegerField(allow_null=True)


class ComingSerializer(serializers.Serializer):
    """One time that an event comes; `on` names the day of a series."""

    on = serializers.CharField()
    starts = serializers.CharField()
    ends = serializers.CharField()
    event = EventSerializer()


class ComingListSerializer(serializers.Serializer):
    """What comes between two days."""

    results = ComingSerializer(many=True)


class NewEventSerializer(StrictSerializer):
    """An event. Times are `YYYY-MM-DDTHH:MM` on the clock of `zone`, whole days `YYYY-MM-DD`."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    is_all_day = serializers.BooleanField(default=False)
    starts = serializers.CharField(max_length=32)
    ends = serializers.CharField(max_length=32, allow_blank=True, default="")
    zone = serializers.CharField(max_length=64, allow_blank=True, default="")
    rule = serializers.CharField(max_length=300, allow_blank=True, default="")
    place = serializers.CharField(max_length=LONGEST_PLACE, allow_blank=True, default="")
    details = serializers.CharField(max_length=LONGEST_DETAILS, allow_blank=True, default="")
    guests = serializers.ListField(child=serializers.CharField(max_length=200), max_length=MOST_GUESTS, default=list)
    contacts = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_CONTACTS, default=list)
    people = serializers.ListField(child=serializers.CharField(max_length=150), max_length=MOST_CONTACTS, default=list)
    visibility = serializers.ChoiceField(Visibility.choices, default=Visibility.PRACTICE)
    is_free = serializers.BooleanField(default=False)
    remind_minutes = serializers.IntegerField(min_value=0, max_value=LONGEST_REMINDER, allow_null=True, default=None)


class ChangedEventSerializer(NewEventSerializer):
    """The same, with the version that was read; `on` changes only that day of a series."""

    version = serializers.IntegerField(min_value=1)
    on = serializers.CharField(max_length=16, allow_blank=True, default="")


class ThrownAwaySerializer(StrictSerializer):
    """That it shall be thrown away; `on` leaves only that day out of a series."""

    confirm = serializers.BooleanField(default=False)
    on = serializers.CharField(max_length=16, allow_blank=True, default="")


@gate(SIGNED_IN)
class Events(APIView):
    """The events of the practice."""

    @extend_schema(
        operation_id="v1_events_list",
        parameters=[OpenApiParameter("first"), OpenApiParameter("last")],
        responses=ComingListSerializer,
    )
    def get(self, request: Request) -> Response:
        """What comes from the first day to the last, on one's own clock; four weeks where none is named."""
        vault, today = opened(request._request), timezone.localdate()
        first = day_asked(request.query_params.get("first"), today)
        last = day_asked(request.query_params.get("last"), first + AHEAD)
        if not 0 <= (last - first).days <= MOST_DAYS:
            raise ValidationError({"last": [_("Ask for a year at most.")]})
        found = queries.coming(vault, first, last, timezone.get_current_timezone())
        names = _names(found)
        return Response(ComingListSerializer({"results": [_coming(one, names) for one in found]}).data)

    @extend_schema(request=NewEventSerializer, responses={201: EventSerializer})
    def post(self, request: Request) -> Response:
        """A new one."""
        vault = opened(request._request)
        said = _said(NewEventSerializer.of(request))
        try:
            made = actions.write(vault=vault, at=timezone.now(), **understood(vault, said))
        except EventProblem as problem:
            raise _refused(problem) from problem
        return Response(_shown(vault, made.pk), status=status.HTTP_201_CREATED)


@gate(SIGNED_IN)
class OneEvent(APIView):
    """One event."""

    @extend_schema(responses=EventSerializer)
    def get(self, request: Request, event: UUID) -> Response:
        """What it says."""
        vault = opened(request._request)
        return Response(_shown(vault, one(vault, event).pk))

    @extend_schema(request=ChangedEventSerializer, responses=EventSerializer)
    def put(self, request: Request, event: UUID) -> Response:
        """Everything as it is said now; 409 when somebody else has changed it since that version."""
        vault = opened(request._request)
        found, said = one(vault, event), ChangedEventSerializer.of(request)
        version, key = said.pop("version"), said.pop("on")
        try:
            uid = queries.read(vault, found).words.uid
            parts = understood(vault, {**_said(said), "uid": uid})
            if key:
                _check_day(found, key)
                kept = actions.move_day(
                    vault=vault, series=found, version=version, key=key, at=timezone.now(), **once(parts)
                )
            else:
                kept = actions.change(vault=vault, event=found, version=version, at=timezone.now(), **parts)
        except EventProblem as problem:
            raise _refused(problem) from problem
        except EventChanged:
            raise Conflict(_("This event was changed meanwhile. Read it again.")) from None
        return Response(_shown(vault, kept.pk))

    @extend_schema(request=ThrownAwaySerializer, responses={204: None})
    def delete(self, request: Request, event: UUID) -> Response:
        """Into the trash, or one day out of a series; only with `confirm`."""
        vault = opened(request._request)
        found, said = one(vault, event), ThrownAwaySerializer.of(request)
        try:
            if said["on"] and said["confirm"]:
                _check_day(found, said["on"])
                actions.leave_out(vault=vault, series=found, version=found.version, key=said["on"], at=timezone.now())
            else:
                actions.throw_away(vault=vault, event=found, is_confirmed=said["confirm"], at=timezone.now())
        except EventProblem as problem:
            raise _refused(problem) from problem
        return Response(status=status.HTTP_204_NO_CONTENT)


@gate(SIGNED_IN)
class EventBack(APIView):
    """Out of the trash."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, event: UUID) -> Response:
        """It is where it was."""
        vault = opened(request._request)
        found = queries.one(vault.who, event, in_trash=True)
        if found is None:
            raise Http404
        actions.take_back(vault=vault, event=found, at=timezone.now())
        return Response(_shown(vault, found.pk))


@gate(SIGNED_IN)
class EventUndo(APIView):
    """The state before the last change."""

    @extend_schema(request=None, responses=EventSerializer)
    def post(self, request: Request, event: UUID) -> Response:
        """It is as it was."""
        vault = opened(request._request)
        found = one(vault, event)
        try:
            actions.undo(vault=vault, event=found, at=timezone.now())
        except EventProblem as problem:
            raise _refused(problem) from problem
        return Response(_shown(vault, found.pk))


def _said(said: dict[str, Any]) -> dict[str, Any]:
    """As the form says it: contacts by key, and one's own zone where none is named."""
    zone = timezone.get_current_timezone_name()
    known = zone if zone in available_timezones() else "UTC"
    return {**said, "zone": said["zone"] or known, "contacts": [str(one) for one in said["contacts"]]}


def _check_day(event: Event, key: str) -> None:
    if not event.repeats or not comes_on(event, key):
        raise EventProblem({"on": _("The event does not come on that day.")})


def _refused(problem: EventProblem) -> ValidationError:
    return ValidationError({name: [words] for name, words in problem.problems.items()})


def _names(found: list[Coming]) -> dict[int, str]:
    keys = {pk for one in found for pk in one.read.event.people}
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "username"))


def _coming(one: Coming, names: dict[int, str]) -> dict[str, object]:
    last = one.last_day.isoformat() if one.is_all_day else one.when.ends.isoformat()
    return {
        "on": one.when.key,
        "starts": one.when.starts.isoformat(),
        "ends": last,
        "event": _told(one.read, names),
    }


def _told(read: queries.Read, names: dict[int, str]) -> dict[str, object]:
    event = read.event
    last = queries.Coming(read, queries.Occurrence(event.starts, event.ends), ZoneInfo("UTC")).last_day
    return {
        "id": event.pk,
        "version": event.version,
        "title": read.title,
        "is_damaged": read.is_damaged,
        "is_all_day": event.is_all_day,
        "starts": event.starts.isoformat(),
        "ends": last.isoformat() if event.is_all_day else event.ends.isoformat(),
        "zone": event.zone,
        "rule": event.rule,
        "left_out": event.left_out,
        "series": event.series_id,
        "place": read.words.place,
        "details": read.words.details,
        "guests": list(read.words.guests),
        "contacts": [contact.pk for contact in read.contacts],
        "people": [names[pk] for pk in event.people if pk in names],
        "owner": event.owner.username,
        "visibility": event.visibility,
        "is_free": event.is_free,
        "remind_minutes": event.remind_minutes,
    }


def _shown(vault: Opened, pk: UUID) -> dict[str, object]:
    found = queries.one(vault.who, pk)
    if found is None:
        raise Http404
    names = dict(User.objects.filter(pk__in=found.people).values_list("pk", "username"))
    return EventSerializer(_told(queries.read(vault, found), names)).data
