"""The goals of clients: the list, a new one, and one with what its simulation says."""

from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.queries import typed
from portal.tools.goals import actions, queries
from portal.tools.goals.actions import GoalProblem
from portal.tools.goals.chart import chart_of
from portal.tools.goals.forms import GoalForm, stored
from portal.tools.goals.models import Goal
from portal.tools.goals.rules import band, payments
from portal.tools.goals.words import BANDS
from portal.tools.rmd.views import advisor

USUAL_PROFILE = "moderate"
# Days after which a run is said to be old.
STALE_AFTER = 31


@gate("report")
@require_safe
def goals(request: HttpRequest) -> HttpResponse:
    """Goals of the accounts one sees, those that come first on top."""
    who, number = advisor(request), typed(request.GET.get("account"))
    page = page_of(queries.goals(who, number), order=["starts_on", "pk"], query=request.GET)
    rows = [(one, *BANDS[band(one.probability)]) for one in page.rows]
    return render(request, "tools/goals/goals.html", {"page": page, "rows": rows, "number": number})


@gate("report")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new goal; its key comes with the form, so that two clicks make one."""
    who = advisor(request)
    if request.method != "POST":
        begin = {"number": typed(request.GET.get("account")), "profile": USUAL_PROFILE}
        return _form(request, GoalForm(initial=begin), uuid4())
    form, key = GoalForm(request.POST), _key(request.POST.get("key", ""))
    # Of the seat, so that nobody can mean a goal of somebody else by a key.
    found = _kept(who, form, uuid5(key, str(who.seat_id)))
    return redirect("tools:goal", found.pk) if found else _form(request, form, key, status=422)


@gate("report")
@require_http_methods(["GET", "HEAD", "POST"])
def goal(request: HttpRequest, goal: UUID) -> HttpResponse:
    """One goal: how likely it is, the paths, what it takes; sent back, it is changed and run again."""
    who = advisor(request)
    found = queries.one(who, goal)
    if found is None:
        raise Http404
    form = None
    if request.method == "POST":
        form = GoalForm({**request.POST.dict(), "number": found.account.number}, is_new=False)
        if _kept(who, form, found.pk):
            messages.success(request, _("Saved and run."))
            return redirect("tools:goal", found.pk)
    context = {**_told(found), "form": form or GoalForm(initial=stored(found), is_new=False)}
    context["may_write"] = found.account.practice_id == who.practice_id
    return render(request, "tools/goals/goal.html", context, status=422 if form else 200)


@gate("report")
@require_POST
def forget(request: HttpRequest, goal: UUID) -> HttpResponse:
    """Remove it."""
    who = advisor(request)
    found = queries.one(who, goal)
    if found is None:
        raise Http404
    actions.forget(who=who, goal=found)
    messages.success(request, _("The goal is gone."))
    return redirect("tools:goals")


def _kept(who: Who, form: GoalForm, key: UUID) -> Goal | None:
    """The goal of a form, kept; None where something is wrong, and then the form says what."""
    if not form.is_valid():
        return None
    try:
        return actions.keep(
            who=who,
            account=account_for(who, form.cleaned_data["number"], "report"),
            aim=form.aim,
            start=form.cleaned_data["start"],
            key=key,
            sealed=sealed_day(),
            today=exchange_today(),
            at=timezone.now(),
        )
    except Http404:
        form.add_error("number", _("There is no such account among those you see."))
    except GoalProblem as problem:
        for name, msgid in problem.problems.items():
            form.add_error(name if name in form.fields else None, _(msgid))
    return None


def _form(request: HttpRequest, form: GoalForm, key: UUID, status: int = 200) -> HttpResponse:
    return render(request, "tools/goals/form.html", {"form": form, "key": key}, status=status)


def _told(found: Goal) -> dict[str, object]:
    word, mood = BANDS[band(found.probability)]
    due = payments(queries.aim_of(found), found.ran_on)
    exact = found.outcome["closed_form"]
    return {
        "goal": found,
        "chart": chart_of(found.outcome, found.ran_from, found.ran_on),
        "word": word,
        "mood": mood,
        "needed": Decimal(found.outcome["needed"]),
        "all_payments": sum(due.values(), Decimal(0)),
        "payments": len(due),
        "exact": None if exact is None else Decimal(exact),
        "is_stale": (exchange_today() - found.ran_on).days > STALE_AFTER,
    }


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
