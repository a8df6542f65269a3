"""Wakes the morning's reminder of tasks. It holds no key and reads days and counts alone."""

from celery import shared_task

from accounts.ground.clock import exchange_today
from crm.tasks.reminding import remind_due


@shared_task(name="tasks.remind")
def remind(**_extra: object) -> int:
    """A day is told once, however often this runs."""
    return remind_due(day=exchange_today())
