"""Wakes the delivery of webhooks, and the forgetting of what was delivered long ago."""

from celery import shared_task
from django.utils import timezone

from accounts.desk.hooks.actions import deliver_due, forget_old


@shared_task(name="hooks.deliver")
def deliver(**_extra: object) -> int:
    """Try what is due now."""
    return deliver_due(at=timezone.now())


@shared_task(name="hooks.forget")
def forget(**_extra: object) -> int:
    """Sent by beat once a day."""
    return forget_old(at=timezone.now())
