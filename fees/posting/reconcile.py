"""The reconciliation: every invariant of the night is asked, and what was found is written into the run."""

from datetime import date

from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import INVARIANTS, Break, of_day
from accounts.ground.runs.models import Run
from accounts.ground.runs.results import StageResult
from fees.accrual.statements import PLANNING
from fees.posting.checks import CHECKS, Night, look
from portal.lib.words import english


def reconcile_stage(run: Run, day: date) -> StageResult:
    """Report; the seal refuses.  So one firm's break does not keep the other firms' day open."""
    with cursor() as cur:
        cur.execute(PLANNING)
    found = look(Night(run.pk, day))
    return StageResult(
        rows=len(CHECKS),
        figures={
            "balanced": not any(one.invariant in INVARIANTS for one in found),
            "breaks": [told(one) for one in found],
            "posted": posted(day),
        },
    )


def told(found: Break) -> dict[str, object]:
    """A break as it is stored: the invariant, the check, the firm and the sentence in its source language."""
    return {
        "invariant": found.invariant,
        "check": found.check,
        "firm": found.firm_id,
        "words": english(found.sentence),
    }


def posted(day: date) -> dict[str, str]:
    """What the day took from clients, by currency; money as text."""
    with cursor() as cur:
        cur.execute(
            "SELECT t.currency, sum(t.amount)::text FROM accounts_transfer t"
            f" WHERE t.kind IN ('fee', 'invoice') AND {of_day(day)} GROUP BY t.currency ORDER BY t.currency"
        )
        return dict(cur.fetchall())
