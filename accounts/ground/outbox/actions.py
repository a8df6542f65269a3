"""Owing and delivering messages."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from accounts.ground.access.context import current_alias
from accounts.ground.outbox.models import Channel, OutboxMessage

MOST_ATTEMPTS = 8


def owe(*, channel: str, recipient: str, subject: str, body: str, natural_key: str, firm_id: int | None = None) -> None:
    """Write a message into the caller's transaction; the natural key keeps it from being owed twice."""
    OutboxMessage.unscoped.bulk_create(
        [
            OutboxMessage(
                channel=channel,
                recipient=recipient,
                subject=subject,
                body=body,
                natural_key=natural_key,
                firm_id=firm_id,
            )
        ],
        ignore_conflicts=True,
    )


def deliver_due(*, at: datetime, most: int = 100) -> int:
    """Deliver what is due, each message in its own transaction; safe to run in any number of workers at once."""
    delivered = 0
    for _attempt in range(most):
        with transaction.atomic(using=current_alias.get()):
            message = (
                OutboxMessage.unscoped.select_for_update(skip_locked=True)
                .filter(delivered_at__isnull=True, failed_at__isnull=True, due_at__lte=at)
                .order_by("due_at")
                .first()
            )
            if message is None:
                return delivered
            delivered += _deliver(message, at)
    return delivered


def _deliver(message: OutboxMessage, at: datetime) -> int:
    """One try; a failure is remembered and tried again later, each time waiting twice as long."""
    message.attempts += 1
    try:
        if message.channel == Channel.MAIL:
            EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.recipient]).send()
    except OSError as problem:
        message.last_error = str(problem)[:500]
        message.due_at = at + timedelta(minutes=2**message.attempts)
        if message.attempts >= MOST_ATTEMPTS:
            message.failed_at = at
    else:
        message.delivered_at = at
    message.save()
    return 1 if message.delivered_at else 0
