"""Pages of fee notices: the list, one invoice document to read and print, many at once, and how clients are told."""

import io
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.paging import page_of
from fees.notices import actions, queries
from fees.notices.models import Mode, Notice
from fees.notices.paper import archive, paper

MOST_AT_ONCE = 200


@gate("report")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Notices one may see, newest first; an advisor also chooses how clients are told."""
    who = _who(request)
    rows, wanted = queries.notices(who), request.GET.get("day", "")
    if wanted and (day := _day(wanted)):
        rows = rows.filter(day=day)
    page = page_of(rows, order=["-day", "account__sort_key", "pk"], query=request.GET)
    context = {
        "is_many": bool(wanted) and page.rows and rows[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists(),
        "page": page,
        "rows": page.rows,
        "modes": Mode.choices,
        "mode": queries.mode_of(who) if who.is_advisor else "",
        "most": MOST_AT_ONCE,
        "day": wanted,
    }
    return render(request, "fees/notices/list.html", context)


@gate("report")
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One invoice document, as it was written."""
    return render(request, "fees/notices/notice.html", {"notice": _one(request, pk)})


@gate("report", proved=True)
@require_GET
def pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a file."""
    notice = _one(request, pk)
    return _file(paper([notice]), "application/pdf", f"{notice.account.number}_{notice.day:%Y%m%d}.pdf")


@gate("report", proved=True)
@require_GET
def bulk(request: HttpRequest) -> HttpResponse:
    """The notices of a day as one PDF to print, or as a zip with a file each; more than a page can make are a job's."""
    day = _day(request.GET.get("day", ""))
    found = list(queries.notices(_who(request)).filter(day=day)[: MOST_AT_ONCE + 1]) if day else []
    if day is None or not found:
        messages.info(request, _("Choose a day that has notices."))
        return HttpResponseRedirect(reverse("fees:notices"))
    if len(found) > MOST_AT_ONCE:
        messages.info(request, _("So many are printed as a file that waits for you; ask for it here."))
        return HttpResponseRedirect(f"{reverse('fees:notices')}?day={day.isoformat()}")
    if request.GET.get("as") == "zip":
        archive(found, packed := io.BytesIO())
        return _file(packed.getvalue(), "application/zip", f"notices_{day:%Y%m%d}.zip")
    return _file(paper(found), "application/pdf", f"notices_{day:%Y%m%d}.pdf")


@gate("set_fees", step_up=True)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """How the practice's clients hear of fees from the next night on."""
    try:
        actions.choose(who=_who(request), mode=request.POST.get("mode", ""), at=timezone.now())
    except ValueError:
        raise Http404 from None
    messages.success(request, _("Your clients are told this way from the next night on."))
    return HttpResponseRedirect(reverse("fees:notices"))


def _one(request: HttpRequest, pk: UUID) -> Notice:
    found = queries.notices(_who(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
