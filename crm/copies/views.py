"""The page on which somebody takes a copy of the client book with them."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from crm.copies import actions
from crm.vault.context import opened
from crm.vault.rules import PROVED, SURE_AND_PROVED


@gate(SURE_AND_PROVED)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest) -> HttpResponse:
    """What a copy holds; once confirmed, the file."""
    vault = opened(request)
    if request.method == "POST":
        return redirect(address_of(actions.allow(vault=vault, at=timezone.now())))
    minutes = int(actions.OPEN_FOR.total_seconds()) // 60
    return render(request, "crm/copies/copy.html", {"minutes": minutes})


@gate(PROVED)
@require_safe
def file(request: HttpRequest) -> HttpResponseBase:
    """The copy itself, for whoever has just confirmed it."""
    vault = opened(request)
    if not actions.may_fetch(vault=vault, given=request.GET.get("pass", "")):
        raise Http404
    answer = StreamingHttpResponse(actions.copied(vault=vault, at=timezone.now()), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="client-book-{exchange_today():%Y%m%d}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


def address_of(given: str) -> str:
    """Where a pass leads."""
    return f"{reverse('copies:file')}?{urlencode({'pass': given})}"
