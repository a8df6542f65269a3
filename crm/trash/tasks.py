"""Wakes the emptying of the trash. It holds no key."""

from celery import shared_task
from django.utils import timezone

from crm.trash.emptying import empty


@shared_task(name="trash.empty")
def empty_trash(**_extra: object) -> dict[str, int]:
    """How many of each kind are gone, however often this runs."""
    return dict(empty(at=timezone.now()))
