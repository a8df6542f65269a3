"""The fee list: a month's fees by client, or one by one, each with its proof."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.ground.access.gates import gate
from fees.posting.models import ChargeState
from fees.proofs.words import method_title
from portal.fee_list.listing import FeeListing
from portal.preferences.queries import saved_query, views_of


@gate("report")
def fees(request: HttpRequest) -> HttpResponse:
    """What the sealed nights have charged."""
    who = request.seat  # type: ignore[attr-defined]
    listing = FeeListing.of(who, request.GET)
    page = listing.page(request.GET)
    context = {
        "listing": listing,
        "page": page,
        "rows": [(charge, method_title(charge.method)) for charge in page.rows] if listing.by_fee else page.rows,
        "sort": listing.sort,
        "states": ChargeState.choices,
        "views": views_of(who, "fees"),
        "view_query": saved_query(request.GET),
    }
    return render(request, "fee_list/fees.html", context)
