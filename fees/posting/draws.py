"""The step of STL groups: what the master's cash does not cover of a fee comes from its subs, largest cash first.

The engine decides, fee by fee, for the few masters that owe one; the statement that posts reads its decisions.
"""

from collections.abc import Sequence
from itertools import groupby

from fees.accrual.statements import among
from fees.engine.draw import collect
from fees.groups.drawing import NONE, Decided, written
from fees.groups.queries import masters, purses_of
from fees.posting import cap
from fees.posting.models import Reason
from fees.posting.steps import Chunk, Step, sql_through


def decide(cur, chunk: Chunk, owed: str, before: Sequence[Step], cuts: str) -> str:
    """How each fee of a master is collected that steps `before` let through, where not from its own cash; as JSON."""
    groups = masters(cur, among("id", chunk.lo, chunk.hi, chunk.only))
    if not groups:
        return NONE
    cur.execute(
        f"""
        WITH decided AS MATERIALIZED ({cap.decided(chunk)}), owed AS MATERIALIZED ({owed}),
             {sql_through(tuple(before), chunk, "owed")}
        SELECT p.account_id, p.currency, p.id, p.amount FROM paying p WHERE p.account_id = ANY(%(groups)s)
         ORDER BY p.account_id, p.currency, p.due_on, p.starts, p.method, p.practice_id, p.revision
        """,
        {"groups": groups, "cuts": cuts},
    )
    told: list[Decided] = []
    for (master, currency), rows in groupby(cur.fetchall(), key=lambda row: row[:2]):
        fees = [(str(pk), amount) for _, _, pk, amount in rows]
        has = purses_of(cur, master, currency, chunk.day)
        collected = collect([amount for _, amount in fees], master=has.master, subs=has.subs, may_borrow=has.may_borrow)
        told += [Decided(pk, one) for (pk, _), one in zip(fees, collected, strict=True)]
    return written(told)


def _uncovered(chunk: Chunk, going: str) -> str:
    return f"SELECT g.id, '{Reason.FUNDS.value}' AS reason FROM grouped g WHERE g.waits"


STEP = Step("draws", _uncovered)
