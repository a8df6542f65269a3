"""Makes files that people have asked for, in their name: a row another person owns cannot be reached from here."""

from celery import shared_task
from django.utils import timezone, translation

from accounts.ground.access.context import acting
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import User
from portal.exports.actions import KIND, make


@shared_task(name="exports.make")
def make_export(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Make one file; called again, or twice, it changes nothing."""
    try:
        with acting(user_id, seat_id=seat_id) as who:
            found = Job.unscoped.filter(pk=job, kind=KIND).first()
            if who is None or found is None:
                return
            language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "en"
            with translation.override(language):
                make(who=who, job=found, at=timezone.now())
    except Exception as problem:
        with acting(user_id, seat_id=seat_id):
            for one in Job.unscoped.filter(pk=job, kind=KIND):
                jobs.start(job=one, at=timezone.now())
                jobs.end(job=one, at=timezone.now(), problem=type(problem).__name__)
        raise
