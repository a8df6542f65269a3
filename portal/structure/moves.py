"""Carrying out the links that are due: the floor moves the account, and each room lets go of what it held for it."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.broker.funding.actions import cancel_for_move as cancel_movements
from accounts.broker.permissions.actions import cancel_for_move
from accounts.broker.recurring.actions import end_for_move as end_recurring
from accounts.desk.tickets import moving as questions
from accounts.ground.access.context import as_role
from accounts.ground.consents.actions import end_for_move
from accounts.ground.linkage.models import Linkage, LinkState
from accounts.ground.linkage.moving import Move, carry_out
from accounts.ground.linkage.rules import LinkProblem
from accounts.ground.linkage.telling import tell
from accounts.ground.tree.models import Practice
from accounts.ground.tree.rules import TreeProblem
from fees.invoicing.actions import end_invoicing
from fees.invoicing.models import Invoice, InvoiceCap
from fees.proposals.lapsing import withdraw
from fees.proposals.models import Proposal
from fees.schedules.actions import end_agreements
from fees.schedules.models import Schedule
from fees.schedules.queries import billed_through, hold_agreements
from fees.sending.actions import hold_sending
from portal.lib.exchange import exchange_day


def carry_out_due(*, at: datetime) -> dict[str, int]:
    """Every accepted link whose time has come, each in a transaction of its own; run twice, it changes nothing."""
    counts = {"done": 0, "failed": 0}
    with as_role("office"):
        while (state := _next(at)) is not None:
            counts[state] += 1
    return counts


def _next(at: datetime) -> str | None:
    """Carry one out; killed anywhere, it is as if it had not begun. None when nothing is due."""
    with transaction.atomic(using="office"):
        due = Linkage.unscoped.select_for_update(skip_locked=True).filter(
            state=LinkState.ACCEPTED, effective_at__lte=at
        )
        link = due.order_by("effective_at", "asked_at", "pk").first()
        if link is None:
            return None
        try:
            with transaction.atomic(using="office"):
                # Before the account's row is locked, in the order in which whoever agrees or sends an invoice locks.
                hold_agreements(link.account.firm_id, alone=True)
                hold_sending(link.account.firm_id)
                for move in carry_out(link=link, first_day=_first_day(link), at=at):
                    _let_go(move, at)
            link.state = LinkState.DONE
        except (LinkProblem, TreeProblem) as problem:
            link.state, link.problem = LinkState.FAILED, str(problem)[:200]
        link.done_at = at
        link.save(update_fields=["state", "done_at", "problem"])
        tell(link)
        return str(link.state)


def _first_day(link: Linkage) -> date:
    """The day from which the account is the new side's: the link's own, unless a night has billed it already."""
    assert link.effective_at is not None, "an accepted link has a time"
    wanted, billed = exchange_day(link.effective_at), billed_through()
    return max(wanted, billed + timedelta(days=1)) if billed else wanted


def _let_go(move: Move, at: datetime) -> None:
    """What was agreed with who is no longer above the account ends; the top level of the same firm still is."""
    payees: set[int] = set()
    for rows in (Schedule, InvoiceCap, Invoice, Proposal):
        payees |= set(rows.unscoped.filter(account=move.before).values_list("practice_id", flat=True).distinct())
    if move.before.pk == move.after.pk:
        above = set(Practice.unscoped.filter(firm_id=move.after.firm_id, level=1).values_list("pk", flat=True))
        payees -= above | {move.after.practice_id}
    practices = sorted(payees)
    end_agreements(account=move.before, practices=practices, first_day=move.first_day)
    end_invoicing(account=move.before, practices=practices, first_day=move.first_day, at=at)
    withdraw(account=move.before, practices=practices, at=at)
    end_for_move(account=move.before, at=at)
    cancel_for_move(account=move.before, at=at)
    questions.let_go(account=move.before, at=at)
    cancel_movements(account=move.before, at=at)
    end_recurring(account=move.before, at=at)
