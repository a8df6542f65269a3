"""Makes reports that people have asked for, in their name."""

from celery import shared_task

from portal.exports.making import make_alone
from portal.reports.actions import make, wish_of


@shared_task(name="reports.make")
def make_report(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Make one report; called again, or twice, it changes nothing."""
    make_alone(job, user_id, seat_id, make=make, language_of=lambda found: wish_of(found).language)
