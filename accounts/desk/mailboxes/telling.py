"""Who hears of a mailbox: the pending item, the trail, the news of the practice, and a mail to who asked for it."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.desk.mailboxes.models import Mailbox
from accounts.desk.mailboxes.rules import State
from accounts.ground.notifications.actions import notify
from accounts.ground.notifications.models import NotificationKind
from accounts.ground.outbox.actions import owe_people
from accounts.ground.people.models import Seat, Standing
from accounts.ground.requests.actions import ask, finish, finish_by_key
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.trail.actions import record
from accounts.ground.tree.models import Account
from portal.lib.exchange import exchange_day
from portal.lib.words import gettext_noop

TITLE = gettext_noop("Mailbox %(address)s")
# Waits for the back office while the provider does not know what the practice changed; the database asks the same
# where a master account ends.
TO_TELL = gettext_noop("The provider is told: mailbox %(address)s")
# How the pending item stands while the mailbox does.
STANDS: Mapping[str, RequestStatus] = {
    State.REQUESTED: RequestStatus.AWAITING_BROKER,
    State.PROVISIONING: RequestStatus.AWAITING_BROKER,
    State.AWAITING_MX: RequestStatus.AWAITING_ADVISOR,
    State.ACTIVE: RequestStatus.APPROVED,
    State.CANCELLED: RequestStatus.CANCELLED,
    State.REJECTED: RequestStatus.REJECTED,
}
# What the advisor reads of each step: the mail's subject and text, and the news.
LETTERS: Mapping[str, tuple[object, object, str]] = {
    State.PROVISIONING: (
        _("Your mailbox is being made"),
        _("The mailbox %(address)s is being made. You hear from us when it is your turn."),
        gettext_noop("A mailbox is being made"),
    ),
    State.AWAITING_MX: (
        _("Set the MX records for your mailbox"),
        _("The mailbox %(address)s is made. Set the MX records of %(domain)s now; the page says which."),
        gettext_noop("A mailbox waits for its MX records"),
    ),
    State.ACTIVE: (
        _("Your mailbox is active"),
        _("The mailbox %(address)s is active."),
        gettext_noop("A mailbox is active"),
    ),
    State.REJECTED: (
        _("Your request for a mailbox was refused"),
        _("The mailbox %(address)s was not made. Sign in to read why. What it was charged is given back."),
        gettext_noop("A request for a mailbox was refused"),
    ),
    State.CANCELLED: (
        _("Your mailbox was cancelled"),
        _("The mailbox %(address)s was cancelled by the back office."),
        gettext_noop("A mailbox was cancelled"),
    ),
}


def asked(mailbox: Mailbox, account: Account, *, by: int, at: datetime) -> None:
    """The request waits for the back office."""
    ask(
        account=account,
        kind=RequestKind.MAILBOX,
        title=TITLE,
        natural_key=_key(mailbox),
        day=exchange_day(at),
        status=STANDS[State.REQUESTED],
        detail={"address": mailbox.address, "mailbox": str(mailbox.pk)},
    )
    _record(mailbox, by=by, at=at)


def provider(mailbox: Mailbox, *, at: datetime) -> None:
    """The back office tells the provider how the mailbox stands now: archived or not, or ended."""
    ask(
        account=mailbox.account,
        kind=RequestKind.MAILBOX,
        title=TO_TELL,
        natural_key=f"{_key(mailbox)} provider",
        day=exchange_day(at),
        status=RequestStatus.AWAITING_BROKER,
        detail={"address": mailbox.address, "mailbox": str(mailbox.pk)},
    )


def waits_for_provider(mailbox: Mailbox) -> bool:
    """Whether the provider is still to be told of it."""
    rows = Request.unscoped.filter(firm_id=mailbox.firm_id, kind=RequestKind.MAILBOX, finished_at=None)
    return rows.filter(natural_key=f"{_key(mailbox)} provider").exists()


def was_told(mailbox: Mailbox, *, at: datetime) -> bool:
    """The provider knows; False where nothing waited."""
    ended = finish_by_key(
        firms=[mailbox.firm_id],
        kind=RequestKind.MAILBOX,
        natural_key=f"{_key(mailbox)} provider",
        status=RequestStatus.APPROVED,
        at=at,
    )
    return ended > 0


def ended(mailbox: Mailbox, *, by: int, at: datetime) -> None:
    """The practice ended it itself: the item and the trail, no letter."""
    _settle(mailbox, at=at)
    _record(mailbox, by=by, at=at)


def moved(mailbox: Mailbox, *, by: int, at: datetime) -> None:
    """The back office moved it: the item, the trail, the news and a mail to who asked and who answers for it."""
    _settle(mailbox, at=at)
    _record(mailbox, by=by, at=at)
    subject, text, news = LETTERS[mailbox.state]
    notify(
        account=mailbox.account,
        kind=NotificationKind.MESSAGE,
        title=news,
        natural_key=f"{_key(mailbox)} {mailbox.state}",
        day=exchange_day(at),
        body=mailbox.address,
    )
    seats = Seat.unscoped.filter(practice_id=mailbox.practice_id, is_active=True, ended_at=None)
    owe_people(
        users=set(
            seats.filter(Q(user_id=mailbox.requested_by) | Q(standing=Standing.PRIMARY)).values_list(
                "user_id", flat=True
            )
        ),
        subject=subject,
        text=text,
        said={"address": mailbox.address, "domain": mailbox.domain},
        path=reverse("mailbox:mailbox", args=[mailbox.pk]),
        natural_key=f"{_key(mailbox)} {mailbox.state}",
        firm_id=mailbox.firm_id,
    )


def _settle(mailbox: Mailbox, *, at: datetime) -> None:
    """The pending item follows; it leaves the list where the mailbox waits for nobody any more."""
    waiting = Request.unscoped.filter(
        firm_id=mailbox.firm_id, kind=RequestKind.MAILBOX, natural_key=_key(mailbox), finished_at=None
    )
    if mailbox.state in (State.PROVISIONING, State.AWAITING_MX):
        waiting.update(status=STANDS[mailbox.state])
        return
    for one in waiting:
        finish(request=one, status=STANDS[mailbox.state], at=at)


def _record(mailbox: Mailbox, *, by: int, at: datetime) -> None:
    record(
        account=mailbox.account,
        kind="mailbox",
        title=TITLE,
        status=mailbox.state,
        data={"address": mailbox.address},
        day=exchange_day(at),
        by=by,
    )


def _key(mailbox: Mailbox) -> str:
    return f"mailbox:{mailbox.pk}"
