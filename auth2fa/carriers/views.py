"""Help with texts and calls; and the on-screen inbox of the demo, which elsewhere is no page at all."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.ground.access.elsewhere import asked_elsewhere
from accounts.ground.access.gates import PUBLIC, gate
from auth2fa.carriers import screen
from auth2fa.carriers.events import Untrusted, heard, take

log = logging.getLogger(__name__)


@gate(PUBLIC)
def inbox(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    if settings.CODES_URL != "screen:":
        raise Http404
    page = render(request, "auth2fa/inbox.html", {"rows": screen.shown()})
    page["Cache-Control"] = "no-store"
    return page


@csrf_exempt  # the signature is the proof, and nothing that a browser sends by itself counts
@gate(PUBLIC)
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """What the service that carries texts and calls tells of them; nobody else is listened to."""
    if not settings.CODES_EVENTS_TOPIC:
        raise Http404
    body, now = request.body, timezone.now()
    try:
        told = asked_elsewhere(request, "event", lambda: heard(body, at=now))
    except Untrusted as problem:
        log.warning("an event about codes was refused: %s", problem)
        return HttpResponse(status=403)
    if told is not None:
        take(told, at=now)
    return HttpResponse(status=204)


@gate(PUBLIC)
def code_help(request: HttpRequest) -> HttpResponse:
    """What to do when no code comes."""
    return render(request, "auth2fa/help.html")
