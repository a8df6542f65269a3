"""Reimbursement pages: what is pending and processed, up to ten new ones, a review of every row, then sending."""

import re
import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import scope
from accounts.ground.days.queries import calendar
from accounts.ground.idempotency.actions import KeyReused, once
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account
from fees.invoicing.forms import ChangeForm, InvoiceRows
from fees.invoicing.rules import cut_off_after, cut_off_of
from fees.proofs.words import tell
from fees.reimbursements import actions, queries
from fees.reimbursements.models import COUNTED, Reimbursement, State
from portal.lib.exchange import exchange_day

KEPT_DAYS = timedelta(days=7)
MOST_CHOICES = 200
SHOWS = {"pending": (State.PENDING,), "processed": (State.PROCESSED, State.REJECTED), "all": None}


@gate("set_fees")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Pending reimbursements, or those of the last seven days, or all."""
    who, now = _who(request), timezone.now()
    show = request.GET.get("show", "pending")
    show = show if show in SHOWS else "pending"
    rows = queries.reimbursements(who)
    if (states := SHOWS[show]) is not None:
        rows = rows.filter(state__in=states)
    if show == "processed":
        rows = rows.filter(business_day__gt=exchange_day(now) - KEPT_DAYS)
    page = page_of(rows, order=["-business_day", "account__sort_key", "pk"], query=request.GET)
    context = {
        "page": page,
        "rows": [(one, _can_change(who, one, now)) for one in page.rows],
        "totals": queries.totals(rows.filter(state__in=COUNTED)) if states else [],
        "show": show,
        "has_other_payers": any(one.practice_id != who.practice_id for one in page.rows),
        "cut_off": cut_off_after(now, calendar()),
    }
    return render(request, "fees/reimbursements/desk.html", context)


@gate("set_fees")
def new(request: HttpRequest) -> HttpResponse:
    """Up to ten by hand; sending the form shows what would become of each."""
    if request.method != "POST":
        return _form(request, InvoiceRows(initial_account=request.GET.get("account", "")))
    if "more" in request.POST:
        return _form(request, InvoiceRows(request.POST, wants_all=True))
    form = InvoiceRows(request.POST)
    if problem := form.problem():
        return _form(request, form, problem)
    if "change" in request.POST:
        return _form(request, form)
    rows = form.asked()
    day, verdicts = actions.submit(who=_who(request), rows=rows, save=False)
    told = [tell(one.sentence) if one.sentence else "" for one in verdicts]
    context = {
        "day": day,
        "rows": list(zip(rows, verdicts, told, strict=True)),
        "accepted": sum(one.is_accepted for one in verdicts),
        "key": uuid.uuid4(),
    }
    return render(request, "fees/reimbursements/review.html", context)


@gate("set_fees", step_up=True)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take the rows that pass; sending the same form twice takes them once."""
    who, form, key = _who(request), InvoiceRows(request.POST), request.POST.get("key", "")
    if form.problem() or not re.fullmatch(r"[0-9a-f-]{36}", key):
        raise Http404
    rows = form.asked()

    def act() -> tuple[int, object]:
        _day, verdicts = actions.submit(who=who, rows=rows)
        accepted = sum(one.is_accepted for one in verdicts)
        return 200, {"accepted": accepted, "refused": len(verdicts) - accepted}

    try:
        _status, answer = once(user_id=who.user_id, key=key, route="reimbursements", body=rows, act=act)
    except KeyReused:
        raise Http404 from None
    _say(request, answer)  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("fees:reimburse"))


@gate("set_fees")
@require_GET
def available(request: HttpRequest) -> HttpResponse:
    """How much may go back to the account just typed, as a fragment beside it."""
    who, number = _who(request), request.GET.get("account", "").strip().upper()
    account = scope(who, Account, "set_fees").filter(number=number).first() if number.isalnum() else None
    ceiling = None
    if account is not None and account.is_holding:
        day = exchange_day(timezone.now())
        ceiling = queries.ceilings(who.practice_id or 0, [account.pk], day)[account.pk]
    context = {"account": account, "ceiling": ceiling, "asked": bool(number)}
    return render(request, "fees/reimbursements/available.html", context)


@gate("set_fees", step_up=True)
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Another amount or memo for a pending one."""
    who, one = _who(request), _own(request, pk)
    form = ChangeForm(request.POST or None, initial={"amount": one.amount, "memo": one.memo})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(who=who, reimbursement=one, **form.cleaned_data)
        except actions.ReimbursementRefused as refused:
            form.add_error("amount", tell(refused.sentence))
        else:
            messages.success(request, _("The reimbursement was changed."))
            return HttpResponseRedirect(reverse("fees:reimburse"))
    ceiling = queries.ceilings(who.practice_id or 0, [one.account_id], one.business_day, without=[str(one.pk)])
    context = {"form": form, "one": one, "ceiling": ceiling[one.account_id]}
    return render(request, "fees/reimbursements/change.html", context, status=422 if form.errors else 200)


@gate("set_fees")
@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Withdraw a pending one."""
    try:
        actions.cancel(who=_who(request), reimbursement=_own(request, pk))
    except actions.ReimbursementRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("The reimbursement was withdrawn."))
    return HttpResponseRedirect(reverse("fees:reimburse"))


def _form(request: HttpRequest, form: InvoiceRows, problem: str = "") -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "cut_off": cut_off_after(timezone.now(), calendar()),
        "choices": queries.may_be_reimbursed(_who(request), MOST_CHOICES),
    }
    return render(request, "fees/reimbursements/new.html", context, status=422 if problem else 200)


def _say(request: HttpRequest, answer: dict[str, int]) -> None:
    if answer["accepted"]:
        words = ngettext("%(count)s reimbursement was sent.", "%(count)s reimbursements were sent.", answer["accepted"])
        messages.success(request, words % {"count": answer["accepted"]})
    if answer["refused"]:
        words = ngettext("%(count)s row was refused.", "%(count)s rows were refused.", answer["refused"])
        messages.warning(request, words % {"count": answer["refused"]})


def _can_change(who: Who, one: Reimbursement, now) -> bool:
    mine = one.practice_id == who.practice_id
    return mine and one.state == State.PENDING and now < cut_off_of(one.business_day)


def _own(request: HttpRequest, pk: uuid.UUID) -> Reimbursement:
    """One's own; everybody else's does not exist."""
    who = _who(request)
    found = queries.reimbursements(who).filter(pk=pk, practice_id=who.practice_id).first()
    if found is None:
        raise Http404
    return found


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
