"""Asking what terms would have billed, working it out a slice of accounts at a time, and dropping it after a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.days.queries import calendar
from accounts.ground.jobs import actions as jobs
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import HOLDING_KINDS, Account, Status
from fees.engine.limits import problem
from fees.proposals.rules import Wanted, read
from fees.schedules.rules import ScheduleRefused
from fees.whatif.backtest import Book, backtest
from fees.whatif.models import WhatIfLine
from fees.whatif.queries import KIND, totals
from fees.whatif.rules import Scope, Window, band_of, problems, window
from portal.lib.words import gettext_noop

KEPT = timedelta(days=7)
MOST_KEPT = 20
# So many accounts at a time: what is in memory does not grow with the book, and a stop waits for no more than these.
AT_ONCE = 2500
ZERO = Decimal(0)


def ask(*, who: Who, wanted: Wanted, of: Scope, at: datetime) -> Job:
    """A job that tries the terms on everybody in the scope; ScheduleRefused says what is wrong with the terms."""
    tidy(who=who, at=at)
    sealed = sealed_day()
    if sealed is None:
        msgid = gettext_noop("No night has been sealed yet, so there is nothing to try terms on.")
        raise ScheduleRefused([problem("scope", "no_history", msgid)])
    months = window(sealed, calendar())
    found = problems(wanted, months.starts)
    if not found and not accounts_of(who, of).exists():
        msgid = gettext_noop("There is no account in this choice whose fees you set.")
        found = [problem("scope", "nobody", msgid)]
    if found:
        raise ScheduleRefused(found)
    arguments: dict[str, object] = {
        "terms": {"strategy": wanted.strategy, "components": wanted.stored()},
        "scope": of.stored(),
        "sealed": sealed.isoformat(),
        "practice": who.practice_id,
    }
    return jobs.ask(who=who, kind=KIND, arguments=arguments)


def accounts_of(who: Who, of: Scope) -> Any:
    """Whom the scope means: accounts that hold something and whose fees the person sets; of all, the open ones."""
    rows = scope(who, Account, "set_fees").filter(kind__in=HOLDING_KINDS)
    if of.numbers:
        return rows.filter(number__in=of.numbers)
    rows = rows.filter(status=Status.OPEN)
    return rows.filter(practice_id=of.practice) if of.practice else rows


def step(*, who: Who, job: UUID, at: datetime) -> bool:
    """Work out the next slice; True while there is more. One worker at a time: another one finds it taken and goes."""
    if not _take(job):
        return False
    found = Job.unscoped.filter(pk=job, user_id=who.user_id, kind=KIND).first()
    if found is None:
        return False
    of, terms = Scope.read(found.arguments["scope"]), wanted_of(found)
    rows = accounts_of(who, of)
    if found.state == JobState.WAITING:
        jobs.start(job=found, at=at, of=rows.count())
        found.refresh_from_db()
    if found.state != JobState.RUNNING:
        return False
    done = WhatIfLine.unscoped.filter(trial_id=job).order_by("-account_id").values_list("account_id", flat=True).first()
    batch = list(rows.filter(pk__gt=done or 0).order_by("pk").values_list("pk", "firm_id")[:AT_ONCE])
    if batch:
        book = backtest(
            [pk for pk, _firm in batch],
            practice=found.arguments["practice"],
            components=terms.components,
            window=window_of(found),
        )
        _keep(who, job, dict(batch), book)
    jobs.progress(job=found, done=found.done + len(batch))
    if len(batch) == AT_ONCE:
        return True
    jobs.end(job=found, at=at, result=totals(job))
    return False


def tidy(*, who: Who, at: datetime) -> None:
    """Answers of one's own that are older than a week go, and those beyond the twentieth."""
    mine = Job.unscoped.filter(user_id=who.user_id, kind=KIND).exclude(result=None)
    kept = mine.order_by("-created_at").values_list("pk", flat=True)[:MOST_KEPT]
    old = set(mine.filter(finished_at__lt=at - KEPT).values_list("pk", flat=True))
    old |= set(mine.exclude(pk__in=list(kept)).values_list("pk", flat=True))
    if old:
        WhatIfLine.unscoped.filter(user_id=who.user_id, trial_id__in=old).delete()
        Job.unscoped.filter(pk__in=old).update(result=None)


def wanted_of(job: Job) -> Wanted:
    """The terms that a job tries."""
    terms = job.arguments["terms"]
    return Wanted(strategy=terms["strategy"], components=tuple(read(one) for one in terms["components"]))


def window_of(job: Job) -> Window:
    """The months that a job looks at."""
    return window(datetime.fromisoformat(job.arguments["sealed"]).date(), calendar())


def _take(job: UUID) -> bool:
    """Until the transaction ends nobody else works on it."""
    with cursor() as cur:
        cur.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"what-if {job}"])
        return cur.fetchone()[0]


def _keep(who: Who, job: UUID, firms: dict[int, int], book: Book) -> None:
    rows: Sequence[WhatIfLine] = [_line(who, job, account, firm, book) for account, firm in firms.items()]
    WhatIfLine.unscoped.bulk_create(rows, batch_size=AT_ONCE)


def _line(who: Who, job: UUID, account: int, firm: int, book: Book) -> WhatIfLine:
    reason = book.refused.get(account, "")
    before, after = (ZERO, ZERO) if reason else (book.before[account], book.after[account])
    return WhatIfLine(
        trial_id=job,
        firm_id=firm,
        account_id=account,
        user_id=who.user_id,
        currency=book.currency[account],
        since=None if reason else book.since[account],
        before=before,
        after=after,
        change=after - before,
        band="" if reason else band_of(before, after),
        problem=reason,
    )
