"""Pages of corporate actions: what happened, what waits for a choice, one action with its accounts, choosing."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.broker.corporate import queries
from accounts.broker.corporate.actions import ElectionClosed, ElectionProblem, elect
from accounts.broker.corporate.models import VoluntaryAction
from accounts.broker.corporate.words import KINDS, kind_words
from accounts.ground.access.authority import is_allowed
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import relation_to
from accounts.ground.paging import page_of

TOLD_SHOWN = 100
ANNOUNCED_SHOWN = 50


@gate("view")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Elections above, what statements tell below; filtered by kind and by symbol."""
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    symbol = request.GET.get("q", "").strip().upper().replace("\0", "")[:60]
    asked, told = queries.announced(who), queries.told(who)
    if symbol:
        asked, told = asked.filter(symbol__startswith=symbol), told.filter(symbol__startswith=symbol)
    if state == "open":
        asked = asked.filter(deadline__gt=at, withdrawn_at=None)
    elif state == "closed":
        asked = asked.filter(Q(deadline__lte=at) | Q(withdrawn_at__isnull=False))
    if kind in KINDS:
        told = told.filter(kind=kind)
    rows = [queries.as_told(row) for row in told[: TOLD_SHOWN + 1]]
    context = {
        "asked": [(one, one.is_open(at)) for one in asked[:ANNOUNCED_SHOWN]],
        "told": [(one, kind_words(one.kind)) for one in rows[:TOLD_SHOWN]],
        "has_more": len(rows) > TOLD_SHOWN,
        "kinds": KINDS.items(),
        "kind": kind,
        "state": state,
        "q": symbol,
    }
    return render(request, "broker/corporate/list.html", context)


@gate("view")
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """An action of the statements with one's accounts that it touched."""
    who, key = request.seat, request.GET.get("of", "").replace("\0", "")  # type: ignore[attr-defined]
    if not key:
        return redirect("trading:corporate_actions")
    rows = queries.lines_of(who, key)
    first = rows[0]
    page = page_of(rows, order=["account__sort_key", "account_id", "pk"], query=request.GET)
    context = {"first": first, "what": kind_words(first.kind), "page": page}
    return render(request, "broker/corporate/told.html", context)


@gate("view")
@require_GET
def announcement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An announcement, its terms, and every entitled account with its choice."""
    who = request.seat  # type: ignore[attr-defined]
    return _page(request, queries.announcement(who, pk))


@gate("trade")
@require_POST
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose for one account."""
    who = request.seat  # type: ignore[attr-defined]
    action = queries.announcement(who, pk)
    number, text = request.POST.get("account", "").replace("\0", ""), request.POST.get("choice", "")
    if not number:
        return _page(request, action, _("Say for which account."), 422)
    choice = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else -1
    try:
        row = elect(who=who, pk=pk, number=number, choice=choice, at=timezone.now())
    except ElectionProblem as problem:
        return _page(request, action, str(problem), 409 if isinstance(problem, ElectionClosed) else 422)
    words = {"number": row.account.number, "option": action.options[choice]}
    messages.success(request, _("%(number)s: %(option)s. It can be changed until the deadline.") % words)
    return redirect("trading:announcement", pk)


def _page(request: HttpRequest, action: VoluntaryAction, problem: str = "", status: int = 200) -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    page = page_of(queries.entitled(who, action), order=["account__sort_key", "account_id"], query=request.GET)
    is_open = action.is_open(timezone.now())
    may = is_open and who.behind is None and who.can("trade")
    rows = [(row, may and is_allowed(who.role, "trade", relation_to(who, row.account))) for row in page.rows]
    context = {"asked": action, "is_open": is_open, "rows": rows, "page": page, "problem": problem}
    return render(request, "broker/corporate/announcement.html", context, status=status)
