"""The page of allocation minimums: the plan, who pays for all clients, and who for single ones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.dates import day_text
from accounts.ground.paging import page_of
from accounts.ground.tree.queries import typed
from fees.engine.allocation_minimum import CEILINGS, VALUE_SHARE
from fees.minimums import actions, queries
from fees.minimums.models import PAYERS, PLANS, MinimumChoice
from fees.minimums.rules import MinimumRefused
from fees.proofs.words import tell


@gate("set_fees")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What stands, what follows, and the clients that have a choice of their own."""
    who = _who(request)
    page = page_of(queries.exceptions(who), order=["-pk"], query=request.GET)
    context = {
        "standing": queries.for_all(who, exchange_today()),
        "page": page,
        "rows": page.rows,
        "plans": [(value, words, CEILINGS[value]) for value, words in PLANS],  # type: ignore[index]
        "payers": PAYERS,
        "share": (VALUE_SHARE * 100).normalize(),
        "may_choose": not who.is_narrowed,
        "today": exchange_today(),
    }
    return render(request, "fees/minimums/desk.html", context)


@gate("set_fees", step_up=True)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """For all clients."""
    try:
        made = actions.choose(
            who=_who(request),
            plan=request.POST.get("plan", ""),
            payer=request.POST.get("payer", ""),
            at=timezone.now(),
        )
    except MinimumRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _said(made))
    return _back()


@gate("set_fees", step_up=True)
@require_POST
def choose_for(request: HttpRequest) -> HttpResponse:
    """For one client, by its number."""
    who = _who(request)
    account = account_for(who, typed(request.POST.get("number")), "set_fees")
    try:
        made = actions.choose_for(who=who, account=account, payer=request.POST.get("payer", ""), at=timezone.now())
    except MinimumRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _said(made))
    return _back()


def _said(made: MinimumChoice | None) -> str:
    if made is None:
        return _("It stands so already.")
    return _("Saved; it holds for trades from %(day)s on.") % {"day": day_text(made.starts)}


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("fees:allocation_minimums"))


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
