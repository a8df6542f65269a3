"""The list of differences between what was agreed and what was billed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of
from accounts.ground.tree.queries import typed
from fees.differences.models import DifferenceReason
from fees.differences.queries import SHOWS, listed
from fees.differences.words import told


@gate("set_fees")
@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """What is open, what ended, or all; the latest first."""
    who = request.seat  # type: ignore[attr-defined]
    show = request.GET.get("show", "open")
    reason, text = request.GET.get("reason", ""), typed(request.GET.get("q"))
    rows = listed(who, show=show, reason=reason, text=text)
    page = page_of(rows, order=["-day", "pk"], query=request.GET)
    context = {
        "page": page,
        "rows": [told(one) for one in page.rows],
        "show": show if show in SHOWS else "open",
        "reason": reason if reason in DifferenceReason.values else "",
        "reasons": DifferenceReason.choices,
        "typed": text,
    }
    return render(request, "fees/differences/list.html", context)
