"""The list of agreed terms, with what each came to in parts of the value, its filters and its saved views."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar
from accounts.ground.runs.queries import sealed_day
from fees.engine.registry import EVERY, TELLS
from fees.overview.listing import FAMILIES as KNOWN
from fees.overview.listing import ScheduleListing, with_rates
from fees.overview.views import words_of
from fees.patterns.drift import origins
from fees.schedules.models import Strategy
from portal.preferences.queries import saved_query, views_of


@gate("set_fees")
@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    """The terms that the practice has agreed: in force, or to come."""
    who = request.seat  # type: ignore[attr-defined]
    listing = ScheduleListing.of(who, request.GET, exchange_today())
    page = listing.page(request.GET)
    source = origins(who, page.rows)
    titles = {method.family: TELLS[code].TITLE for code, method in EVERY.items()}
    context = {
        "listing": listing,
        "page": page,
        "rows": [
            (row, words_of(row.schedule), source.get(row.schedule.pk))
            for row in with_rates(who, page.rows, sealed_day(), calendar())
        ],
        "sort": listing.sort,
        "strategies": Strategy.choices,
        "families": [(key, _(titles[key])) for key in KNOWN],
        "is_narrowed": bool(listing.text or listing.strategy or listing.family or listing.is_moved),
        "views": views_of(who, "schedules"),
        "view_query": saved_query(request.GET),
    }
    return render(request, "fee_list/schedules.html", context)
