"""Between the form of an event and what the actions take: an empty form, a filled one, and what was typed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.people.models import User
from crm.calendar import repetition, typed
from crm.calendar.actions import Round
from crm.calendar.models import Event
from crm.calendar.periods import day_asked
from crm.calendar.queries import read as read_event
from crm.calendar.rules import EventProblem, read
from crm.contacts import chosen
from crm.contacts.filters import book
from crm.contacts.models import Contact
from crm.contacts.rules import ContactProblem
from crm.contacts.search import found_outside
from crm.vault.sealed import Opened

REMINDERS = (
    ("", gettext_lazy("No reminder")),
    ("0", gettext_lazy("When it begins")),
    ("10", gettext_lazy("10 minutes before")),
    ("30", gettext_lazy("30 minutes before")),
    ("60", gettext_lazy("An hour before")),
    ("1440", gettext_lazy("A day before")),
    ("10080", gettext_lazy("A week before")),
)
_LINES = ("title", "place", "details", "guests", "zone", "visibility", "remind_minutes", "rule", "link")
_TIMES = ("starts_day", "starts_time", "ends_day", "ends_time", "every", "interval", "times", "until")


def said_of(post: QueryDict) -> dict[str, Any]:
    """What was typed into the form, by the names that a program uses, and by those of the form to show it again."""
    said: dict[str, Any] = {name: post.get(name, "") for name in (*_LINES, *_TIMES)}
    said |= {
        "people": post.getlist("people"),
        "weekdays": post.getlist("weekdays"),
        "contacts": post.get("contacts", ""),
    }
    said |= {"is_all_day": post.get("is_all_day") == "1", "is_free": post.get("is_free") == "1"}
    for name in ("starts", "ends"):
        day, clock = said[f"{name}_day"].strip(), said[f"{name}_time"].strip()
        if name == "ends" and not day and clock:
            day = said["starts_day"].strip()
        said[name] = f"{day}T{clock}" if day and clock and not said["is_all_day"] else day
        if day and not clock and not said["is_all_day"] and name == "starts":
            said[name] = f"{day}Tno time"
    said["rule"] = repetition.of_form(said, said["weekdays"])
    return said


def blank(day: str, now: datetime, contact: str) -> dict[str, Any]:
    """A new event on that day, at the next full hour, for an hour."""
    begin = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    asked = day_asked(day or None, now.date())
    begin = begin if asked == begin.date() else datetime.combine(asked, time(9), tzinfo=begin.tzinfo)
    found = _clocks(begin, begin + timedelta(hours=1))
    return {**found, "zone": str(begin.tzinfo), "remind_minutes": "10", "contacts": contact, "visibility": "practice"}


def from_words(vault: Opened, text: str, now: datetime) -> dict[str, Any]:
    """A new event as a line says it, about the one contact that its "with" may mean."""
    said = typed.understood(text, now)
    whom = list(book(vault).filter(pk__in=found_outside(said.whom))[:2]) if said.whom else []
    values = blank(said.day.isoformat(), now, whom[0].title if len(whom) == 1 else "")
    if said.begins is None or said.ends is None:
        day = said.day.isoformat()
        clocks = {"starts_day": day, "ends_day": day, "starts_time": "", "ends_time": ""}
    else:
        clocks = _clocks(said.begins, said.ends)
    return {**values, **clocks, "title": said.title, "is_all_day": said.begins is None}


def stored(vault: Opened, event: Event, day: datetime | date | None) -> dict[str, Any]:
    """An event as its form shows it, in its own zone; with the day of a series that is meant."""
    found = read_event(vault, event)
    begins, ends = event.starts, event.ends
    if day is not None:
        ends, begins = day + (event.ends_at - event.begins_at), day
    if isinstance(begins, datetime) and isinstance(ends, datetime):
        clocks = _clocks(begins, ends.astimezone(begins.tzinfo))
    else:
        last = ends - timedelta(days=1)
        clocks = {"starts_day": begins.isoformat(), "ends_day": last.isoformat(), "starts_time": "", "ends_time": ""}
    names = dict(User.objects.filter(pk__in=event.people).values_list("pk", "username"))
    return {
        **clocks,
        **repetition.for_form(event.rule),
        "title": found.title,
        "place": found.words.place,
        "details": found.words.details,
        "guests": "\n".join(found.words.guests),
        "link": found.words.link,
        "zone": event.zone,
        "is_all_day": event.is_all_day,
        "is_free": event.is_free,
        "visibility": event.visibility,
        "remind_minutes": "" if event.remind_minutes is None else str(event.remind_minutes),
        "contacts": "\n".join(one.title for one in found.contacts),
        "people": [names[one] for one in event.people if one in names],
    }


def understood(vault: Opened, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a form or a program says, as an action takes it. Raises EventProblem."""
    problems: dict[str, str] = {}
    found = None
    try:
        found = read(said)
    except EventProblem as problem:
        problems |= problem.problems
    contacts: list[Contact] = []
    try:
        contacts = chosen.contacts_of(vault, said.get("contacts") or ())
    except ContactProblem as problem:
        problems |= {"contacts": problem.problems["contact"]}
    known = {user.username: user.pk for user in chosen.colleagues(vault)} if said.get("people") else {}
    names = [str(one) for one in said.get("people") or ()]
    if any(one not in known for one in names):
        problems["people"] = _("Choose a colleague who may read the client book.")
    if problems or found is None:
        raise EventProblem(problems)
    return {"said": found, "round": Round(contacts, [known[one] for one in names])}


def moved(values: Mapping[str, Any], days: int) -> dict[str, Any]:
    """The form of an event some days later or earlier."""
    step = timedelta(days=days)
    return {**values, **{name: _later(str(values[name]), step) for name in ("starts_day", "ends_day")}}


def _later(day: str, step: timedelta) -> str:
    try:
        return (date.fromisoformat(day) + step).isoformat()
    except (ValueError, OverflowError):
        return day


def once(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The same for one day of a series."""
    return {**parts, "said": replace(parts["said"], rule="")}


def _clocks(begins: datetime, ends: datetime) -> dict[str, str]:
    return {
        "starts_day": begins.date().isoformat(),
        "starts_time": begins.strftime("%H:%M"),
        "ends_day": ends.date().isoformat(),
        "ends_time": ends.strftime("%H:%M"),
    }
