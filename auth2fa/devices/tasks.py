"""Wakes the yearly reminder to people who have nothing better than texts."""

from celery import shared_task
from django.utils import timezone

from auth2fa.devices.reminding import remind_due


@shared_task(name="devices.remind")
def remind(**_extra: object) -> int:
    """Remind whoever is due by now."""
    return remind_due(at=timezone.now())
