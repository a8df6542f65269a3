"""Proposals that no client has answered in time: they end, both lists lose their item, and the payee is told."""

from datetime import date, datetime

from django.db import transaction

from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.requests.models import RequestStatus
from fees.proposals.actions import finish, locked
from fees.proposals.models import Proposal, ProposalState
from fees.proposals.rules import booked_on


def lapse_due(*, at: datetime) -> int:
    """End what could not be signed any more, each in a transaction of its own; how many there were."""
    ended = 0
    day = booked_on(at, calendar())
    with as_role("office"):
        while _lapse_next(day, at):
            ended += 1
    return ended


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
