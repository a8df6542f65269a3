"""Asking for long work, reporting its progress, ending it."""

from datetime import datetime

from accounts.ground.access.context import Who
from accounts.ground.jobs.models import Job, JobState


def ask(*, who: Who, kind: str, arguments: dict[str, object]) -> Job:
    """Put a job in the queue in the caller's transaction."""
    return Job.unscoped.create(
        user_id=who.user_id, seat_id=who.seat_id, firm_id=who.firm_id, kind=kind, arguments=arguments
    )


def start(*, job: Job, at: datetime, of: int | None = None) -> bool:
    """Claim a waiting job; False when another worker has it."""
    changed = Job.unscoped.filter(pk=job.pk, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=at, of=of
    )
    return changed == 1


def progress(*, job: Job, done: int, message: str = "") -> bool:
    """Report how far it is; False when the owner has cancelled it."""
    return Job.unscoped.filter(pk=job.pk, state=JobState.RUNNING).update(done=done, message=message) == 1


def end(*, job: Job, at: datetime, result: object = None, problem: str = "") -> None:
    """Record how a job ended."""
    Job.unscoped.filter(pk=job.pk, state=JobState.RUNNING).update(
        state=JobState.FAILED if problem else JobState.DONE, finished_at=at, result=result, message=problem[:300]
    )


def cancel(*, job: Job, at: datetime) -> bool:
    """Stop a job that has not ended; its worker notices at the next progress report."""
    changed = Job.unscoped.filter(pk=job.pk, state__in=[JobState.WAITING, JobState.RUNNING]).update(
        state=JobState.CANCELLED, finished_at=at
    )
    return changed == 1
