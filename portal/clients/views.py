"""The pages of people who own accounts: their home, and what waits for their word."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.desk.lei.queries import to_ask
from accounts.desk.messages.queries import threads
from accounts.ground.access.authority import may_ever
from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account
from fees.engine.registry import EVERY
from portal.clients import queries
from portal.clients.rules import recent_months

DECISIONS_SHOWN = 5
THREADS_SHOWN = 3
ELSEWHERE_SHOWN = 50


def home(request: HttpRequest) -> HttpResponse:
    """What one has, what was charged, what waits; `portal.dashboard` shows it to owners in place of the dashboard."""
    who, sealed = request.seat, sealed_day()  # type: ignore[attr-defined]
    if (asked := _asked_once(request)) is not None:
        return redirect("settings:lei", asked.number)
    found = queries.holdings(who, sealed)
    charge = queries.last_charge(who, sealed)
    first = next((one for one in found if one.nlv is not None), None)
    signs = may_ever(who.role, "sign")
    context = {
        "sealed": sealed,
        "holdings": found,
        "totals": queries.totals(found),
        "charge": charge,
        "method": _(EVERY[charge.method].title) if charge else "",
        "signs": signs,
        "waiting": list(queries.to_decide(who)[:DECISIONS_SHOWN]) if signs else [],
        "threads": list(threads(who).order_by("-last_at", "pk")[:THREADS_SHOWN]),
        "months": recent_months(first.since, first.day) if first else [],
        "first": first.account if first else None,
    }
    return render(request, "clients/home.html", context)


def _asked_once(request: HttpRequest) -> Account | None:
    """An account of the owner's that has to elect an LEI: asked for once a sign-in, until the election is made."""
    who = request.seat  # type: ignore[attr-defined]
    if who.behind is not None or "lei_asked" in request.session:
        return None
    request.session["lei_asked"] = True
    return to_ask(who)


@gate("sign")
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for one's word, what waits elsewhere, and what has been decided."""
    who = request.seat  # type: ignore[attr-defined]
    context = {
        "waiting": list(queries.to_decide(who)[:ELSEWHERE_SHOWN]),
        "elsewhere": list(queries.elsewhere(who)[:ELSEWHERE_SHOWN]),
        "page": page_of(queries.decided(who), order=["-finished_at", "pk"], query=request.GET, size=20),
    }
    return render(request, "clients/approvals.html", context)
