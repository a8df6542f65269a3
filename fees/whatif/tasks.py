"""Works a what-if out, and proposes its terms, in its asker's name: a transaction a slice, so pages see it move."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone, translation

from accounts.ground.access.context import Who, acting, current_alias
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import User
from fees.whatif import actions, sending


class Step(Protocol):
    """One slice of a job; True while there is more."""

    def __call__(self, *, who: Who, job: UUID, at: datetime) -> bool: ...


@shared_task(name="fees.what_if")
def work_out(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Slice after slice; called again, or twice, it goes on where it stands."""
    _all(actions.step, job, user_id, seat_id)


@shared_task(name="fees.what_if_send")
def propose_terms(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Proposal after proposal; called again, or twice, nobody is asked a second time."""
    _all(sending.step, job, user_id, seat_id)


def wake(who: Who, job: Job) -> None:
    """Call a worker once the row is there; whoever looks at it calls again, and a second worker finds it taken."""
    transaction.on_commit(
        lambda: work_out.delay(str(job.pk), who.user_id, who.seat_id), using=current_alias.get(), robust=True
    )


def wake_sending(who: Who, job: Job) -> None:
    """The same for the job that proposes."""
    transaction.on_commit(
        lambda: propose_terms.delay(str(job.pk), who.user_id, who.seat_id), using=current_alias.get(), robust=True
    )


def _all(step: Step, job: str, user_id: int, seat_id: int) -> None:
    try:
        while _one(step, job, user_id, seat_id):
            pass
    except Exception as problem:
        with acting(user_id, seat_id=seat_id):
            for one in Job.unscoped.filter(pk=job, user_id=user_id):
                jobs.start(job=one, at=timezone.now())
                jobs.end(job=one, at=timezone.now(), problem=type(problem).__name__)
        raise


def _one(step: Step, job: str, user_id: int, seat_id: int) -> bool:
    with acting(user_id, seat_id=seat_id) as who:
        if who is None:
            return False
        language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "en"
        with translation.override(language):
            return step(who=who, job=UUID(job), at=timezone.now())
