"""Wakes the clearing up of sign-ins."""

from celery import shared_task
from django.utils import timezone

from accounts.ground.people import attempts
from accounts.ground.people.actions import drop_expired_sessions


@shared_task(name="sessions.drop_expired")
def drop_expired(**_extra: object) -> int:
    """Drop the sessions whose time is over, and wrong passwords that count no longer."""
    now = timezone.now()
    attempts.forget_old(at=now)
    return drop_expired_sessions(at=now)
