"""An event out of a line as somebody says it: "Lunch with Chen Thu 12", «Звонок Окафору завтра в 15:30, 45 мин»."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crm.tasks.rules import day_of

_MONTHS = (
    ("jan", "январ", "янв"), ("feb", "феврал", "фев"), ("mar", "март"), ("apr", "апрел", "апр"), ("may", "ма"),
    ("jun", "июн"), ("jul", "июл"), ("aug", "август", "авг"), ("sep", "сентябр", "сен"), ("oct", "октябр", "окт"),
    ("nov", "ноябр", "ноя"), ("dec", "декабр", "дек"),
)  # fmt: skip
_WEEKDAYS = (
    r"mon(?:day)?|понедельник|пн", r"tue(?:s|sday)?|вторник|вт", r"wed(?:nesday)?|сред[ау]|ср",
    r"thu(?:r|rs|rsday)?|четверг|чт", r"fri(?:day)?|пятниц[ау]|пт", r"sat(?:urday)?|суббот[ау]|сб",
    r"sun(?:day)?|воскресенье|вс",
)  # fmt: skip
_DAYS_AHEAD = {"today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "послезавтра": 2}
_ON, _AT = r"(?:\b(?:on|во?)\s+)?", r"(?:\b(?:at|в)\s+|@\s*)?"
_ISO = re.compile(rf"{_ON}\b(\d{{4}})-(\d\d)-(\d\d)\b", re.IGNORECASE)
_DOTTED = re.compile(rf"{_ON}\b(\d{{1,2}})\.(\d{{1,2}})(?:\.(\d{{4}}))?\b", re.IGNORECASE)
_NAMED = re.compile(
    rf"{_ON}\b(\d{{1,2}})\s+({'|'.join(name for names in _MONTHS for name in names)})\w*\.?", re.IGNORECASE
)
_AHEAD = re.compile(rf"\b({'|'.join(_DAYS_AHEAD)})\b", re.IGNORECASE)
_OF_WEEK = re.compile(rf"{_ON}\b(?:{'|'.join(f'({names})' for names in _WEEKDAYS)})\b\.?", re.IGNORECASE)
_CLOCK = r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?"
_SPAN = re.compile(rf"{_AT}\b{_CLOCK}\s*[-–]\s*{_CLOCK}\b", re.IGNORECASE)
_TIME = re.compile(rf"{_AT}\b(?:(\d{{1,2}}):(\d\d)\s*(am|pm)?|(\d{{1,2}})\s*(am|pm))\b", re.IGNORECASE)
_HOUR = re.compile(r"(?:\b(?:at|в)\s+|@\s*)(\d{1,2})\b|\b(\d{1,2})$", re.IGNORECASE)
_LASTS = re.compile(r"(?:\bfor\s+|\bна\s+)?\b(\d{1,3})\s*(minutes?|min|m|мин\w*|hours?|h|час\w*|ч)\b\.?", re.IGNORECASE)
_WITH = re.compile(r"\b(?:with|со?)\s+(.+)$", re.IGNORECASE)
USUALLY = timedelta(hours=1)
# An hour that is said alone and that early is one of the afternoon.
EARLY = 7
LONGEST = 200


@dataclass(frozen=True)
class Typed:
    """What was understood; without a time it is of the whole day. `whom` is said after "with"."""

    title: str
    day: date
    begins: datetime | None
    ends: datetime | None
    whom: str


def understood(text: str, now: datetime) -> Typed:
    """The event that a line says, on the clock of `now`; what is no day and no time is its title."""
    rest = " ".join(text.split())[:LONGEST]
    lasts, rest = _lasting(rest)
    day, rest = _day(rest, now.date())
    clock, rest = _clock(rest, has_day=day is not None)
    title = " ".join(rest.replace(" ,", ",").split()).strip(" ,.-–") or text.strip()[:LONGEST]
    whom = found[1].strip() if (found := _WITH.search(title)) else ""
    if clock is None:
        return Typed(title, day or now.date(), None, None, whom)
    begin, end = clock
    on = day or (now.date() if begin > now.time() else now.date() + timedelta(days=1))
    if day == now.date() and begin <= now.time() and _OF_WEEK.search(text):
        on += timedelta(days=7)
    begins = datetime.combine(on, begin, tzinfo=now.tzinfo)
    ends = datetime.combine(on, end, tzinfo=now.tzinfo) if end is not None else begins + (lasts or USUALLY)
    return Typed(title, on, begins, ends if ends > begins else ends + timedelta(days=1), whom)


def _lasting(text: str) -> tuple[timedelta | None, str]:
    hit = _LASTS.search(text)
    if hit is None or not int(hit[1]):
        return None, text
    unit = "hours" if hit[2].casefold().startswith(("h", "ч")) else "minutes"
    return timedelta(**{unit: int(hit[1])}), _without(text, hit)


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The first day that is said and exists; without a year it is the next of its name."""
    for pattern, reads in ((_ISO, _iso), (_DOTTED, _dotted), (_NAMED, _named), (_AHEAD, _ahead), (_OF_WEEK, _of_week)):
        hit = pattern.search(text)
        day = reads(hit, today) if hit else None
        if hit and day:
            return day, _without(text, hit)
    return None, text


def _clock(text: str, *, has_day: bool) -> tuple[tuple[time, time | None] | None, str]:
    if hit := _SPAN.search(text):
        late = hit[3] or hit[6]
        begin, end = _time(hit[1], hit[2], late), _time(hit[4], hit[5], hit[6])
        if begin and end and (hit[2] or hit[5] or late or has_day):
            return (begin, end), _without(text, hit)
    if hit := _TIME.search(text):
        begin = _time(hit[1] or hit[4], hit[2], hit[3] or hit[5])
        if begin:
            return (begin, None), _without(text, hit)
    hit = _HOUR.search(text)
    if hit and (has_day or hit[1]):
        begin = _time(hit[1] or hit[2], None, None)
        if begin:
            return (begin, None), _without(text, hit)
    return None, text


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    number = int(hour)
    if half:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if half.lower() == "pm" else 0)
    elif minute is None and 0 < number < EARLY:
        number += 12
    return time(number, int(minute or 0)) if number < 24 and int(minute or 0) < 60 else None


def _iso(hit: re.Match[str], _today: date) -> date | None:
    return _date(int(hit[1]), int(hit[2]), int(hit[3]))


def _dotted(hit: re.Match[str], today: date) -> date | None:
    if hit[3]:
        return _date(int(hit[3]), int(hit[2]), int(hit[1]))
    return _coming(today, int(hit[2]), int(hit[1]))


def _named(hit: re.Match[str], today: date) -> date | None:
    # Folded, as the pattern has matched it: there are letters that `lower` leaves as they are.
    said = hit[2].casefold()
    month = next((place for place, names in enumerate(_MONTHS, start=1) if said in names), None)
    return _coming(today, month, int(hit[1])) if month else None


def _ahead(hit: re.Match[str], today: date) -> date | None:
    ahead = _DAYS_AHEAD.get(hit[1].casefold())
    return today + timedelta(days=ahead) if ahead is not None else None


def _of_week(hit: re.Match[str], today: date) -> date:
    wanted = next(place for place, name in enumerate(hit.groups()) if name)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


def _coming(today: date, month: int, day: int) -> date | None:
    this_year = _date(today.year, month, day)
    return this_year if this_year is None or this_year >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return day_of(date(year, month, day))
    except ValueError:
        return None


def _without(text: str, hit: re.Match[str]) -> str:
    return f"{text[: hit.start()].rstrip(' ,')} {text[hit.end() :].lstrip(' ,')}"
