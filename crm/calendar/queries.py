"""Reading events: what comes between two days, about one contact, one event, the trash, and what clashes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from crm.calendar.models import ONE_DAY, Event, EventContact, Visibility
from crm.calendar.occurring import Occurrence, occurrences
from crm.calendar.rules import Words, midnight
from crm.contacts.models import Contact
from crm.vault.engine.encoding import Unopened
from crm.vault.sealed import Opened, look_through

# More is no calendar that anybody reads; the page says so.
MOST = 3000
FOUND = 200
NEXT_WITHIN = 366


@dataclass(frozen=True)
class Read:
    """An event as it is shown; `is_damaged` when what is stored was changed from outside."""

    event: Event
    title: str = ""
    words: Words = field(default_factory=Words)
    is_damaged: bool = False

    @property
    def contacts(self) -> list[Contact]:
        """Whom it is about."""
        return [one.contact for one in self.event.about.all()]

    @property
    def is_private(self) -> bool:
        """Whether only its owner and who takes part find it."""
        return self.event.visibility == Visibility.PRIVATE


@dataclass(frozen=True)
class Coming:
    """One time that an event comes, on a reader's clock."""

    read: Read
    when: Occurrence
    zone: tzinfo

    @property
    def is_all_day(self) -> bool:
        """Whether it is of whole days."""
        return self.read.event.is_all_day

    @property
    def first_day(self) -> date:
        """The day on which it begins; a whole day is the same day on every clock."""
        return (
            self.when.starts.astimezone(self.zone).date()
            if isinstance(self.when.starts, datetime)
            else self.when.starts
        )

    @property
    def last_day(self) -> date:
        """The day on which it ends."""
        if isinstance(self.when.ends, datetime):
            last = self.when.ends.astimezone(self.zone) - timedelta(microseconds=1)
            return max(last.date(), self.first_day)
        return self.when.ends - ONE_DAY

    @property
    def order(self) -> tuple[date, bool, datetime, str]:
        """Whole days first, then by the clock."""
        return self.first_day, not self.is_all_day, self.when.span[0], str(self.read.event.pk)


def rows(who: Who) -> "QuerySet[Event]":
    """Events that are not in the trash, with whom they are about."""
    about = scope(who, EventContact).select_related("contact__party").order_by("pk")
    found = scope(who, Event).filter(trashed_at=None).select_related("owner")
    return found.prefetch_related(Prefetch("about", queryset=about))


def one(who: Who, pk: UUID, *, in_trash: bool = False) -> Event | None:
    """One event that somebody may see."""
    found = scope(who, Event).filter(pk=pk, trashed_at__isnull=not in_trash)
    about = scope(who, EventContact).select_related("contact__party").order_by("pk")
    return found.select_related("owner", "series").prefetch_related(Prefetch("about", queryset=about)).first()


def read(vault: Opened, event: Event) -> Read:
    """Title, place and notes."""
    try:
        return Read(event, event.text(vault, "title"), Words.of(event.text(vault, "words")))
    except Unopened:
        return Read(event, is_damaged=True)


def between(who: Who, begin: datetime, end: datetime) -> "QuerySet[Event]":
    """Events of which anything may come between two moments; the arithmetic of repetition decides."""
    # A whole day begins and ends up to fourteen hours earlier or later on somebody's clock.
    found = rows(who).filter(begins_at__lt=end + ONE_DAY)
    return found.filter(Q(over_at=None) | Q(over_at__gt=begin - ONE_DAY)).order_by("begins_at", "pk")


def coming(
    vault: Opened, first: date, last: date, zone: tzinfo, *, mine: bool = False, events: Iterable[Event] | None = None
) -> list[Coming]:
    """What comes on the days from the first to the last on somebody's clock, in order."""
    begin, end = (datetime.combine(one, time(), tzinfo=zone) for one in (first, last + ONE_DAY))
    who = vault.who
    found = []
    for event in between(who, begin, end)[:MOST] if events is None else events:
        if mine and who.user_id not in (event.owner_id, *event.people):
            continue
        days = (midnight(first), midnight(last + ONE_DAY)) if event.is_all_day else (begin, end)
        times = occurrences(event, *days)
        if times:
            opened = read(vault, event)
            found += [Coming(opened, when, zone) for when in times]
    return sorted(found, key=lambda each: each.order)


def of_day(vault: Opened, day: date, zone: tzinfo) -> list[Coming]:
    """What comes on one day, without whom it is about."""
    begin = datetime.combine(day, time(), tzinfo=zone)
    events = between(vault.who, begin, begin + ONE_DAY).prefetch_related(None)[:FOUND]
    return coming(vault, day, day, zone, events=events)


def of_contact(vault: Opened, contact: UUID, first: date, zone: tzinfo, most: int, *, ahead: int = 366) -> list[Coming]:
    """What comes next about a contact."""
    begin, end = midnight(first), midnight(first + timedelta(days=ahead))
    about = scope(vault.who, EventContact).filter(contact_id=contact).values("event_id")
    events = between(vault.who, begin, end).filter(pk__in=about).prefetch_related(None)[:FOUND]
    return coming(vault, first, first + timedelta(days=ahead), zone, events=events)[:most]


def next_of(vault: Opened, contacts: Collection[UUID], first: date, zone: tzinfo) -> dict[UUID, Coming]:
    """What comes next about each of some contacts, within a year: two questions for all of them."""
    begin, last = midnight(first), first + timedelta(days=NEXT_WITHIN)
    about = scope(vault.who, EventContact).filter(contact_id__in=contacts)
    events = between(vault.who, begin, midnight(last)).filter(pk__in=about.values("event_id"))
    found = coming(vault, first, last, zone, events=events.prefetch_related(None)[:MOST])
    whose: dict[UUID, list[UUID]] = defaultdict(list)
    named = about.filter(event_id__in={one.read.event.pk for one in found}) if found else about.none()
    for event, contact in named.values_list("event_id", "contact_id"):
        whose[event].append(contact)
    told: dict[UUID, Coming] = {}
    for one in found:
        for contact in whose[one.read.event.pk]:
            told.setdefault(contact, one)
    return told


def search(vault: Opened, text: str) -> list[Read]:
    """Events in which all the words stand, the latest first; each is opened and looked through."""
    shown = []
    for event, texts in look_through(vault, rows(vault.who).order_by("-begins_at", "pk").iterator(500), text):
        shown.append(Read(event, texts["title"], Words.of(texts["words"])))
        if len(shown) == FOUND:
            break
    return shown


def trash(vault: Opened) -> list[Read]:
    """What was thrown away and can be taken back; moved days go with their series."""
    found = scope(vault.who, Event).filter(trashed_at__isnull=False).select_related("owner")
    gone = found.exclude(series__trashed_at__isnull=False).order_by("-trashed_at", "pk")[:FOUND]
    return [read(vault, event) for event in gone]


def clashes(found: Sequence[Coming]) -> set[int]:
    """Places in the list of what wants a time that somebody of it has given away already."""
    busy = sorted(
        (one.when.span, place, {one.read.event.owner_id, *one.read.event.people})
        for place, one in enumerate(found)
        if not one.is_all_day and not one.read.event.is_free
    )
    wanted: set[int] = set()
    for at, (span, place, people) in enumerate(busy):
        for other, there, theirs in busy[at + 1 :]:
            if other[0] >= span[1]:
                break
            if people & theirs:
                wanted |= {place, there}
    return wanted


def beside(vault: Opened, event: Event, zone: tzinfo) -> list[Coming]:
    """What else its people have at its time; of a series, at its first."""
    if event.is_all_day or event.is_free:
        return []
    first, last = event.begins_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date()
    found = []
    for other in coming(vault, first, last, zone):
        theirs = other.read.event
        people = {theirs.owner_id, *theirs.people} & {event.owner_id, *event.people}
        is_other = theirs.pk != event.pk and not theirs.is_free and not theirs.is_all_day
        if is_other and people and other.when.span[0] < event.ends_at and event.begins_at < other.when.span[1]:
            found.append(other)
    return found
