"""On which days an event comes, how long a series goes on, and when to remind of it; none of it needs a key."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.calendar.models import Event
from crm.calendar.repetition import Times, days_of, last_end
from crm.calendar.rules import key_of, midnight, start_of

# How far ahead a reminder is looked for: a yearly event comes again within it, the 29th of February too.
AHEAD = timedelta(days=8 * 366)
MOST = 1500


@dataclass(frozen=True)
class Occurrence:
    """One time that an event comes. `key` names the day of a series, and is empty for what comes once."""

    starts: datetime | date
    ends: datetime | date
    key: str = ""

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Both as moments; of whole days their midnights in UTC."""
        return _at(self.starts), _at(self.ends)


def times_of(event: Event) -> Times:
    """When it is, for the arithmetic of repetition."""
    given: dict[str, list[datetime | date]] = {"added": [], "left_out": []}
    for name, found in given.items():
        for key in getattr(event, name):
            with suppress(ValueError):
                found.append(start_of(key, event.zone))
    return Times(event.starts, event.ends, event.rule, given["added"], given["left_out"])


def occurrences(event: Event, begin: datetime, end: datetime) -> list[Occurrence]:
    """Each time it comes between two moments; of whole days those of the days between."""
    if not event.repeats:
        one = Occurrence(event.starts, event.ends)
        return [one] if event.begins_at < end and begin < event.ends_at else []
    length = event.ends_at - event.begins_at
    found = []
    for start in days_of(times_of(event), begin, end)[:MOST]:
        if isinstance(start, datetime):
            over: datetime | date = (start.astimezone(UTC) + length).astimezone(start.tzinfo)
        else:
            over = start + length
        found.append(Occurrence(start, over, key_of(start)))
    return found


def comes_on(event: Event, key: str) -> bool:
    """Whether it comes on the day of that name."""
    try:
        begin = _at(start_of(key, event.zone))
    except (ValueError, OverflowError):
        return False
    return any(one.key == key for one in occurrences(event, begin, begin + timedelta(days=1)))


def over_at(event: Event) -> datetime | None:
    """A moment after which it certainly does not come any more; None where it goes on."""
    if not event.repeats:
        return event.ends_at
    day = last_end(times_of(event))
    return midnight(day) if day else None


def remind_at(event: Event, after: datetime) -> datetime | None:
    """When to remind next; None where nobody wants to be reminded, or it is over."""
    if event.remind_minutes is None:
        return None
    before = timedelta(minutes=event.remind_minutes)
    begin = max(after + before, event.begins_at) - timedelta(days=1)
    for ahead in (timedelta(days=40), AHEAD):
        for one in occurrences(event, begin, begin + ahead):
            begins = one.starts
            if not isinstance(begins, datetime):
                begins = datetime.combine(begins, time(), tzinfo=ZoneInfo(event.zone))
            if begins - before > after:
                return begins - before
        if not event.repeats:
            break
    return None


def _at(moment: datetime | date) -> datetime:
    return moment if isinstance(moment, datetime) else midnight(moment)
