"""The end of an assignment, where the tree and the fees meet: who no longer trades is no longer paid."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.ground.access.context import Who, as_role
from accounts.ground.access.scope import account_for
from accounts.ground.assignments import actions
from accounts.ground.assignments.models import Assignment, AssignmentState
from accounts.ground.tree.models import Account
from fees.invoicing.actions import end_invoicing
from fees.proposals.lapsing import withdraw
from fees.schedules.actions import end_agreements
from fees.schedules.queries import billed_through, hold_agreements
from fees.sending.actions import hold_sending
from portal.lib.exchange import exchange_day


def end(*, who: Who, assignment: Assignment, at: datetime) -> None:
    """Take back what was asked, or end what was accepted; its fees apply no more from today, or from the first day
    that no night has billed. An advisor needs the right to manage the account."""
    if who.is_advisor:
        account_for(who, assignment.number, "manage")
        if assignment.state == AssignmentState.ASKED:
            actions.cancel(who=who, assignment=assignment, at=at)
            return
    # As with a move: neither side may write all that ends with it, so it is done under the office's login.
    with as_role("office"), transaction.atomic(using="office"):
        # In the order in which whoever agrees or sends an invoice locks.
        hold_agreements(assignment.firm_id, alone=True)
        hold_sending(assignment.firm_id)
        actions.end(who=who, assignment=assignment, at=at)
        account = Account.unscoped.get(pk=assignment.account_id)
        payees = [Account.unscoped.get(pk=assignment.manager_id).practice_id]
        end_agreements(account=account, practices=payees, first_day=_first_day(at))
        end_invoicing(account=account, practices=payees, first_day=_first_day(at), at=at)
        withdraw(account=account, practices=payees, at=at)


def _first_day(at: datetime) -> date:
    wanted, billed = exchange_day(at), billed_through()
    return max(wanted, billed + timedelta(days=1)) if billed else wanted
