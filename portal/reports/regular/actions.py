"""Asking for a report again and again, ending it, and submitting those that a night has made due."""

from datetime import date, datetime

from accounts.ground.access.context import Who, acting, as_role
from accounts.ground.access.gates import Gate, may_pass
from accounts.ground.days.queries import calendar
from accounts.ground.jobs.models import Job
from accounts.ground.runs.queries import sealed_day
from portal.lib.periods import Frequency
from portal.lib.words import gettext_noop
from portal.reports.actions import submit
from portal.reports.files import FORMATS
from portal.reports.periods import Choice
from portal.reports.queries import Asked
from portal.reports.regular.models import RegularReport
from portal.reports.regular.queries import own
from portal.reports.regular.rules import due_for
from portal.reports.wishes import Wish

MOST = 20


class RegularProblem(ValueError):
    """Why a report is not made regularly; `msgid` is the message."""

    def __init__(self, msgid: str) -> None:
        super().__init__(msgid)
        self.msgid = msgid


def keep(*, who: Who, wish: Wish, form: str, frequency: Frequency, at: datetime) -> RegularReport:
    """Make the report from the next time on; asked twice, it is one. Http404 where an account may not be seen."""
    if wish.period == Choice.CUSTOM:
        raise RegularProblem(gettext_noop("Choose a period that moves with the days, such as the previous month."))
    said, longest = wish.address, RegularReport._meta.get_field("query").max_length
    if longest is not None and len(said) > longest:
        raise RegularProblem(gettext_noop("Choose fewer accounts, or all of them."))
    Asked.by(who, wish).rows.exists()
    mine = own(who)
    wanted = {"query": said, "form": form if form in FORMATS else FORMATS[0], "frequency": frequency.value}
    if not mine.filter(**wanted).exists() and mine.count() >= MOST:
        raise RegularProblem(gettext_noop("There are twenty regular reports already; remove one first."))
    begins = due_for(frequency, sealed_day() or at.date(), calendar())
    return RegularReport.unscoped.get_or_create(
        user_id=who.user_id,
        seat_id=who.seat_id,
        **wanted,
        defaults={"firm_id": who.firm_id, "made_for": begins, "saved_at": at},
    )[0]


def remove(*, who: Who, report: RegularReport) -> None:
    """Make it no more; what was made stays in the list."""
    own(who).filter(pk=report.pk).delete()


def due(today: date) -> list[RegularReport]:
    """Those of everybody that may be due; which day is closed, and what may be seen, their makers are asked one by
    one."""
    days = calendar()
    latest = {one: due_for(one, today, days) for one in Frequency}
    with as_role("night"):
        rows = list(RegularReport.unscoped.order_by("pk"))
    return [one for one in rows if one.made_for < latest[Frequency(one.frequency)]]


def submit_due(one: RegularReport, at: datetime) -> Job | None:
    """A job for one of them in its maker's name; None where nothing is due, or the maker may see no reports now."""
    with acting(one.user_id, seat_id=one.seat_id) as who:
        sealed = sealed_day() if who and may_pass(who, Gate("report")) else None
        if who is None or sealed is None:
            return None
        row = own(who).select_for_update().filter(pk=one.pk).first()
        answers = due_for(Frequency(one.frequency), sealed, calendar())
        if row is None or row.made_for >= answers:
            return None
        own(who).filter(pk=row.pk).update(made_for=answers)
        return submit(who=who, wish=row.wish, form=row.form, at=at, tells=True)
