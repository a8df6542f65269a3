"""Wakes the delivery of owed messages."""

from celery import shared_task
from django.utils import timezone

from accounts.ground.outbox.actions import deliver_due


@shared_task(name="outbox.deliver")
def deliver(**_extra: object) -> int:
    """Deliver what is due now."""
    return deliver_due(at=timezone.now())
