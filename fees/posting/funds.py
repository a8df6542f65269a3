"""The funds step: a cash account pays a fee whole or not at all; a margin account may be debited into margin.
Of an STL group the step before has decided."""

from accounts.ground.tree.models import Kind, Margin
from fees.accrual.statements import day_literal
from fees.posting.models import Reason
from fees.posting.steps import Chunk, Step


def _uncovered(chunk: Chunk, going: str) -> str:
    """Fees are tried in the order in which they fell due; a small one may pass where a larger one did not.

    An account of which no cash was ever reported is not stopped: nothing says that it lacks the money.
    """
    return f"""
    WITH RECURSIVE line AS (
        SELECT g.id, g.account_id, g.currency, g.amount,
               row_number() OVER (PARTITION BY g.account_id, g.currency
                                  ORDER BY g.due_on, g.starts, g.method, g.practice_id, g.revision) AS place
          FROM {going} g JOIN accounts_account a ON a.id = g.account_id
         WHERE a.margin_kind = '{Margin.CASH.value}' AND a.kind <> '{Kind.STL_MASTER.value}'
    ), tried AS (
        SELECT w.account_id, w.currency, 0::bigint AS place, NULL::uuid AS id, f.settled + f.pending AS cash,
               true AS covered
          FROM (SELECT DISTINCT account_id, currency FROM line) w
          JOIN LATERAL broker_available_cash(w.account_id, w.account_id + 1, {day_literal(chunk.day)}, w.currency) f
               ON true
        UNION ALL
        SELECT l.account_id, l.currency, l.place, l.id,
               CASE WHEN l.amount <= t.cash THEN t.cash - l.amount ELSE t.cash END, l.amount <= t.cash
          FROM tried t
          JOIN line l ON l.account_id = t.account_id AND l.currency = t.currency AND l.place = t.place + 1
    )
    SELECT id, '{Reason.FUNDS.value}' AS reason FROM tried WHERE NOT covered"""


STEP = Step("funds", _uncovered)
