"""Submits regular reports once a night has closed a day."""

from celery import shared_task
from django.utils import timezone

from accounts.ground.clock import exchange_today
from portal.reports.regular import actions
from portal.reports.tasks import make_report


@shared_task(name="reports.submit_regular")
def submit_regular(**_extra: object) -> int:
    """How many were submitted; called again, or twice at once, each of them is submitted once. Who looks at a job that
    waits calls a worker again, so that a message may be lost.

    What goes wrong with one stops no other; it is raised when all have had their turn, and tried again the next time.
    """
    number, failed = 0, []
    for one in actions.due(exchange_today()):
        try:
            job = actions.submit_due(one, timezone.now())
            if job is not None:
                make_report.delay(str(job.pk), one.user_id, one.seat_id)
                number += 1
        except Exception as problem:
            failed.append(problem)
    if failed:
        raise ExceptionGroup("regular reports that could not be submitted", failed)
    return number
