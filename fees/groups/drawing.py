"""SQL that moves what subs of STL groups hand to their masters; what was decided goes in as JSON.

A statement names the decisions `grouped` and passes the relation of what goes through; a draw shares its `txn`.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from accounts.ground.ledger.keys import sql_uuid
from accounts.ground.ledger.models import BookKind, TransferKind
from accounts.ground.ledger.sets import sql_open_books, sql_post
from fees.engine.draw import Collected

NONE = "[]"
# Where nobody draws, as almost always, the planner is not asked to think about it.
NOTHING_DRAWN = "drawn AS (SELECT * FROM {moved} WHERE false)"
GROUPED = "SELECT * FROM jsonb_to_recordset(%(draws)s::jsonb) AS grouped (id uuid, waits boolean, draws jsonb)"
_EACH = "CROSS JOIN LATERAL jsonb_to_recordset(g.draws) AS d (account bigint, amount numeric)"


class Decided(NamedTuple):
    """How one charge or invoice of a master is collected."""

    id: str
    collected: Collected


def written(decided: Iterable[Decided]) -> str:
    """Those that draw on somebody, or wait, as `GROUPED` reads them."""
    told = []
    for pk, one in decided:
        if one.draws or one.waits:
            draws = [{"account": draw.account, "amount": str(draw.amount)} for draw in one.draws]
            told.append({"id": pk, "waits": one.waits, "draws": draws})
    return json.dumps(told)


def sql_books(due: str) -> str:
    """A statement that opens the books of the subs that are drawn on for rows of the query `due`."""
    rows = (
        f"(SELECT p.firm_id, d.account AS account_id, p.currency FROM ({due}) p"
        f" JOIN ({GROUPED}) g ON g.id = p.id {_EACH})"
    )
    return sql_open_books(rows, BookKind.CLIENT)


def sql_drawn(paying: str = "paying") -> str:
    """Common table expressions that move what subs hand to their masters for the rows of the relation `paying`."""
    moved = sql_post(
        "drawing", kind=TransferKind.DRAW.value, debit=BookKind.CLIENT, credit=BookKind.CLIENT, to="master_id"
    )
    return f"""
    drawing AS (
        SELECT {sql_uuid("'draw'", "p.id::text", "d.account::text")} AS source, p.txn, p.firm_id,
               d.account AS account_id, p.account_id AS master_id, p.practice_id, p.currency, d.amount, p.day, p.run_id,
               p.chunk_id
          FROM {paying} p JOIN grouped g ON g.id = p.id {_EACH}
    ), drawn AS ({moved})"""
