"""The pages of people who own accounts: their home, and what waits for their word."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.desk.messages.queries import threads
from accounts.ground.access.authority import may_ever
from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from fees.engine.registry import EVERY
from portal.clients import queries
from portal.clients.rules import recent_months

DECISIONS_SHOWN = 5
THREADS_SHOWN = 3
ELSEWHERE_SHOWN = 50


def home(request: HttpRequest) -> HttpResponse:
    """What one has, what was charged, what waits; `portal.dashboard` shows it to owners in place of the dashboard."""
    who, sealed = request.seat, sealed_day()  # type: ignore[attr-defined]
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
