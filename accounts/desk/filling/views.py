"""The pages of a semi-electronic application: begun with a user name that stays, then the same pages a client has."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.desk.applying import queries
from accounts.desk.applying.actions import Wish
from accounts.desk.applying.behind import of_row
from accounts.desk.applying.forms import SemiForm
from accounts.desk.applying.rules import ApplicationProblem
from accounts.desk.filling import actions
from accounts.ground.access.gates import gate
from accounts.ground.applications.forms import refuse_what_is_not_asked
from accounts.ground.applications.queries import own_master
from accounts.ground.clock import exchange_today
from accounts.ground.tree.rules import TreeProblem


@gate("manage")
def begin(request: HttpRequest) -> HttpResponse:
    """Start an application that the practice fills in."""
    refuse_what_is_not_asked(set(request.POST))
    who = request.seat  # type: ignore[attr-defined]
    try:
        parent = own_master(who)
    except TreeProblem as problem:
        return _refused(request, problem)
    form = SemiForm(
        request.POST or None, initial={"base_currency": parent.base_currency, "language": request.LANGUAGE_CODE}
    )
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        name, at, day = said.pop("username"), timezone.now(), exchange_today()
        try:
            made = actions.begin(who=who, parent=parent, wish=Wish(**said), username=name, at=at, day=day)
        except (ApplicationProblem, TreeProblem) as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("filling:fill_application", number=made.account.number, step="person")
    return render(request, "filling/begin.html", {"form": form}, status=422 if form.errors else 200)


@gate("manage")
@sensitive_post_parameters()
def fill(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """One page of questions, answered by the practice."""
    who = request.seat  # type: ignore[attr-defined]
    if "username" in request.POST:
        raise BadRequest("a user name stays as it was given")
    try:
        application = queries.begun(who, number)
        actions.check_open(application)
        behind = of_row(application)
        slugs = [one.slug for one in behind.steps]
        waits = next((slug for slug in slugs if slug not in behind.answers), "")
        if step not in slugs or (waits and slugs.index(step) > slugs.index(waits)):
            return redirect("filling:fill_application", number=application.account.number, step=waits or slugs[0])
        shape = behind.steps[slugs.index(step)]
        data = request.POST if request.method == "POST" else None
        known, day = behind.begun(shape), exchange_today()
        form = shape(data, initial=known, kind=behind.kind, day=day, answers=behind.answers)
        if request.method == "POST" and form.is_valid():
            actions.save(application=application, form=form)
            following = slugs[slugs.index(step) + 1 :]
            if following:
                return redirect("filling:fill_application", number=application.account.number, step=following[0])
            return redirect("applying:application_tasks", number=application.account.number)
    except ApplicationProblem as problem:
        return _refused(request, problem)
    steps = [
        {"slug": one.slug, "words": one.words, "is_done": one.slug in behind.answers, "is_here": one.slug == step}
        for one in behind.steps
    ]
    context = {"form": form, "steps": steps, "application": application, "account": application.account}
    return render(request, "filling/step.html", context, status=422 if form.errors else 200)


def _refused(request: HttpRequest, problem: Exception) -> HttpResponse:
    return render(request, "applying/refused.html", {"words": str(problem)}, status=409)
