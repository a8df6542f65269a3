"""How an event repeats: the rule that is kept, the few questions of the form, and the days on which it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import vRecur

from crm.imports.calendars import Entry
from crm.imports.repeating import fitting_rule, times

MOST_TIMES = 1000
EVERY = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEPS = {"DAILY": 1, "WEEKLY": 7}
_FORM = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"}


@dataclass(frozen=True)
class Times:
    """When something happens and repeats: what is needed to know its days, and nothing of what it says."""

    starts: datetime | date
    ends: datetime | date
    rule: str = ""
    added: Sequence[datetime | date] = ()
    left_out: Sequence[datetime | date] = ()


def taken_rule(text: str, start: datetime | date) -> str:
    """The rule as it is kept; "" where it cannot be: by hours, several times a day, or too often."""
    try:
        rule = vRecur.from_ical(text.removeprefix("RRULE:"))
        _like_start(rule, start)
        kept = fitting_rule(rule, start)
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return ""
    if not kept or len(kept) > 300 or str(rule["FREQ"][0]).upper() not in EVERY:
        return ""
    if any(part in rule for part in ("BYHOUR", "BYMINUTE")) or len(rule.get("COUNT", [])) > 1:
        return ""
    count = rule.get("COUNT", [1])[0]
    return kept if isinstance(count, int) and 1 <= count <= MOST_TIMES else ""


def _like_start(rule: vRecur, start: datetime | date) -> None:
    """A last day means all of it for what has times, and a last moment its day for whole days."""
    for until in rule.get("UNTIL", [])[:1]:
        if isinstance(start, datetime) and not isinstance(until, datetime):
            rule["UNTIL"] = [datetime.combine(until, time(23, 59, 59), tzinfo=start.tzinfo).astimezone(UTC)]
        elif isinstance(until, datetime) and not isinstance(start, datetime):
            rule["UNTIL"] = [until.date()]
        elif isinstance(until, datetime) and until.tzinfo is None:
            rule["UNTIL"] = [until.replace(tzinfo=start.tzinfo).astimezone(UTC)]  # type: ignore[union-attr]


def of_form(said: Mapping[str, str], weekdays: Sequence[str]) -> str:
    """The rule that the form's few questions mean; what is no rule is judged with the rest."""
    every = said.get("every", "")
    if every == "kept":
        return said.get("rule", "")
    if not every:
        return ""
    parts = [f"FREQ={every}"]
    if said.get("interval") not in (None, "", "1"):
        parts.append(f"INTERVAL={said['interval']}")
    if every == "WEEKLY" and weekdays:
        parts.append("BYDAY=" + ",".join(one for one in WEEKDAYS if one in weekdays))
    if said.get("times"):
        parts.append(f"COUNT={said['times']}")
    elif said.get("until"):
        parts.append(f"UNTIL={said['until'].replace('-', '')}")
    return ";".join(parts)


def for_form(rule: str) -> dict[str, object]:
    """The rule as the form shows it; one that its questions cannot say is kept as it is."""
    if not rule:
        return {}
    said = vRecur.from_ical(rule)
    every, days = str(said["FREQ"][0]).upper(), [str(one).upper() for one in said.get("BYDAY", [])]
    if set(said) - _FORM or (days and (every != "WEEKLY" or not set(days) <= set(WEEKDAYS))):
        return {"every": "kept", "rule": rule}
    until = said.get("UNTIL", [None])[0]
    day = until.date() if isinstance(until, datetime) else until
    return {
        "every": every,
        "rule": rule,
        "interval": str(said.get("INTERVAL", [1])[0]),
        "weekdays": days,
        "times": str(said.get("COUNT", [""])[0]),
        "until": day.isoformat() if day else "",
    }


def last_end(of: Times) -> date | None:
    """A day after which it certainly does not come any more; None where the rule does not say."""
    if not of.rule:
        days = [of.starts, *of.added]
        return max(_day(one) for one in days) + _length(of) + timedelta(days=2)
    until = vRecur.from_ical(of.rule).get("UNTIL", [None])[0]
    if until is None:
        return None
    return max(_day(one) for one in (until, of.starts, *of.added)) + _length(of) + timedelta(days=2)


def days_of(of: Times, begin: datetime, end: datetime) -> list[datetime | date]:
    """When it begins each time that any of it lies between two moments."""
    entry = Entry(
        "event",
        start=of.starts,
        end=of.ends,
        rule=of.rule,
        added_on=list(of.added),
        left_out_on=list(of.left_out),
        is_all_day=not isinstance(of.starts, datetime),
    )
    _come_near(entry, begin, _length(of))
    if isinstance(of.starts, datetime):
        return times(entry, begin, end)
    return times(entry, datetime.combine(begin.date(), time()), datetime.combine(end.date(), time()))


def _come_near(entry: Entry, begin: datetime, length: timedelta) -> None:
    """Begin a long series some turns before the days that are asked for; a turn keeps weekday and rhythm."""
    rule = vRecur.from_ical(entry.rule) if entry.rule else {}
    step = _STEPS.get(str(rule.get("FREQ", [""])[0]).upper())
    if step is None or "COUNT" in rule or entry.start is None or entry.end is None:
        return
    step *= int(rule.get("INTERVAL", [1])[0])
    turns = (begin.date() - _day(entry.start) - length).days // step - 2
    if turns > 0:
        entry.start += timedelta(days=turns * step)
        entry.end += timedelta(days=turns * step)


def _length(of: Times) -> timedelta:
    """In whole days, a day more than it takes."""
    return _day(of.ends) - _day(of.starts) + timedelta(days=1)


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
