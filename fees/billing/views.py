"""The billing desk: a month from what has accrued to what the broker booked, what is worth a look, and closing it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import scope
from accounts.ground.clock import exchange_today
from accounts.ground.dates import day_text
from accounts.ground.jobs.models import JobState
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from fees.billing import actions, queries
from fees.billing.models import BillingRule
from fees.billing.rules import Month, is_second
from fees.billing.showing import forecasted, is_changed, told
from fees.billing.tasks import wake
from fees.invoicing.models import Invoice
from fees.proofs.words import tell
from fees.reimbursements.models import Reimbursement
from fees.sending.queries import of_own_practice
from fees.sending.rules import amount_of
from portal.lib.money import BadDecimal

MONTHS_OFFERED = 13
MOST_FOUND = 500
# What an address may name, and the rows that are meant.
LINES: dict[str, Any] = {"invoice": Invoice, "reimbursement": Reimbursement}


@gate("set_fees")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """One month; with `show=exceptions` only accounts that are worth a look."""
    who, today, sealed = _who(request), exchange_today(), sealed_day()
    month = Month.read(request.GET.get("month", ""), today)
    known = sealed or date.min
    found = queries.exceptions(who, month, known)
    rows = queries.accounts_of(who)
    if is_narrowed := request.GET.get("show") == "exceptions":
        rows = rows.filter(pk__in=[one.account_id for one in found[:MOST_FOUND]])
    page = page_of(rows, order=["sort_key", "pk"], query=request.GET)
    standing = queries.standing_of(who, month)
    job = queries.forecast_of(who, month, timezone.now()) if standing.is_forecast else None
    waiting = queries.waiting_for(who) if standing.is_waiting else []
    lines = queries.lines(who, month, page.rows, known, found)
    totals = queries.totals(who, month, known)
    lock = queries.lock_of(who, month) if standing.is_locked else None
    # Who looks after some of the accounts sees only their part of what was closed.
    may_rule = not who.is_narrowed
    context: dict[str, Any] = {
        "month": month,
        "months": _offered(today),
        "sealed": sealed,
        "page": page,
        "lines": lines,
        "totals": totals,
        "errors": sum(one.number for one in found if one.is_error),
        "infos": sum(one.number for one in found if not one.is_error),
        "is_narrowed": is_narrowed,
        "lock": lock,
        "is_changed": lock is not None and may_rule and is_changed(lock, totals),
        "may_rule": may_rule,
        # Without asking the calendar: of its last days some may be holidays.
        "may_be_early": known < month.ends - timedelta(days=1),
        "threshold": standing.threshold,
        "former": standing.former if standing.holds_from and today < standing.holds_from else None,
        "holds_from": standing.holds_from,
        "waiting": [(one, _kind(one), is_second(one, who.user_id)) for one in waiting],
        "job": job,
        "is_polled": job is not None and job.state in queries.POLLED,
        "problem": _(job.message) if job is not None and job.state == JobState.FAILED and job.message else "",
        "forecast": told(job) if job is not None else None,
    }
    forecasted(lines, totals, context["forecast"])
    return render(request, "fees/billing/desk.html", context)


@gate("set_fees")
@require_POST
def forecast(request: HttpRequest) -> HttpResponse:
    """Work out what the month comes to; the page shows it when it is there."""
    who, month = _who(request), _month(request)
    wake(who, actions.ask_forecast(who=who, month=month, at=timezone.now()))
    return _back(month)


@gate("set_fees", step_up=True)
@require_POST
def threshold(request: HttpRequest) -> HttpResponse:
    """From which amount on a second person approves; empty for never."""
    typed = request.POST.get("threshold", "").strip()
    try:
        wanted = amount_of(typed, "USD") if typed else None
        rule = actions.choose_threshold(who=_who(request), threshold=wanted, at=timezone.now())
    except BadDecimal as error:
        messages.error(request, _(error.msgid) % error.params)
    except actions.BillingRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _held(rule))
    return _back(_month(request))


@gate("set_fees", step_up=True)
@require_POST
def approve(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Let an invoice or a reimbursement of somebody else go."""
    try:
        actions.approve(who=_who(request), line=line_of(_who(request), kind, pk))
    except actions.BillingRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("Approved; the night of its day takes it."))
    return _back(_month(request))


@gate("set_fees", step_up=True)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the month as it stands."""
    month = _month(request)
    try:
        actions.close_month(
            who=_who(request),
            month=month,
            reason=request.POST.get("reason", ""),
            sealed=sealed_day(),
            at=timezone.now(),
        )
    except actions.BillingRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("The month is closed."))
    return _back(month)


@gate("set_fees", step_up=True)
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """Open a closed month again."""
    month = _month(request)
    try:
        actions.open_month(who=_who(request), month=month, at=timezone.now())
    except actions.BillingRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("The month is open again."))
    return _back(month)


def line_of(who: Who, kind: str, pk: UUID) -> Any:
    """An invoice or a reimbursement of one's own practice; anything else does not exist."""
    model = LINES.get(kind)
    found = scope(who, model, "set_fees").filter(of_own_practice(who), pk=pk).first() if model else None
    if found is None:
        raise Http404
    return found


def _kind(line: Any) -> str:
    return next(name for name, model in LINES.items() if isinstance(line, model))


def _held(rule: BillingRule) -> str:
    if rule.holds_from is None:
        return _("It holds for what is sent from now on.")
    return _("It holds from %(day)s on. Everybody of your practice who may set fees has been told.") % {
        "day": day_text(rule.holds_from)
    }


def _offered(today: date) -> list[Month]:
    found = [Month.of(today)]
    while len(found) < MONTHS_OFFERED:
        found.append(found[-1].before)
    return found


def _month(request: HttpRequest) -> Month:
    return Month.read(request.POST.get("month", ""), exchange_today())


def _back(month: Month) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('fees:billing')}?month={month.text}")


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
