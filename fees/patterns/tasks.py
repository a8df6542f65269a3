"""Works out and applies templates in their asker's name, a transaction a slice, so that pages see it move."""

from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone, translation

from accounts.ground.access.context import Who, acting, current_alias
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import User
from fees.patterns.applying import step
from fees.patterns.queries import JOBS


def wake(who: Who, one: Job) -> None:
    """Call a worker once the row is there; whoever looks at a job that runs calls again."""
    transaction.on_commit(
        lambda: give.delay(str(one.pk), who.user_id, who.seat_id), using=current_alias.get(), robust=True
    )


@shared_task(name="fees.give_template")
def give(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Slice after slice; called again, or twice, it goes on where it stands."""
    try:
        while _one(job, user_id, seat_id):
            pass
    except Exception as problem:
        with acting(user_id, seat_id=seat_id):
            for one in Job.unscoped.filter(pk=job, user_id=user_id, kind__in=JOBS):
                jobs.start(job=one, at=timezone.now())
                jobs.end(job=one, at=timezone.now(), problem=type(problem).__name__)
        raise


def _one(job: str, user_id: int, seat_id: int) -> bool:
    with acting(user_id, seat_id=seat_id) as who:
        if who is None:
            return False
        language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "en"
        with translation.override(language):
            return step(who=who, job=UUID(job), at=timezone.now())
