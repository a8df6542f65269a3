"""Invoicing pages: what is pending and processed, ten new ones or a file, a review of every row, then sending."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for, scope
from accounts.ground.assignments.queries import managers
from accounts.ground.days.queries import calendar
from accounts.ground.idempotency.actions import KeyReused, once
from accounts.ground.tree.models import Account
from fees.invoicing import actions, file_views, files, queries
from fees.invoicing.forms import FileForm
from fees.invoicing.models import Invoice
from fees.invoicing.review import BadForm, by_hand, context_of, file_of, table_of
from fees.invoicing.showing import table_answer
from fees.invoicing.upload import COLUMNS, File, errors_table, known, parse, submit_file, with_points
from fees.proofs.words import tell
from fees.sending.forms import ChangeForm, Rows
from fees.sending.pages import MOST_CHOICES, SHOWS, desk_of, own_or_404, say, told
from fees.sending.rules import business_day_of, cut_off_after
from portal.lib import xlsx
from portal.lib.csvtext import BadCsv, Cell

MOST_DOWNLOADED = 10_000
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@gate("set_fees")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Pending invoices, or those of the last seven days, or all."""
    context = {
        **desk_of(request, queries.invoices(_who(request)), totals=queries.totals, now=timezone.now()),
        "other_words": _("Payee"),
        "change_url": "fees:invoice",
        "cancel_url": "fees:cancel_invoice",
    }
    return render(request, "fees/invoicing/desk.html", context)


@gate("set_fees", proved=True)
@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The invoices of the list as a workbook, or as CSV: all of them, not only those of the page."""
    show = request.GET.get("show", "all")
    states = SHOWS.get(show)
    rows = queries.invoices(_who(request))
    if states is not None:
        rows = rows.filter(state__in=states)
    table: list[Sequence[Cell]] = [
        (
            *(_("For the night of"), _("Account ID"), _("Account title"), _("Payable to"), _("Amount"), _("Currency")),
            *(_("Memo"), _("Status")),
        )
    ]
    table += [
        (
            *(one.business_day, one.account.number, one.account.title, one.practice.name, one.amount, one.currency),
            one.memo,
            f"{one.get_state_display()} {one.get_reason_display() if one.reason else ''}".strip(),
        )
        for one in rows[:MOST_DOWNLOADED]
    ]
    if request.GET.get("as") == "csv":
        return table_answer(table, name="invoices.csv")
    return _workbook(table, name="invoices.xlsx")


@gate("set_fees")
def new(request: HttpRequest) -> HttpResponse:
    """Up to ten invoices by hand; sending the form shows what would become of each."""
    if request.method != "POST":
        return _form(request, Rows(initial_account=request.GET.get("account", "")))
    if "more" in request.POST:
        return _form(request, Rows(request.POST, wants_all=True))
    form = Rows(request.POST)
    problem = form.problem()
    return _form(request, form, problem) if problem else _reviewed(request, by_hand(form.asked()))


@gate("set_fees")
def upload(request: HttpRequest) -> HttpResponse:
    """A file of invoices; sending it shows what would become of each row, and nothing is kept yet."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"]
        try:
            file = parse(content.read(), name=content.name, decimal_comma=form.cleaned_data["decimal_comma"])
        except BadCsv as error:
            form.add_error("file", _(error.msgid) % error.params)
        else:
            return file_views.checking(request, file) if files.is_large(file) else _reviewed(request, file)
    status = 422 if form.errors else 200
    context = {"form": form, "columns": COLUMNS, "recent": files.recent(_who(request))}
    return render(request, "fees/invoicing/upload.html", context, status=status)


@gate("set_fees")
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """The same rows again after some were corrected; or the refused ones as a file."""
    file = _posted(request)
    if "errors" in request.POST:
        _day, verdicts = submit_file(who=_who(request), file=file, save=False)
        return table_answer(errors_table(file, verdicts, told(verdicts)), name="errors.csv")
    return _reviewed(request, with_points(file) if "comma" in request.POST else file)


@gate("set_fees", step_up=True)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take the rows that pass; sending the same form twice takes them once."""
    who, file = _who(request), _posted(request)
    key = request.POST.get("key", "")
    if not re.fullmatch(r"[0-9a-f-]{36}", key):
        raise Http404

    def act() -> tuple[int, object]:
        day, verdicts = submit_file(who=who, file=file)
        accepted = sum(one.is_accepted for one in verdicts)
        return 200, {"day": day.isoformat(), "accepted": accepted, "refused": len(verdicts) - accepted}

    try:
        _status, answer = once(user_id=who.user_id, key=key, route="invoices", body=[file.sha256, *file.rows], act=act)
    except KeyReused:
        raise Http404 from None
    _say(request, answer)  # type: ignore[arg-type]
    return HttpResponseRedirect(reverse("fees:invoicing"))


@gate("set_fees")
@require_GET
def limit(request: HttpRequest, number: str) -> HttpResponse:
    """What one client may be invoiced for now, and the daily values it comes from."""
    who = _who(request)
    account = account_for(who, number, "set_fees")
    day = _today()
    found = queries.limit_for(who, account, day)
    rows = queries.daily_rows(account, found.looked_back) if found else []
    context = {"account": account, "limit": found, "rows": rows, "day": day}
    return render(request, "fees/invoicing/limit.html", context)


@gate("set_fees")
@require_GET
def available(request: HttpRequest) -> HttpResponse:
    """What is available for the account just typed, as a fragment beside it."""
    who, number = _who(request), request.GET.get("account", "").strip().upper()
    account = scope(who, Account, "set_fees").filter(number=number).first() if number.isalnum() else None
    manager = request.GET.get("payee", "").strip().upper()
    found = queries.limit_for(who, account, _today(), manager=manager) if account else None
    context = {"account": account, "limit": found, "asked": bool(number)}
    return render(request, "fees/invoicing/available.html", context)


@gate("set_fees", step_up=True)
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Another amount or memo for a pending invoice."""
    who, invoice = _who(request), _invoice(request, pk)
    form = ChangeForm(request.POST or None, initial={"amount": invoice.amount, "memo": invoice.memo})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(who=who, invoice=invoice, **form.cleaned_data)
        except actions.InvoiceRefused as refused:
            form.add_error("amount", tell(refused.sentence))
        else:
            messages.success(request, _("The invoice was changed."))
            return HttpResponseRedirect(reverse("fees:invoicing"))
    limit = _limit_without(who, invoice)
    context = {
        "form": form,
        "one": invoice,
        "most": limit.available if limit else None,
        "account_page": reverse("fees:invoice_limit", args=[invoice.account.number]),
        "desk": reverse("fees:invoicing"),
    }
    return render(request, "fees/invoicing/change.html", context, status=422 if form.errors else 200)


@gate("set_fees")
@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Withdraw a pending invoice."""
    try:
        actions.cancel(who=_who(request), invoice=_invoice(request, pk))
    except actions.InvoiceRefused as refused:
        messages.error(request, tell(refused.sentence))
    else:
        messages.success(request, _("The invoice was cancelled."))
    return HttpResponseRedirect(reverse("fees:invoicing"))


@gate("set_fees", proved=True)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty file to fill in, with one row as an example; a workbook is saved as CSV before it is uploaded."""
    memo = _("Planning, 4th quarter")
    if request.GET.get("as") == "xlsx":
        return _workbook([COLUMNS, ("U1234567", Decimal("250.00"), "", memo)], name="invoices.xlsx")
    return table_answer([COLUMNS, ("U1234567", "250.00", "", memo)], name="invoices.csv")


def _form(request: HttpRequest, form: Rows, problem: str = "") -> HttpResponse:
    now, days = timezone.now(), calendar()
    context = {
        "form": form,
        "problem": problem,
        "cut_off": cut_off_after(now, days),
        "choices": queries.may_be_invoiced(_who(request), business_day_of(now, days), MOST_CHOICES),
        "managers": list(managers(_who(request))),
        "review": reverse("fees:new_invoices"),
        "available": reverse("fees:invoice_available"),
        "desk": reverse("fees:invoicing"),
    }
    return render(request, "fees/invoicing/new.html", context, status=422 if problem else 200)


def _reviewed(request: HttpRequest, file: File) -> HttpResponse:
    who = _who(request)
    day, verdicts = submit_file(who=who, file=file, save=False)
    context = {
        **context_of(file, verdicts, told(verdicts)),
        "days": [day],
        "table": table_of(file.rows, verdicts),
        "before": known(who, file),
        "choices": queries.may_be_invoiced(who, day, MOST_CHOICES),
        "key": uuid.uuid4(),
        "review": reverse("fees:review_invoices"),
        "send": reverse("fees:send_invoices"),
    }
    return render(request, "fees/invoicing/review.html", context)


def _workbook(rows: Sequence[Sequence[Cell]], *, name: str) -> HttpResponse:
    answer = HttpResponse(xlsx.write_bytes(rows, sheet=_("Invoices")), content_type=WORKBOOK)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _posted(request: HttpRequest) -> File:
    try:
        return file_of(request.POST)
    except BadForm as error:
        raise Http404 from error


def _say(request: HttpRequest, answer: dict[str, int]) -> None:
    if not answer["accepted"] and not answer["refused"]:
        messages.info(request, _("No row was left, so nothing was sent."))
    say(request, answer, ngettext("%(count)s invoice was sent.", "%(count)s invoices were sent.", answer["accepted"]))


def _invoice(request: HttpRequest, pk: uuid.UUID) -> Invoice:
    """One's own pending or ended invoice."""
    who = _who(request)
    return own_or_404(who, queries.invoices(who), pk)


def _limit_without(who: Who, invoice: Invoice) -> queries.Limit | None:
    """What is available to the invoice itself: its present amount is free for the next one."""
    payee = replace(who, payee_id=invoice.practice_id)
    return queries.limit_for(payee, invoice.account, invoice.business_day, without=[str(invoice.pk)])


def _today():
    return business_day_of(timezone.now(), calendar())


def _who(request: HttpRequest) -> Who:
    return request.seat  # type: ignore[attr-defined]
