"""Taking in events of another program: out of a file, or as a command has left them in the sealed inbox."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.ground.access.scope import scope
from crm.calendar import queries
from crm.calendar.actions import Round, write
from crm.calendar.models import Event, Visibility
from crm.calendar.repetition import taken_rule
from crm.calendar.rules import LONGEST_PLACE, LONGEST_REMINDER, LONGEST_TITLE, MOST_GUESTS, EventProblem, key_of, read
from crm.contacts.models import Contact
from crm.tasks import actions as tasks
from crm.tasks.rules import TaskProblem
from crm.tasks.rules import read as read_task
from crm.vault.deposits import content_of
from crm.vault.engine.encoding import Unopened
from crm.vault.models import Deposit
from crm.vault.sealed import Opened

DEPOSIT = "calendar"
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")


@dataclass
class Taken:
    """What became of the entries."""

    created: int = 0
    known: int = 0
    rejected: int = 0


def collect(vault: Opened, at: datetime) -> int:
    """Take in what a command has left for this person; how many deposits. What is somebody else's waits for them."""
    rows = scope(vault.who, Deposit).filter(kind=DEPOSIT, kept_at__isnull=False, vault_id=vault.ring.vault)
    taken = 0
    for row in rows.order_by("left_at", "pk"):
        try:
            said = json.loads(content_of(row, vault.ring))
            is_mine, entries = said["user"] == vault.who.user_id, list(said["entries"])
        except (Unopened, ValueError, TypeError, KeyError):
            continue
        if is_mine:
            take(vault, entries, zone="UTC", at=at)
            row.delete()
            taken += 1
    return taken


def take(vault: Opened, entries: Sequence[Mapping[str, Any]], *, zone: str, at: datetime) -> Taken:
    """Bring entries into the calendar, tasks among the tasks; what is there already under its name stays as it is."""
    taken, series = Taken(), _known(vault)
    had = set(series)
    contacts = _contacts(vault, entries)
    # Moved days after the series that they belong to.
    for entry in sorted(entries, key=lambda one: "replaces" in one):
        uid = str(entry.get("uid", ""))[:255]
        if uid and uid in had:
            taken.known += 1
            continue
        try:
            if entry.get("kind") == "task":
                _task(vault, entry, at)
            elif entry.get("status") != "cancelled" or "replaces" in entry:
                made = _event(vault, entry, zone, contacts, series.get(uid), at)
                if uid and made is not None:
                    series.setdefault(uid, made)
        except (EventProblem, TaskProblem, ValueError, TypeError, OverflowError):
            taken.rejected += 1
            continue
        taken.created += 1
    return taken


def _event(
    vault: Opened,
    entry: Mapping[str, Any],
    zone: str,
    contacts: Mapping[str, Contact],
    series: Event | None,
    at: datetime,
) -> Event | None:
    """One event, or what a file says of one day of a series."""
    is_all_day, name = bool(entry.get("is_all_day")), str(entry.get("zone") or zone)
    replaces = entry.get("replaces") if series is not None else None
    key = _key(replaces, series) if replaces and series is not None else ""
    if series is not None and key:
        series.left_out = sorted({*series.left_out, key})
        scope(vault.who, Event).filter(pk=series.pk).update(left_out=series.left_out)
        if entry.get("status") == "cancelled":
            return None
    ends = entry.get("ends") or entry.get("end")
    if is_all_day and ends:
        ends = (date.fromisoformat(str(ends)[:10]) - timedelta(days=1)).isoformat()
    said = read(
        {
            "title": str(entry.get("summary") or _("Without a title"))[:LONGEST_TITLE],
            "place": str(entry.get("location", ""))[:LONGEST_PLACE],
            "details": str(entry.get("description", "")),
            "guests": [str(one)[:200] for one in entry.get("attendees", [])][:MOST_GUESTS],
            "link": str(entry.get("url", ""))[:500],
            "uid": str(entry.get("uid", ""))[:255],
            "starts": entry["start"],
            "ends": _after(entry["start"], ends, is_all_day),
            "is_all_day": is_all_day,
            "zone": name,
            "is_free": entry.get("is_free", False),
            "visibility": Visibility.PRIVATE if entry.get("is_private") else Visibility.PRACTICE,
            "remind_minutes": _reminder(entry.get("reminders_minutes", [])),
        }
    )
    row = Event(is_all_day=is_all_day, begins_at=said.begins_at, ends_at=said.ends_at, zone=said.zone)
    rule = "" if key else taken_rule(str(entry.get("rule", "")), row.starts) if entry.get("rule") else ""
    about = {one.pk: one for one in (contacts.get(mail) for mail in _mails([entry])) if one is not None}
    return write(
        vault=vault,
        said=replace(said, rule=rule),
        round=Round(list(about.values())),
        at=at,
        added=[] if key else _keys(entry.get("added_on", []), row),
        left_out=[] if key else _keys(entry.get("left_out_on", []), row),
        series=series if key else None,
        replaces=key,
    )


def _task(vault: Opened, entry: Mapping[str, Any], at: datetime) -> None:
    due = str(entry.get("end") or entry.get("start") or "")[:10]
    said = read_task(
        {
            "title": str(entry.get("summary") or _("Without a title"))[:200],
            "notes": str(entry.get("description", "")),
            "due_on": due,
            "state": "done" if entry.get("done_at") or entry.get("status") == "completed" else "todo",
        }
    )
    tasks.write(vault=vault, said=said, assignee_id=vault.who.user_id, at=at)


def _known(vault: Opened) -> dict[str, Event]:
    """What is there already, by the name that other programs gave it."""
    found = {}
    for event in scope(vault.who, Event).filter(series=None).iterator(500):
        uid = queries.read(vault, event).words.uid
        if uid:
            found[uid] = event
    return found


def _contacts(vault: Opened, entries: Iterable[Mapping[str, Any]]) -> dict[str, Contact]:
    """Contacts of the book by the addresses that take part."""
    mails = _mails(entries)
    rows = scope(vault.who, Contact).filter(trashed_at=None).select_related("party")
    found = rows.filter(Q(email__in=mails) | Q(party__email__in=mails)) if mails else []
    return {one.shown_email.casefold(): one for one in found}


def _mails(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    found = (_ADDRESS.search(str(one)) for entry in entries for one in entry.get("attendees", []))
    return sorted({hit[0].casefold() for hit in found if hit})


def _after(start: object, end: object, is_all_day: bool) -> object:
    """What has no length takes half an hour: it would stand nowhere in a calendar."""
    if is_all_day or (end and str(end) != str(start)):
        return end
    return (datetime.fromisoformat(str(start)) + timedelta(minutes=30)).isoformat()


def _reminder(minutes: Sequence[int]) -> int | None:
    fitting = [one for one in minutes if 0 <= one <= LONGEST_REMINDER]
    return min(fitting) if fitting else None


def _keys(moments: Iterable[str], event: Event) -> list[str]:
    return [_key(one, event) for one in list(moments)[:1000]]


def _key(moment: str, event: Event) -> str:
    """The name of a day, on the clock of its series; a day alone leaves out whatever begins on it."""
    if len(moment) == 10 or event.is_all_day:
        return date.fromisoformat(moment[:10]).isoformat()
    found, start = datetime.fromisoformat(moment), event.starts
    return key_of(found.astimezone(start.tzinfo) if isinstance(start, datetime) and found.tzinfo else found)
