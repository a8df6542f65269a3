"""The corrected values of an account, for whoever may see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.paging import page_of
from portal.corrections import queries


@gate("view")
@require_safe
def corrections(request: HttpRequest, number: str) -> HttpResponse:
    """Which days got another value afterwards, when, and what it was before."""
    who = request.seat  # type: ignore[attr-defined]
    found = account_for(who, number)
    page = page_of(queries.corrections(who, found), order=["-replaced_at", "-pk"], query=request.GET)
    context = {"account": found, "page": page, "shows_files": not who.is_owner}
    return render(request, "corrections/account.html", context)
