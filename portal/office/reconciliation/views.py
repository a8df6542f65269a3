"""The page on which expected fees, the ledger and the broker's own lines are held against each other."""

from collections import Counter
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import OFFICE, gate
from accounts.ground.clock import exchange_today
from fees.reconciliation.queries import MOST_LISTED, differences, sides
from fees.reconciliation.rules import WORDS, Kind
from portal.office.views import framed

STRETCH = timedelta(days=30)
SHOWN = 200


@gate(OFFICE)
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What differs now, the oldest first, and the totals of thirty days."""
    today = exchange_today()
    found = differences(today)
    counts = Counter(one.kind for one in found)
    show = request.GET.get("show", "")
    rows = [one for one in found if one.kind == show] if show in list(Kind) else found
    context = {
        "day": today,
        "sides": sides(today - STRETCH, today),
        "rows": rows[:SHOWN],
        "is_cut": len(rows) > SHOWN or max(counts.values(), default=0) >= MOST_LISTED,
        "total": len(found),
        "counts": [(kind.value, WORDS[kind], counts[kind]) for kind in Kind if counts[kind]],
        "show": show,
    }
    return render(request, "office/reconciliation.html", framed(request, context))
