"""Makes exam packs that people have asked for, in their name."""

from celery import shared_task

from portal.examination.actions import make
from portal.exports.making import make_alone


@shared_task(name="examination.make")
def make_pack(job: str, user_id: int, seat_id: int, **_extra: object) -> None:
    """Make one pack; called again, or twice, it changes nothing."""
    make_alone(job, user_id, seat_id, make=make)
