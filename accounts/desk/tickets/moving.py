"""What becomes of open questions about an account that goes to another practice or firm."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.desk.messages.models import Side, Thread, ThreadKind, ThreadState
from accounts.desk.messages.standing import move, pend
from accounts.ground.access.context import cursor
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import Role, Seat
from accounts.ground.requests.actions import finish
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.tree.models import Account

ASKED = _("The back office asks you")
ABOUT = _("An account that you look after now has a question of the back office waiting.")


def let_go(*, account: Account, at: datetime) -> None:
    """Once the account has moved; the caller holds the transaction of the move, under the back office's login.

    What the former practice has asked is withdrawn. What the back office has asked the owners still waits for them,
    and stands on the new practice's list. What it has asked the former practice it asks the new one, which reads the
    question and nothing of what was said. Who waits for somebody who has gone gets the ticket back.
    """
    _withdraw(account, at)
    waiting = Thread.unscoped.filter(account=account, with_office=True, state=ThreadState.WAITING)
    for thread in waiting.select_for_update().order_by("pk"):
        if account.moved_on:
            move(thread, ThreadState.OPEN, at=at)
        elif thread.asks == Side.PRACTICE and thread.practice_id != account.practice_id:
            is_inquiry = thread.kind == ThreadKind.INQUIRY
            move(thread, ThreadState.CLOSED if is_inquiry else ThreadState.OPEN, at=at)
            if is_inquiry:
                _ask_again(thread, at)


def _withdraw(account: Account, at: datetime) -> None:
    with cursor() as cur:
        cur.execute("SELECT desk_withdraw_asked(%s, %s)", [account.pk, at])
        keys = [str(pk) for (pk,) in cur.fetchall()]
    waiting = Request.unscoped.filter(
        account=account, kind=RequestKind.INQUIRY, natural_key__in=keys, finished_at__isnull=True
    )
    for request in waiting:
        finish(request=request, status=RequestStatus.CANCELLED, at=at)


def _ask_again(thread: Thread, at: datetime) -> None:
    with cursor() as cur:
        cur.execute("SELECT desk_ask_again(%s, %s)", [thread.pk, at])
        [fresh] = cur.fetchone() or (None,)
    if fresh is None:
        return
    again = Thread.unscoped.select_related("account").get(pk=fresh)
    pend(again, at=at)
    seats = Seat.unscoped.filter(practice_id=again.practice_id, role__in=(Role.TOP, Role.SECOND), is_active=True)
    owe_people(
        users=seats.values_list("user_id", flat=True).distinct(),
        subject=ASKED,
        text=ABOUT,
        said={},
        path=f"/messages/{again.pk}/",
        natural_key=f"asked again:{again.pk}",
        firm_id=again.firm_id,
    )
