"""Wakes the mails of news. Who wants which stands in rows; a message lost or delivered twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from portal.news.actions import seats_to_tell, tell_seat


@shared_task(name="news.mail")
def mail_news(**_extra: object) -> int:
    """How many news were told. What goes wrong with one person stops no other, and is raised at the end."""
    told, failed = 0, []
    for user_id, seat_id in seats_to_tell():
        try:
            told += tell_seat(user_id, seat_id, timezone.now())
        except Exception as problem:
            failed.append(problem)
    if failed:
        raise ExceptionGroup("people who could not be told", failed)
    return told
