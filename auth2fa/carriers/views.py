"""Help with texts and calls; and the on-screen inbox of the demo, which elsewhere is no page at all."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.ground.access.gates import PUBLIC, gate
from auth2fa.carriers import screen


@gate(PUBLIC)
def inbox(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    if settings.CODES_URL != "screen:":
        raise Http404
    page = render(request, "auth2fa/inbox.html", {"rows": screen.shown()})
    page["Cache-Control"] = "no-store"
    return page


@gate(PUBLIC)
def code_help(request: HttpRequest) -> HttpResponse:
    """What to do when no code comes."""
    return render(request, "auth2fa/help.html")
