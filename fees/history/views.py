"""A year of an account's fees: for its advisor and for its owner, on the page, as a table and as a paper."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk.brand.queries import house_of
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account
from fees.history import files, queries
from portal.lib import csvtext, xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BAR = 100


@gate("report")
@require_safe
def history(request: HttpRequest, number: str) -> HttpResponse:
    """The sums of a year, and its lines with their proofs."""
    who = _who(request)
    account, sealed = account_for(who, number, "report"), sealed_day()
    years = queries.years(who, account, sealed)
    year = chosen(request, years)
    # As text: a year is no number that a language groups.
    context: dict[str, Any] = {"account": account, "years": [str(one) for one in years], "year": str(year or "")}
    if year is not None:
        page = page_of(queries.of_year(who, account, year, sealed), order=["-day", "pk"], query=request.GET)
        found = queries.summary(who, account, year, sealed)
        context |= {
            "page": page,
            "lines": queries.lines(who, page.rows),
            "found": found,
            "months": _bars(found),
            "until": min(sealed, date(year, 12, 31)) if sealed else None,
        }
    return render(request, "fees/history/history.html", context)


@gate("report", proved=True)
@require_safe
def as_csv(request: HttpRequest, number: str) -> HttpResponse:
    """The year's lines as text."""
    account, year, rows = _table(request, number)
    return _file(csvtext.write_bytes(rows), "text/csv; charset=utf-8", f"{account.number}-fees-{year}.csv")


@gate("report", proved=True)
@require_safe
def as_xlsx(request: HttpRequest, number: str) -> HttpResponse:
    """The same as a workbook."""
    account, year, rows = _table(request, number)
    return _file(xlsx.write_bytes(rows, sheet=str(year)), XLSX, f"{account.number}-fees-{year}.xlsx")


@gate("report", proved=True)
@require_safe
def as_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The same to print or to keep."""
    account, found, lines = _year(request, number)
    house = house_of(_who(request), account.practice_id, timezone.now())
    day = min(sealed_day() or exchange_today(), date(found.year, 12, 31))
    content = files.paper(account, found, lines, house=house, day=day)
    return _file(content, "application/pdf", f"{account.number}-fees-{found.year}.pdf")


def chosen(request: HttpRequest, years: Sequence[int]) -> int | None:
    """The year that is asked for, if it has movements; otherwise the latest."""
    asked = request.GET.get("year", "")
    return int(asked) if asked in map(str, years) else (years[0] if years else None)


def _table(request: HttpRequest, number: str) -> tuple[Account, int, Iterable[Sequence[csvtext.Cell]]]:
    account, found, lines = _year(request, number)
    return account, found.year, files.table(found, lines, shows_payee=_who(request).is_advisor)


def _year(request: HttpRequest, number: str) -> tuple[Account, queries.Year, list[queries.Line]]:
    who = _who(request)
    account, sealed = account_for(who, number, "report"), sealed_day()
    # An account that has paid nothing gets an empty file.
    year = chosen(request, queries.years(who, account, sealed)) or (sealed or exchange_today()).year
    rows = queries.of_year(who, account, year, sealed).order_by("day", "pk")
    return account, queries.summary(who, account, year, sealed), queries.lines(who, list(rows))


def _bars(found: queries.Year) -> list[dict[str, Any]]:
    """The months for a chart: a bar each, its length in a hundred parts of the longest."""
    longest = max((abs(amount) for _month, _currency, amount in found.months), default=0)
    return [
        {
            "month": month,
            "currency": currency,
            "amount": amount,
            "length": int(abs(amount) * BAR / longest) if longest else 0,
        }
        for month, currency, amount in found.months
    ]


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
