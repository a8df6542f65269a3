"""Wakes the loading of statements: when somebody has asked for it, and by the clock."""

from celery import shared_task
from django.utils import timezone

from portal.office.statements import work


@shared_task(name="statements.look")
def look(**_extra: object) -> int:
    """Ask for queries that are due, then load what waits; how many jobs this worker took."""
    work.ask_for_due(at=timezone.now())
    return work.work_off(now=timezone.now)
