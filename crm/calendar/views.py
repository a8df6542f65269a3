"""The calendar of a practice: month, week, day and the weeks ahead, search, trash."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import get_format
from django.views.decorators.http import require_safe

from accounts.ground.access.gates import SIGNED_IN, gate
from crm.calendar import queries
from crm.calendar.layers import LAYERS, TEAM, Mark, days, marks
from crm.calendar.models import Event
from crm.calendar.periods import DAY, MONTH, SHAPES, Period, day_asked, period
from crm.calendar.queries import Coming
from crm.vault.context import opened
from crm.vault.sealed import Opened

# A day of the month shows as many lines, and how many more there are.
MOST_LINES = 4


@dataclass
class Day:
    """One day as it is shown: its other lines, then what comes on it and whether it overlaps."""

    day: date
    marks: list[Mark] = field(default_factory=list)
    coming: list[tuple[Coming, bool]] = field(default_factory=list)
    is_outside: bool = False
    is_today: bool = False

    @property
    def more(self) -> int:
        """How many lines a small square leaves out."""
        return max(0, len(self.marks) + len(self.coming) - MOST_LINES)

    @property
    def has_any(self) -> bool:
        """Whether anything stands on it."""
        return bool(self.marks or self.coming)


@gate(SIGNED_IN)
@require_safe
def shown(request: HttpRequest, shape: str) -> HttpResponse:
    """The calendar around the day of the address."""
    vault, query = opened(request), request.GET
    if query.get("q", "").strip():
        return _found(request, vault, query["q"].strip()[:200])
    zone, today = timezone.get_current_timezone(), timezone.localdate()
    hidden = {one for one in query.getlist("hide") if one in LAYERS}
    asked = period(shape, day_asked(query.get("day"), today), (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7)
    coming = queries.coming(vault, asked.first, asked.last, zone, mine=TEAM in hidden)
    extra = marks(vault, asked.first, asked.last, hidden, today)
    by_day = _by_day(asked, coming, extra.by_day, today)
    context: dict[str, Any] = {
        "period": asked,
        "shape": shape,
        "shapes": SHAPES.items(),
        "layers": [(name, word, name not in hidden, _toggled(hidden, name)) for name, word in LAYERS.items()],
        "today": today,
        "weeks": [[by_day[day] for day in week] for week in asked.weeks] if shape == MONTH else [],
        "days": [by_day[day] for day in sorted(by_day) if shape != "agenda" or by_day[day].has_any or day == today],
        "is_long": len(coming) >= queries.MOST,
        "some_birthdays": extra.some_birthdays,
        "just": _just(request, vault),
        "here": request.get_full_path(),
        "zone": zone,
    }
    return render(request, f"crm/calendar/{'month' if shape == MONTH else 'days'}.html", context)


@gate(SIGNED_IN)
@require_safe
def trash(request: HttpRequest) -> HttpResponse:
    """What was thrown away, for thirty days."""
    vault = opened(request)
    return render(request, "crm/calendar/trash.html", {"found": queries.trash(vault)})


def by_days(coming: Iterable[Coming], first: date, last: date) -> dict[date, list[Coming]]:
    """What comes, on each of the days that it takes."""
    found: dict[date, list[Coming]] = defaultdict(list)
    for one in coming:
        for day in days(max(first, one.first_day), min(last, one.last_day)):
            found[day].append(one)
    return found


def _by_day(asked: Period, coming: list[Coming], extra: dict[date, list[Mark]], today: date) -> dict[date, Day]:
    clashing = queries.clashes(coming)
    taken = {id(coming[place]) for place in clashing}
    on = by_days(coming, asked.first, asked.last)
    is_month = asked.shape == MONTH
    return {
        day: Day(
            day,
            extra.get(day, []),
            [(one, id(one) in taken) for one in on.get(day, [])],
            is_outside=is_month and day.month != asked.day.month,
            is_today=day == today,
        )
        for day in days(asked.first, asked.last)
    }


def _toggled(hidden: set[str], name: str) -> list[str]:
    """The layers that would be hidden after one more click."""
    return sorted(hidden ^ {name})


def _found(request: HttpRequest, vault: Opened, text: str) -> HttpResponse:
    context = {"found": queries.search(vault, text), "text": text, "shape": DAY}
    return render(request, "crm/calendar/found.html", context)


def _just(request: HttpRequest, vault: Opened) -> dict[str, Any] | None:
    """What was just done to an event and can be undone here."""
    did = request.GET.get("did", "")
    try:
        pk = UUID(request.GET.get("just", ""))
    except ValueError:
        return None
    event: Event | None = queries.one(vault.who, pk, in_trash=did == "gone")
    if event is None or did not in ("made", "changed", "gone"):
        return None
    zone = timezone.get_current_timezone()
    beside = queries.beside(vault, event, zone) if did != "gone" else []
    return {"event": event, "did": did, "beside": beside}
