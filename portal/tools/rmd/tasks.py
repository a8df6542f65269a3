"""Wakes the reminders of required distributions. What was told stands in rows, so a second call tells nothing new."""

from celery import shared_task

from accounts.ground.clock import exchange_today
from portal.tools.rmd.reminding import remind_due


@shared_task(name="distributions.remind")
def remind(**_extra: object) -> int:
    """How many pieces of news were told."""
    return remind_due(today=exchange_today())
