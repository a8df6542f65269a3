"""Wakes the yearly reminder to people who have nothing better than texts, and closes numbers that firms end."""

from celery import shared_task
from django.utils import timezone

from auth2fa.devices.reminding import remind_due
from auth2fa.texts.actions import close_due


@shared_task(name="devices.remind")
def remind(**_extra: object) -> int:
    """Remind whoever is due by now, and close numbers whose day has come."""
    now = timezone.now()
    close_due(at=now)
    return remind_due(at=now)
