"""Webhooks of the practice: the list, one with its log, and what is done to it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.hooks import actions, queries
from accounts.desk.hooks.models import Hook, HookDelivery, HookKind
from accounts.desk.hooks.rules import HookProblem
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of


@gate("manage_users")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every address that the practice's news go to."""
    return _listed(request)


@gate("manage_users", step_up=True)
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new one; its secret stands in this answer alone."""
    said = request.POST
    try:
        hook, secret = actions.make(
            who=_who(request),
            name=said.get("name", ""),
            url=said.get("url", "").strip(),
            kinds=said.getlist("kinds"),
            at=timezone.now(),
        )
    except HookProblem as problem:
        return _listed(request, str(problem))
    return _secret(request, hook, secret)


@gate("manage_users")
@require_safe
def show(request: HttpRequest, hook: UUID) -> HttpResponse:
    """One, and what was sent to it, newest first."""
    who = _who(request)
    found = queries.hook_of(who, hook)
    page = page_of(queries.deliveries(found, who), order=["-made_at", "-pk"], query=request.GET)
    return render(request, "hooks/hook.html", {"hook": found, "kinds": _words(found), "page": page})


@gate("manage_users", step_up=True)
@require_POST
def rotate(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Another secret, shown this once."""
    found = queries.hook_of(_who(request), hook)
    return _secret(request, found, actions.rotate(who=_who(request), hook=found, at=timezone.now()))


@gate("manage_users")
@require_POST
def switch(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Stop it, or let it go on."""
    found = queries.hook_of(_who(request), hook)
    actions.switch(who=_who(request), hook=found, on=request.POST.get("on") == "1", at=timezone.now())
    return redirect("hooks:hook", hook)


@gate("manage_users")
@require_POST
def ping(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Send a message that says nothing."""
    found = queries.hook_of(_who(request), hook)
    try:
        actions.ping(who=_who(request), hook=found, at=timezone.now())
        messages.success(request, _("A try is on its way; its answer stands below within a minute."))
    except HookProblem as problem:
        messages.error(request, str(problem))
    return redirect("hooks:hook", hook)


@gate("manage_users")
@require_POST
def remove(request: HttpRequest, hook: UUID) -> HttpResponse:
    """Nothing goes there any more."""
    found = queries.hook_of(_who(request), hook)
    actions.remove(who=_who(request), hook=found, at=timezone.now())
    messages.success(request, _("The webhook %(name)s was removed.") % {"name": found.name})
    return redirect("hooks:list")


@gate("manage_users")
@require_POST
def replay(request: HttpRequest, hook: UUID, delivery: UUID) -> HttpResponse:
    """Send a message once more."""
    who = _who(request)
    found = queries.hook_of(who, hook)
    try:
        actions.replay(who=who, hook=found, delivery=delivery_of(who, found, delivery), at=timezone.now())
        messages.success(request, _("It is sent once more."))
    except HookProblem as problem:
        messages.error(request, str(problem))
    return redirect("hooks:hook", hook)


def delivery_of(who: Who, hook: Hook, pk: UUID) -> HookDelivery:
    """One message that went to a webhook, or no page."""
    found = queries.deliveries(hook, who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _who(request: HttpRequest) -> Who:
    return queries.keeper(request.seat)  # type: ignore[attr-defined]


def _words(hook: Hook) -> list[str]:
    return [str(HookKind(kind).label) for kind in hook.kinds if kind in HookKind.values]


def _listed(request: HttpRequest, problem: str = "") -> HttpResponse:
    rows = [(one, _words(one)) for one in queries.hooks(_who(request))]
    context = {"rows": rows, "kinds": HookKind.choices, "problem": problem, "said": request.POST}
    return render(request, "hooks/hooks.html", context, status=422 if problem else 200)


def _secret(request: HttpRequest, hook: Hook, secret: str) -> HttpResponse:
    answer = render(request, "hooks/secret.html", {"hook": hook, "secret": secret})
    answer["Cache-Control"] = "no-store"
    return answer
