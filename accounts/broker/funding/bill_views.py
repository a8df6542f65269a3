"""Pages of bill pay: payees, adding one, and paying a bill, which leaves as a withdrawal with its holds and limits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.broker.funding import actions
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.forms import BillForm, PayeeForm
from accounts.broker.funding.models import FundingKind, FundingMethod
from accounts.broker.funding.queries import banks_of, free_cash, payees, to_fund, usable_banks
from accounts.broker.funding.rules import CURRENCY_OF, FundingProblem
from accounts.broker.funding.views import SHOWN, confirmed_by, told_of, words
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today

DOLLARS = CURRENCY_OF[FundingMethod.BILLPAY]


@gate("fund", needs="bank_information")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Payees; those that wait stand apart."""
    rows: list[Any] = list(payees(banks_of(request.seat))[: SHOWN * 2])  # type: ignore[attr-defined]
    context = {
        "ready": [one for one in rows if one.status == "approved"],
        "waiting": [one for one in rows if one.status != "approved"],
    }
    return render(request, "broker/funding/bills.html", context)


@gate("fund", step_up=True)
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a bill to be paid."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    chosen = {"to": request.GET.get("to", "")[:36]}
    form = BillForm(request.POST or None, payees=payees(usable_banks(who, found)), initial=chosen)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        payee = form.payees[said["to"]]
        asked = Asked(FundingKind.WITHDRAWAL, DOLLARS, said["key"], said["amount"], FundingMethod.BILLPAY, bank=payee)
        try:
            made = actions.withdraw(
                who=who, account=found, asked=asked, factor=confirmed_by(request), at=timezone.now()
            )
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    context = {
        "account": found,
        "form": form,
        "free": free_cash(found, DOLLARS, day=exchange_today()),
        "saves": who.has("bank_information"),
    }
    return render(request, "broker/funding/bill.html", context, status=422 if form.errors else 200)


@gate("fund", step_up=True, needs="bank_information")
@require_http_methods(["GET", "POST"])
def save_payee(request: HttpRequest, number: str) -> HttpResponse:
    """Add somebody whose bills may be paid."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    form = PayeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        more = {"key": form.cleaned_data["key"], "factor": confirmed_by(request), "at": timezone.now()}
        try:
            made = actions.save_bank(who=who, account=found, bank=form.asked(), **more)
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    context = {"account": found, "form": form}
    return render(request, "broker/funding/payee.html", context, status=422 if form.errors else 200)
