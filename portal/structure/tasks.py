"""Wakes the links that are due, and ends what nobody has decided in time."""

from celery import shared_task
from django.utils import timezone

from portal.lapsing import lapse_due
from portal.structure.moves import carry_out_due


@shared_task(name="links.carry_out")
def carry_out(**_extra: object) -> dict[str, int]:
    """Carry out what is due now."""
    return carry_out_due(at=timezone.now())


@shared_task(name="requests.lapse")
def lapse(**_extra: object) -> dict[str, int]:
    """End what has waited too long by now."""
    return lapse_due(at=timezone.now())
