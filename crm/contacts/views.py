"""The list of contacts: counts as filters, search, chips, pages, trash."""

from collections.abc import Iterator
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import HOLDERS
from accounts.ground.tree.models import Status as AccountStatus
from crm.contacts import actions, queries
from crm.contacts.models import Kind, State
from crm.contacts.queries import Filters
from crm.vault.context import opened

PLACE = ("after", "before")


@gate(SIGNED_IN)
@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Everybody in the client book, found, filtered and sorted by the address."""
    vault, filters = opened(request), Filters.of(request.GET)
    rows = queries.narrowed(vault, queries.book(vault.who, in_trash=filters.in_trash), filters)
    counted = queries.counts(rows)
    shown = rows.filter(state=filters.state) if filters.state else rows
    sort = request.GET.get("sort", queries.USUAL_ORDER)
    page = page_of(shown, order=queries.order(sort), query=request.GET, is_counted=False)
    page = replace(page, total=counted[filters.state])
    context = {
        "page": page,
        "rows": queries.with_accounts(vault.who, page.rows, sealed_day()),
        "sort": sort,
        "filters": filters,
        "counts": [(state, word, counted[state]) for state, word in (("", _("Total")), *State.choices)],
        "kinds": Kind.choices,
        "types": HOLDERS,
        "statuses": AccountStatus.choices,
        "chips": list(_chips(filters, request.GET)),
        "is_filtering": request.GET.get("filter") == "1",
    }
    return render(request, "crm/contacts/contacts.html", context)


@gate(SIGNED_IN)
@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """A contact for each client of the practice that has none."""
    count = actions.bring_in(vault=opened(request), at=timezone.now())
    said = ngettext("%(count)d client was brought in.", "%(count)d clients were brought in.", count)
    messages.success(request, said % {"count": count} if count else _("Every client is in the book already."))
    return redirect("contacts:list")


def _chips(filters: Filters, query: QueryDict) -> Iterator[tuple[str, str]]:
    """Each filter in force beside search and state: its words, and the address without it."""
    if filters.kind:
        yield str(Kind(filters.kind).label), without(query, "kind")
    if filters.type:
        yield filters.type, without(query, "type")
    if filters.status:
        yield str(AccountStatus(filters.status).label), without(query, "status")
    if filters.is_mine:
        yield _("mine"), without(query, "mine")
    if filters.is_inside and filters.text:
        yield _("also inside the records"), without(query, "inside")


def without(query: QueryDict, key: str) -> str:
    """The address without one of its filters."""
    onward = query.copy()
    for gone in (key, *PLACE):
        onward.pop(gone, None)
    return "?" + onward.urlencode()
