"""Pure decisions about events: what a form or a program may say, and the words that are sealed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from crm.calendar.models import ONE_DAY, Visibility
from crm.calendar.repetition import taken_rule

LONGEST_TITLE = 200
LONGEST_PLACE = 500
LONGEST_DETAILS = 20_000
MOST_GUESTS = 100
LONGEST_REMINDER = 28 * 24 * 60
LONGEST_EVENT = timedelta(days=366)
FIRST, LAST = date(2000, 1, 1), date(2200, 1, 1)


class EventProblem(ValueError):
    """Sentences a person can read, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(problems.values()))


@dataclass(frozen=True)
class Words:
    """What an event says beside its title: sealed as one text."""

    place: str = ""
    details: str = ""
    guests: tuple[str, ...] = ()
    link: str = ""
    uid: str = ""

    def told(self) -> str:
        """As it is sealed; what says nothing is left out."""
        return json.dumps({key: value for key, value in asdict(self).items() if value}, ensure_ascii=False)

    @classmethod
    def of(cls, told: str) -> "Words":
        """What `told` wrote."""
        said = json.loads(told or "{}")
        return cls(**{**said, "guests": tuple(said.get("guests", ()))})


@dataclass(frozen=True)
class Said:
    """What an event says of itself, checked. `begins_at` and `ends_at` are as the row holds them."""

    title: str
    words: Words
    is_all_day: bool
    begins_at: datetime
    ends_at: datetime
    zone: str
    rule: str = ""
    visibility: str = Visibility.PRACTICE
    is_free: bool = False
    remind_minutes: int | None = None


def read(said: Mapping[str, object]) -> Said:
    """What a form or a program says. Raises EventProblem with every sentence at once."""
    problems: dict[str, str] = {}
    title = str(said.get("title") or "").strip()
    if not title:
        problems["title"] = _("A title is required.")
    elif len(title) > LONGEST_TITLE:
        problems["title"] = _("A title has at most 200 characters.")
    words = _words(said, problems)
    zone = str(said.get("zone") or "")
    if zone not in available_timezones():
        problems["zone"] = _("Choose a time zone of the list.")
        zone = "UTC"
    is_all_day = bool(said.get("is_all_day"))
    span = _span(said, zone, is_all_day, problems)
    visibility = str(said.get("visibility") or Visibility.PRACTICE)
    if visibility not in Visibility.values:
        problems["visibility"] = _("Choose one of the list.")
    remind = _minutes(said.get("remind_minutes"), problems)
    rule = str(said.get("rule") or "").strip()
    if rule and span:
        start = span[0].date() if is_all_day else span[0].astimezone(ZoneInfo(zone))
        rule = taken_rule(rule, start)
        if not rule:
            problems["rule"] = _("This repetition cannot be kept: daily, weekly, monthly or yearly, up to 1,000 times.")
    if problems or span is None:
        raise EventProblem(problems)
    return Said(title, words, is_all_day, *span, zone, rule, visibility, bool(said.get("is_free")), remind)


def key_of(start: datetime | date) -> str:
    """The name of one day of a series: when it would begin, on the clock of the series."""
    return start.strftime("%Y-%m-%dT%H:%M") if isinstance(start, datetime) else start.isoformat()


def start_of(key: str, zone: str) -> datetime | date:
    """The beginning that a name stands for. Raises ValueError."""
    if len(key) == 10:
        return date.fromisoformat(key)
    return datetime.strptime(key, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(zone))


def midnight(day: date) -> datetime:
    """The moment that stands for a whole day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def _words(said: Mapping[str, object], problems: dict[str, str]) -> Words:
    place, details = str(said.get("place") or "").strip(), str(said.get("details") or "").strip()
    if len(place) > LONGEST_PLACE:
        problems["place"] = _("A place has at most 500 characters.")
    if len(details) > LONGEST_DETAILS:
        problems["details"] = _("Notes have at most 20,000 characters.")
    given = said.get("guests") or ()
    lines = given.splitlines() if isinstance(given, str) else given
    guests = tuple(str(one).strip() for one in lines if str(one).strip())  # type: ignore[attr-defined]
    if len(guests) > MOST_GUESTS or any(len(one) > 200 for one in guests):
        problems["guests"] = _("At most 100 guests, each on a line of at most 200 characters.")
    return Words(place, details, guests, str(said.get("link") or ""), str(said.get("uid") or ""))


def _span(
    said: Mapping[str, object], zone: str, is_all_day: bool, problems: dict[str, str]
) -> tuple[datetime, datetime] | None:
    """When it begins and is over, as the row holds them; whole days ignore times."""
    found: list[datetime] = []
    for name in ("starts", "ends"):
        try:
            moment = _moment(said.get(name), is_all_day)
            if moment is None and name == "ends" and found:
                moment = found[0] if is_all_day else found[0] + timedelta(hours=1)
            if moment is None:
                problems[name] = _("Say when it begins.") if name == "starts" else _("Say when it ends.")
                continue
            if not FIRST <= moment.date() <= LAST:
                raise ValueError("a day that no calendar of ours has")
            found.append(moment)
        except (ValueError, OverflowError):
            problems[name] = _("Write the day as YYYY-MM-DD and the time as HH:MM.")
    if len(found) < 2:
        return None
    if is_all_day:
        begins, ends = (one.replace(tzinfo=UTC) for one in found)
        is_long_enough, ends = ends >= begins, ends + ONE_DAY
    else:
        clock = ZoneInfo(zone)
        begins, ends = (one.replace(tzinfo=one.tzinfo or clock).astimezone(UTC) for one in found)
        is_long_enough = ends > begins
    if not is_long_enough:
        problems["ends"] = _("It must end after it begins.")
    elif ends - begins > LONGEST_EVENT:
        problems["ends"] = _("An event lasts a year at most.")
    else:
        return begins, ends
    return None


def _moment(value: object, is_all_day: bool) -> datetime | None:
    """A moment as written; of a whole day its midnight."""
    if value is None or value == "":
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    found = found.replace(second=0, microsecond=0)
    return datetime.combine(found.date(), time()) if is_all_day else found


def _minutes(value: object, problems: dict[str, str]) -> int | None:
    if value is None or value == "":
        return None
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= LONGEST_REMINDER:
        return int(text)
    problems["remind_minutes"] = _("Choose one of the list.")
    return None


def overlaps(one: tuple[datetime, datetime], others: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether two things want the same time."""
    return any(one[0] < end and begin < one[1] for begin, end in others)
