"""The Investors' Marketplace: finding a firm, its page, and the listing of one's own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk.marketplace import actions, queries
from accounts.desk.marketplace.forms import CATEGORIES, ListingForm
from accounts.desk.marketplace.models import SAID, Listing, ListingCategory
from accounts.desk.marketplace.rules import ListingProblem, Said
from accounts.ground.access.context import Who
from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.access.scope import NotAllowed
from accounts.ground.paging import page_of


@gate(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every approved listing, by category, region and words."""
    _visitor(request)
    category, region, text = (request.GET.get(name, "") for name in ("category", "region", "q"))
    rows = queries.listed(category=category, region=region, text=text)
    page = page_of(rows, order=["name", "pk"], query=request.GET)
    context = {
        "page": page,
        "categories": CATEGORIES,
        "category": category if category in ListingCategory.values else "",
        "region": region[: queries.LONGEST_SEARCH],
        "typed": text[: queries.LONGEST_SEARCH],
        "is_asked": bool(category or region or text),
    }
    return render(request, "desk/marketplace/home.html", context)


@gate(SIGNED_IN)
@require_safe
def listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page of one firm, with the way to write to it and, of a money manager of one's own, to assign an account."""
    who = _visitor(request)
    found = queries.listing_for(who, pk)
    is_own = found.practice_id == queries.own_practice(who)
    context = {
        "listing": found,
        "is_own": is_own,
        "manager": queries.manager_of(who, found) if who.can("manage") else None,
        "contact": "" if is_own else _contact(who, found),
    }
    return render(request, "desk/marketplace/listing.html", context)


@gate(SIGNED_IN)
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What one's own practice has written, and where each stands."""
    who = _visitor(request)
    held = {one.category: one for one in queries.own_listings(who)}
    rows = [(value, label, held.get(value)) for value, label in ListingCategory.choices]
    return render(request, "desk/marketplace/own.html", {"rows": rows, "writes": queries.may_list(who)})


@gate(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, category: str) -> HttpResponse:
    """Write the listing of a category, or write it anew."""
    who = _speaker(request)
    label = _category(category)
    held = queries.own_listings(who).filter(category=category).first()
    initial = {name: getattr(held, name) for name in SAID} if held else {"name": _name(who)}
    form = ListingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write(who=who, category=category, said=Said(**form.cleaned_data), at=timezone.now())
        except ListingProblem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved as a draft. Submit it when it is ready."))
            return redirect("marketplace:own")
    context = {"form": form, "category": category, "label": label, "held": held}
    return render(request, "desk/marketplace/write.html", context, status=422 if form.errors else 200)


@gate(SIGNED_IN)
@require_POST
def submit(request: HttpRequest, category: str) -> HttpResponse:
    """Put the draft before the back office."""
    return _moved(request, category, actions.submit, _("The back office has your listing."))


@gate(SIGNED_IN)
@require_POST
def withdraw(request: HttpRequest, category: str) -> HttpResponse:
    """Take the listing off the marketplace."""
    return _moved(request, category, actions.withdraw, _("The listing is withdrawn; nobody else reads it."))


def _moved(request: HttpRequest, category: str, act: Callable[..., Listing], words: str) -> HttpResponse:
    who = _speaker(request)
    _category(category)
    try:
        act(who=who, category=category, at=timezone.now())
    except ListingProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, words)
    return redirect("marketplace:own")


def _visitor(request: HttpRequest) -> Who:
    return queries.visitor(request.seat)  # type: ignore[attr-defined]


def _speaker(request: HttpRequest) -> Who:
    who = _visitor(request)
    if not queries.may_list(who):
        raise NotAllowed("manage", _("Only who manages the practice's accounts writes its listing."))
    return who


def _category(category: str) -> str:
    if category not in ListingCategory.values:
        raise Http404
    return str(ListingCategory(category).label)


def _name(who: Who) -> str:
    master = queries.own_master(who)
    return master.title if master else ""


def _contact(who: Who, found: Listing) -> str:
    """The address of a ticket that the back office passes on; "" for who has no message center."""
    master = queries.own_master(who)
    if master is None:
        return ""
    said: dict[str, Any] = {"account": master.number, "category": "other"}
    said["subject"] = _("Marketplace: %(name)s") % {"name": found.name}
    return f"{reverse('messages:new_ticket')}?{urlencode(said)}"
