"""Wakes the night. What there is to do stands in PostgreSQL; a message lost or delivered twice changes nothing."""

from contextlib import suppress

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal import nightly
from portal.office.watching import tell_stopped


def wake() -> None:
    """Let beat's next call happen now. A lost message costs a quarter of an hour, so nobody waits for a lost broker."""
    with suppress(OperationalError):
        begin.apply_async(retry=False)


@shared_task(name="night.begin")
def begin(**_extra: object) -> None:
    """Sent by beat every quarter of an hour, and when somebody asks for a night: call the workers if one is due."""
    if nightly.is_due(at=timezone.now()):
        # One message per process and not per chunk: each claims chunks in a loop until none is left.
        for _process in range(settings.NIGHT_PROCESSES):
            take_part.delay()
    tell_stopped(at=timezone.now())


@shared_task(name="night.take_part")
def take_part(**_extra: object) -> int:
    """Work on the nights that are due, beside the other workers; how many this one took part in."""
    try:
        return nightly.claim_due_nights(at=timezone.now())
    finally:
        tell_stopped(at=timezone.now())
