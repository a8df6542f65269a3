"""The board of workflows, and moving a card on it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from accounts.ground.clock import exchange_today
from crm.contacts.chosen import colleagues
from crm.vault.context import opened
from crm.workflows import actions, board, queries
from crm.workflows.rules import WorkflowProblem
from crm.workflows.views import one


@gate(SIGNED_IN)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Workflows as cards in columns."""
    vault, today = opened(request), exchange_today()
    by, is_mine = board.group_of(request.GET.get("by", "")), request.GET.get("mine") == "1"
    found = list(board.shown(vault.who, is_mine=is_mine, by=by, at=timezone.now()))
    people = [user.username for user in colleagues(vault)] if by == board.PERSON else []
    reads = [queries.read(vault, each, today) for each in found[: board.MOST]]
    context = {
        "columns": board.columns(vault.who, reads, by=by, people=people),
        "by": by,
        "groups": board.GROUPS.items(),
        "is_mine": is_mine,
        "is_cut": len(found) > board.MOST,
        "most": board.MOST,
        "late": sum(read.is_late for read in reads),
        "here": request.get_full_path(),
    }
    return render(request, "crm/workflows/board.html", context)


@gate(SIGNED_IN)
@require_POST
def move(request: HttpRequest, workflow: UUID) -> HttpResponse:
    """Into another column."""
    vault = opened(request)
    by, said = board.group_of(request.POST.get("by", "")), request.POST
    try:
        actions.move(vault=vault, workflow=one(vault, workflow), by=by, to=said.get("to", ""), at=timezone.now())
    except WorkflowProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The card is in its new column."))
    mine = "&mine=1" if said.get("mine") == "1" else ""
    return redirect(f"{reverse('workflows:board')}?by={by}{mine}#card-{workflow}")
