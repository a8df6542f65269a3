"""One set of terms for several accounts: typed or from a template, and worked out for each before anything is sent."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from fees.invoicing.models import CAP_KINDS
from fees.patterns import applying, queries
from fees.patterns.actions import TemplateRefused
from fees.patterns.tasks import wake
from fees.proofs.words import tell
from fees.proposals.forms import TermsForm
from fees.proposals.rules import Wanted
from fees.schedules.rules import ScheduleRefused
from fees.whatif.rules import numbers_of

EVERYBODY, CHOSEN = "all", "chosen"
# Sent from a list of accounts: whom it is for, and no terms yet.
CHOOSE = "choose"


@gate("set_fees")
def configure(request: HttpRequest) -> HttpResponse:
    """Terms and whom they are for; sent back, what they mean is worked out account by account."""
    who = request.seat  # type: ignore[attr-defined]
    if request.method != "POST" or request.POST.get("do") == CHOOSE:
        picked = queries.picked(who, request.GET.get("template", ""))
        begin = queries.wanted_of(picked) if picked else Wanted(strategy="automatic")
        return _page(request, who, TermsForm(begin=begin))
    form = TermsForm(request.POST)
    wanted = form.wanted()
    if wanted is None or request.POST.get("do") == "line":
        return _page(request, who, form, status=200 if wanted else 422)
    wanted = queries.from_template(who, wanted, form.data.get("template", ""))
    try:
        job = applying.ask_terms(who=who, wanted=wanted, numbers=_numbers(request, who), at=timezone.now())
    except ScheduleRefused as refused:
        form.refuse(refused.problems, wanted)
    except TemplateRefused as refused:
        form.errors["accounts"] = [tell(refused.sentence)]
    else:
        wake(who, job)
        return redirect("fees:template_job", job.pk)
    return _page(request, who, form, status=422)


def _page(request: HttpRequest, who: Who, form: TermsForm, status: int = 200) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    rows = list(queries.accounts(who)[: queries.MOST_SHOWN + 1])
    context: dict[str, Any] = {
        "form": form,
        "refused": form.summary if status != HTTPStatus.OK else [],
        "kinds": CAP_KINDS,
        "here": reverse("fees:configure"),
        "templates": list(queries.own(who)),
        "of": EVERYBODY if given.get("of") == EVERYBODY else CHOSEN,
        "numbers": given.get("numbers", "").replace("\0", ""),
        "chosen": given.getlist("chosen"),
        "accounts": rows[: queries.MOST_SHOWN],
        "is_capped": len(rows) > queries.MOST_SHOWN,
    }
    return render(request, "fees/patterns/several.html", context, status=status)


def _numbers(request: HttpRequest, who: Who) -> list[str]:
    """Everybody, or who is ticked and who is named beside."""
    if request.POST.get("of") == EVERYBODY:
        return list(queries.accounts(who).values_list("number", flat=True)[: applying.MOST + 1])
    named = numbers_of(request.POST.get("numbers", "").replace("\0", ""))
    return [*request.POST.getlist("chosen")[: applying.MOST + 1], *named]
