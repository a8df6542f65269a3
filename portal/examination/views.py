"""The page on which a practice asks for its exam pack, and the packs that it has asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from portal.examination.actions import TOLD, ask, days_of
from portal.examination.forms import DaysForm
from portal.examination.queries import examined, packs
from portal.exports.views import wake
from portal.lib.periods import Frequency, previous_period, quarterly


@gate("report")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a pack holds, the days it is asked for, and one's own packs."""
    return _page(request, DaysForm(today=exchange_today(), initial=_usual()))


@gate("report", proved=True)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Ask for a pack; a worker makes it."""
    who = examined(request)
    form = DaysForm(request.POST, today=exchange_today())
    if not form.is_valid():
        return _page(request, form, status=422)
    job = ask(who=who, first=form.cleaned_data["first"], last=form.cleaned_data["last"], at=timezone.now())
    wake(who, job)
    return redirect("exports:job", job.pk)


def _usual() -> dict[str, str]:
    """The quarter before."""
    before = previous_period(Frequency.QUARTERLY, quarterly(exchange_today()))
    return {"first": before.starts.isoformat(), "last": before.last_day.isoformat()}


def _page(request: HttpRequest, form: DaysForm, *, status: int = 200) -> HttpResponse:
    who = examined(request)
    page = page_of(packs(who), order=["-created_at", "pk"], query=request.GET)
    context = {
        "form": form,
        "page": page,
        "packs": [(job, *days_of(job)) for job in page.rows],
        "told": [(path, words) for path, words in TOLD.items()],
    }
    return render(request, "examination/home.html", context, status=status)
