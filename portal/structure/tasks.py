"""Wakes the links that are due."""

from celery import shared_task
from django.utils import timezone

from portal.structure.moves import carry_out_due


@shared_task(name="links.carry_out")
def carry_out(**_extra: object) -> dict[str, int]:
    """Carry out what is due now."""
    return carry_out_due(at=timezone.now())
