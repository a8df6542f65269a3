"""Required distributions: the retirement accounts of a year, and one account's sheet to read, print and fill."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import typed
from portal.tools.rmd import actions, queries
from portal.tools.rmd.actions import DistributionProblem, YearEnd
from portal.tools.rmd.forms import FactsForm, stored
from portal.tools.rmd.tables import FIRST_YEAR


@gate("report")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Every retirement account of the people one advises, with what is due from it in a year."""
    who, year = advisor(request), year_asked(request.GET.get("year"), exchange_today())
    text = typed(request.GET.get("q"))
    page = page_of(queries.retirement_accounts(who, text), order=["sort_key", "pk"], query=request.GET)
    context = {
        "page": page,
        "sheets": queries.sheets(who, page.rows, year),
        "year": year,
        "years": years(exchange_today()),
        "text": text,
    }
    return render(request, "tools/rmd/accounts.html", context)


@gate("report")
@require_safe
def account(request: HttpRequest, number: str) -> HttpResponse:
    """One account's year: how the amount comes about, what was taken, and what all the owner's IRAs owe together."""
    who, year = advisor(request), year_asked(request.GET.get("year"), exchange_today())
    found = account_for(who, number, "report")
    return _page(request, who, found, year)


@gate("report")
@require_POST
def facts(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what the sheet is worked out from."""
    who, today = advisor(request), exchange_today()
    year = year_asked(request.POST.get("year"), today)
    found = account_for(who, number, "report")
    form = FactsForm(request.POST, account=found)
    if form.is_valid():
        said = form.cleaned_data
        ended = YearEnd(year - 1, said["value"], said["rollover"])
        try:
            actions.write(who=who, account=found, facts=form.facts, ended=ended, today=today, at=timezone.now())
        except DistributionProblem as problem:
            for name, msgid in problem.problems.items():
                form.add_error(name if name in form.fields else None, _(msgid))
    if not form.is_valid():
        return _page(request, who, found, year, form=form)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('tools:rmd_account', args=[found.number])}?year={year}")


def _page(request: HttpRequest, who: Who, found: Account, year: int, form: FactsForm | None = None) -> HttpResponse:
    is_offered = found.customer_type in queries.RETIREMENT
    context = {"account": found, "year": year, "years": years(exchange_today()), "is_offered": is_offered}
    if is_offered:
        every = queries.of_owner(who, found, year)
        context |= {
            "sheet": every[0],
            "every": every,
            "together": queries.together(every) if len(every) > 1 and every[0].is_own else None,
            "form": form or FactsForm(account=found, initial=stored(every[0])),
            "may_write": found.practice_id == who.practice_id,
        }
    return render(request, "tools/rmd/account.html", context, status=422 if form else 200)


def advisor(request: Any) -> Who:
    """Who asks, if an advisor does; for everybody else there is no such page."""
    who: Who = request.seat
    if not who.is_advisor:
        raise Http404
    return who


def years(today: date) -> list[int]:
    """The years whose tables and balances there are, the latest first."""
    return list(range(today.year, FIRST_YEAR - 1, -1))


def year_asked(text: str | None, today: date) -> int:
    """The year of the address; this one where there is none."""
    return int(text) if text and text in map(str, years(today)) else today.year
