"""The calendar out of and into files: what other programs read and write."""

from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.calendar import queries
from crm.calendar.editing_views import one
from crm.calendar.taking import collect, take
from crm.calendar.writing_files import as_file
from crm.imports.calendars import read
from crm.imports.draft import ImportRefused
from crm.vault.context import opened
from crm.vault.rules import PROVED

MOST = 20_000
TOLD = 100


@gate(PROVED)
@require_safe
def save_one(request: HttpRequest, event: UUID) -> HttpResponse:
    """One event as a file, with the moved days of a series."""
    vault = opened(request)
    found = one(vault, event)
    moved = queries.rows(vault.who).filter(series=found).select_related("series")
    return _file([queries.read(vault, row) for row in (found, *moved)], "event.ics")


@gate(PROVED)
@require_safe
def save_all(request: HttpRequest) -> HttpResponse:
    """Everything that one finds in the calendar, as a file."""
    vault = opened(request)
    rows = queries.rows(vault.who).select_related("series").order_by("begins_at", "pk")[:MOST]
    return _file([queries.read(vault, row) for row in rows], "calendar.ics")


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """A file of another program; what is in the calendar already under its name stays as it is."""
    vault, at = opened(request), timezone.now()
    problem, taken, refused = "", None, []
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None:
            problem = _("Choose a file.")
        else:
            most = settings.CONTACT_IMPORT_BYTES
            zone = timezone.get_current_timezone_name()
            zone = zone if zone in available_timezones() else "UTC"
            try:
                found = read(given.read(most + 1), zone=ZoneInfo(zone), most_bytes=most)
            except ImportRefused as why:
                problem = _(why.sentence.msgid) % why.sentence.params
            else:
                refused = [(each.line, _(each.problem.msgid) % each.problem.params) for each in found if each.problem]
                told = [each.entry.told() for each in found if each.problem is None]
                taken = take(vault, told, zone=zone, at=at)
                taken.rejected += len(refused)
    else:
        collect(vault, at)
    context = {"problem": problem, "taken": taken, "refused": refused[:TOLD]}
    return render(request, "crm/calendar/bring_in.html", context, status=422 if problem else 200)


def _file(reads: list[queries.Read], name: str) -> HttpResponse:
    answer = HttpResponse(as_file(reads, name="Advisor Portal"), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
