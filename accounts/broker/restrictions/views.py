"""Restrictions of an account with where each comes from, setting one, ending one, and the list of all."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.broker.restrictions import queries
from accounts.broker.restrictions.actions import end_restriction, restrict
from accounts.broker.restrictions.forms import RestrictionForm
from accounts.broker.restrictions.queries import InForce
from accounts.broker.restrictions.rules import RestrictionRefused, match_words, may_end
from accounts.ground.access.authority import may_ever
from accounts.ground.access.context import Who
from accounts.ground.access.gates import gate
from accounts.ground.access.scope import account_for
from accounts.ground.clock import exchange_today
from accounts.ground.paging import page_of
from accounts.ground.tree.models import Account

# Reasons are written for advisors and holders of groups; a client is told what is stopped, not what is thought.
READS_REASONS = "restrict"


def inherited(who: Who, account: Account, day: date) -> list[InForce]:
    """What stops trades in the account, from above and its own."""
    allowed = queries.may_restrict(who, account)
    return [
        InForce(
            row,
            where=queries.node_name(row),
            is_inherited=row.account_id != account.pk,
            may_end=row.account_id == account.pk and allowed and row.ended_at is None and may_end(who.role, row),
        )
        for row in queries.in_force(who, account, day)
    ]


@gate("view")
@require_GET
def of_account(request: HttpRequest, number: str) -> HttpResponse:
    """Effective restrictions of one account."""
    who, day = request.seat, exchange_today()  # type: ignore[attr-defined]
    account = account_for(who, number)
    context = {
        "account": account,
        "day": day,
        "rows": [(one, match_words(one.row)) for one in inherited(who, account, day)],
        "may_add": queries.may_restrict(who, account),
        "reads_reasons": may_ever(who.role, READS_REASONS),
    }
    return render(request, "broker/restrictions/account.html", context)


@gate("restrict")
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Write a restriction on an account."""
    who, day = request.seat, exchange_today()  # type: ignore[attr-defined]
    account = account_for(who, number, "restrict")
    form = RestrictionForm(request.POST or None, initial={"starts": day})
    if request.method == "POST" and form.is_valid():
        try:
            restrict(who=who, account=account, day=day, **form.wanted())
        except RestrictionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The restriction is set. It holds for the account and everything below it."))
            return redirect("trading:account_restrictions", account.number)
    status = 422 if form.is_bound else 200
    return render(request, "broker/restrictions/add.html", {"form": form, "account": account}, status=status)


@gate("restrict")
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a restriction today."""
    who, at = request.seat, timezone.now()  # type: ignore[attr-defined]
    try:
        row = end_restriction(who=who, pk=pk, day=exchange_today(), at=at)
    except RestrictionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("trading:restrictions")
    messages.success(request, _("The restriction is ended."))
    return redirect("trading:account_restrictions", row.account.number)


@gate("restrict")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every restriction that holds for something one sees; ended ones on demand."""
    who, day = request.seat, exchange_today()  # type: ignore[attr-defined]
    shows_ended = request.GET.get("state") == "ended"
    rows = queries.visible(who)
    rows = rows.filter(ends__lte=day) if shows_ended else rows.exclude(ends__lte=day)
    page = page_of(queries.named(who, rows), order=["-starts", "pk"], query=request.GET)
    context = {
        "page": page,
        "rows": [(row, match_words(row), queries.node_name(row)) for row in page.rows],
        "shows_ended": shows_ended,
    }
    return render(request, "broker/restrictions/list.html", context)
