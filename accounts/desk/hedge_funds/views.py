"""Pages of the hedge-fund programme: the funds, who qualifies, asking a client, and the client's own word."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.desk.hedge_funds import actions, queries
from accounts.desk.hedge_funds.forms import AnswerForm, AskForm
from accounts.desk.hedge_funds.models import ALIVE, FundRequest, FundRequestState, HedgeFund, Investor
from accounts.desk.hedge_funds.rules import FundProblem
from accounts.ground.access.authority import Function
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, answer
from accounts.ground.paging import page_of
from accounts.ground.signatures.reading import hand_of
from accounts.ground.signatures.rules import LONGEST_NAME
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day

SHOWN = 20


@gate("view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Funds that take new investments, and what one's practice has asked for."""
    who = queries.advising(request.seat)  # type: ignore[attr-defined]
    text, investor = request.GET.get("q", ""), request.GET.get("investor", "")
    page = page_of(queries.offered(text=text, investor=investor), order=["name", "code"], query=request.GET)
    context = {
        "page": page,
        "investors": [("", _("All")), *Investor.choices],
        "investor": investor if investor in Investor.values else "",
        "typed": text[: queries.LONGEST_SEARCH],
        "asked": list(queries.requests(who)[:SHOWN]),
    }
    return render(request, "desk/hedge_funds/list.html", context)


@gate("view")
@require_safe
def fund(request: HttpRequest, code: str) -> HttpResponse:
    """The facts of a fund, and the form that asks a client who qualifies."""
    return _fund_page(request, queries.fund_for(code))


@gate("fund")
@require_POST
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Put an investment before a client."""
    who = queries.advising(request.seat)  # type: ignore[attr-defined]
    found = queries.fund_for(code)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _fund_page(request, found, form)
    account = account_for(who, form.cleaned_data["account"], "fund")
    try:
        made = actions.ask(who=who, account=account, fund=found, amount=form.cleaned_data["amount"], at=timezone.now())
    except FundProblem as problem:
        form.add_error(None, str(problem))
        return _fund_page(request, found, form)
    messages.success(request, _("The client has been asked; nothing is sent before the client signs."))
    return redirect("marketplace:fund_request", made.pk)


@gate("view")
@require_safe
def of_an_account(request: HttpRequest, number: str) -> HttpResponse:
    """What a client has answered, and what was asked for its account."""
    return _account_page(request, queries.holding_account(request.seat, number))  # type: ignore[attr-defined]


@gate("manage")
@require_POST
def write_answer(request: HttpRequest, number: str) -> HttpResponse:
    """The advisor writes the client's answer down."""
    who = request.seat  # type: ignore[attr-defined]
    account = queries.holding_account(who, number, "manage")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _account_page(request, account, form)
    said = form.cleaned_data
    try:
        actions.answer(who=who, account=account, given=said["answer"], day=said["day"], at=timezone.now())
    except FundProblem as problem:
        form.add_error("day", str(problem))
        return _account_page(request, account, form)
    messages.success(request, _("The answer is written down."))
    return redirect("marketplace:account_hedge_funds", account.number)


@gate("view")
@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text of a request, where it stands, and the place to sign for whom it waits."""
    return _shown(request, queries.request_for(request.seat, pk))  # type: ignore[attr-defined]


@gate("sign", step_up=True)
@require_POST
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The client signs."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.request_for(who, pk, "sign")
    if request.POST.get("read") != "on":
        return _shown(request, found, _("Read the full text and tick that you have."))
    hand, seen = hand_of(request, request.POST.get("name", "")), request.POST.get("seen", "")
    return _done(
        request,
        found,
        lambda: actions.sign(who=who, found=found, hand=hand, seen=seen, at=timezone.now()),
        _("Signed. The back office sends it to the fund; no money has moved."),
    )


@gate("sign")
@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The client does not want it."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.request_for(who, pk, "sign")
    return _done(
        request,
        found,
        lambda: actions.decline(who=who, found=found, at=timezone.now()),
        _("Declined; nothing changes, and your advisor has been told."),
    )


@gate("manage")
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The practice takes it back."""
    who = request.seat  # type: ignore[attr-defined]
    found = queries.request_for(who, pk, "manage")
    return _done(
        request,
        found,
        lambda: actions.cancel(who=who, found=found, at=timezone.now()),
        _("The request was taken back."),
    )


def _done(request: HttpRequest, found: FundRequest, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except FundProblem as problem:
        return _shown(request, found, str(problem))
    messages.success(request, words)
    return redirect("marketplace:fund_request", found.pk)


def _fund_page(request: HttpRequest, found: HedgeFund, form: AskForm | None = None) -> HttpResponse:
    who = queries.advising(request.seat)  # type: ignore[attr-defined]
    able = list(queries.qualifying(who, found)) if found.is_offered and who.can("fund") else []
    choices = [(one.number, f"{one.number} · {one.title}") for one in able if one.practice_id == who.practice_id]
    if form is None and choices:
        form = AskForm(choices=choices, initial={"account": request.GET.get("account", "")[:12]})
    elif form is not None:
        form.fields["account"].widget.choices = choices  # type: ignore[attr-defined]
    context = {
        "fund": found,
        "form": form,
        "asked": list(queries.requests(who).filter(fund=found)[:SHOWN]),
    }
    return render(request, "desk/hedge_funds/fund.html", context, status=422 if form and form.errors else 200)


def _account_page(request: HttpRequest, account: Account, form: AnswerForm | None = None) -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    rows = list(queries.answers(who, account)[:SHOWN])
    is_own = who.is_advisor and account.practice_id == who.practice_id
    writes = is_own and answer(who, Function.MANAGE, account).allowed
    context: dict[str, Any] = {
        "account": account,
        "answers": rows,
        "latest": rows[0] if rows else None,
        "form": form or (AnswerForm(initial={"day": exchange_day(timezone.now())}) if writes else None),
        "asked": list(queries.requests(who).filter(account_id=account.pk)[:SHOWN]),
        "is_advisor": who.is_advisor,
    }
    return render(request, "desk/hedge_funds/account.html", context, status=422 if form else 200)


def _shown(request: HttpRequest, found: FundRequest, problem: str = "") -> HttpResponse:
    who = request.seat  # type: ignore[attr-defined]
    waits = found.state == FundRequestState.WAITING and found.expires_at > timezone.now()
    is_own = who.is_advisor and found.practice_id == who.practice_id
    context = {
        "asked": found,
        "account": found.account,
        "decides": waits and not who.is_advisor and answer(who, Function.SIGN, found.account).allowed,
        "takes_back": is_own and found.state in ALIVE and who.can("manage"),
        "sets_fees": is_own and answer(who, Function.SET_FEES, found.account).allowed,
        "problem": problem,
        "longest_name": LONGEST_NAME,
    }
    return render(request, "desk/hedge_funds/request.html", context, status=422 if problem else 200)
