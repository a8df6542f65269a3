"""Pages of tax lots: an account's contracts and methods, one contract's lots, and running the Tax Optimizer."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.broker.lots import actions, locking, pages, queries
from accounts.broker.lots.forms import ChoiceForm, DefaultForm, TrialForm, named_lots
from accounts.broker.lots.matching import Method, takes_methods
from accounts.broker.lots.replay import FLAG_WORDS
from accounts.broker.lots.rules import RUNNING, LotConflict, LotProblem, final_at, first_open_day
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, scope
from accounts.ground.dates import day_text
from accounts.ground.days.queries import calendar
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account, Status
from portal.lib import csvtext
from portal.lib.exchange import exchange_day

DAYS_SHOWN = 60
CHOICES_SHOWN = 20


@gate("trade")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The accounts whose lots one may choose."""
    who = request.seat  # type: ignore[attr-defined]
    rows = scope(who, Account, "trade").filter(status=Status.OPEN).select_related("practice")
    text = request.GET.get("q", "").strip().replace("\0", "")
    if text:
        rows = rows.filter(Q(number__istartswith=text) | Q(title__icontains=text))
    page = page_of(rows, order=["sort_key", "pk"], query=request.GET)
    return render(request, "broker/lots/list.html", {"page": page, "q": text})


@gate("report")
@require_GET
def of_account(request: HttpRequest, number: str) -> HttpResponse:
    """Every contract of an account with its gains of the year, the account's method, and what was chosen."""
    account = account_for(request.seat, number, "report")  # type: ignore[attr-defined]
    return _account(request, account)


@gate("report")
@require_GET
def of_contract(request: HttpRequest, number: str) -> HttpResponse:
    """One contract: open lots, what a closing would bring by each method, and the days on which it was closed."""
    account = account_for(request.seat, number, "report")  # type: ignore[attr-defined]
    return _contract(request, account, request.GET.get("of", ""))


@gate("report", proved=True)
@require_GET
def instructions(request: HttpRequest, number: str) -> HttpResponse:
    """What was chosen, as a file for the broker."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number, "report")
    head = ("account", "contract", "symbol", "trade_day", "method", "lot", "quantity", "final_at", "chosen_at")
    rows = [
        (account.number, one.contract, one.symbol, one.day, one.method, lot, quantity, one.final_at, one.chosen_at)
        for one in queries.chosen(who, account)
        for lot, quantity in (one.lots.items() or [("", "")])
    ]
    rows += [
        (account.number, "", "", one.starts, one.method, "", "", one.final_at, one.chosen_at)
        for one in queries.standing(who, account)
    ]
    answer = HttpResponse(csvtext.write_bytes([head, *rows]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tax-lots-{account.number}.csv"'
    return answer


@gate("trade")
@require_POST
def run(request: HttpRequest, number: str) -> HttpResponse:
    """Start, go on, finish, or end somebody else's."""
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    account = account_for(who, number, "trade")
    what = locking.STEPS.get(request.POST.get("what", "begin"))
    if what is None:
        return _account(request, account, _("There is no such step."), status=422)
    try:
        what(who=who, account=account, at=at)
    except LotConflict as conflict:
        return _account(request, account, str(conflict), status=409)
    if request.POST.get("what") == "beat":
        return HttpResponse(status=204)
    return redirect("trading:tax_lots", account.number)


@gate("trade")
@require_POST
def set_default(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the account's own method."""
    who = request.seat  # type: ignore[attr-defined]
    account = account_for(who, number, "trade")
    try:
        row = actions.set_default(who=who, account=account, method=request.POST.get("method", ""), at=timezone.now())
    except LotProblem as problem:
        return _account(request, account, str(problem), status=409 if isinstance(problem, LotConflict) else 422)
    words = {"method": row.get_method_display(), "day": day_text(row.starts)}
    messages.success(request, _("%(method)s holds from %(day)s on.") % words)
    return redirect("trading:tax_lots", account.number)


@gate("trade")
@require_POST
def choose(request: HttpRequest, number: str) -> HttpResponse:
    """Choose for one contract and trade day."""
    who = request.seat  # type: ignore[attr-defined]
    account, key = account_for(who, number, "trade"), request.POST.get("of", "")
    locking.check_trades(who, account)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _contract(request, account, key, form=form, status=422)
    said = form.cleaned_data
    try:
        row = actions.choose(
            who=who, account=account, contract=said["of"], day=said["day"], method=said["method"],
            lots=named_lots(request.POST), at=timezone.now(),
        )  # fmt: skip
    except LotProblem as problem:
        form.add_error(None, str(problem))
        return _contract(request, account, key, form=form, status=409 if isinstance(problem, LotConflict) else 422)
    words = {"symbol": row.symbol, "day": day_text(row.day), "method": row.get_method_display()}
    messages.success(request, _("%(symbol)s on %(day)s: %(method)s.") % words)
    return redirect(f"{reverse('trading:tax_lot', args=[account.number])}?{urlencode({'of': row.contract})}")


def _running(who: Who, account: Account, at: Any) -> dict[str, Any]:
    """Who runs the Tax Optimizer, as far as the page says it."""
    lock = queries.lock_of(who, account)
    holder = queries.holder(lock, at)
    may = locking.may_choose(who, account)
    return {
        "may_run": may,
        "is_mine": may and holder == who.user_id,
        "is_taken": holder is not None and holder != who.user_id,
        "may_break": may and who.manages,
        "since": lock.started_at if lock else None,
        "running": RUNNING,
        "first_open": first_open_day(at, calendar()),
    }


def _account(request: HttpRequest, account: Account, problem: str = "", status: int = 200) -> HttpResponse:
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    today = exchange_day(at)
    wanted = queries.choices_of(who, account)
    lines = [pages.line_of(one, today.year) for one in queries.contracts_of(who, account, wanted)]
    running = _running(who, account, at)
    standing = wanted.default(running["first_open"])
    context = {
        "account": account,
        "open": [one for one in lines if one.contract.book.lots],
        "closed": [one for one in lines if not one.contract.book.lots],
        "year": today.year,
        "standing": Method(standing).label,
        "form": DefaultForm(initial={"method": standing}),
        "chosen": queries.chosen(who, account)[:CHOICES_SHOWN],
        "problem": problem,
        "at": at,
        "cutoff": settings.TAX_LOTS_FINAL_AT,
        **running,
    }
    return render(request, "broker/lots/account.html", context, status=status)


def _contract(
    request: HttpRequest, account: Account, key: str, form: ChoiceForm | None = None, status: int = 200
) -> HttpResponse:
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    found = queries.contract_of(who, account, key) if key else None
    if found is None:
        if not key:
            return redirect("trading:tax_lots", account.number)
        raise Http404
    today = exchange_day(at)
    running = _running(who, account, at)
    trial = TrialForm(
        request.GET if "quantity" in request.GET else None,
        initial={"of": key, "quantity": abs(found.book.quantity).normalize(), "price": found.price},
    )
    shown = trial.cleaned_data if trial.is_bound and trial.is_valid() else None
    days = pages.days_of(found)
    compared = _day(request.GET.get("day", ""), days)
    context = {
        "account": account,
        "contract": found,
        "lots": pages.open_lots(found, today),
        "flags": [FLAG_WORDS[one] for one in sorted(found.book.flags)],
        "trial": trial,
        "tried": pages.of_trial(found, shown["quantity"], shown["price"], today) if shown else None,
        "days": days[:DAYS_SHOWN],
        "has_more": len(days) > DAYS_SHOWN,
        "compared": compared,
        "by_method": pages.of_methods(found, compared) if compared else None,
        "form": form or ChoiceForm(initial={"of": key, "day": running["first_open"]}),
        "takes_methods": takes_methods(found.book.asset),
        "final_at": final_at(running["first_open"]),
        **running,
    }
    return render(request, "broker/lots/contract.html", context, status=status)


def _day(text: str, days: list[pages.Day]) -> date | None:
    """The day whose closings are compared; only one on which something was closed."""
    return next((one.day for one in days if one.day.isoformat() == text), None)
