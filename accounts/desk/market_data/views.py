"""The page of market data: packages with their price, one's own, and what all users of one's place cost."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.market_data import actions, queries
from accounts.desk.market_data.models import MarketDataOffer
from accounts.ground.access.gates import gate


@gate("view", needs="market_data")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every package, and what one has."""
    return _page(request)


@gate("view", step_up=True, needs="market_data")
@require_POST
def subscribe(request: HttpRequest, code: str) -> HttpResponse:
    """Take a package for one's own user."""
    offer = offer_for(code)
    try:
        actions.subscribe(who=request.seat, offer=offer, at=timezone.now())  # type: ignore[attr-defined]
    except actions.MarketDataProblem as problem:
        return _page(request, str(problem))
    messages.success(request, _("You have subscribed to %(name)s.") % {"name": offer.name})
    return redirect("settings:market_data")


@gate("view", needs="market_data")
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Give a package of one's own up."""
    offer = offer_for(code)
    try:
        actions.end(who=request.seat, offer=offer, at=timezone.now())  # type: ignore[attr-defined]
    except actions.MarketDataProblem as problem:
        return _page(request, str(problem))
    messages.success(request, _("The subscription to %(name)s has ended.") % {"name": offer.name})
    return redirect("settings:market_data")


def offer_for(code: str) -> MarketDataOffer:
    """A package by its code, or no page."""
    offer = queries.offer_of(code)
    if offer is None:
        raise Http404
    return offer


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    manages = who.has("manage_users")
    context = {
        "offers": queries.offers(who),
        "own_cost": queries.cost_of_own(who),
        "manages": manages,
        "by_user": queries.cost_by_user(who) if manages else [],
        "together": queries.cost_of_place(who) if manages else [],
        "problem": problem,
    }
    return render(request, "desk/topics/market_data.html", context, status=422 if problem else 200)
