"""Feeds: the page that makes and ends them, and the address that calendar programs read."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ground.access.address import client_address
from accounts.ground.access.context import enter
from accounts.ground.access.gates import PUBLIC, gate
from accounts.ground.access.middleware import UNKNOWN, spend
from accounts.ground.access.scope import NotAllowed
from accounts.ground.addresses.queries import is_turned_away
from crm.calendar.writing_files import as_file
from crm.feeds import actions, queries
from crm.vault.context import opened
from crm.vault.engine.feeds import read_secret
from crm.vault.queries import is_member
from crm.vault.rules import PROVED, member_seat

CALLS_AN_HOUR = 120


@gate(PROVED)
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """One's own feeds; the address of a new one is shown once."""
    vault, address = opened(request), ""
    if request.method == "POST":
        is_full, is_open = request.POST.get("tells") == "all", request.POST.get("is_open") == "1"
        _feed, secret = actions.make(vault=vault, is_full=is_full, is_open=is_open, at=timezone.now())
        address = settings.PUBLIC_URL.rstrip("/") + reverse("feeds:read", args=[secret])
    context = {"feeds": queries.own(vault.who), "address": address}
    return render(request, "crm/feeds/feeds.html", context)


@gate(PROVED)
@require_POST
def end(request: HttpRequest, feed: UUID) -> HttpResponse:
    """The address is dead from now on."""
    vault = opened(request)
    found = queries.own(vault.who).filter(pk=feed).first()
    if found is None:
        raise Http404
    actions.end(vault=vault, feed=found, at=timezone.now())
    messages.success(request, _("The address is dead from now on."))
    return redirect("feeds:list")


@gate(PUBLIC)
@require_safe
def read(request: HttpRequest, secret: str) -> HttpResponse:
    """What the address tells; anything else about it is not there."""
    known = read_secret(secret)
    found = queries.found_by(known[1]) if known else None
    if known is None or found is None:
        raise Http404
    pk, user_id, seat_id, is_open = found
    at, address = timezone.now(), client_address(request) or UNKNOWN
    if not is_open and is_turned_away(user_id, address, seat_id):
        raise Http404
    if wait := spend(f"feed/{pk}", most=CALLS_AN_HOUR, at=at):
        # Not 404: a calendar program drops an address that is gone.
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    who = enter(user_id, seat_id=seat_id)
    try:
        feed = queries.own(member_seat(who)).filter(pk=pk).first()
    except NotAllowed:
        raise Http404 from None
    if feed is None or who is None or not is_member(who):
        raise Http404
    content = as_file(queries.told(who, feed, known[0], at, "Busy"), name="Advisor Portal")
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
