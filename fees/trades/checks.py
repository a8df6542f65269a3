"""What must be true of fees on trades before a firm's day is sealed."""

from datetime import date

from accounts.ground.ledger.checks import Break, breaks
from accounts.ground.runs.queries import sql_held_back
from fees.engine.registry import TRADE_CODES
from fees.trades.queries import METHODS, NO_TRADES
from portal.lib.words import gettext_noop

(METHOD,) = TRADE_CODES


def charges_are_the_sum_of_their_trades(run_id: int) -> list[Break]:
    """I28: a charge on trades is what its executions add up to, and never below zero."""
    return breaks(
        "I28",
        gettext_noop("%(count)s charges on trades are not the sum of their executions; the first is %(sample)s."),
        f"""
        SELECT c.firm_id, count(*), min(c.id::text)
          FROM fees_charge c
          LEFT JOIN (SELECT f.charge_id, sum(f.exact) AS total FROM fees_tradefee f GROUP BY f.charge_id) one
            ON one.charge_id = c.id
         WHERE c.run_id = %(run)s AND c.method = {METHOD}
           AND c.exact IS DISTINCT FROM greatest(one.total, 0)
         GROUP BY c.firm_id
        """,
        run=run_id,
    )


def every_execution_was_charged(run_id: int, day: date) -> list[Break]:
    """I12: each execution of the day under a schedule has its row, also where it costs nothing.

    What a statement brings after the night has accrued waits for the next one, an account held back until it is let in.
    """
    return breaks(
        "I12",
        gettext_noop("%(count)s executions of the day were not charged; the first account is %(sample)s."),
        f"""
        SELECT a.firm_id, count(*), min(a.number)
          FROM broker_trade t
          JOIN fees_schedule s ON s.account_id = t.account_id AND s.strategy = 'automatic' AND s.starts <= t.trade_on
           AND (s.ends IS NULL OR s.ends > t.trade_on)
          JOIN fees_component c ON c.schedule_id = s.id AND c.method IN ({METHODS})
          JOIN accounts_account a ON a.id = t.account_id AND (a.closed_on IS NULL OR a.closed_on > %(day)s)
          LEFT JOIN broker_statementfile f ON f.id = t.file_id
         WHERE coalesce(f.imported_at, '-infinity') <= coalesce((
                   SELECT min(k.done_at) FROM accounts_runstage g JOIN accounts_runchunk k ON k.stage_id = g.id
                    WHERE g.run_id = %(run)s AND g.name = 'accrue'), 'infinity')
           AND t.trade_on = %(day)s AND t.kind NOT IN ({NO_TRADES}) AND t.quantity <> 0
           AND NOT 'Ca' = ANY (string_to_array(t.notes, ';'))
           AND NOT EXISTS (SELECT 1 FROM fees_tradefee f WHERE f.trade_id = t.id AND f.practice_id = s.practice_id)
           AND t.account_id NOT IN ({sql_held_back(day)})
         GROUP BY a.firm_id
        """,
        run=run_id,
        day=day,
    )
