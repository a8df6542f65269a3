"""The list of the broker's charges that an advisor offered to pay, and who paid each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.queries import typed
from fees.borne.models import ChargeKind
from fees.borne.queries import listed
from fees.borne.report import report
from fees.borne.words import told
from fees.engine.payer import Payer


@gate("set_fees")
@require_safe
def charges(request: HttpRequest) -> HttpResponse:
    """The latest night first."""
    who = request.seat  # type: ignore[attr-defined]
    payer, kind = request.GET.get("payer", ""), request.GET.get("kind", "")
    text = typed(request.GET.get("q"))
    page = page_of(listed(who, payer=payer, kind=kind, text=text), order=["-day", "place", "pk"], query=request.GET)
    context = {
        "page": page,
        "rows": [told(one) for one in page.rows],
        "payer": payer if payer in tuple(Payer) else "",
        "kind": kind if kind in ChargeKind else "",
        "kinds": ChargeKind.choices,
        "typed": text,
    }
    return render(request, "fees/borne/list.html", context)


@gate("report")
@require_safe
def account_cap(request: HttpRequest, number: str) -> HttpResponse:
    """How far one account's fees are from the rolling cap, and what its owner and its advisor bore."""
    who = request.seat  # type: ignore[attr-defined]
    account, sealed = account_for(who, number, "report"), sealed_day()
    context = {"account": account, "report": report(who, account, sealed) if sealed else None}
    return render(request, "fees/borne/account.html", context)
