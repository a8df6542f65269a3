"""The accruing stages of the night: a chunk is one set-based statement, and the engine then recomputes every line.

An account of an unresolved hold on the day stays out: `accrue` holds lack a value, `check` holds differ from the engine
and must not be closed, posted or sealed.
"""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.broker.feed.queries import telling
from accounts.ground.access.context import cursor
from accounts.ground.runs.actions import BY_OFFICE, release
from accounts.ground.runs.models import Hold, Run
from accounts.ground.runs.results import ChunkResult, StageResult
from accounts.ground.tree.models import Kind
from fees.accrual import statements
from fees.accrual.check import check_chunk
from fees.accrual.rollup import add_accrued, rollup_stage
from fees.schedules.queries import night_barrier
from portal.lib.words import gettext_noop

__all__ = ["accrue_chunk", "check_chunk", "finish_check", "mend", "prepare_accrue", "rollup_stage"]


def prepare_accrue(run: Run, day: date) -> None:
    """In the transaction that begins the stage: from here on no agreement may reach back to `day`."""
    night_barrier(alone=True)
    with cursor() as cur:
        cur.execute("SELECT fees_ensure_month(%s)", [day])


def accrue_chunk(
    run: Run, day: date, lo: int, hi: int, chunk_id: int, *, only: Sequence[int] | None = None
) -> ChunkResult:
    """Write the lines of accounts lo <= id < hi, or of `only` some of them; late days that were asked to be retried
    come with them."""
    telling(alone=False)
    with cursor() as cur:
        cur.execute(statements.PLANNING)
        masters = statements.masters_among(cur, lo, hi, only)
        cur.execute(statements.accrue(run.pk, day, lo, hi, only, without_masters=masters))
        rows = cur.rowcount
        if masters:
            cur.execute(statements.accrue(run.pk, day, lo, hi, masters))
            rows += cur.rowcount
        return ChunkResult(rows=rows + _accrue_late(cur, run, day, statements.among("account_id", lo, hi, only)))


def _accrue_late(cur, run: Run, day: date, within: str) -> int:
    """Earlier days whose value has come since: written with their own date, by this run."""
    cur.execute(
        "SELECT id FROM accounts_hold WHERE stage = 'accrue' AND reason IN ('no_nav', %s) AND resolved_at IS NULL"
        # Nobody asks for a group whose last value has come: it is looked at each night.
        " AND (retry_asked_at IS NOT NULL OR account_id IN"
        f" (SELECT id FROM accounts_account WHERE kind = '{Kind.STL_MASTER.value}')) AND day < %s AND {within}"
        " ORDER BY id",
        [BY_OFFICE, day],
    )
    asked = [hold for (hold,) in cur.fetchall()]
    rows = 0
    for hold in Hold.unscoped.filter(pk__in=asked).order_by("id") if asked else ():
        late, account = hold.day, hold.account_id
        if hold.reason == BY_OFFICE:
            # Whoever has no value for the day waits for that alone, if for anything.
            release(hold=hold, at=run.at, resolution=gettext_noop("Accrued by a later night"))
        cur.execute(
            "SELECT 1 FROM fees_base n WHERE n.nav_date = %s AND n.account_id = %s"
            " AND NOT EXISTS (SELECT 1 FROM fees_accrual l WHERE l.accrual_date = %s AND l.account_id = %s)",
            [late, account, late, account],
        )
        if not cur.fetchone():
            continue
        release(hold=hold, at=run.at, resolution=gettext_noop("Accrued by a later night"))
        cur.execute(statements.accrue(run.pk, late, account, account + 1))
        rows += cur.rowcount
    return rows


def mend(run: Run, day: date, *, at: datetime) -> list[int]:
    """Make the lines anew of accounts that the check holds and that somebody asked to retry; which accounts.

    What was wrong stays in the hold's detail. The check then looks again, and holds the account again if need be.
    """
    asked = Hold.unscoped.filter(day=day, stage="check", resolved_at=None, retry_asked_at__isnull=False)
    mended = []
    for hold in asked.select_for_update().order_by("id"):
        if hold.account_id not in mended:
            with cursor() as cur:
                cur.execute("SELECT fees_withdraw_lines(%s, %s)", [hold.account_id, day])
                cur.execute(statements.accrue(run.pk, day, hold.account_id, hold.account_id + 1))
            mended.append(hold.account_id)
        release(hold=hold, at=at, resolution=gettext_noop("The line was made anew"))
    return mended


def finish_check(run: Run, day: date) -> StageResult:
    """What foreign keys would have guarded line by line, asked once: orphans, missing lines, control totals."""
    with cursor() as cur:
        cur.execute(statements.unmatched(day))
        orphans, missing = cur.fetchone()
        totals = add_accrued(cur, day)
    figures: dict[str, object] = {"orphans": orphans, "missing": missing, "methods": totals}
    lines = sum(one["lines"] for one in totals.values())
    problem = f"{orphans} lines without an agreement, {missing} agreements without a line" if orphans + missing else ""
    return StageResult(rows=lines, figures=figures, problem=problem)
