"""Wakes the night. What there is to do stands in PostgreSQL; a message lost or delivered twice changes nothing."""

import os
from contextlib import suppress

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal import nightly
from portal.office.watching import tell_stopped

# One message per worker and not per chunk: each worker claims chunks in a loop until none is left.
WORKERS = os.cpu_count() or 1


def wake() -> None:
    """Let beat's next call happen now. A lost message costs a quarter of an hour, so nobody waits for a lost broker."""
    with suppress(OperationalError):
        begin.apply_async(retry=False)


@shared_task(name="night.begin")
def begin(**_extra: object) -> None:
    """Sent by beat every quarter of an hour, and when somebody asks for a night: call the workers if one is due."""
    if nightly.is_due(at=timezone.now()):
        for _worker in range(WORKERS):
            take_part.delay()
    tell_stopped(at=timezone.now())


@shared_task(name="night.take_part")
def take_part(**_extra: object) -> int:
    """Work on the nights that are due, beside the other workers; how many this one took part in."""
    try:
        return nightly.claim_due_nights(at=timezone.now())
    finally:
        tell_stopped(at=timezone.now())
