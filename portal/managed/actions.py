"""The end of an assignment, where the tree and the fees meet: who no longer trades is no longer paid."""

from datetime import datetime

from django.db import transaction

from accounts.ground.access.context import Who, as_role
from accounts.ground.access.scope import account_for
from accounts.ground.assignments import actions
from accounts.ground.assignments.models import Assignment, AssignmentState
from accounts.ground.assignments.telling import tell_manager
from fees.schedules.queries import hold_agreements
from fees.sending.actions import hold_sending


def end(*, who: Who, assignment: Assignment, at: datetime) -> None:
    """Take back what was asked, or end what was accepted; its fees apply no more from today, or from the first day
    that no night has billed. An advisor needs the right to manage the account."""
    if who.is_advisor:
        account_for(who, assignment.number, "manage")
        if assignment.state == AssignmentState.ASKED:
            actions.cancel(who=who, assignment=assignment, at=at)
            return
    # As with a move: neither side may write all that ends with it, so it is done under the office's login. What ends
    # is the database's to say (`fees_end_assignment`), as when an account closes.
    with as_role("office"), transaction.atomic(using="office"):
        # In the order in which whoever agrees or sends an invoice locks.
        hold_agreements(assignment.firm_id, alone=True)
        hold_sending(assignment.firm_id)
        actions.end(who=who, assignment=assignment, at=at)
    if who.is_advisor:
        tell_manager(assignment.manager, "ended", key=str(assignment.pk), advisor=assignment.advisor)
