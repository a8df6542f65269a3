"""Pages of links: what one has asked, what one is asked, and the buttons that answer."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ground.access.authority import Relation
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, relation_to, scope
from accounts.ground.applications.forms import refuse_what_is_not_asked
from accounts.ground.applications.queries import own_master
from accounts.ground.linkage import actions
from accounts.ground.linkage.forms import LinkForm
from accounts.ground.linkage.queries import asked_by, asked_link, asked_of, own_link
from accounts.ground.linkage.rules import LinkProblem
from accounts.ground.tree.models import Account, Kind, Status
from accounts.ground.tree.rules import TreeProblem

SHOWN = 50


@gate("view")
def links(request: HttpRequest) -> HttpResponse:
    """Links that wait for one's answer, and links of accounts one sees."""
    who = request.seat  # type: ignore[attr-defined]
    context: dict[str, object] = {"asked": asked_of(who)[:SHOWN], "wishes": asked_by(who)[:SHOWN], "may_join": None}
    if who.is_advisor and not who.is_narrowed and who.can("manage"):
        context["may_join"] = _own(who)
    if not who.is_advisor and who.can("sign"):
        # What an owner can ask for, of the accounts that go anywhere at all.
        context["own"] = scope(who, Account, "sign").filter(kind=Kind.CLIENT, status=Status.OPEN)[:SHOWN]
    return render(request, "linkage/links.html", context)


@gate("sign", step_up=True)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """The owner of an account asks another advisor to take it."""
    return _asking(request, account_for(request.seat, number, "sign"))  # type: ignore[attr-defined]


@gate("manage", step_up=True)
def join(request: HttpRequest, number: str) -> HttpResponse:
    """An advisor asks a top level to take it with every client; nobody asks for somebody else's account."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number, "manage")
    if relation_to(who, account) != Relation.SELF:
        words = _("Only the owner of the account can ask for a link")
        return render(request, "linkage/refused.html", {"words": words}, status=409)
    return _asking(request, account)


@gate("manage", step_up=True)
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept or reject a link that one's own practice is asked for."""
    who = request.seat  # type: ignore[attr-defined]
    refuse_what_is_not_asked(request.POST)
    link, answer = asked_link(who, pk), request.POST.get("answer", "")
    if answer not in ("accept", "reject"):
        raise BadRequest("no such answer")
    try:
        actions.decide(link=link, accept=answer == "accept", by=who.user_id, at=timezone.now())
    except LinkProblem as problem:
        return render(request, "linkage/refused.html", {"words": str(problem)}, status=409)
    messages.success(request, _("Your answer has been recorded."))
    return HttpResponseRedirect(reverse("links:list"))


@gate("view")
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own wish back."""
    who = request.seat  # type: ignore[attr-defined]
    try:
        actions.cancel(link=own_link(who, pk), by=who.user_id, at=timezone.now())
    except LinkProblem as problem:
        return render(request, "linkage/refused.html", {"words": str(problem)}, status=409)
    messages.success(request, _("Your request has been cancelled."))
    return HttpResponseRedirect(reverse("links:list"))


def _asking(request: HttpRequest, account: Account) -> HttpResponse:
    refuse_what_is_not_asked(request.POST)
    who = request.seat  # type: ignore[attr-defined]
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(who=who, account=account, **form.cleaned_data, at=timezone.now())
        except LinkProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The advisor has been asked."))
            return HttpResponseRedirect(reverse("links:list"))
    return render(request, "linkage/ask.html", {"form": form, "account": account}, status=422 if form.errors else 200)


def _own(who):
    try:
        return own_master(who)
    except TreeProblem:
        return None
