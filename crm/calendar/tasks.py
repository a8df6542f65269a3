"""Wakes the reminders of events. It holds no key and reads when and whose alone."""

from celery import shared_task
from django.utils import timezone

from crm.calendar.reminding import remind_due


@shared_task(name="calendar.remind")
def remind(**_extra: object) -> int:
    """A reminder leaves once, however often this runs."""
    return remind_due(at=timezone.now())
