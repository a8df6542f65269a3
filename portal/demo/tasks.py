"""Lets a demo that is left running go on: the demo broker's statements come every evening. Without a demo, nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from portal.demo import firm

log = logging.getLogger(__name__)


@shared_task(name="demo.live_on")
def live_on(**_extra: object) -> None:
    """Sent by beat every quarter of an hour, where a demo firm has been made."""
    firm.live_on(at=timezone.now(), say=log.info)
