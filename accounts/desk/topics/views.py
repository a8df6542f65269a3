"""Account settings: the accounts one sees, each with the topics that there are for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.desk.lei.queries import subjects_among
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import scope
from accounts.ground.paging import page_of
from accounts.ground.tree.models import HOLDING_KINDS, Account, Status


@gate("view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Open accounts by title."""
    who = request.seat  # type: ignore[attr-defined]
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = scope(who, Account).filter(kind__in=HOLDING_KINDS, status=Status.OPEN)
    for word in text.split():
        rows = rows.filter(number__icontains=word) | rows.filter(title__icontains=word)
    page = page_of(rows, order=["sort_key", "pk"], query=request.GET)
    reporting = subjects_among(page.rows)
    context = {"page": page, "text": text, "rows": [(one, one.pk in reporting) for one in page.rows]}
    return render(request, "desk/topics/accounts.html", context)
