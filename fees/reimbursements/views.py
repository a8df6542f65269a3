"""Reimbursement pages: what is pending and processed, up to ten new ones, a review of every row, then sending."""

import re
import uuid

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
from accounts.ground.tree.models import Account
from fees.proofs.words import tell
from fees.reimbursements import actions, queries
from fees.reimbursements.models import Reimbursement
from fees.sending.forms import ChangeForm, Rows
from fees.sending.pages import MOST_CHOICES, desk_of, own_or_404, say, told
from fees.sending.rules import cut_off_after
from portal.lib.exchange import exchange_day


@gate("set_fees")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Pending reimbursements, or those of the last seven days, or all."""
    context = {
        **desk_of(request, queries.reimbursements(_who(request)), totals=queries.totals, now=timezone.now()),
        "other_words": _("Paid by"),
        "change_url": "fees:reimbursement",
        "cancel_url": "fees:cancel_reimbursement",
    }
    return render(request, "fees/reimbursements/desk.html", context)


@gate("set_fees")
def new(request: HttpRequest) -> HttpResponse:
    """Up to ten by hand; sending the form shows what would become of each."""
    if request.method != "POST":
        return _form(request, Rows(initial_account=request.GET.get("account", "")))
    if "more" in request.POST:
        return _form(request, Rows(request.POST, wants_all=True))
    form = Rows(request.POST)
    if problem := form.problem():
        return _form(request, form, problem)
    if "change" in request.POST:
        return _form(request, form)
    rows = form.asked()
    day, verdicts = actions.submit(who=_who(request), rows=rows, save=False)
    context = {
        "day": day,
        "rows": list(zip(rows, verdicts, told(verdicts), strict=True)),
        "accepted": sum(one.is_accepted for one in verdicts),
        "key": uuid.uuid4(),
    }
    return render(request, "fees/reimbursements/review.html", context)


@gate("set_fees", step_up=True)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take the rows that pass; sending the same form twice takes them once."""
    who, form, key = _who(request), Rows(request.POST), request.POST.get("key", "")
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
    sent = ngettext(
        "%(count)s reimbursement was sent.",
        "%(count)s reimbursements were sent.",
        answer["accepted"],  # type: ignore[index]
    )
    say(request, answer, sent)  # type: ignore[arg-type]
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
    context = {
        "form": form,
        "one": one,
        "most": ceiling[one.account_id].available,
        "account_page": reverse("records:account", args=[one.account.number]),
        "desk": reverse("fees:reimburse"),
    }
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


def _form(request: HttpRequest, form: Rows, problem: str = "") -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "cut_off": cut_off_after(timezone.now(), calendar()),
        "choices": queries.may_be_reimbursed(_who(request), MOST_CHOICES),
        "review": reverse("fees:new_reimbursements"),
        "available": reverse("fees:reimbursement_available"),
        "desk": reverse("fees:reimburse"),
    }
    return render(request, "fees/reimbursements/new.html", context, status=422 if problem else 200)


def _own(request: HttpRequest, pk: uuid.UUID) -> Reimbursement:
    who = _who(request)
    return own_or_404(who, queries.reimbursements(who), pk)


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
