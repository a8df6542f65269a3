"""Pure decisions about workflows: what a form or a program may say, which stage is active, and templates."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from crm.tasks.models import Priority
from crm.tasks.rules import day_of
from crm.workflows.models import OVER, Audience, StageState
from portal.lib.business_days import Calendar, DayOutsideCalendar

LONGEST_TITLE = 200
LONGEST_NOTES = 20_000
MOST_STAGES = 50
MOST_DAYS = 3660


class WorkflowProblem(ValueError):
    """Sentences a person can read, by field; those of a stage by `stage-N-field`."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(problems.values()))


@dataclass(frozen=True)
class SaidStage:
    """What one stage says, checked; `key` is the stage that it changes, "" for a new one."""

    title: str
    notes: str
    due_on: date
    priority: int
    assignee: str
    key: str = ""


@dataclass(frozen=True)
class Said:
    """What a workflow says of itself, checked."""

    title: str
    visibility: str
    stages: tuple[SaidStage, ...]


def read(said: Mapping[str, object], stages: Sequence[Mapping[str, object]]) -> Said:
    """What a form or a program says. Raises WorkflowProblem with every sentence at once."""
    problems: dict[str, str] = {}
    title = _line(str(said.get("title") or ""), "title", problems)
    visibility = str(said.get("visibility") or Audience.PRACTICE)
    if visibility not in Audience.values:
        problems["visibility"] = _("Choose one of the list.")
    if not stages:
        problems["stages"] = _("A workflow has at least one stage.")
    elif len(stages) > MOST_STAGES:
        problems["stages"] = _("A workflow has at most 50 stages.")
    found = [_stage(one, f"stage-{number}", problems) for number, one in enumerate(stages[:MOST_STAGES], start=1)]
    if problems:
        raise WorkflowProblem(problems)
    return Said(title, visibility, tuple(one for one in found if one is not None))


def warnings(days: Iterable[date]) -> list[str]:
    """What is worth a word and no error: a stage that is due before the one before it."""
    every = list(days)
    return [
        _("Stage %(number)d is due before stage %(before)d.") % {"number": at + 1, "before": at}
        for at in range(1, len(every))
        if every[at] < every[at - 1]
    ]


def settled(states: Sequence[str]) -> list[str]:
    """The states of stages in order: the first that is not over is active, the others that are not over wait."""
    found, has_active = [], False
    for state in states:
        if state in OVER:
            found.append(state)
        else:
            found.append(StageState.TODO if has_active else StageState.ACTIVE)
            has_active = True
    return found


def pattern_of(name: str, stages: Sequence[tuple[str, str, int, date]], start: date) -> str:
    """A template as it is sealed: title, notes, priority and days after the beginning of each stage."""
    name = _pattern_name(name)
    lines = [
        {"title": title, "notes": notes, "priority": priority, "days": (due_on - start).days}
        for title, notes, priority, due_on in stages
    ]
    return json.dumps({"name": name, "stages": lines}, ensure_ascii=False)


def begun(
    content: str, start: date, calendar: Calendar | None = None, *, goal: date | None = None
) -> tuple[str, list[dict[str, object]]]:
    """Name and stages of a template that begins on that day, as a form shows them; with a goal, the last stage is due
    on it and the others are counted back.

    With a calendar no stage is due while the exchange is closed: it is due on the next day that it is open, and before
    a goal on the last day that it was.
    """
    said = json.loads(content)
    after = [max(-MOST_DAYS, min(MOST_DAYS, int(one["days"]))) for one in said["stages"]]
    first = start if goal is None else goal - timedelta(days=max(after, default=0))
    stages = []
    for one, days in zip(said["stages"], after, strict=True):
        due_on = _open_day(first + timedelta(days=days), calendar, is_before=goal is not None).isoformat()
        stages.append(
            {"title": one["title"], "notes": one["notes"], "priority": str(one["priority"]), "due_on": due_on}
        )
    return said["name"], stages


def _open_day(day: date, calendar: Calendar | None, *, is_before: bool) -> date:
    try:
        if calendar is None:
            return day
        return calendar.on_or_before(day) if is_before else calendar.on_or_after(day)
    except DayOutsideCalendar:  # nobody knows yet what is closed then
        return day


def _pattern_name(name: str) -> str:
    problems: dict[str, str] = {}
    found = _line(name, "name", problems)
    if problems:
        raise WorkflowProblem(problems)
    return found


def _stage(said: Mapping[str, object], prefix: str, problems: dict[str, str]) -> SaidStage | None:
    before = len(problems)
    title = _line(str(said.get("title") or ""), f"{prefix}-title", problems)
    notes = str(said.get("notes") or "").strip()
    if len(notes) > LONGEST_NOTES:
        problems[f"{prefix}-notes"] = _("Notes have at most 20,000 characters.")
    due_on = None
    try:
        due_on = day_of(said.get("due_on"))
        if due_on is None:
            problems[f"{prefix}-due_on"] = _("Say when the stage is due.")
    except ValueError:
        problems[f"{prefix}-due_on"] = _("Write the day as YYYY-MM-DD.")
    priority = str(said.get("priority") or Priority.MEDIUM.value)
    if priority not in {str(one) for one in Priority.values}:
        problems[f"{prefix}-priority"] = _("Choose one of the list.")
    if len(problems) > before or due_on is None:
        return None
    key = str(said.get("key") or "")
    return SaidStage(title, notes, due_on, int(priority), str(said.get("assignee") or ""), key)


def _line(text: str, name: str, problems: dict[str, str]) -> str:
    text = text.strip()
    if not text:
        problems[name] = _("A title is required.")
    elif len(text) > LONGEST_TITLE:
        problems[name] = _("A title has at most 200 characters.")
    return text
