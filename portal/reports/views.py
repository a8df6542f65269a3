"""Reports: what there is to ask for, a report on a page, its file, and the list of those that jobs have made."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.broker.prices.queries import benchmarks
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.days.queries import calendar
from accounts.ground.jobs.models import Job
from accounts.ground.paging import page_of
from accounts.ground.tree.models import CURRENCIES
from fees.history.views import XLSX
from portal.clients.queries import line_of
from portal.exports.views import wake
from portal.lib.periods import Frequency
from portal.reports import actions, wishes
from portal.reports.build import build
from portal.reports.files import FORMATS, TooLong
from portal.reports.queries import MOST_ACCOUNTS, MOST_ACTIVITIES, Asked, jobs_of
from portal.reports.regular.queries import own
from portal.reports.regular.rules import next_on
from portal.reports.table import Column, Report, Row, Section, plot_words, shown
from portal.reports.wishes import Kind, Wish

ORDER = ["sort_key", "pk"]
MOST_ROWS = 300
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "pdf": "application/pdf"}
# What each report asks beside accounts and period.
FIELDS = {
    Kind.ACTIVITY: ("mode", "by"),
    Kind.SUMMARY: ("by",),
    Kind.PERFORMANCE: ("mode", "by", "detail", "frequency", "measure"),
    Kind.PORTFOLIO: ("frequency",),
    Kind.FEES: ("by",),
}


class ShownRow(NamedTuple):
    """One row as a page shows it: its cells in words, each with its column."""

    row: Row
    cells: list[tuple[Column, str]]


class ShownSection(NamedTuple):
    """One section as a page shows it."""

    section: Section
    rows: list[ShownRow]
    has_more: bool


@gate("report")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every report there is, and those that jobs have made for the person."""
    who = request.seat  # type: ignore[attr-defined]
    page = page_of(jobs_of(who), order=["-created_at", "pk"], query=request.GET)
    context = {
        "kinds": [
            (f"reports:{kind}", *words)
            for kind, words in wishes.KINDS.items()
            if who.is_advisor or kind not in wishes.OF_ADVISORS
        ],
        "page": page,
        "reports": [(job, actions.wish_of(job)) for job in page.rows],
        "regular": [(one, next_on(Frequency(one.frequency), one.made_for, calendar())) for one in own(who)],
    }
    return render(request, "reports/home.html", context)


@gate("report")
@require_safe
def report(request: HttpRequest, kind: str) -> HttpResponse:
    """One report, its accounts a page at a time. A large one is not made here, but offered as a job."""
    who: Who = request.seat  # type: ignore[attr-defined]
    asked = Asked.by(who, Wish.of(Kind(kind), request.GET))
    context: dict[str, Any] = {"asked": asked, "wish": asked.wish, "formats": FORMATS, **_choices(asked.wish)}
    if asked.number and asked.span:
        context["is_batch"] = asked.is_batch
        if not context["is_batch"]:
            context |= _figures(asked, request.GET)
    context |= {"most_accounts": MOST_ACCOUNTS, "most_activities": MOST_ACTIVITIES}
    return render(request, "reports/report.html", context)


def _choices(wish: Wish) -> dict[str, Any]:
    """What the form offers, and what is chosen."""
    offered: dict[str, tuple[str, Mapping[Any, Any]]] = {
        "mode": (_("Accounts together"), wishes.MODES),
        "by": (_("Grouping"), wishes.GROUPS),
        "detail": (_("Detail"), wishes.DETAILS),
        "frequency": (_("Parts"), wishes.FREQUENCIES),
        "measure": (_("Return"), wishes.MEASURES),
    }
    picked = [(name, *offered[name], str(getattr(wish, name))) for name in FIELDS.get(wish.kind, ())]
    return {
        "periods": wishes.CHOICES.items(),
        "picked": [(name, words, known.items(), chosen) for name, words, known, chosen in picked],
        "currencies": CURRENCIES,
        "languages": settings.LANGUAGES,
        "often": wishes.FREQUENCIES.items(),
        "compares": wish.kind == Kind.PERFORMANCE,
        "is_portfolio": wish.kind == Kind.PORTFOLIO,
        "is_of_classes": wish.kind == Kind.FORM_13D,
        "benchmarks": benchmarks() if wish.kind == Kind.PORTFOLIO else [],
        "title": wish.title,
        "about": wishes.KINDS[wish.kind][1],
    }


def _figures(asked: Asked, query: QueryDict) -> dict[str, Any]:
    """The sections as they are shown, in the language that was asked for."""
    page = None
    if _is_paged(asked.wish):
        found = page_of(asked.ordered, order=ORDER, query=query, is_counted=False)
        page = replace(found, total=asked.number)
        asked = asked.page(page.rows)
    with translation.override(asked.wish.language or translation.get_language()):
        made = build(asked)
        sections = [_shown(one) for one in made.sections] if made else []
    return {"report": made, "sections": sections, "page": page, "plot": _plot(made)}


def _plot(made: Report | None) -> tuple[str, str]:
    """The points of the plot and what they say; nothing where there is none."""
    line = line_of(made.plot) if made else ""
    return (line, plot_words(made.plot)) if made and line else ("", "")


def _is_paged(wish: Wish) -> bool:
    """Whether it has a row for every account, so that its accounts come a page at a time."""
    return not (wish.is_consolidated or wish.differing or wish.is_by_advisor or wish.kind in wishes.FILED)


def _shown(section: Section) -> ShownSection:
    rows = [
        ShownRow(
            row, [(column, shown(column, row, cell)) for column, cell in zip(section.columns, row.cells, strict=True)]
        )
        for row in islice(section.rows, MOST_ROWS + 1)
    ]
    return ShownSection(section, rows[:MOST_ROWS], len(rows) > MOST_ROWS)


@gate("report", proved=True)
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """The whole report as a file: at once, or submitted for batch processing. The form may add to the address."""
    who: Who = request.seat  # type: ignore[attr-defined]
    query = request.GET.copy()
    query.update(request.POST)
    kind, form = query.get("report", ""), query.get("format", "")
    if kind not in list(Kind):
        raise BadRequest
    wish = Wish.of(Kind(kind), query)
    form = form if form in FORMATS else FORMATS[0]
    asked = Asked.by(who, wish)
    back = redirect(f"{_address(wish)}?{wish.query}")
    if asked.span is None or not asked.number:
        messages.error(request, _("Nothing of this period is closed yet."))
        return back
    if asked.is_batch:
        submitted(who, wish, form)
        messages.success(request, _("The report is submitted for batch processing. It appears in this list."))
        return redirect("reports:home")
    try:
        made = actions.at_once(asked, form, at=timezone.now())
    except TooLong as problem:
        messages.error(request, str(problem))
        return back
    assert made is not None
    content, name = made
    answer = HttpResponse(content, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def submitted(who: Who, wish: Wish, form: str) -> Job:
    """A job for the report, with a worker called to it."""
    job = actions.submit(who=who, wish=wish, form=form, at=timezone.now())
    wake(who, job)
    return job


def _address(wish: Wish) -> str:
    return reverse(f"reports:{wish.kind}")
