"""The liquidation step: on a day on which the broker liquidated a position of an account, nothing is charged to it.

What was accrued stays; the fee is tried again on the following business days like one that lacked funds.
"""

from fees.accrual.statements import day_literal
from fees.engine.executions import LIQUIDATION
from fees.posting.models import Reason
from fees.posting.steps import Chunk, Step


def _liquidated(chunk: Chunk, going: str) -> str:
    """Liquidations are rare: a partial index answers with the accounts of the day."""
    return f"""
    SELECT g.id, '{Reason.LIQUIDATION.value}' AS reason
      FROM {going} g
     WHERE g.account_id IN (SELECT t.account_id FROM broker_trade t
                             WHERE t.trade_on = {day_literal(chunk.day)}
                               AND '{LIQUIDATION}' = ANY (string_to_array(t.notes, ';')))"""


STEP = Step("liquidation", _liquidated)
