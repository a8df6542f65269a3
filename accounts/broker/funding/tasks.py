"""Wakes what is due: recurring movements, holds that have ended, movements that the broker has not heard of, and files
that did not reach it."""

from celery import shared_task
from django.utils import timezone

from accounts.broker.funding.sending import go_on_due, send_due
from accounts.broker.funding.watching import watch_files
from accounts.broker.recurring.asking import ask_due


@shared_task(name="funding.go_on")
def go_on(**_extra: object) -> dict[str, int]:
    """Release what was held long enough, tell the broker, then ask for what is due: it leaves with the next call."""
    at = timezone.now()
    done = {"released": go_on_due(at=at), "sent": send_due(at=at), "asked": ask_due(at=at)}
    return {**done, "files": watch_files(at=at)}
