"""The list of contacts: counts as filters, search, chips, pages, trash."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.amounts import number_words
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import HOLDERS
from accounts.ground.tree.models import Status as AccountStatus
from crm.contacts import actions, queries
from crm.contacts.columns import coming
from crm.contacts.filters import (
    ME,
    NOBODY,
    PLACE,
    TOKENS,
    Filters,
    book,
    group_of,
    kept,
    narrowed,
    sum_of,
    without_token,
)
from crm.contacts.models import Contact, Kind, State
from crm.contacts.returned import returned_of
from crm.custom.queries import fields
from crm.groups.queries import groups, named
from crm.vault.context import opened
from crm.vault.sealed import Opened

# After so many days without a note a client has gone quiet; of so many contacts at most the list tells the sum.
QUIET, SUMMED = 40, 5000


@gate(SIGNED_IN)
@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Everybody in the client book, found, filtered and sorted by the address."""
    vault, filters = opened(request, in_part=True), Filters.of(request.GET)
    is_filtering = request.GET.get("filter") == "1"
    rows = narrowed(vault, book(vault, in_trash=filters.in_trash), filters)
    counted = queries.counts(rows)
    shown = rows.filter(state=filters.state) if filters.state else rows
    sort = request.GET.get("sort", queries.USUAL_ORDER)
    page = page_of(queries.noted(vault.who, shown), order=queries.order(sort), query=request.GET, is_counted=False)
    page = replace(page, total=counted[filters.state])
    own = fields(vault)
    sealed = sealed_day() if any(one.party_id for one in page.rows) else None
    rows_shown = queries.with_accounts(vault.who, page.rows, sealed)
    if own:
        queries.with_own(vault, rows_shown, own)
    at = timezone.now()
    context = {
        "page": page,
        "rows": rows_shown,
        # Asked for by the columns that somebody has chosen, which the page knows.
        "comings": SimpleLazyObject(lambda: coming(vault, rows_shown)),
        "fees": SimpleLazyObject(lambda: queries.fees_of(vault.who, rows_shown, sealed)),
        "returned": SimpleLazyObject(lambda: returned_of(vault.who, rows_shown, sealed)),
        "fees_since": sealed and sealed.year,
        "quiet": [row.contact.pk for row in rows_shown if row.is_quiet(at - timedelta(days=QUIET))],
        "quiet_days": QUIET,
        "quieter": _with_words(request.GET, f"quiet:{QUIET}"),
        "worth": _worth(vault, shown, filters, rows_shown, sealed) if counted[filters.state] <= SUMMED else None,
        "own_fields": own,
        "own_labels": {one.key: one.label for one in own},
        "sort": sort,
        "filters": filters,
        "counts": [(state, word, counted[state]) for state, word in (("", _("Total")), *State.choices)],
        "kinds": Kind.choices,
        "types": HOLDERS,
        "statuses": AccountStatus.choices,
        "chips": list(_chips(vault, filters, request.GET)),
        "unknown": filters.unknown,
        "known_tokens": ", ".join(f"{one}:" for one in TOKENS),
        "groups": groups(vault) if is_filtering else [],
        "is_filtering": is_filtering,
        "kept_query": kept(request.GET),
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


def _with_words(query: QueryDict, words: str) -> str:
    """The address with more words in its search."""
    onward = query.copy()
    for gone in PLACE:
        onward.pop(gone, None)
    onward["q"] = f"{onward.get('q', '')} {words}".strip()
    return "?" + onward.urlencode()


def _worth(
    vault: Opened, rows: "QuerySet[Contact]", filters: Filters, shown: Sequence[queries.Row], sealed: date | None
) -> tuple[Decimal, str] | None:
    """What those that a filter lets through are worth together, in the firm's currency; of the whole book it is the
    dashboard that tells, and a search inside the records has done enough."""
    first = next((one for row in shown for one in row.accounts), None)
    if first is None or filters.is_inside or filters.in_trash or not filters.narrows:
        return None
    found = queries.worth(vault.who, rows, sealed)
    return None if found is None else (found, first.account.firm.base_currency)


def _chips(vault: Opened, filters: Filters, query: QueryDict) -> Iterator[tuple[str, str]]:
    """Each filter in force beside search and state: its words, and the address without it."""
    if filters.kind:
        yield str(Kind(filters.kind).label), without(query, "kind")
    if filters.type:
        yield filters.type, without(query, "type")
    if filters.status:
        yield str(AccountStatus(filters.status).label), without(query, "status")
    if filters.owner:
        words = {ME: _("mine"), NOBODY: _("kept by nobody")}.get(filters.owner)
        yield words or _("kept by %(name)s") % {"name": filters.owner}, without(query, "owner", "mine")
    if filters.group:
        group = group_of(vault, filters.group)
        yield named(vault, group).name if group else _("no such group"), without(query, "group")
    if filters.aum:
        sign, amount = sum_of(filters.aum)
        yield _("AUM %(sum)s") % {"sum": f"{sign} {number_words(amount, 0)}"}, without(query, "aum")
    if filters.quiet:
        days = ngettext("no note for %(count)d day", "no note for %(count)d days", filters.quiet)
        yield days % {"count": filters.quiet}, without(query, "quiet")
    if filters.is_inside and filters.text:
        yield _("also inside the records"), without(query, "inside", "in")


def without(query: QueryDict, *keys: str) -> str:
    """The address without one of its filters, clicked or typed."""
    onward = query.copy()
    for gone in (*keys, *PLACE):
        onward.pop(gone, None)
    words = onward.get("q", "")
    for key in keys:
        words = without_token(words, key)
    if words != onward.get("q", ""):
        onward["q"] = words
    return "?" + onward.urlencode()
