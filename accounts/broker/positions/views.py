"""Pages of Transfer positions: accounts, what one of them may move, asking for it, and saving another broker."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.broker.funding import actions
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import PositionKind
from accounts.broker.funding.queries import counterparts, to_fund, under_way, usable_brokers
from accounts.broker.funding.rules import FundingProblem
from accounts.broker.funding.views import SHOWN, confirmed_by, told_of, words
from accounts.broker.positions.forms import BringForm, BrokerForm, SendForm
from accounts.broker.positions.queries import movable, position_requests, positions_day, source_of
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import scope
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account, Kind, Status
from accounts.ground.tree.queries import typed
from accounts.ground.tree.rules import sort_key


@gate("fund", needs="transfer_positions")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The accounts whose positions one may move, and what is under way."""
    who = request.seat  # type: ignore[attr-defined]
    text = typed(request.GET.get("q"))
    rows = scope(who, Account, "fund").filter(status=Status.OPEN)
    for word in text.split():
        rows = rows.filter(Q(number__contains=word.upper()) | Q(sort_key__contains=sort_key(word)))
    context = {
        "page": page_of(rows, order=["number", "pk"], query=request.GET),
        "text": text,
        "under_way": position_requests(under_way(who))[:SHOWN],
        "here": "transfer:positions",
        "leads_to": "transfer:account_positions",
    }
    return render(request, "broker/positions/list.html", context)


@gate("fund", needs="transfer_positions")
@require_safe
def account(request: HttpRequest, number: str) -> HttpResponse:
    """What one account holds and may move, and what is under way."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    context = {
        "account": found,
        "held": movable(who, found),
        "as_of": positions_day(who, found),
        "under_way": position_requests(under_way(who, found))[:SHOWN],
        "saves_brokers": who.has("bank_information"),
        "is_open": found.status == Status.OPEN,
        "subs": counterparts(who, found) if found.kind == Kind.STL_MASTER else [],
    }
    return render(request, "broker/positions/account.html", context)


@gate("fund", needs="transfer_positions")
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for positions to come from another broker."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    form = BringForm(request.POST or None, brokers=usable_brokers(who, found))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        ways = {"method": form.bank.method, "bank": form.bank, "parts": said["parts"]}
        asked = Asked(PositionKind.IN, found.base_currency, said["key"], **ways)
        if (told := _asked(request, who, found, asked, form)) is not None:
            return told
    return _form(request, found, form, "in")


@gate("fund", step_up=True, needs="transfer_positions")
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for positions to go to another broker, or to another account of the firm."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    source = source_of(who, found, (request.POST.get("of") or request.GET.get("of", ""))[:10])
    is_sub = source.pk != found.pk
    form = SendForm(
        request.POST or None,
        brokers=() if is_sub else usable_brokers(who, found),
        others=[found] if is_sub else counterparts(who, found),
        held=movable(who, source),
        initial={"of": source.number if is_sub else ""},
    )
    if request.method == "POST" and form.is_valid():
        ways: dict[str, Any] = {"parts": form.cleaned_data["parts"]}
        if form.bank is not None:
            kind, ways = PositionKind.OUT, {**ways, "method": form.bank.method, "bank": form.bank}
        else:
            kind, ways = PositionKind.INTERNAL, {**ways, "method": "INTERNAL", "counter": form.other}
        asked = Asked(kind, source.base_currency, form.cleaned_data["key"], **ways)
        if (told := _asked(request, who, source, asked, form)) is not None:
            return told
    return _form(request, found, form, "out", source)


@gate("fund", step_up=True, needs="bank_information")
@require_http_methods(["GET", "POST"])
def save_broker(request: HttpRequest, number: str) -> HttpResponse:
    """Add an account at another broker, to and from which positions may go."""
    who = request.seat  # type: ignore[attr-defined]
    found = to_fund(who, number)
    form = BrokerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        more = {"key": form.cleaned_data["key"], "factor": confirmed_by(request), "at": timezone.now()}
        try:
            made = actions.save_bank(who=who, account=found, bank=form.asked(), **more)
        except FundingProblem as problem:
            form.add_error(None, words(problem))
        else:
            return told_of(request, made)
    return _form(request, found, form, "broker")


def _asked(request: HttpRequest, who: Who, found: Account, asked: Asked, form: forms.Form) -> HttpResponse | None:
    """On to what was asked for; None where it was refused, with the form saying why."""
    if asked.counter is not None:
        actions.ends_of(who, found.number, asked.counter.number)
    factor = confirmed_by(request)
    try:
        made = actions.transfer_positions(who=who, account=found, asked=asked, factor=factor, at=timezone.now())
    except FundingProblem as problem:
        form.add_error(None, words(problem))
        return None
    return told_of(request, made)


def _form(
    request: HttpRequest, found: Account, form: forms.Form, what: str, source: Account | None = None
) -> HttpResponse:
    saves = request.seat.has("bank_information")  # type: ignore[attr-defined]
    context = {"account": found, "form": form, "what": what, "saves_brokers": saves, "source": source}
    return render(request, f"broker/positions/{what}.html", context, status=422 if form.errors else 200)
