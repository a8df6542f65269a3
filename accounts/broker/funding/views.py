"""Pages of Transfer & Pay: accounts to fund, what is free, asking for money to move, saved banks."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.broker.funding import actions
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.forms import BankForm, DepositForm, MoveForm, WithdrawForm
from accounts.broker.funding.models import FundingKind, FundingMethod, FundingRequest, PositionMethod
from accounts.broker.funding.queries import (
    bank_for,
    banks_and_brokers,
    banks_of,
    counterparts,
    free_cash,
    to_fund,
    under_way,
    usable_banks,
    without_payees,
    without_positions,
)
from accounts.broker.funding.rules import FundingProblem
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import scope
from accounts.ground.clock import exchange_today
from accounts.ground.consents.queries import level_of
from accounts.ground.consents.rules import FUNDING_WORDS
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account, Status
from accounts.ground.tree.queries import typed
from accounts.ground.tree.rules import sort_key

SHOWN = 100


def words(problem: FundingProblem) -> str:
    """A refusal in the reader's language."""
    return _(problem.sentence.msgid) % problem.sentence.params


@gate("fund")
@require_safe
def funds(request: HttpRequest) -> HttpResponse:
    """The accounts whose money one may move, and what is under way."""
    who = request.seat  # type: ignore[attr-defined]
    text = typed(request.GET.get("q"))
    rows = scope(who, Account, "fund").filter(status=Status.OPEN)
    for word in text.split():
        rows = rows.filter(Q(number__contains=word.upper()) | Q(sort_key__contains=sort_key(word)))
    context = {
        "page": page_of(rows, order=["number", "pk"], query=request.GET),
        "text": text,
        "under_way": without_positions(under_way(who))[:SHOWN],
        "here": "transfer:funds",
        "leads_to": "transfer:account",
    }
    return render(request, "broker/funding/funds.html", context)


@gate("fund", needs="bank_information")
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """Saved bank instructions and brokers; those that wait stand apart."""
    rows: list[Any] = list(banks_and_brokers(banks_of(request.seat))[: SHOWN * 2])  # type: ignore[attr-defined]
    ready = [one for one in rows if one.status == "approved"]
    context = {
        "ready": [one for one in ready if one.method not in PositionMethod.values],
        "brokers": [one for one in ready if one.method in PositionMethod.values],
        "waiting": [one for one in rows if one.status != "approved"],
    }
    return render(request, "broker/funding/saved.html", context)


@gate("fund")
@require_safe
def account(request: HttpRequest, number: str) -> HttpResponse:
    """What one account has free, what is under way, and what may be asked for."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    context = {
        "account": found,
        "free": free_cash(found, found.base_currency, day=exchange_today()),
        "under_way": without_positions(under_way(who, found))[:SHOWN],
        "moves": counterparts(who, found).exists(),
        "saves_banks": who.has("bank_information"),
        "moves_positions": who.has("transfer_positions"),
        "authority": FUNDING_WORDS[level_of(who, found)] if who.is_advisor else "",
        "is_open": found.status == Status.OPEN,
    }
    return render(request, "broker/funding/account.html", context)


@gate("fund")
@require_http_methods(["GET", "POST"])
def deposit(request: HttpRequest, number: str) -> HttpResponse:
    """Announce money that is coming."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    form = DepositForm(request.POST or None, initial={"currency": found.base_currency})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        asked = Asked(FundingKind.DEPOSIT, said["currency"], said["key"], said["amount"], said["method"])
        try:
            made = actions.notify_deposit(who=who, account=found, asked=asked, at=timezone.now())
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    return _form(request, found, form, "deposit")


@gate("fund", step_up=True)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for money to leave."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    banks = without_payees(usable_banks(who, found))
    form = WithdrawForm(request.POST or None, banks=banks, initial={"currency": found.base_currency})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        asked = Asked(
            FundingKind.WITHDRAWAL, said["currency"], said["key"], said["amount"], form.method, bank=form.bank
        )
        try:
            made = actions.withdraw(
                who=who, account=found, asked=asked, factor=confirmed_by(request), at=timezone.now()
            )
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    return _form(request, found, form, "withdraw")


@gate("fund", step_up=True)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for cash to go to another account of the firm."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    others = counterparts(who, found)
    form = MoveForm(request.POST or None, others=others, initial={"currency": found.base_currency})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        ends = (found.number, said["other"]) if said["direction"] == "out" else (said["other"], found.number)
        try:
            payer, payee = actions.ends_of(who, *ends)
            asked = Asked(
                FundingKind.INTERNAL, said["currency"], said["key"], said["amount"], "INTERNAL", counter=payee
            )
            made = actions.move(who=who, payer=payer, asked=asked, factor=confirmed_by(request), at=timezone.now())
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    return _form(request, found, form, "move")


@gate("fund", step_up=True, needs="bank_information")
@require_http_methods(["GET", "POST"])
def save_bank(request: HttpRequest, number: str) -> HttpResponse:
    """Add a bank to which money may go."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save_bank(
                who=who,
                account=found,
                bank=form.asked(),
                key=form.cleaned_data["key"],
                factor=confirmed_by(request),
                at=timezone.now(),
            )
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    return _form(request, found, form, "bank")


@gate("fund", step_up=True, needs="bank_information")
@require_POST
def delete_bank(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a bank: no money goes there any more."""
    who = request.seat  # type: ignore[attr-defined]
    found = bank_for(who, pk)
    to_fund(who, found.account.number)
    try:
        actions.delete_bank(who=who, bank=found, at=timezone.now())
    except FundingProblem as problem:
        return refused(request, problem)
    is_payee = found.method == FundingMethod.BILLPAY
    messages.success(request, _("The payee was deleted.") if is_payee else _("The bank instruction was deleted."))
    return redirect("transfer:bill_pay" if is_payee else "transfer:saved")


def confirmed_by(request: Any) -> str:
    """What has confirmed the task that is carried out now."""
    return getattr(request, "confirmed_by", "")


def refused(request: HttpRequest, problem: FundingProblem) -> HttpResponse:
    """Nothing was done, and why."""
    return render(request, "broker/funding/refused.html", {"words": words(problem)}, status=409)


def told_of(request: HttpRequest, made: FundingRequest) -> HttpResponse:
    """On to the request that was asked for, and what happens to it now."""
    if made.status == "pending_confirmation":
        messages.info(request, _("A number was mailed to you. Type it here to confirm."))
    elif made.status in ("cancelled", "rejected", "expired"):
        messages.warning(request, _("You asked for this before, and it has ended. To ask again, open the form anew."))
    else:
        messages.success(request, _("Your request was taken. Nothing has moved yet."))
    return redirect("transfer:funding_request", made.pk)


def _form(request: HttpRequest, found: Account, form: forms.Form, what: str) -> HttpResponse:
    context = {
        "account": found,
        "form": form,
        "what": what,
        "free": free_cash(found, found.base_currency, day=exchange_today()) if what in ("withdraw", "move") else None,
    }
    return render(request, "broker/funding/form.html", context, status=422 if form.errors else 200)
