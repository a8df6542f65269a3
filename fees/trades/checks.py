"""What must be true of fees on trades before a firm's day is sealed."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import Break, breaks
from accounts.ground.runs.queries import sql_held_back
from fees.engine.executions import day_total, text
from fees.engine.registry import TRADE_CODES
from fees.posting.models import Charge
from fees.trades.evidence import fees_of
from fees.trades.lines import STANDS, UNCHARGED
from fees.trades.queries import LATEST, METHODS, NO_RATE, NO_TRADES
from portal.lib.words import Sentence, gettext_noop

(METHOD,) = TRADE_CODES
AT_ONCE = 500


def charges_are_the_sum_of_their_trades(run_id: int) -> list[Break]:
    """I28: a charge on trades is what its executions add up to, and what the engine makes of them."""
    return [*_unlike_their_sum(run_id), *_unlike_their_executions(run_id)]


def _unlike_their_executions(run_id: int) -> list[Break]:
    wrong: dict[int, list[str]] = defaultdict(list)
    for charge in _differing(run_id):
        wrong[charge.firm_id].append(str(charge.pk))
    msgid = gettext_noop("%(count)s charges on trades do not come out again; the first is %(sample)s.")
    return [
        Break("I28", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _differing(run_id: int) -> Iterator[Charge]:
    """Worked out anew from executions as they stand; what a later statement says otherwise makes no charge wrong."""
    with cursor() as cur:
        cur.execute(
            f"""
            SELECT c.id FROM fees_charge c
             WHERE c.run_id = %s AND c.method = {METHOD} AND c.revision = 0
               AND NOT EXISTS (SELECT 1 FROM fees_tradefee f
                                 JOIN broker_trade t ON t.id = f.trade_id
                                 JOIN broker_statementfile s ON s.id = t.file_id
                                WHERE f.charge_id = c.id AND coalesce(s.told_at, s.imported_at) > c.created_at)
             ORDER BY c.id
            """,
            [run_id],
        )
        keys = [pk for (pk,) in cur.fetchall()]
    for first in range(0, len(keys), AT_ONCE):
        some = list(Charge.unscoped.filter(pk__in=keys[first : first + AT_ONCE]))
        again = fees_of(some)
        for charge in some:
            fees = again.get(charge.pk)
            if (
                fees is None
                or text(fees) != charge.inputs
                or day_total(fees, charge.currency) != (charge.exact, charge.amount)
            ):
                yield charge


def _unlike_their_sum(run_id: int) -> list[Break]:
    return breaks(
        "I28",
        gettext_noop("%(count)s charges on trades are not the sum of their executions; the first is %(sample)s."),
        f"""
        SELECT c.firm_id, count(*), min(c.id::text)
          FROM fees_charge c
          LEFT JOIN (SELECT f.charge_id, sum(f.exact) AS total FROM fees_tradefee f GROUP BY f.charge_id) one
            ON one.charge_id = c.id
         WHERE c.run_id = %(run)s AND c.method = {METHOD} AND c.revision = 0
           AND c.exact IS DISTINCT FROM coalesce(one.total, 0)
         GROUP BY c.firm_id
        """,
        run=run_id,
    )


def every_execution_was_charged(run_id: int, day: date) -> list[Break]:
    """I12: each execution of the day, or of one before it that a file brought lately, that a schedule covers has its
    row, also where it costs nothing, or waits for a rate.

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
         WHERE coalesce(greatest(t.told_at, {FILE_TOLD}), '-infinity') <= coalesce((
                   SELECT min(k.done_at) FROM accounts_runstage g JOIN accounts_runchunk k ON k.stage_id = g.id
                    WHERE g.run_id = %(run)s AND g.name = 'accrue'), 'infinity')
           AND (t.trade_on = %(day)s OR t.trade_on < %(day)s AND f.imported_at > %(since)s)
           AND t.kind NOT IN ({NO_TRADES}) AND t.quantity <> 0
           AND NOT 'Ca' = ANY (string_to_array(t.notes, ';')) AND {STANDS} AND {UNCHARGED}
           AND t.account_id NOT IN ({sql_held_back(day)})
           AND NOT EXISTS (SELECT 1 FROM accounts_hold h WHERE h.account_id = a.id AND h.day = %(day)s
                            AND h.stage = 'close' AND h.reason = %(waits)s AND h.resolved_at IS NULL)
         GROUP BY a.firm_id
        """,
        run=run_id,
        day=day,
        since=day - LATEST,
        waits=NO_RATE,
    )
