"""The step of STL groups: what the master's cash does not cover of a fee comes from its subs, largest cash first.

The engine decides, fee by fee, for the few masters that owe one; the statement that posts reads its decisions.
"""

import json
from collections.abc import Sequence
from itertools import groupby

from accounts.ground.ledger.keys import sql_uuid
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_open_books, sql_post
from fees.accrual.statements import among
from fees.engine.draw import collect
from fees.groups.queries import masters, purses_of
from fees.posting import cap
from fees.posting.models import Reason
from fees.posting.steps import Chunk, Step, sql_through

NONE = "[]"


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
    told = []
    for (master, currency), rows in groupby(cur.fetchall(), key=lambda row: row[:2]):
        fees = [(pk, amount) for _, _, pk, amount in rows]
        has = purses_of(cur, master, currency, chunk.day)
        collected = collect([amount for _, amount in fees], master=has.master, subs=has.subs, may_borrow=has.may_borrow)
        for (pk, _), one in zip(fees, collected, strict=True):
            if one.draws or one.waits:
                draws = [{"account": draw.account, "amount": str(draw.amount)} for draw in one.draws]
                told.append({"id": str(pk), "waits": one.waits, "draws": draws})
    return json.dumps(told)


# Where the decisions stand in the posting's statement, and what of them moves: `p` is a fee that goes through.
GROUPED = "SELECT * FROM jsonb_to_recordset(%(draws)s::jsonb) AS grouped (id uuid, waits boolean, draws jsonb)"
_EACH = "CROSS JOIN LATERAL jsonb_to_recordset(g.draws) AS d (account bigint, amount numeric)"


def sql_books(due: str) -> str:
    """A statement that opens the books of the subs that are drawn on."""
    rows = (
        f"(SELECT p.firm_id, d.account AS account_id, p.currency FROM ({due}) p"
        f" JOIN ({GROUPED}) g ON g.id = p.id {_EACH})"
    )
    return sql_open_books(rows, BookKind.CLIENT)


def sql_drawn() -> str:
    """Common table expressions that move what subs hand to their masters for the fees that are `paying`."""
    moved = sql_post(
        "drawing", kind=TransferKind.DRAW.value, debit=BookKind.CLIENT, credit=BookKind.CLIENT, to="master_id"
    )
    return f"""
    drawing AS (
        SELECT {sql_uuid("'draw'", "p.id::text", "d.account::text")} AS source, p.txn, p.firm_id,
               d.account AS account_id, p.account_id AS master_id, p.practice_id, p.currency, d.amount, p.day, p.run_id,
               p.chunk_id
          FROM paying p JOIN grouped g ON g.id = p.id {_EACH}
    ), drawn AS ({moved})"""


def _uncovered(chunk: Chunk, going: str) -> str:
    return f"SELECT g.id, '{Reason.FUNDS.value}' AS reason FROM grouped g WHERE g.waits"


STEP = Step("draws", _uncovered)
