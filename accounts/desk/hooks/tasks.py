"""Wakes the delivery of webhooks."""

from celery import shared_task
from django.utils import timezone

from accounts.desk.hooks.actions import deliver_due


@shared_task(name="hooks.deliver")
def deliver(**_extra: object) -> int:
    """Try what is due now."""
    return deliver_due(at=timezone.now())
