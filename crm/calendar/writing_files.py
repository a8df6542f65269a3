"""Events as other programs read them (RFC 5545)."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from icalendar import Alarm, Calendar, vCalAddress, vRecur
from icalendar import Event as Component

from crm.calendar.models import Event
from crm.calendar.queries import Read
from crm.calendar.rules import start_of

_ADDRESS = re.compile(r"[^\s<>@\"]+@[^\s<>@\"]+")


def as_file(reads: Sequence[Read], *, name: str) -> bytes:
    """A calendar of these events; what does not open is left out."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{name}//client book//EN")
    calendar.add("version", "2.0")
    names = {one.event.pk: one.words.uid or f"{one.event.pk}@client-book" for one in reads}
    moved: dict[UUID, set[str]] = {}
    for one in reads:
        if one.event.series_id:
            moved.setdefault(one.event.series_id, set()).add(one.event.replaces)
    for one in reads:
        if not one.is_damaged:
            series = one.event.series_id
            uid = names.get(series, names[one.event.pk]) if series else names[one.event.pk]
            calendar.add_component(_component(one, uid, moved.get(one.event.pk, set()), is_moved=series in names))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _component(one: Read, uid: str, moved: set[str], *, is_moved: bool) -> Component:
    event, words, found = one.event, one.words, Component()
    found.add("uid", uid)
    found.add("dtstamp", event.changed_at)
    found.add("dtstart", event.starts)
    found.add("dtend", event.ends)
    found.add("summary", one.title)
    for name, text in (("location", words.place), ("description", words.details), ("url", words.link)):
        if text:
            found.add(name, text)
    if event.rule:
        found.add("rrule", vRecur.from_ical(event.rule))
    _days(found, "rdate", event, event.added)
    _days(found, "exdate", event, [key for key in event.left_out if key not in moved])
    if is_moved and event.series is not None:
        found.add("recurrence-id", start_of(event.replaces, event.series.zone))
    found.add("class", "PRIVATE" if one.is_private else "PUBLIC")
    found.add("transp", "TRANSPARENT" if event.is_free else "OPAQUE")
    for guest in words.guests:
        if hit := _ADDRESS.search(guest):
            found.add("attendee", vCalAddress(f"mailto:{hit[0]}"))
    if event.remind_minutes is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.title)
        alarm.add("trigger", -timedelta(minutes=event.remind_minutes))
        found.add_component(alarm)
    return found


def _days(found: Component, name: str, event: Event, keys: Sequence[str]) -> None:
    for key in keys:
        with suppress(ValueError):
            found.add(name, start_of(key, event.zone))
