"""Where a ticket or an inquiry stands, and what of it waits on the list of pending items."""

from datetime import datetime

from django.db.models import F

from accounts.desk.messages.models import Side, Thread, ThreadState
from accounts.ground.requests.actions import ask, finish
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

WAITS = gettext_noop("A question waits for an answer")
# What asks the practice is the house's own business: no owner is shown it.
KINDS = {Side.OWNER.value: RequestKind.INQUIRY, Side.PRACTICE.value: RequestKind.HOUSE_INQUIRY}
STATUSES = {Side.OWNER.value: RequestStatus.AWAITING_CLIENT, Side.PRACTICE.value: RequestStatus.AWAITING_ADVISOR}


def move(thread: Thread, state: str, *, at: datetime, is_answered: bool = False) -> None:
    """Put it into a state; the caller holds its row. What waits is pending, and ends with the answer or without."""
    if state != thread.state:
        Thread.unscoped.filter(pk=thread.pk).update(state=state, state_at=at)
        thread.state, thread.state_at = state, at
    if state == ThreadState.WAITING:
        pend(thread, at=at)
    elif thread.asks:
        _settle(thread, RequestStatus.APPROVED if is_answered else RequestStatus.CANCELLED, at=at)


def pend(thread: Thread, *, at: datetime) -> None:
    """Put it on the list of the practice that looks after the account now; what is kept from practices is not listed.

    A question to a practice that has gone, or of one, waits for nobody.
    """
    has_gone = thread.account.practice_id != thread.practice_id
    if not thread.practice_reads or (has_gone and (thread.asks == Side.PRACTICE or not thread.with_office)):
        return
    ask(
        account=thread.account,
        kind=KINDS[thread.asks],
        status=STATUSES[thread.asks],
        title=WAITS,
        natural_key=str(thread.pk),
        day=exchange_day(at),
        detail={"thread": str(thread.pk)},
    )


def _settle(thread: Thread, status: str, *, at: datetime) -> None:
    waiting = Request.unscoped.filter(
        firm_id=thread.firm_id,
        kind=KINDS[thread.asks],
        natural_key=str(thread.pk),
        finished_at__isnull=True,
        account__practice_id=F("practice_id"),
    )
    for request in waiting:
        finish(request=request, status=status, at=at)
