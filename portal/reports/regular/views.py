"""Having a report made regularly, from its page; ending that, from the list of reports."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ground.access.gates import gate
from portal.lib.periods import Frequency
from portal.reports.regular import actions, queries
from portal.reports.regular.actions import RegularProblem
from portal.reports.wishes import Kind, Wish


@gate("report", proved=True)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """The report of the address, as often as the form says."""
    kind, often = request.GET.get("report", ""), request.POST.get("often", "")
    if kind not in list(Kind) or often not in list(Frequency):
        raise BadRequest
    wish = Wish.of(Kind(kind), request.GET)
    try:
        actions.keep(
            who=request.seat,  # type: ignore[attr-defined]
            wish=wish,
            form=request.POST.get("format", ""),
            frequency=Frequency(often),
            at=timezone.now(),
        )
    except RegularProblem as problem:
        messages.error(request, _(problem.msgid))
        return redirect(f"{reverse(f'reports:{kind}')}?{wish.query}")
    messages.success(request, _("The report is made regularly from now on; a mail tells you when it is there."))
    return redirect("reports:home")


@gate("report", proved=True)
@require_POST
def remove(request: HttpRequest, regular: UUID) -> HttpResponse:
    """Make it no more."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.one(who, regular)
    if found is None:
        raise Http404
    actions.remove(who=who, report=found)
    messages.success(request, _("The report is made no more. What was made stays in the list."))
    return redirect("reports:home")
