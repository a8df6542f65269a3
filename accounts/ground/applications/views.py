"""Pages that start applications and second-level advisors, and the buttons that change an account's status."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.applications import actions
from accounts.ground.applications.forms import ApplicationForm, SecondLevelForm, refuse_what_is_not_asked
from accounts.ground.applications.queries import account_to_change, parent_for
from accounts.ground.clock import exchange_today
from accounts.ground.consents.actions import change_or_ask
from accounts.ground.consents.rules import ConsentProblem
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Kind, Status
from accounts.ground.tree.rules import StatusProblem, TreeProblem


@gate("manage")
def new(request: HttpRequest) -> HttpResponse:
    """Start a client application, an STL master or a sub account."""
    refuse_what_is_not_asked(request.POST)
    try:
        parent = parent_for(request.seat, request.POST.get("below") or request.GET.get("below", ""))  # type: ignore[attr-defined]
    except TreeProblem as problem:
        return render(request, "applications/refused.html", {"words": str(problem)}, status=409)
    form = ApplicationForm(
        request.POST or None,
        parent=parent,
        initial={"base_currency": parent.base_currency, "kind": request.GET.get("kind", Kind.CLIENT)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            account = actions.start(parent=parent, **form.cleaned_data, day=exchange_today())
        except TreeProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The application has been started."))
            return _at(account)
    context = {"form": form, "parent": parent}
    return render(request, "applications/new.html", context, status=422 if form.errors else 200)


@gate("manage")
def second_level(request: HttpRequest) -> HttpResponse:
    """Create a second-level advisor with its practice."""
    refuse_what_is_not_asked(request.POST)
    try:
        top = parent_for(request.seat, request.POST.get("below") or request.GET.get("below", ""))  # type: ignore[attr-defined]
    except TreeProblem as problem:
        return render(request, "applications/refused.html", {"words": str(problem)}, status=409)
    form = SecondLevelForm(request.POST or None, initial={"base_currency": top.base_currency})
    if request.method == "POST" and form.is_valid():
        try:
            master = tree.create_second_level(top=top, **form.cleaned_data, day=exchange_today())
        except TreeProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The second-level advisor has been created."))
            return _at(master)
    context = {"form": form, "parent": top}
    return render(request, "applications/second_level.html", context, status=422 if form.errors else 200)


@gate("manage")
@require_POST
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Give an account another status; what the transitions do not have is answered with 409."""
    refuse_what_is_not_asked(set(request.POST) - {"status"})
    status = request.POST.get("status", "")
    try:
        account = account_to_change(request.seat, number)  # type: ignore[attr-defined]
        if status not in Status.values:
            raise BadRequest("no such status")
        who = request.seat  # type: ignore[attr-defined]
        waiting = change_or_ask(who=who, account=account, status=status, at=timezone.now())
    except (TreeProblem, ConsentProblem) as problem:
        return _refused(request, number, str(problem))
    if waiting:
        messages.success(request, _("The client has been asked; nothing changes before the client agrees."))
    else:
        messages.success(request, _("The account is now: %(status)s.") % {"status": Status(status).label})
    return _at(account)


@gate("manage")
@require_POST
def delete(request: HttpRequest, number: str) -> HttpResponse:
    """Delete an application that is one; anything else is answered with 409."""
    try:
        account = account_to_change(request.seat, number)  # type: ignore[attr-defined]
        tree.delete_application(account=account, day=exchange_today())
    except StatusProblem as problem:
        return _refused(request, number, str(problem))
    messages.success(request, _("The application has been deleted. It can be started again for six months."))
    return _at(account)


def _at(account: Account) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('structure:tree')}?node={account.number}")


def _refused(request: HttpRequest, number: str, words: str) -> HttpResponse:
    account = account_for(request.seat, number)  # type: ignore[attr-defined]
    return render(request, "applications/refused.html", {"account": account, "words": words}, status=409)
