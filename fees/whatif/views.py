"""The pages of a what-if: terms and whom to try them on, how far it is, what it found, and handing it over."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import scope
from accounts.ground.clock import exchange_today
from accounts.ground.jobs.actions import cancel
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.paging import MOST_COUNTED, Page, page_of
from accounts.ground.people.models import Role
from accounts.ground.tree.models import Account, Kind, Practice
from accounts.ground.tree.queries import typed
from fees.proofs.words import tell
from fees.proposals.document import terms_words
from fees.proposals.forms import TermsForm
from fees.proposals.queries import standing
from fees.proposals.rules import Wanted
from fees.schedules.rules import ScheduleRefused
from fees.whatif import actions, queries, sending
from fees.whatif.models import WhatIfLine
from fees.whatif.rules import REFUSALS, Scope, band_words, bands, numbers_of
from fees.whatif.tasks import wake, wake_sending
from portal.lib.words import Sentence

POLLED = (JobState.WAITING, JobState.RUNNING)
COLUMNS = {
    "account": "account__number",
    "title": "account__sort_key",
    "before": "before",
    "after": "after",
    "change": "change",
}
USUAL = "-change"
MOST_TICKED = 1000
BAR = 100
LONGEST_KEY = 15


@gate("set_fees")
def what_if(request: HttpRequest) -> HttpResponse:
    """Terms as they are typed or as an account has them; sent back, they are tried."""
    who = _who(request)
    if request.method != "POST":
        return _form(request, TermsForm(begin=_begin(who, request.GET.get("like", ""))))
    form = TermsForm(request.POST)
    wanted = form.wanted()
    if wanted is None or request.POST.get("do") == "line":
        return _form(request, form, status=422 if wanted is None else 200)
    try:
        job = actions.ask(who=who, wanted=wanted, of=_scope(who, request), at=timezone.now())
    except ScheduleRefused as refused:
        form.refuse(refused.problems, wanted)
        return _form(request, form, status=422)
    wake(who, job)
    return redirect("fees:what_if_trial", job.pk)


@gate("set_fees")
@require_GET
def trial(request: HttpRequest, trial: UUID) -> HttpResponse:
    """How far it is, and then what it found."""
    who = _who(request)
    job = queries.trial_of(who, trial)
    if job.state in POLLED:
        wake(who, job)
    context: dict[str, Any] = {
        "job": job,
        "is_polled": job.state in POLLED,
        "window": actions.window_of(job),
        "terms": terms_words(actions.wanted_of(job)),
        "of": _told_scope(who, Scope.read(job.arguments["scope"])),
    }
    if job.state == JobState.DONE and job.result is not None:
        context |= _found(who, job, request)
    return render(request, "fees/whatif/trial.html", context)


@gate("set_fees")
@require_POST
def stop(request: HttpRequest, trial: UUID) -> HttpResponse:
    """Stop it; what was worked out so far is not shown."""
    cancel(job=queries.trial_of(_who(request), trial), at=timezone.now())
    return redirect("fees:what_if_trial", trial)


@gate("set_fees", step_up=True)
@require_POST
def send(request: HttpRequest, trial: UUID) -> HttpResponse:
    """Propose the terms to all that match or to those that are ticked; each is judged by itself."""
    who = _who(request)
    job = queries.trial_of(who, trial)
    if job.state != JobState.DONE or job.result is None:
        raise Http404
    rows = _chosen(who, job, request)
    if request.POST.get("which") == "chosen":
        rows = rows.filter(account__number__in=request.POST.getlist("chosen")[:MOST_TICKED])
    sent = sending.ask_to_send(who=who, trial=job, rows=rows)
    if sent is None:
        messages.warning(request, _("Nobody was chosen to whom these terms have not been proposed already."))
    else:
        wake_sending(who, sent)
    return redirect("fees:what_if_trial", trial)


@gate("set_fees")
@require_POST
def stop_sending(request: HttpRequest, trial: UUID) -> HttpResponse:
    """Ask nobody else; what was sent stays sent."""
    who = _who(request)
    for one in queries.sendings(who, queries.trial_of(who, trial)):
        sending.stop(job=one, at=timezone.now())
    return redirect("fees:what_if_trial", trial)


def _form(request: HttpRequest, form: TermsForm, status: int = 200) -> HttpResponse:
    who = _who(request)
    given = request.POST if request.method == "POST" else request.GET
    seconds = []
    if who.role == Role.TOP:
        managers = scope(who, Account).filter(kind=Kind.MONEY_MANAGER).values("practice_id")
        rows = scope(who, Practice).filter(level=2).exclude(pk__in=managers).order_by("name").values_list("pk", "name")
        seconds = [(str(key), name) for key, name in rows[:MOST_TICKED]]
    context = {
        "form": form,
        "refused": form.summary,
        "account": {"base_currency": _("the account's currency")},
        "of": given.get("of", "chosen" if given.get("numbers") else "all"),
        "practice": given.get("practice", ""),
        "numbers": given.get("numbers", "").replace("\0", ""),
        "seconds": seconds,
        "recent": [(job, terms_words(actions.wanted_of(job))) for job in queries.recent(who)],
    }
    return render(request, "fees/whatif/form.html", context, status=status)


def _begin(who: Who, number: str) -> Wanted:
    """The terms of an account that is named, otherwise none."""
    found = scope(who, Account, "set_fees").filter(number=number.upper()).first() if number else None
    if found is None or who.practice_id is None:
        return Wanted(strategy="automatic")
    return standing(who, found, who.practice_id, exchange_today()).wanted


def _scope(who: Who, request: HttpRequest) -> Scope:
    """Whom the form means."""
    of, practice = request.POST.get("of", "all"), request.POST.get("practice", "")
    if of == "chosen":
        return Scope(numbers=numbers_of(request.POST.get("numbers", "").replace("\0", "")) or ("-",))
    if of == "second":
        is_key = practice.isascii() and practice.isdigit() and len(practice) <= LONGEST_KEY
        return Scope(practice=int(practice) if is_key else -1)
    return Scope()


def _told_scope(who: Who, of: Scope) -> str:
    if of.numbers:
        return ", ".join(of.numbers[:10]) + ("…" if len(of.numbers) > 10 else "")
    if of.practice:
        return scope(who, Practice).filter(pk=of.practice).values_list("name", flat=True).first() or ""
    return _("All clients")


def _chosen(who: Who, job: Job, request: HttpRequest) -> "QuerySet[WhatIfLine]":
    """The rows that the address asks for."""
    query = request.GET
    return queries.lines(
        who, job, show=query.get("show", ""), text=typed(query.get("q")), band=query.get("band", "")[:10]
    )


def _found(who: Who, job: Job, request: HttpRequest) -> dict[str, Any]:
    rows = _chosen(who, job, request)
    sent = queries.sendings(who, job).first()
    if sent is not None and sent.state in POLLED:
        wake_sending(who, sent)
    result = job.result or {}
    return {
        "page": _page(rows, request),
        "sort": _sort(request),
        "show": request.GET.get("show", ""),
        "text": typed(request.GET.get("q")),
        "currencies": [_sums(row) for row in result["currencies"]],
        "together": queries.in_firm_currency(who, result),
        "bars": _bars(result),
        "refusals": [
            (tell(Sentence(REFUSALS[key], {})), number)
            for key, number in sorted(result["refused"].items())
            if key in REFUSALS
        ],
        "refused": sum(result["refused"].values()),
        "answers": queries.answers(job) if sent else {},
        "sending": sent,
        "is_sending": sent is not None and sent.state in POLLED,
        "reasons": {key: tell(Sentence(msgid, {})) for key, msgid in REFUSALS.items()},
    }


def _page(rows: "QuerySet[WhatIfLine]", request: HttpRequest) -> Page:
    sort = _sort(request)
    minus = "-" if sort.startswith("-") else ""
    found = page_of(rows, order=[minus + COLUMNS[sort.lstrip("-")], "account_id"], query=request.GET, is_counted=False)
    counted = rows.order_by().values("account_id")[: MOST_COUNTED + 1].count()
    return replace(found, total=min(counted, MOST_COUNTED), is_capped=counted > MOST_COUNTED)


def _sort(request: HttpRequest) -> str:
    sort = request.GET.get("sort", USUAL)
    return sort if sort.lstrip("-") in COLUMNS else USUAL


def _sums(row: dict[str, Any]) -> dict[str, Any]:
    """One currency's sums, as numbers again."""
    before, after = Decimal(row["before"]), Decimal(row["after"])
    part = (after - before) / before if before else None
    return {**row, "before": before, "after": after, "change": after - before, "part": part}


def _bars(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The distribution for a chart: a bar each band, its length in a hundred parts of the longest."""
    found = result["bands"]
    longest = max(found.values(), default=0)
    return [
        {
            "band": band,
            "words": tell(band_words(band)),
            "number": found.get(band, 0),
            "length": found.get(band, 0) * BAR // longest if longest else 0,
        }
        for band in bands()
    ]


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
