"""The transaction history: what happened lately in one's own accounts, as the statements and the nights tell it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import Gate, gate, may_pass
from accounts.ground.clock import exchange_today
from portal.preferences.queries import remembered, saved_query, views_of
from portal.preferences.rules import COLUMNS, columns_of
from portal.transactions.details import detail_for
from portal.transactions.listing import TransactionListing
from portal.transactions.rules import MOST_DAYS, REPORTED, Kind, Method, Status


@gate("view", needs="transaction_history")
@require_safe
def transactions(request: HttpRequest) -> HttpResponse:
    """The list, filtered, sorted and paged by the address."""
    who = request.seat  # type: ignore[attr-defined]
    listing = TransactionListing.of(who, request.GET, today=exchange_today())
    kinds = [(kind, label) for kind, label in Kind.choices if who.can("report") or kind not in REPORTED]
    context = {
        "listing": listing,
        "page": listing.page(request.GET),
        "sort": listing.sort,
        "kinds": kinds,
        "methods": Method.choices,
        "statuses": Status.choices,
        "most_days": MOST_DAYS,
        "sees_accounts": who.has("view_accounts"),
        "columns": columns_of("transactions", remembered(request, "transactions")),
        "column_words": list(COLUMNS["transactions"].items()),
        "views": views_of(who, "transactions"),
        "view_query": saved_query(request.GET),
    }
    return render(request, "transactions/list.html", context)


@gate("view", needs="transaction_history")
@require_safe
def transaction(request: HttpRequest, entry: str) -> HttpResponse:
    """One transaction with everything that is known of it."""
    who = request.seat  # type: ignore[attr-defined]
    detail = detail_for(who, entry, today=exchange_today())
    context = {
        "one": detail.line,
        "facts": detail.in_words(),
        "sees_accounts": who.has("view_accounts"),
        "may_fund": may_pass(who, Gate("fund")),
    }
    return render(request, "transactions/transaction.html", context)
