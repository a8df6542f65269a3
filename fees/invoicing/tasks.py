"""Checks and sends large files of invoices in their sender's name, a transaction a slice, so that pages see it move."""

from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone, translation

from accounts.ground.access.context import Who, acting, current_alias
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import User
from fees.invoicing.files import Stopped, own, step


def wake(who: Who, job: Job) -> None:
    """Call a worker once the row is there; whoever looks at a job that runs calls again."""
    transaction.on_commit(
        lambda: work_off.delay(str(job.pk), who.user_id, who.seat_id), using=current_alias.get(), robust=True
    )


@shared_task(name="fees.invoice_file")
def work_off(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Slice after slice; called again, or twice, it goes on where it stands and takes no row twice."""
    try:
        with suppress(Stopped):
            while _one(job, user_id, seat_id):
                pass
    except Exception as problem:
        with acting(user_id, seat_id=seat_id) as who:
            for one in own(who).filter(pk=job) if who else ():
                jobs.start(job=one, at=timezone.now())
                jobs.end(job=one, at=timezone.now(), result=one.result, problem=type(problem).__name__)
        raise


def _one(job: str, user_id: int, seat_id: int) -> bool:
    with acting(user_id, seat_id=seat_id) as who:
        if who is None:
            return False
        language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "en"
        with translation.override(language):
            return step(who=who, job=UUID(job), at=timezone.now())
