"""The step of the rolling cap: what an account's fees have taken already leaves so much room, and no fee takes more.

The engine decides, for the few accounts that a cheap query cannot clear; the statement that posts reads its decisions.
"""

import json
from collections import defaultdict
from collections.abc import Iterable

from accounts.ground.tree.models import Kind, Margin
from fees.accrual.statements import day_literal
from fees.engine.rolling_cap import text
from fees.groups.queries import purses_of
from fees.headroom.queries import sql_doubtful, windows
from fees.headroom.rules import Decision, Due, decide
from fees.posting.models import Reason
from fees.posting.steps import Chunk, Step, sql_through

NONE = "[]"
# Where the decisions stand in the posting's statement, as `decided` makes it.
DECIDED = "(id uuid, taken numeric, windows text)"


def cuts(cur, chunk: Chunk, owed: str, before: tuple[Step, ...]) -> str:
    """The decisions on fees of `owed` that steps `before` let through and the cap does not, as JSON."""
    going = f"WITH owed AS MATERIALIZED ({owed}), {sql_through(before, chunk, 'owed')}"
    cur.execute(f"{going} {sql_doubtful('paying', chunk.day)}")
    doubtful = sorted(account for (account,) in cur.fetchall())
    if not doubtful:
        return NONE
    seen = windows(doubtful, chunk.day)
    decisions: list[Decision] = []
    for account, dues in _dues(cur, chunk, going, doubtful).items():
        decisions += decide(dues, seen[account])
    return told(decisions)


def told(decisions: Iterable[Decision]) -> str:
    """Those that take less than the fee."""
    return json.dumps(
        [{"id": str(one.due.id), "taken": str(one.taken), "windows": text(one.seen)} for one in decisions if one.is_cut]
    )


def _dues(cur, chunk: Chunk, going: str, accounts: list[int]) -> dict[int, list[Due]]:
    """The fees of these accounts in the order in which they are tried, with the cash of a cash account."""
    cur.execute(
        f"""
        {going}
        SELECT p.id, p.account_id, a.kind, p.currency, p.amount,
               CASE WHEN p.currency = a.base_currency THEN 1
                    ELSE broker_rate({day_literal(chunk.day)}, p.currency, a.base_currency) END,
               CASE WHEN a.margin_kind = '{Margin.CASH.value}'
                    THEN (SELECT f.settled + f.pending
                            FROM broker_available_cash(p.account_id, p.account_id + 1, {day_literal(chunk.day)},
                                                       p.currency) f) END
          FROM paying p JOIN accounts_account a ON a.id = p.account_id
         WHERE p.account_id = ANY(%s)
         ORDER BY p.account_id, p.due_on, p.starts, p.method, p.practice_id, p.revision,
                  p.currency
        """,
        [accounts],
    )
    found: dict[int, list[Due]] = defaultdict(list)
    for pk, account, kind, currency, amount, rate, cash in cur.fetchall():
        if kind == Kind.STL_MASTER and cash is not None:
            cash = purses_of(cur, account, currency, chunk.day).whole
        found[account].append(Due(id=pk, account=account, currency=currency, amount=amount, rate=rate, cash=cash))
    return found


def decided(chunk: Chunk) -> str:
    """The decisions as a relation; the statement binds the JSON as `cuts`."""
    return f"SELECT * FROM jsonb_to_recordset(%(cuts)s::jsonb) AS decided {DECIDED}"


def _stopped(chunk: Chunk, going: str) -> str:
    return f"SELECT d.id, '{Reason.FEE_CAP.value}' AS reason FROM decided d WHERE d.taken = 0"


def _trimmed(chunk: Chunk, going: str) -> str:
    return "SELECT d.id, d.taken AS amount FROM decided d WHERE d.taken > 0"


STEP = Step("cap", _stopped, _trimmed)
