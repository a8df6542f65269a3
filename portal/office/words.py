"""The words of a night: names of stages, moods of states, how long something took."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ground.runs.models import Run, RunStage, RunState

STAGES: dict[str, Any] = {
    "feed": gettext_lazy("Statements"),
    "rollup": gettext_lazy("Daily figures"),
    "accrue": gettext_lazy("Accrue fees"),
    "check": gettext_lazy("Compute again and compare"),
    "close": gettext_lazy("Close periods"),
    "invoices": gettext_lazy("Invoices"),
    "post": gettext_lazy("Post"),
    "sweep": gettext_lazy("Sweep to the advisors"),
    "compare": gettext_lazy("Compare agreements with bills"),
    "reimburse": gettext_lazy("Reimbursements"),
    "bear": gettext_lazy("Broker's charges for advisors"),
    "mailboxes": gettext_lazy("Charges for mailboxes"),
    "transmit": gettext_lazy("Instruct the broker"),
    "notices": gettext_lazy("Tell the clients"),
    "reconcile": gettext_lazy("Reconcile"),
    "seal": gettext_lazy("Seal"),
}

MOODS: dict[str, str] = {RunState.DONE: "good", RunState.RUNNING: "busy", RunState.HELD: "bad", RunState.WAITING: ""}


def stage_words(name: str) -> str:
    """A stage in words; its own name while it has none."""
    return str(STAGES.get(name, name))


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
