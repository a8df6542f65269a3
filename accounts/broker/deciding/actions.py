"""Ending a movement that no line ends by itself: one person of the back office proposes, a second one decides."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.broker.activity.models import CashLine, PositionTransfer
from accounts.broker.deciding.models import LONGEST_REASON, DecisionState, FundingDecision, Outcome
from accounts.broker.funding.models import FundingKind, FundingRequest, FundingStatus
from accounts.broker.funding.rules import FundingConflict, FundingProblem, check_step
from accounts.ground.access.context import current_alias
from accounts.ground.access.locks import one_at_a_time
from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import NotificationKind
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

BY_CASH = (FundingKind.DEPOSIT, FundingKind.WITHDRAWAL)
NOT_DONE_TITLE = gettext_noop("A movement of money was ended: the broker has not made it")
TAKEN = gettext_noop("No line of this account has that key and is free to show this movement.")


def propose(*, reference: UUID, outcome: str, line_key: str, reason: str, by: int, at: datetime) -> FundingDecision:
    """Say what became of a movement that is on its way; nothing changes before a second person agrees."""
    with transaction.atomic(using=current_alias.get()):
        found = _on_its_way(reference)
        said = " ".join(reason.split())
        if not 1 <= len(said) <= LONGEST_REASON:
            raise FundingProblem(gettext_noop("Say why, in 1 to %(most)s characters."), most=LONGEST_REASON)
        if FundingDecision.unscoped.filter(request=found, state=DecisionState.PROPOSED).exists():
            raise FundingConflict(gettext_noop("Another proposal about this movement waits already."))
        line, moved = _line(found, line_key) if outcome == Outcome.SHOWN else (None, None)
        return FundingDecision.unscoped.create(
            firm_id=found.firm_id,
            request=found,
            outcome=outcome,
            line=line,
            moved=moved,
            reason=said,
            proposed_by=by,
            proposed_at=at,
        )


def decide(*, decision: FundingDecision, agrees: bool, by: int, at: datetime) -> None:
    """Agree as a second person, which ends the movement; or decline, which leaves it as it is."""
    with transaction.atomic(using=current_alias.get()):
        held = FundingDecision.unscoped.select_for_update().get(pk=decision.pk)
        if held.state != DecisionState.PROPOSED:
            raise FundingConflict(gettext_noop("It has been decided already."))
        if agrees and held.proposed_by == by:
            raise FundingProblem(gettext_noop("Somebody else must agree: you proposed it."))
        held.state, held.decided_by, held.decided_at = DecisionState.DECLINED, by, at
        if agrees:
            held.state = DecisionState.AGREED
        held.save(update_fields=["state", "decided_by", "decided_at"])
        if agrees:
            _end(held, at)


def _end(decision: FundingDecision, at: datetime) -> None:
    found = _on_its_way(decision.request_id)
    fields = ["status", "ended_at", "reason"]
    if decision.outcome == Outcome.NOT_DONE:
        found.status = FundingStatus.REJECTED
    else:
        line, moved = decision.line, decision.moved
        shown = line or moved
        assert shown is not None, "a check constraint says so"
        # A night, or another movement, may have taken it since it was proposed.
        if not _free(found).filter(pk=shown.pk).exists():
            raise FundingConflict(TAKEN)
        found.status, found.line, found.moved = FundingStatus.COMPLETED, line, moved
        found.arrived_on = found.credited_on = shown.report_on
        found.available_on = (line.settle_on if line else None) or shown.report_on
        fields += ["line", "moved", "arrived_on", "credited_on", "available_on"]
    found.ended_at, found.reason = at, decision.reason
    found.save(update_fields=fields)
    if decision.outcome == Outcome.NOT_DONE:
        notify(
            account=found.account,
            kind=NotificationKind.MESSAGE,
            title=NOT_DONE_TITLE,
            natural_key=f"funding {found.pk} rejected",
            day=exchange_day(at),
            body=decision.reason,
        )


def _on_its_way(reference: UUID) -> FundingRequest:
    """The movement, locked against the night that may find its line meanwhile."""
    one_at_a_time("broker_funding")
    rows = FundingRequest.unscoped.select_for_update(of=("self",)).select_related("account")
    found = rows.filter(pk=reference).first()
    if found is None:
        raise FundingProblem(gettext_noop("There is no movement with this reference."))
    check_step(found.status, FundingStatus.REJECTED)
    if found.status != FundingStatus.PROCESSED:
        raise FundingConflict(gettext_noop("Only a movement that is on its way is decided here."))
    return found


def _line(found: FundingRequest, key: str) -> tuple[CashLine | None, PositionTransfer | None]:
    """The line of the account with the broker's key, which shows nothing else."""
    shown = _free(found).filter(key=key.strip()[:80]).first()
    if shown is None:
        raise FundingProblem(TAKEN)
    return (shown, None) if isinstance(shown, CashLine) else (None, shown)


def _free(found: FundingRequest) -> "QuerySet[CashLine] | QuerySet[PositionTransfer]":
    """The account's lines since it was asked for that could show this movement and show nothing else."""
    wanted = {"account_id": found.account_id, "report_on__gte": found.requested_on, "funding": None}
    if found.kind in BY_CASH:
        return CashLine.unscoped.filter(**wanted)
    return PositionTransfer.unscoped.filter(**wanted, asked=None)
