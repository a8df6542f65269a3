"""Statements: the accounts that have them, an account's months, one month to read, to print and as a table."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.paging import page_of
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Kind
from portal.lib import csvtext
from portal.statements import queries
from portal.statements.lines import lines_of
from portal.statements.queries import Statement, Subject

TOGETHER = "together"
CHARGES = "charges"


@gate("report")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts with statements; who has a single one goes straight to it."""
    who = request.seat  # type: ignore[attr-defined]
    page = page_of(queries.with_statements(who), order=["sort_key", "pk"], query=request.GET)
    return render(request, "statements/accounts.html", {"page": page})


@gate("report")
@require_safe
def account(request: HttpRequest, number: str) -> HttpResponse:
    """The months of one year, newest first."""
    subject, sealed = _subject(request, number), sealed_day()
    years = queries.years(subject.account, sealed)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else (years[0] if years else None)
    found = queries.months(request.seat, subject, year, sealed) if year else []  # type: ignore[attr-defined]
    context = {"subject": subject, "years": years, "year": year, "months": found, **_choices(request, subject)}
    return render(request, "statements/months.html", context)


@gate("report")
@require_safe
def month(request: HttpRequest, number: str, month: date) -> HttpResponse:
    """One month on one page, made to be printed."""
    subject = _subject(request, number)
    found = _statement(request, subject, month)
    context = {"subject": subject, "statement": found, "asked": month, **_choices(request, subject)}
    if found:
        context["lines"] = lines_of(found)
        context["days"] = found.month.days[::-1]
    return render(request, "statements/month.html", context)


@gate("report", proved=True)
@require_safe
def as_csv(request: HttpRequest, number: str, month: date) -> HttpResponse:
    """The days of a month, or what was charged in it, as a table for a spreadsheet."""
    subject = _subject(request, number)
    found = _statement(request, subject, month)
    is_charges = request.GET.get("rows") == CHARGES
    rows = _charges(found) if is_charges else _days(subject, found)
    name = f"{subject.account.number}-{month:%Y-%m}{'-charges' if is_charges else ''}.csv"
    answer = HttpResponse(csvtext.write_bytes(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _days(subject: Subject, found: Statement | None) -> list[list[csvtext.Cell]]:
    rows: list[list[csvtext.Cell]] = [[_("Day"), _("Value"), _("Came in or went out"), _("Currency"), _("Account")]]
    for point in found.month.days if found else ():
        rows.append([point.day, point.nlv, point.flow, subject.currency, subject.account.title])
    return rows


def _charges(found: Statement | None) -> list[list[csvtext.Cell]]:
    rows: list[list[csvtext.Cell]] = [[_("Day"), _("Fee or invoice"), _("Amount"), _("Currency"), _("Account ID")]]
    for line in lines_of(found) if found else ():
        rows.append([line.day, line.words, line.amount, line.currency, line.account])
    return rows


def _subject(request: HttpRequest, number: str) -> Subject:
    who = request.seat  # type: ignore[attr-defined]
    found = account_for(who, number, "report")
    return queries.subject_of(who, found, consolidated=request.GET.get("of") == TOGETHER)


def _statement(request: HttpRequest, subject: Subject, month: date) -> Statement | None:
    try:
        return queries.statement(request.seat, subject, month, sealed_day())  # type: ignore[attr-defined]
    except OverflowError as problem:
        raise Http404 from problem


def _choices(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """Whether the account can be shown together with its subs, and whether it is."""
    return {
        "is_group": subject.account.kind == Kind.STL_MASTER,
        "is_consolidated": request.GET.get("of") == TOGETHER and subject.account.kind == Kind.STL_MASTER,
        "is_master": subject.account.kind in (Kind.TOP_MASTER, Kind.SECOND_MASTER),
    }
