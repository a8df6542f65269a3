"""Writing, changing, moving one day of, leaving out, throwing away and taking back events, by an open vault."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.calendar.models import Event, EventContact, Visibility
from crm.calendar.occurring import over_at, remind_at
from crm.calendar.rules import FIRST, LAST, EventProblem, Said, Words, midnight, start_of
from crm.contacts.chosen import colleagues
from crm.contacts.models import Contact
from crm.feeds.copying import copy_event
from crm.vault.sealed import Opened

# What an earlier state of an event remembers of its clear columns.
CLEAR = (
    *("people", "visibility", "is_free", "is_all_day", "begins_at", "ends_at", "zone", "rule", "added", "left_out"),
    *("remind_minutes",),
)
_MOMENTS = ("begins_at", "ends_at")
_WRITTEN = (
    *CLEAR,
    *("over_at", "remind_at", "version", "title_sealed", "words_sealed", "before_sealed", "changed_at"),
)


class EventChanged(Exception):
    """Somebody else has changed the event since it was read."""


@dataclass(frozen=True)
class Round:
    """Whom an event is about and who takes part."""

    contacts: Sequence[Contact] = ()
    people: Sequence[int] = field(default=())


def write(
    *,
    vault: Opened,
    said: Said,
    round: Round,
    at: datetime,
    added: Sequence[str] = (),
    left_out: Sequence[str] = (),
    series: Event | None = None,
    replaces: str = "",
) -> Event:
    """A new event, its writer's own; `series` and `replaces` say which day of a series it stands for."""
    event = Event(
        firm_id=vault.who.firm_id,
        practice_id=vault.who.practice_id,
        owner_id=series.owner_id if series else vault.who.user_id,
        series=series,
        replaces=replaces,
        created_at=at,
        added=list(added),
        left_out=list(left_out),
    )
    _take(event, said, round.people, at)
    event.put(vault, title=said.title, words=said.words.told(), before="")
    event.save(force_insert=True)
    copy_event(vault, event)
    _about(vault, event, round.contacts)
    return event


def change(*, vault: Opened, event: Event, version: int, said: Said, round: Round, at: datetime) -> Event:
    """Everything as it is said now; `version` is the one that was read. Raises EventChanged and EventProblem."""
    if said.visibility != event.visibility and said.visibility == Visibility.PRIVATE:
        check_owner(vault, event)
    before = _remembered(vault, event)
    if said.rule != event.rule or said.begins_at != event.begins_at:
        # Days that were left out are named by the old times.
        event.left_out = [] if said.begins_at != event.begins_at else event.left_out
    # Who changes a private event of somebody else goes on finding it.
    also = {vault.who.user_id} & set(event.people) if event.owner_id != vault.who.user_id else set()
    _take(event, said, {*round.people, *also}, at)
    _put(vault, event, version, before, title=said.title, words=said.words.told())
    _about(vault, event, round.contacts)
    return event


def move_day(*, vault: Opened, series: Event, version: int, key: str, said: Said, round: Round, at: datetime) -> Event:
    """One day of a series otherwise than the others; the series goes on without it."""
    leave_out(vault=vault, series=series, version=version, key=key, at=at)
    return write(vault=vault, said=said, round=round, at=at, series=series, replaces=key)


def shift(*, vault: Opened, event: Event, version: int, key: str, days: int, at: datetime) -> None:
    """An event, or one day of a series, some days later or earlier at the same time of its own clock. Raises
    EventChanged, EventProblem and `Unopened`."""
    if event.repeats and not key:
        raise EventProblem({"event": _("Say which day of the series is moved.")})
    start = start_of(key, event.zone) if key else event.starts
    said = Said(
        title=event.text(vault, "title"),
        words=words_of(vault, event),
        is_all_day=event.is_all_day,
        **_moved(start, event, days),
        zone=event.zone,
        rule=event.rule if not key else "",
        visibility=event.visibility,
        is_free=event.is_free,
        remind_minutes=event.remind_minutes,
    )
    round = Round([one.contact for one in event.about.all()], event.people)
    if key:
        move_day(vault=vault, series=event, version=version, key=key, said=said, round=round, at=at)
    else:
        change(vault=vault, event=event, version=version, said=said, round=round, at=at)


def _moved(start: datetime | date, event: Event, days: int) -> dict[str, datetime]:
    """When it begins and is over after a move, as the row holds them."""
    length, step = event.ends_at - event.begins_at, timedelta(days=days)
    try:
        if isinstance(start, datetime):
            ends = (start.astimezone(UTC) + length).astimezone(start.tzinfo)
            found = [(one + step).astimezone(UTC) for one in (start, ends)]
        else:
            found = [midnight(start + step), midnight(start + step) + length]
    except OverflowError:
        found = []
    if not found or not (found[0].date() >= FIRST and found[1].date() <= LAST) or found[1] <= found[0]:
        raise EventProblem({"event": _("No calendar here has such a day.")})
    return {"begins_at": found[0], "ends_at": found[1]}


def leave_out(*, vault: Opened, series: Event, version: int, key: str, at: datetime) -> None:
    """A series without one of its days."""
    before = _remembered(vault, series)
    series.left_out = sorted({*series.left_out, key})
    series.changed_at = at
    series.remind_at = remind_at(series, at)
    _put(vault, series, version, before)


def undo(*, vault: Opened, event: Event, at: datetime) -> None:
    """As it was before its last change; once. Raises EventProblem where there is nothing to go back to."""
    told = event.text(vault, "before")
    if not told:
        raise EventProblem({"event": _("There is no earlier state of this event.")})
    before = json.loads(told)
    if before["visibility"] != event.visibility and before["visibility"] == Visibility.PRIVATE:
        check_owner(vault, event)
    # Who has left meanwhile is not put back.
    here = {*colleagues(vault).values_list("pk", flat=True), *event.people}
    before["people"] = [one for one in before["people"] if one in here]
    version = event.version
    for name in CLEAR:
        value = before[name]
        setattr(event, name, datetime.fromisoformat(value) if name in _MOMENTS else value)
    _reckon(event, at)
    _put(vault, event, version, "", title=before["title"], words=before["words"])
    own = scope(vault.who, Contact).filter(practice_id=vault.who.practice_id, pk__in=before["contacts"])
    _about(vault, event, list(own))
    # Days that come again as the series says are not moved any more.
    moved = scope(vault.who, Event).filter(series=event, trashed_at=None)
    moved.exclude(replaces__in=event.left_out).update(trashed_at=at, remind_at=None)


def throw_away(*, vault: Opened, event: Event, is_confirmed: bool, at: datetime) -> None:
    """Into the trash, with the moved days of a series; only when it was confirmed. Raises EventProblem."""
    if not is_confirmed:
        raise EventProblem({"event": _("Confirm that the event shall be thrown away.")})
    scope(vault.who, Event).filter(series=event, trashed_at=None).update(trashed_at=at, remind_at=None)
    event.trashed_at, event.remind_at = at, None
    event.save(update_fields=["trashed_at", "remind_at"])


def take_back(*, vault: Opened, event: Event, at: datetime) -> None:
    """Out of the trash, with the moved days that went with it."""
    went_at, event.trashed_at = event.trashed_at, None
    for one in [event, *scope(vault.who, Event).filter(series=event, trashed_at=went_at)]:
        one.trashed_at, one.remind_at = None, remind_at(one, at)
        one.save(update_fields=["trashed_at", "remind_at"])


def check_owner(vault: Opened, event: Event) -> None:
    """Nobody takes an event away from the others but its owner. Raises EventProblem."""
    if event.owner_id != vault.who.user_id:
        raise EventProblem({"visibility": _("Only its owner makes an event private.")})


def _take(event: Event, said: Said, people: Collection[int], at: datetime) -> None:
    event.people = sorted(set(people))
    event.visibility, event.is_free, event.is_all_day = said.visibility, said.is_free, said.is_all_day
    event.begins_at, event.ends_at, event.zone, event.rule = said.begins_at, said.ends_at, said.zone, said.rule
    event.remind_minutes = said.remind_minutes
    _reckon(event, at)


def _reckon(event: Event, at: datetime) -> None:
    """What follows from when it is: how long it goes on, and when to remind next."""
    event.over_at, event.remind_at, event.changed_at = over_at(event), remind_at(event, at), at


def _put(vault: Opened, event: Event, version: int, before: str, **texts: str) -> None:
    """Seal and save what was read in this version. Raises EventChanged."""
    if version != event.version:
        raise EventChanged
    event.put(vault, before=before, **texts)
    columns = {name: getattr(event, name) for name in _WRITTEN}
    if not scope(vault.who, Event).filter(pk=event.pk, version=version).update(**columns):
        raise EventChanged
    copy_event(vault, event)


def _remembered(vault: Opened, event: Event) -> str:
    """The state that a change can be taken back to, for sealing."""
    clear: dict[str, Any] = {name: getattr(event, name) for name in CLEAR}
    told = {name: value.isoformat() if name in _MOMENTS else value for name, value in clear.items()}
    texts = {name: event.text(vault, name) for name in ("title", "words")}
    keys = scope(vault.who, EventContact).filter(event=event).values_list("contact_id", flat=True)
    return json.dumps({**told, **texts, "contacts": [str(one) for one in keys]}, ensure_ascii=False)


def _about(vault: Opened, event: Event, contacts: Sequence[Contact]) -> None:
    """The contacts it is about, these and no others."""
    wanted = {one.pk for one in contacts}
    rows = scope(vault.who, EventContact).filter(event=event)
    known: set[UUID] = set(rows.values_list("contact_id", flat=True))
    rows.filter(contact_id__in=known - wanted).delete()
    made = [
        EventContact(firm_id=event.firm_id, practice_id=event.practice_id, event=event, contact_id=pk)
        for pk in sorted(wanted - known)
    ]
    EventContact.unscoped.bulk_create(made)


def words_of(vault: Opened, event: Event) -> Words:
    """What it says beside the title. Raises `Unopened`."""
    return Words.of(event.text(vault, "words"))
