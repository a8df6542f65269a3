"""The pages of the nights: the list, and one night at work, which brings itself up to date."""

from datetime import date, datetime
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
from accounts.ground.people.queries import desk_users
from accounts.ground.runs.actions import retry as let_in
from accounts.ground.runs.models import Hold, Run
from accounts.ground.tree.models import Account
from portal.nightly import NightRefused
from portal.office.actions import (
    LONGEST_REASON,
    DecisionRefused,
    hold_back,
    let_go,
    pause_night,
    resume_night,
    run_night,
    use_day_before,
)
from portal.office.listing import BAR_STEP, bars_of, nights, usual_of
from portal.office.logs import log_of
from portal.office.queries import night_of
from portal.office.rules import NIGHTS_COMPARED
from portal.office.watching import choose, may_be_woken

# How often the page of a night asks for itself, in seconds: while it moves, and when it rests.
WHILE_MOVING, AT_REST = 2, 60


class DayForm(forms.Form):
    """Which night to run."""

    day = forms.DateField(label=gettext_lazy("Business day"), widget=forms.DateInput(attrs={"type": "date"}))


class DecisionForm(forms.Form):
    """What is decided about a night or one of its accounts, and why."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("pause", "resume", "carry", "hold", "release")])
    hold = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    account = forms.CharField(required=False, max_length=10)
    day = forms.DateField(required=False)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)


class WatchForm(forms.Form):
    """Who is woken, and the night whose page it was said on."""

    user = forms.TypedChoiceField(required=False, choices=lambda: [("", ""), *desk_users()], coerce=int, empty_value=0)
    day = forms.DateField(required=False)


DONE = {
    "pause": gettext_lazy("The night stops at once; the accounts that are being done are done anew when it goes on."),
    "resume": gettext_lazy("The night goes on."),
    "carry": gettext_lazy("The value of the day before stands until the broker's comes."),
    "hold": gettext_lazy("The account is held back until somebody lets it in."),
    "release": gettext_lazy("The account is let in."),
}


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
    context: dict[str, Any] = {"night": found, "every": WHILE_MOVING if found.is_moving else AT_REST}
    if request.headers.get("HX-Request"):
        return render(request, "office/night_now.html", context)
    context["desk"] = list(may_be_woken())
    return render(request, "office/night.html", framed(request, context))


@gate(OFFICE)
@require_safe
def log(request: HttpRequest, day: date) -> HttpResponse:
    """What happened in a night, in the order of its instants."""
    found = Run.unscoped.filter(day=day).first()
    if found is None:
        raise Http404
    return render(request, "office/night_log.html", framed(request, {"run": found, "lines": log_of(found)}))


@gate(SURE_OFFICE)
@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """Say who is woken when a night stops."""
    form = WatchForm(request.POST)
    if form.is_valid():
        choose(user_id=form.cleaned_data["user"] or None, by=request.user.pk or 0, at=timezone.now())
        messages.success(request, _("Noted."))
    else:
        messages.error(request, _("Nobody of the back office was chosen."))
    day = form.cleaned_data.get("day")
    return HttpResponseRedirect(reverse("nights:night", args=[day]) if day else reverse("nights:list"))


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


@gate(SURE_OFFICE)
@require_POST
def decide(request: HttpRequest, day: date) -> HttpResponse:
    """Pause a night or let it go on, hold an account back or let it in, or let the value of the day before stand."""
    form = DecisionForm(request.POST)
    onward = HttpResponseRedirect(reverse("nights:night", args=[day]))
    if not Run.unscoped.filter(day=day).exists():
        onward = HttpResponseRedirect(reverse("nights:list"))
    try:
        if not form.is_valid():
            raise DecisionRefused(_("That is not one of the things that can be decided."))
        act_on(day, form.cleaned_data, by=request.user.pk, at=timezone.now())
    except DecisionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, str(DONE[form.cleaned_data["act"]]))
    return onward


@gate(SURE_OFFICE)
@require_POST
def decide_any(request: HttpRequest) -> HttpResponse:
    """The same about the day given in the form, for a night that has not begun yet."""
    form = DayForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    return decide(request, form.cleaned_data["day"])


def act_on(day: date, told: dict[str, Any], *, by: int | None, at: datetime) -> None:
    """Do what was decided; DecisionRefused says why not."""
    said: dict[str, Any] = {"reason": told["reason"], "by": by, "at": at}
    act = told["act"]
    if act in ("pause", "resume"):
        (pause_night if act == "pause" else resume_night)(day=day, **said)
        return
    hold = Hold.unscoped.filter(pk=told["hold"] or 0, day=day).select_related("account").first()
    if act == "hold":
        number = told["account"].strip().upper()
        account = hold.account if hold else Account.unscoped.filter(number=number, moved_on=None).first()
        if account is None:
            raise DecisionRefused(_("There is no account of that number."))
        hold_back(account=account, day=day, **said)
    elif hold is None:
        raise DecisionRefused(_("That account is not held on this day."))
    else:
        (use_day_before if act == "carry" else let_go)(hold=hold, **said)


def framed(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context with what the back office's menu needs."""
    return {**context, "available_apps": admin.site.get_app_list(request)}
