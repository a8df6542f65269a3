"""Makes reports that people have asked for, in their name."""

from celery import shared_task
from django.utils import timezone, translation

from accounts.ground.access.context import acting
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job
from accounts.ground.people.models import User
from accounts.ground.writing import Forms, written_as
from portal.exports.actions import KIND
from portal.exports.alone import alone
from portal.preferences.queries import chosen_forms
from portal.reports.actions import make, wish_of


@shared_task(name="reports.make")
def make_report(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Make one report; called again, or twice, it changes nothing. After a worker that was killed it begins anew."""
    with alone(job) as is_alone:
        if not is_alone:
            return
        with acting(user_id, seat_id=seat_id) as who:
            found = Job.unscoped.filter(pk=job, kind=KIND).first() if who else None
            language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "en"
            forms = chosen_forms(user_id) if who else Forms()
        if found is None:
            return
        try:
            with translation.override(wish_of(found).language or language), written_as(forms):
                make(job=found, acting=lambda: acting(user_id, seat_id=seat_id), at=timezone.now)
        except Exception as problem:
            with acting(user_id, seat_id=seat_id):
                jobs.start(job=found, at=timezone.now())
                jobs.end(job=found, at=timezone.now(), problem=type(problem).__name__)
            raise
