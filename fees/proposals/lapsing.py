"""Proposals that end without anybody's hand: not answered in time, or of an advisor who has left the account."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.requests.models import RequestStatus
from accounts.ground.tree.models import Account
from fees.proposals.actions import finish, lock, locked
from fees.proposals.models import OPEN, Proposal, ProposalState
from fees.proposals.rules import booked_on


def lapse_due(*, at: datetime) -> int:
    """End what could not be signed any more, each in a transaction of its own; how many there were."""
    ended = 0
    day = booked_on(at, calendar())
    with as_role("office"):
        while _lapse_next(day, at):
            ended += 1
    return ended


def withdraw(*, account: Account, practices: Sequence[int], at: datetime) -> int:
    """Cancel what these payees have drafted or sent about the account; in the transaction of a move, which ends the
    items of the lists by itself."""
    open_ones = Proposal.unscoped.filter(account=account, practice_id__in=practices, state__in=OPEN)
    for practice in practices:
        lock(account.firm_id, account.pk, practice)
    return open_ones.update(state=ProposalState.CANCELLED, decided_at=at)


def _lapse_next(day: date, at: datetime) -> bool:
    with transaction.atomic(using="office"):
        waiting = Proposal.unscoped.filter(state=ProposalState.PROPOSED, expires_on__lt=day)
        found = waiting.order_by("expires_on", "pk").first()
        if found is None:
            return False
        held = locked(found)
        if held.state != ProposalState.PROPOSED:
            return _lapse_next(day, at)
        held.state, held.decided_at = ProposalState.EXPIRED, at
        held.save(update_fields=["state", "decided_at"])
        finish(held, RequestStatus.EXPIRED, at)
        return True
