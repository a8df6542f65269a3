"""The advisor's fee overview: what was earned, what comes next, who stands apart."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.clock import exchange_today
from accounts.ground.days.queries import calendar
from accounts.ground.runs.queries import sealed_day
from fees.overview import queries
from fees.overview.rules import Posting, a_year_on, by_month, postings
from fees.proofs.words import method_title
from fees.proposals.document import terms_words
from fees.proposals.rules import Wanted
from fees.schedules.models import Schedule
from fees.schedules.queries import figures_of

NEXT_SHOWN = 4
BAR = 100


@gate("set_fees")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What was earned and what is agreed; with `forecast=1` also what comes next, which reads every account."""
    who, sealed = _who(request), sealed_day()
    today = exchange_today()
    since = queries.year_before(sealed or today)
    coming = list(queries.upcoming(who, today)[: queries.SHOWN])
    context: dict[str, Any] = {
        "sealed": sealed,
        "earned": _bars(queries.earned(who, since, sealed)),
        "waiting": queries.waiting(who),
        "upcoming": [(one, words_of(one)) for one in coming],
        "is_forecast": request.GET.get("forecast") == "1",
    }
    if context["is_forecast"] and sealed is not None:
        context |= _forecast(who, sealed)
    return render(request, "fees/overview/overview.html", context)


def words_of(schedule: Schedule) -> list[str]:
    """A schedule's terms in sentences, the strategy first."""
    components = tuple(figures_of(one) for one in schedule.components.all())
    return terms_words(Wanted(strategy=schedule.strategy, components=components))


def expected(who: Who, sealed: date) -> list[Posting]:
    """What a year to come would post, if every value stays as it was at the last night."""
    return postings(queries.running(who, sealed), calendar(), after=sealed, until=a_year_on(sealed))


def _forecast(who: Who, sealed: date) -> dict[str, Any]:
    found = expected(who, sealed)
    usual = queries.usual(who, sealed)
    return {
        "next": [(one, method_title(one.method)) for one in found[:NEXT_SHOWN]],
        "months": [(month, method_title(method), *rest) for month, method, *rest in by_month(found)],
        "usual": usual,
        "apart": queries.apart(who, sealed, usual.median) if usual else [],
    }


def _bars(found: list[tuple[date, str, Decimal]]) -> list[dict[str, Any]]:
    """The months for a chart: a bar each, its length in a hundred parts of the longest of its currency."""
    longest = {currency: max(amount for _m, code, amount in found if code == currency) for _m, currency, _a in found}
    return [
        {
            "month": month,
            "currency": currency,
            "amount": amount,
            "length": max(int(amount * BAR / longest[currency]), 0) if longest[currency] > 0 else 0,
        }
        for month, currency, amount in found
    ]


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
