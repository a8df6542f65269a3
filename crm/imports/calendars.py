"""Calendars as other programs write them (RFC 5545): one entry an event or task; a broken one stops no other."""

import contextlib
import itertools
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Calendar, Component
from icalendar.prop import vBroken
from icalendar.timezone import tzp

from crm.imports.draft import TOO_LARGE, ImportRefused
from crm.imports.repeating import first_days, fitting_rule
from portal.lib import csvtext
from portal.lib.words import Sentence, gettext_noop

MAX_BYTES = 20_000_000
MAX_ENTRIES = 20_000
LONGEST = 20_000

TOO_MANY = gettext_noop("The file holds more than %(most)s events.")
NO_CALENDAR = gettext_noop("The file is no calendar.")
BROKEN = gettext_noop("The event cannot be read.")
NEVER_ENDS = gettext_noop("The event is never closed.")
NO_START = gettext_noop("The event does not say when it begins.")
BAD_START = gettext_noop("“%(value)s” is not a time of the calendar.")
BAD_VALUE = gettext_noop("%(name)s “%(value)s” cannot be read; it was left out.")
ENDS_BEFORE = gettext_noop("It would end before it begins; the end was left out.")
BAD_RULE = gettext_noop("The repetition “%(value)s” cannot be read; the event is taken once.")
NO_ZONE = gettext_noop("The time zone “%(value)s” is not known; the time is taken as %(zone)s.")
CUT = gettext_noop("A text of more than %(most)s characters was cut.")

_BEGIN = re.compile(r"BEGIN:(VEVENT|VTODO|VTIMEZONE)\s*$", re.I)
_END = re.compile(r"END:(VEVENT|VTODO|VTIMEZONE)\s*$", re.I)
# Signs that no text needs and that other programs choke on.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")
# What the library and the clock raise for what nobody's calendar holds.
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, OverflowError)
# The library keeps zones for the whole process, so one file is read at a time.
_ONE_FILE = threading.Lock()
MAX_ZONES, MAX_ZONE_LINES = 100, 400
KINDS = {"VEVENT": "event", "VTODO": "task"}


@dataclass(slots=True)
class Entry:
    """An event or a task. Times carry their zone; a day alone is a whole day, and its `end` the day after the last."""

    kind: str
    uid: str = ""
    summary: str = ""
    description: str = ""
    location: str = ""
    start: datetime | date | None = None
    end: datetime | date | None = None
    is_all_day: bool = False
    zone: str = ""
    status: str = ""
    is_free: bool = False
    is_private: bool = False
    categories: list[str] = field(default_factory=list)
    url: str = ""
    organizer: str = ""
    attendees: list[str] = field(default_factory=list)
    reminders_minutes: list[int] = field(default_factory=list)
    rule: str = ""
    added_on: list[datetime | date] = field(default_factory=list)
    left_out_on: list[datetime | date] = field(default_factory=list)
    replaces: datetime | date | None = None
    priority: int = 0
    percent_done: int = 0
    done_at: datetime | date | None = None
    first: list[datetime | date] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As one JSON object, empty things left out."""
        whole = {name: getattr(self, name) for name in self.__slots__}
        return {name: _json(value) for name, value in whole.items() if value not in ("", [], None, False, 0)}


@dataclass(slots=True)
class ReadEntry:
    """What became of one entry: the line where it begins (from 1), the entry, and what is to be said of it."""

    line: int
    entry: Entry
    problem: Sentence | None = None
    remarks: list[Sentence] = field(default_factory=list)


def read(content: bytes, *, zone: ZoneInfo, most_bytes: int = MAX_BYTES) -> list[ReadEntry]:
    """Every event and task of a file; times without a zone are taken in `zone`. Raises `ImportRefused`."""
    if len(content) > most_bytes:
        raise ImportRefused(TOO_LARGE, most=most_bytes)
    try:
        text, _encoding = csvtext.decoded(content)
    except csvtext.BadCsv as refused:
        raise ImportRefused(NO_CALENDAR) from refused
    if "BEGIN:VCALENDAR" not in text.upper():
        raise ImportRefused(NO_CALENDAR)
    found: list[ReadEntry] = []
    components = list(_components(re.split(r"\r\n|\r|\n", _CONTROLS.sub("", text))))
    with _ONE_FILE:
        # The library remembers the zones of the files it has read; those of another file are none of ours.
        tzp.use_zoneinfo()
        # Zones may stand behind the events that need them.
        _learn([lines for _line, name, lines, is_whole in components if name == "VTIMEZONE" and is_whole])
        for line, name, lines, is_whole in components:
            if name == "VTIMEZONE":
                continue
            if len(found) == MAX_ENTRIES:
                raise ImportRefused(TOO_MANY, most=MAX_ENTRIES)
            found.append(_read(line, name, lines, zone, is_whole=is_whole))
        tzp.use_zoneinfo()
    first_days(found)
    return found


def _learn(zones: list[list[str]]) -> None:
    """The file's own zones, each but once, if their clocks change by the year and no finer."""
    for lines in zones[:MAX_ZONES]:
        rules = [line.upper() for line in lines if line.upper().startswith("RRULE")]
        name = next((line.partition(":")[2].strip() for line in lines if line.upper().startswith("TZID")), "")
        is_tame = len(lines) <= MAX_ZONE_LINES and all("FREQ=YEARLY" in rule for rule in rules)
        if is_tame and _zone_named(name) is None:
            # A zone that cannot be read must not take the events along.
            with contextlib.suppress(*_UNREADABLE):
                _parsed(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"])


def _components(lines: list[str]) -> Iterator[tuple[int, str, list[str], bool]]:
    """(first line, name, lines with BEGIN and END, whether it was closed); what is nested belongs to its event."""
    begun, name, held = 0, "", []
    for number, line in enumerate(lines, start=1):
        if hit := _BEGIN.match(line):
            if name:
                yield begun, name, held, False
            begun, name, held = number, hit[1].upper(), [line]
        elif (hit := _END.match(line)) and name == hit[1].upper():
            yield begun, name, [*held, line], True
            name, held = "", []
        elif name:
            held.append(line)
    if name:
        yield begun, name, held, False


def _read(line: int, name: str, lines: list[str], zone: ZoneInfo, *, is_whole: bool) -> ReadEntry:
    entry = Entry(KINDS[name])
    if not is_whole:
        return ReadEntry(line, entry, Sentence(NEVER_ENDS, {}))
    try:
        component = _parsed(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).subcomponents[0]
        reader = _Reader(component, entry, zone)
        return ReadEntry(line, entry, reader.take(), reader.remarks)
    except _UNREADABLE:
        return ReadEntry(line, Entry(KINDS[name]), Sentence(BROKEN, {}))


def _parsed(lines: list[str]) -> Component:
    with warnings.catch_warnings():
        # That it guesses a zone from the end of its name is what we want of it.
        warnings.simplefilter("ignore")
        return Calendar.from_ical("\r\n".join(lines))


class _Reader:
    """One component being read into an entry."""

    def __init__(self, component: Component, entry: Entry, zone: ZoneInfo) -> None:
        self.component, self.entry, self.zone = component, entry, zone
        self.remarks: list[Sentence] = []

    def take(self) -> Sentence | None:
        """Fill the entry; what is wrong with it as a whole, if anything."""
        entry = self.entry
        for name in ("uid", "summary", "description", "location", "url"):
            setattr(entry, name, self._text(name))
        entry.status = self._text("status").lower()
        entry.is_free = self._text("transp").upper() == "TRANSPARENT"
        entry.is_private = self._text("class").upper() in ("PRIVATE", "CONFIDENTIAL")
        entry.categories = self._categories()
        entry.organizer = _address(self.component.get("organizer"))
        entry.attendees = [one for one in map(_address, self._each("attendee")) if one]
        entry.priority, entry.percent_done = self._number("priority"), self._number("percent-complete")
        given = self.component.get("dtstart")
        entry.start = self._time("dtstart")
        entry.done_at = self._time("completed")
        if entry.start is None and entry.kind == "event":
            return Sentence(BAD_START, {"value": _written(given)[:40]}) if given is not None else Sentence(NO_START, {})
        entry.is_all_day = entry.start is not None and not isinstance(entry.start, datetime)
        self._end()
        self._repeats()
        entry.reminders_minutes = self._reminders()
        return None

    def _text(self, name: str) -> str:
        value = self.component.get(name)
        if isinstance(value, list):
            value = value[0]
        text = "" if value is None else _written(value).strip()
        if len(text) > LONGEST:
            self.remarks.append(Sentence(CUT, {"most": LONGEST}))
        return text[:LONGEST]

    def _number(self, name: str) -> int:
        text = self._text(name)
        return min(int(text), 100) if text.isdecimal() and len(text) < 4 else 0

    def _each(self, name: str) -> list[Any]:
        value = self.component.get(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def _categories(self) -> list[str]:
        found = []
        for one in self._each("categories"):
            found += [str(word).strip() for word in getattr(one, "cats", [one])]
        return list(dict.fromkeys(word for word in found if word))

    def _time(self, name: str) -> datetime | date | None:
        """A time with its zone, or a day; None where there is none, and a remark where it cannot be read."""
        value = self.component.get(name)
        value = value[0] if isinstance(value, list) else value
        if value is None:
            return None
        moment = _dt(value)
        if not isinstance(moment, date):
            if name != "dtstart":
                self.remarks.append(Sentence(BAD_VALUE, {"name": name.upper(), "value": _written(value)[:40]}))
            return None
        return self._zoned(moment, value, tell=name == "dtstart")

    def _zoned(self, moment: datetime | date, value: Any, *, tell: bool = False) -> datetime | date:
        if not isinstance(moment, datetime):
            return moment
        asked = str(getattr(value, "params", {}).get("TZID", ""))
        if moment.tzinfo is None:
            known = _zone_named(asked) if asked else self.zone
            if known is None and tell:
                self.remarks.append(Sentence(NO_ZONE, {"value": asked[:60], "zone": self.zone.key}))
            moment = moment.replace(tzinfo=known or self.zone)
        if tell:
            self.entry.zone = getattr(moment.tzinfo, "key", "") or asked or "UTC"
        return moment

    def _end(self) -> None:
        entry, start = self.entry, self.entry.start
        name = "due" if entry.kind == "task" else "dtend"
        end = self._time(name)
        duration = _dt(self.component.get("duration"))
        if start is None:
            entry.end = end
            return
        if end is None and isinstance(duration, timedelta):
            end = _added(start, duration)
        if end is not None and isinstance(end, datetime) != isinstance(start, datetime):
            end = _alike(end, start)
        if end is not None and end < start:
            self.remarks.append(Sentence(ENDS_BEFORE, {}))
            end = None
        if end is None and entry.kind == "event":
            end = start if isinstance(start, datetime) else _added(start, timedelta(days=1))
        if entry.is_all_day and end == start:
            end = _added(start, timedelta(days=1))
        entry.end = end

    def _repeats(self) -> None:
        entry = self.entry
        rules = self._each("rrule")
        if rules:
            entry.rule = fitting_rule(rules[0], entry.start)
            if not entry.rule or len(rules) > 1:
                self.remarks.append(Sentence(BAD_RULE, {"value": _written(rules[-1])[:80]}))
        entry.added_on = self._days("rdate")
        entry.left_out_on = self._days("exdate")
        entry.replaces = self._time("recurrence-id")

    def _days(self, name: str) -> list[datetime | date]:
        found = []
        for one in self._each(name):
            days = [] if isinstance(one, vBroken) else getattr(one, "dts", [])
            found += [self._zoned(day.dt, one) for day in days if isinstance(day.dt, date)]
        return found

    def _reminders(self) -> list[int]:
        found = []
        for alarm in itertools.islice((one for one in self.component.subcomponents if one.name == "VALARM"), 20):
            before = _dt(alarm.get("trigger"))
            if isinstance(before, timedelta):
                found.append(int(-before.total_seconds() // 60))
        return sorted(set(found))


def _dt(value: Any) -> Any:
    """The time of a property; None where there is none or it is broken. VALUE=DATE is a day also beside a zone."""
    if isinstance(value, vBroken):
        return None
    moment = getattr(value, "dt", None)
    is_day = str(getattr(value, "params", {}).get("VALUE", "")).upper() == "DATE"
    return moment.date() if is_day and isinstance(moment, datetime) else moment


def _written(value: Any) -> str:
    raw = value.to_ical() if hasattr(value, "to_ical") and not isinstance(value, str) else value
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)


def _address(value: Any) -> str:
    if value is None:
        return ""
    address = re.sub(r"^mailto:", "", str(value), flags=re.I).strip()
    name = str(getattr(value, "params", {}).get("CN", "")).strip('" ')
    return f"{name} <{address}>" if name and name != address else address


def _zone_named(name: str) -> ZoneInfo | None:
    """A zone of the tz database whose name stands at the end of another program's."""
    parts = name.strip("/")[:100].split("/")
    for begin in range(len(parts)):
        if "/".join(parts[begin:]) in available_timezones():
            return ZoneInfo("/".join(parts[begin:]))
    return None


def _alike(moment: datetime | date, like: datetime | date) -> datetime | date:
    if isinstance(like, datetime):
        return datetime.combine(moment, time(), tzinfo=like.tzinfo)
    return moment.date() if isinstance(moment, datetime) else moment


def _added(start: datetime | date, duration: timedelta) -> datetime | date | None:
    """By the clock where it is days, by the hand where it is hours, also over a change of the clock."""
    try:
        if isinstance(start, datetime) and duration.seconds:
            return (start.astimezone(UTC) + duration).astimezone(start.tzinfo)
        return start + duration
    except OverflowError:
        return None


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [_json(one) for one in value] if isinstance(value, list) else value
