"""The pages of the nights: the list, and one night at work, which brings itself up to date."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import OFFICE, SURE_OFFICE, gate
from accounts.ground.paging import page_of
from accounts.ground.runs.actions import retry as let_in
from accounts.ground.runs.models import Hold, Run
from portal.nightly import NightRefused
from portal.office.actions import run_night
from portal.office.listing import BAR_STEP, bars_of, nights, usual_of
from portal.office.queries import night_of
from portal.office.rules import NIGHTS_COMPARED

# How often the page of a night asks for itself, in seconds: while it moves, and when it rests.
WHILE_MOVING, AT_REST = 2, 60


class DayForm(forms.Form):
    """Which night to run."""

    day = forms.DateField(label=gettext_lazy("Business day"), widget=forms.DateInput(attrs={"type": "date"}))


@gate(OFFICE)
@require_safe
def night_list(request: HttpRequest) -> HttpResponse:
    """All nights, newest first."""
    return _list(request, DayForm())


def _list(request: HttpRequest, form: DayForm, *, status: int = 200) -> HttpResponse:
    page = page_of(Run.unscoped.all(), order=["-day"], query=request.GET, size=NIGHTS_COMPARED + 1)
    at = timezone.now()
    rows = nights(page.rows, at=at)
    context = {
        "page": page,
        "rows": rows,
        "usual": usual_of(rows, at=at),
        "bars": bars_of(rows, at=at),
        "width": len(rows) * BAR_STEP,
        "form": form,
    }
    return render(request, "office/nights.html", framed(request, context), status=status)


@gate(OFFICE)
@require_safe
def night(request: HttpRequest, day: date) -> HttpResponse:
    """One night; asked for by htmx, only the part of it that moves."""
    found = night_of(day, at=timezone.now())
    if found is None:
        raise Http404
    context = {"night": found, "every": WHILE_MOVING if found.is_moving else AT_REST}
    if request.headers.get("HX-Request"):
        return render(request, "office/night_now.html", context)
    return render(request, "office/night.html", framed(request, context))


@gate(SURE_OFFICE)
@require_POST
def run_any(request: HttpRequest) -> HttpResponse:
    """Run the night of the day given in the form."""
    form = DayForm(request.POST)
    if form.is_valid():
        try:
            run_night(day=form.cleaned_data["day"], at=timezone.now())
        except NightRefused as refused:
            form.add_error("day", str(refused))
        else:
            messages.success(request, _("The workers have been asked to run this night."))
            return HttpResponseRedirect(reverse("nights:night", args=[form.cleaned_data["day"]]))
    return _list(request, form, status=422)


@gate(SURE_OFFICE)
@require_POST
def run(request: HttpRequest, day: date) -> HttpResponse:
    """Run this night again, from where it stands."""
    if not Run.unscoped.filter(day=day).exists():
        raise Http404
    try:
        run_night(day=day, at=timezone.now())
    except NightRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The workers have been asked to run this night."))
    return HttpResponseRedirect(reverse("nights:night", args=[day]))


@gate(SURE_OFFICE)
@require_POST
def retry(request: HttpRequest, day: date) -> HttpResponse:
    """Try held accounts again: the one named by `hold`, or all of the day."""
    holds = Hold.unscoped.filter(day=day)
    wanted = request.POST.get("hold", "")
    if wanted:
        holds = holds.filter(pk=int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else holds.none()
    again = let_in(holds, at=timezone.now())
    words = ngettext("%(count)d account will be tried again.", "%(count)d accounts will be tried again.", again)
    messages.add_message(request, messages.SUCCESS if again else messages.WARNING, words % {"count": again})
    return HttpResponseRedirect(reverse("nights:night", args=[day]))


def framed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context with what the back office's menu needs."""
    return {**context, "available_apps": admin.site.get_app_list(request)}
