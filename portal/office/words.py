"""The words of a night: moods of states, how long something took."""

from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.ground.runs.models import Run, RunStage, RunState

MOODS: dict[str, str] = {RunState.DONE: "good", RunState.RUNNING: "busy", RunState.HELD: "bad", RunState.WAITING: ""}


def standing(row: Run | RunStage, run: Run) -> tuple[str, str]:
    """The mood and the word of where a night or a stage of it stands; what is being done of a paused one is paused."""
    if run.is_paused and (row is run or row.state == RunState.RUNNING):
        return "warn", _("Paused")
    return MOODS[row.state], row.get_state_display()


def duration(took: timedelta | None) -> str:
    """How long something took, as short as it can be said."""
    if took is None:
        return ""
    seconds = took.total_seconds()
    if seconds < 1:
        return _("%(milliseconds)s ms") % {"milliseconds": round(seconds * 1000)}
    if seconds < 10:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _("%(seconds)s s") % {"seconds": rest}
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
