"""Owing and delivering messages."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.outbox.carriers import Undeliverable, carrier_of
from accounts.ground.outbox.models import TO_MANY, Channel, OutboxMessage
from accounts.ground.outbox.wishes import wanting
from accounts.ground.people.models import User
from accounts.ground.writing import told_in

MOST_ATTEMPTS = 8
# Who leaves first: codes, for which somebody waits at the sign-in; then what opens something by itself; what is written
# to many at once waits for everything else.
TURN = Case(
    When(channel__in=(Channel.SMS, Channel.VOICE), then=Value(0)),
    When(natural_key__startswith=TO_MANY, then=Value(3)),
    When(is_secret=True, then=Value(1)),
    default=Value(2),
)

log = logging.getLogger(__name__)


def owe(
    *,
    channel: str,
    recipient: str,
    subject: str,
    body: str,
    natural_key: str,
    firm_id: int | None = None,
    person_id: int | None = None,
    is_secret: bool = False,
) -> None:
    """Write a message into the caller's transaction; the natural key keeps it from being owed twice.

    A mail to a user (`person_id`) leaves under the brand that this user is shown. One that opens something by itself
    is secret: the back office is not shown its text, and it is forgotten when the message has left.
    NoCarrier where nothing carries messages of the channel: what cannot leave is not owed.
    """
    message = OutboxMessage(
        channel=channel,
        recipient=recipient,
        subject=subject,
        body=body,
        natural_key=natural_key,
        firm_id=firm_id,
        person_id=person_id,
        is_secret=is_secret,
    )
    owe_many([message])


def owe_many(messages: Collection[OutboxMessage]) -> None:
    """Many messages in one statement, each owed once; NoCarrier where nothing carries one of them."""
    for channel in {one.channel for one in messages}:
        carrier_of(channel)
    OutboxMessage.unscoped.bulk_create(messages, ignore_conflicts=True)


def owe_people(
    *,
    users: Iterable[int],
    subject: object,
    text: object,
    said: Mapping[str, object],
    path: str,
    natural_key: str,
    firm_id: int | None,
    kind: str = "",
) -> None:
    """Owe a short mail to each of these people who has an address, in their own language, with the page to open.

    `subject` and `text` are lazy messages, `said` what stands in them. A `kind` goes to those who want it.
    """
    for user in (
        User.objects.filter(pk__in=list(wanting(kind, users, firm_id)), is_active=True).exclude(email="").order_by("pk")
    ):
        with told_in(user.language):
            owe(
                channel=Channel.MAIL,
                recipient=user.email,
                subject=(str(subject) % said)[:200],
                body=f"{str(text) % said}\n\n{settings.PUBLIC_URL.rstrip('/')}{path}",
                natural_key=f"{natural_key} {user.pk}",
                firm_id=firm_id,
                person_id=user.pk,
            )


def owe_again(messages: "QuerySet[OutboxMessage]", *, at: datetime) -> int:
    """Owe anew, from now on, what has not been delivered; how many. What was delivered stays delivered.

    A message whose text was forgotten is asked for anew by the person: by now its link would be dead.
    """
    waiting = messages.filter(delivered_at__isnull=True).exclude(is_secret=True, body="").order_by()
    return waiting.update(failed_at=None, attempts=0, due_at=at)


def owe_person(*, user_id: int, subject: str, body: str, natural_key: str) -> None:
    """Owe a mail about somebody's own sign-in, in their name or nobody's.

    The database takes the address from the books, so no caller can send it elsewhere. It may hold a link that opens
    the sign-in: the back office is not shown the text, and it is forgotten when the message has left.
    """
    with cursor() as cur:
        cur.execute("SELECT app_owe_person(%s, %s, %s, %s)", [user_id, subject[:200], body, natural_key])


def deliver_due(*, at: datetime, most: int = 100) -> int:
    """Deliver what is due, each message in its own transaction; safe to run in any number of workers at once.

    What is owed while it runs leaves in its turn too, so that a code does not wait behind the mails before it.
    """
    delivered, began = 0, monotonic()
    for _attempt in range(most):
        now = at + timedelta(seconds=monotonic() - began)
        with transaction.atomic(using=current_alias.get()):
            message = (
                OutboxMessage.unscoped.select_for_update(skip_locked=True)
                .filter(delivered_at__isnull=True, failed_at__isnull=True, due_at__lte=now)
                .order_by(TURN, "due_at")
                .first()
            )
            if message is None:
                return delivered
            delivered += _deliver(message, now)
    return delivered


def _deliver(message: OutboxMessage, at: datetime) -> int:
    """One try; a failure is remembered and tried again later, each time waiting twice as long.

    Whatever goes wrong with one message is that message's alone: all that are due behind it are still delivered.
    """
    message.attempts += 1
    try:
        with transaction.atomic(using=current_alias.get()):
            carrier_of(message.channel)(message, at)
    except Exception as problem:
        log.warning("message %s was not delivered: %s", message.pk, type(problem).__name__)
        message.last_error = f"{type(problem).__name__}: {problem}"[:500]
        message.due_at = at + timedelta(minutes=2**message.attempts)
        if message.attempts >= MOST_ATTEMPTS or isinstance(problem, Undeliverable):
            message.failed_at = at
    else:
        message.delivered_at = at
    if message.is_secret and (message.delivered_at or message.failed_at):
        message.body = ""
    message.save()
    return 1 if message.delivered_at else 0
