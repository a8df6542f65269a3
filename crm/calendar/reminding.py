"""Reminders of events: who has one is told by mail when it begins. What it is, who comes and where stays sealed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.ground.access.context import current_alias
from accounts.ground.outbox.actions import owe_people
from crm.calendar.models import Event
from crm.calendar.occurring import remind_at

SUBJECT = _("An event of your calendar")
TEXT = _("An event of your calendar begins at %(begins)s (%(zone)s). What it is stands in your client book:")
MOST = 500
# A job reads no more of an event: when it is and whose, and nothing that is sealed.
READ = (
    *("id", "firm_id", "owner_id", "people", "is_all_day", "begins_at", "ends_at", "zone", "rule", "added", "left_out"),
    *("remind_minutes", "remind_at", "trashed_at"),
)
# What is much too late is not told any more: a portal that slept over a weekend does not remind of Saturday's lunch.
TOO_LATE = timedelta(hours=12)


def remind_due(*, at: datetime) -> int:
    """Tell the people of every event whose reminder is due, once; how many events there were."""
    told = 0
    with transaction.atomic(using=current_alias.get()):
        due = Event.unscoped.filter(remind_at__lte=at, trashed_at=None).only(*READ)
        for event in due.order_by("remind_at").select_for_update(skip_locked=True)[:MOST]:
            was, event.remind_at = event.remind_at, remind_at(event, at)
            Event.unscoped.filter(pk=event.pk).update(remind_at=event.remind_at)
            if was is not None and was > at - TOO_LATE:
                _tell(event, was)
                told += 1
    return told


def _tell(event: Event, was: datetime) -> None:
    begins = was + timedelta(minutes=event.remind_minutes or 0)
    local = begins.astimezone(event.starts.tzinfo if isinstance(event.starts, datetime) else begins.tzinfo)
    owe_people(
        users={event.owner_id, *event.people},
        subject=SUBJECT,
        text=TEXT,
        said={"begins": date_format(local, "Y-m-d H:i"), "zone": event.zone},
        path=f"/calendar/days/?day={local.date().isoformat()}",
        natural_key=f"event-{event.pk}-{int(was.timestamp())}",
        firm_id=event.firm_id,
        kind="reminder",
    )
