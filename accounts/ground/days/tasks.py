"""Keeps the calendar ahead of the nights."""

from celery import shared_task
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.days.actions import reach


@shared_task(name="days.reach")
def look_ahead(**_extra: object) -> int:
    """Sent by beat once a day: a new year's closings are added years before the first night asks for them."""
    with as_role("office"):
        return reach(timezone.localdate())
