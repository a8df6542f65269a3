"""One event: writing, looking, changing it or one day of a series, undoing, throwing away and taking back."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.onward import onward
from crm.calendar import actions, queries
from crm.calendar.actions import EventChanged
from crm.calendar.forms import REMINDERS, blank, from_words, moved, once, said_of, stored, understood
from crm.calendar.models import Event, Visibility
from crm.calendar.occurring import comes_on
from crm.calendar.repetition import WEEKDAYS
from crm.calendar.rules import EventProblem, start_of
from crm.contacts import chosen
from crm.contacts import queries as contacts
from crm.vault.context import opened
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened

# By how many days an event is moved: -7, 1.
_DAYS = re.compile(r"-?[0-9]{1,3}")
SECRETS = ("title", "place", "details", "guests")


@gate(SIGNED_IN)
@sensitive_post_parameters(*SECRETS, "typed")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new event; on its way from a record, the contact stands in it already. A line in words is shown as it was
    understood, and kept once somebody has looked at it."""
    vault = opened(request)
    if request.method != "POST":
        return _form(request, vault, blank(request.GET.get("day", ""), timezone.localtime(), _named(vault, request)))
    if "typed" in request.POST:
        return _form(request, vault, from_words(vault, request.POST["typed"], timezone.localtime()))
    said = said_of(request.POST)
    try:
        event = actions.write(vault=vault, at=timezone.now(), **understood(vault, said))
    except EventProblem as problem:
        return _form(request, vault, said, problems=problem.problems)
    return redirect(_onward(request, event, "made"))


@gate(SIGNED_IN)
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
def event(request: HttpRequest, event: UUID) -> HttpResponse:
    """One event or one day of a series, to be looked at and changed, or moved by some days from the month."""
    vault = opened(request)
    found = one(vault, event)
    key = _key(request, found)
    if request.method != "POST":
        return _form(request, vault, _values(vault, found, key), event=found, key=key)
    version = request.POST.get("version", "")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    days = _DAYS.fullmatch(request.POST.get("by", ""))
    said = said_of(request.POST) if days is None else moved(_values(vault, found, key), int(days[0]))
    try:
        if days is not None:
            actions.shift(vault=vault, event=found, version=known, key=key, days=int(days[0]), at=timezone.now())
            return redirect(_onward(request, found, "changed"))
        parts = understood(vault, {**said, "uid": _uid(vault, found)})
        if key and request.POST.get("which") == "one":
            actions.move_day(vault=vault, series=found, version=known, key=key, at=timezone.now(), **once(parts))
        else:
            actions.change(vault=vault, event=found, version=known, at=timezone.now(), **parts)
    except EventProblem as problem:
        return _form(request, vault, said, event=found, key=key, problems=problem.problems)
    except Unopened:
        damaged = {"title": _("This event was changed from outside and does not open.")}
        return _form(request, vault, said, event=found, key=key, problems=damaged)
    except EventChanged:
        return _form(request, vault, said, event=one(vault, event), key=key, is_stale=True)
    return redirect(_onward(request, found, "changed"))


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def throw_away(request: HttpRequest, event: UUID) -> HttpResponse:
    """Into the trash, or one day out of a series, after a question."""
    vault = opened(request)
    found = one(vault, event)
    key, problem = _key(request, found), ""
    if request.method == "POST":
        is_confirmed = request.POST.get("confirm") == "yes"
        try:
            if key and request.POST.get("which") == "one" and is_confirmed:
                actions.leave_out(vault=vault, series=found, version=found.version, key=key, at=timezone.now())
                return redirect(_onward(request, found, "changed"))
            actions.throw_away(vault=vault, event=found, is_confirmed=is_confirmed, at=timezone.now())
            return redirect(_onward(request, found, "gone"))
        except EventProblem as refused:
            problem = str(refused)
    context = {"read": queries.read(vault, found), "key": key, "problem": problem, "next": onward(request)}
    return render(request, "crm/calendar/throw_away.html", context, status=422 if problem else 200)


@gate(SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, event: UUID) -> HttpResponse:
    """Out of the trash."""
    vault = opened(request)
    found = queries.one(vault.who, event, in_trash=True)
    if found is None:
        raise Http404
    actions.take_back(vault=vault, event=found, at=timezone.now())
    return redirect(_at(found))


@gate(SIGNED_IN)
@require_POST
def undo(request: HttpRequest, event: UUID) -> HttpResponse:
    """As it was before its last change."""
    vault = opened(request)
    found = one(vault, event)
    try:
        actions.undo(vault=vault, event=found, at=timezone.now())
    except EventProblem as problem:
        return _form(request, vault, _values(vault, found, ""), event=found, problems=problem.problems)
    except (EventChanged, Unopened):
        values = _values(vault, found, "")
        return _form(request, vault, values, event=found, problems={"event": _("There is nothing to undo.")})
    return redirect(_at(found))


def one(vault: Opened, pk: UUID) -> Event:
    """An event that somebody may see and that is not in the trash; any other is missing."""
    found = queries.one(vault.who, pk)
    if found is None:
        raise Http404
    return found


def _values(vault: Opened, event: Event, key: str) -> dict[str, Any]:
    day = start_of(key, event.zone) if key else None
    return stored(vault, event, day)


def _uid(vault: Opened, event: Event) -> str:
    """The name that other programs know it by stays."""
    read = queries.read(vault, event)
    return read.words.uid


def _key(request: HttpRequest, event: Event) -> str:
    """Which day of a series is meant; "" for all of it, or where it does not come on such a day."""
    key = request.POST.get("on") or request.GET.get("on") or ""
    return key if event.repeats and comes_on(event, key) else ""


def _named(vault: Opened, request: HttpRequest) -> str:
    """The contact of the address, by name."""
    try:
        found = contacts.one(vault, UUID(request.GET.get("contact", "")))
    except ValueError:
        return ""
    return found.title if found else ""


def _at(event: Event) -> str:
    """The month of the day on which it begins, on the reader's clock."""
    day = event.begins_at.date() if event.is_all_day else timezone.localtime(event.begins_at).date()
    return f"{reverse('calendar:month')}?day={day.isoformat()}"


def _onward(request: HttpRequest, event: Event, did: str) -> str:
    """Back to where one came from, or to the month; the calendar says what was done and how to undo it."""
    there, undoing = onward(request), urlencode({"just": event.pk, "did": did})
    if there and not there.startswith(reverse("calendar:month")):
        undo = format_html('<a href="{}&amp;{}">{}</a>', _at(event), undoing, _("Undo"))
        words = _("The event is in the trash.") if did == "gone" else _("The event is kept.")
        messages.success(request, format_html("{} {}", words, undo))
        return there
    base, _mark, query = (there or _at(event)).partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith(("just=", "did="))]
    return f"{base}?{'&'.join([*kept, undoing])}"


def _form(
    request: HttpRequest,
    vault: Opened,
    values: Mapping[str, Any],
    *,
    event: Event | None = None,
    key: str = "",
    problems: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> HttpResponse:
    """The form with what was typed; 422 where something is wrong, 409 where somebody else was quicker."""
    context = {
        "event": event,
        "read": queries.read(vault, event) if event else None,
        "key": key,
        "values": values,
        "problems": problems or {},
        "is_stale": is_stale,
        "saved": stored(vault, event, None) if is_stale and event else {},
        "beside": queries.beside(vault, event, timezone.get_current_timezone()) if event and not problems else [],
        "colleagues": [(user.username, user.username in values.get("people", [])) for user in chosen.colleagues(vault)],
        "visibilities": Visibility.choices,
        "reminders": REMINDERS,
        "weekdays": [
            (name, word, name in values.get("weekdays", []))
            for name, word in zip(WEEKDAYS, WEEKDAYS_ABBR.values(), strict=True)
        ],
        "zones": sorted(one for one in available_timezones() if "/" in one and not one.startswith("Etc/")),
        "next": onward(request),
    }
    return render(request, "crm/calendar/form.html", context, status=409 if is_stale else 422 if problems else 200)
