"""The advisor's fee overview: what was earned, what comes next, who stands apart."""

from collections.abc import Iterable, Sequence
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
    """What was earned and what is agreed; with `forecast=1` also what comes next, which reads every account.

    Sums are of one currency at a time: `in` names it, otherwise it is the one of the practice's book.
    """
    who, sealed = _who(request), sealed_day()
    today = exchange_today()
    since = queries.year_before(sealed or today)
    coming = list(queries.upcoming(who, today)[: queries.SHOWN])
    context: dict[str, Any] = {
        "sealed": sealed,
        "waiting": queries.waiting(who),
        "upcoming": [(one, words_of(one)) for one in coming],
        "is_forecast": request.GET.get("forecast") == "1",
    }
    if sealed is not None:
        wished = (request.GET.get("in", ""), queries.home_currency(who, sealed))
        context |= _earned(queries.earned(who, since, sealed), wished)
        if context["is_forecast"]:
            context |= _forecast(who, sealed, wished)
    return render(request, "fees/overview/overview.html", context)


def words_of(schedule: Schedule) -> list[str]:
    """A schedule's terms in sentences, the strategy first."""
    components = tuple(figures_of(one) for one in schedule.components.all())
    return terms_words(Wanted(strategy=schedule.strategy, components=components))


def expected(who: Who, sealed: date) -> list[Posting]:
    """What a year to come would post, if every value stays as it was at the last night."""
    return postings(queries.running(who, sealed), calendar(), after=sealed, until=a_year_on(sealed))


def _earned(found: list[tuple[date, str, Decimal]], wished: Sequence[str | None]) -> dict[str, Any]:
    codes, code = _chosen((currency for _month, currency, _amount in found), wished)
    months = [(month, amount) for month, currency, amount in found if currency == code]
    return {"currencies": codes, "currency": code, "earned": _bars(months, code)}


def _forecast(who: Who, sealed: date, wished: Sequence[str | None]) -> dict[str, Any]:
    every = expected(who, sealed)
    codes, code = _chosen((one.currency for one in every), wished)
    found = [one for one in every if one.currency == code]
    usual = queries.usual(who, sealed)
    return {
        "next_currencies": codes,
        "next_currency": code,
        "next": [(one, method_title(one.method)) for one in found[:NEXT_SHOWN]],
        "months": [(month, method_title(method), *rest) for month, method, *rest in by_month(found)],
        "usual": usual,
        "apart": queries.apart(who, sealed, usual.median) if usual else [],
    }


def _chosen(codes: Iterable[str], wished: Sequence[str | None]) -> tuple[list[str], str]:
    """The currencies there are, and the first of them that is wished; without any such, the first there is."""
    found = sorted(set(codes))
    return found, next((code for code in (*wished, *found) if code in found), "")


def _bars(months: list[tuple[date, Decimal]], currency: str) -> list[dict[str, Any]]:
    """The months for a chart: a bar each, its length in a hundred parts of the longest."""
    longest = max((amount for _month, amount in months), default=Decimal(0))
    return [
        {
            "month": month,
            "currency": currency,
            "amount": amount,
            "length": max(int(amount * BAR / longest), 0) if longest > 0 else 0,
        }
        for month, amount in months
    ]


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
