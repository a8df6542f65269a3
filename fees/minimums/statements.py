"""What the night reads of allocations: executions of US stocks in blocks that were shared out, by block and account."""

from accounts.broker.feed.queries import FILE_TOLD
from accounts.broker.instruments.rules import Asset
from fees.engine.allocation_minimum import CEILINGS, CURRENCY, VALUE_SHARE
from fees.engine.payer import Payer

COUNTRY = "US"

# A cancelled execution takes its shares, value and commission back; one that left its block counts no more.
_SIGN = "CASE WHEN 'Ca' = ANY (string_to_array(t.notes, ';')) THEN -1 ELSE 1 END"
_COUNTS = "FILTER (WHERE e.released_at IS NULL AND b.withdrawn_at IS NULL)"

# One row for each account of a block whose advisor chose to pay; its plan is that of the day of the trade.
ALLOCATED = f"""
    SELECT a.firm_id, a.number, g.*, whole.plan
      FROM (SELECT b.id AS block_id, b.practice_id, t.account_id, b.traded_on AS day,
                   left(b.symbol, 200) AS description,
                   coalesce(sum({_SIGN} * abs(t.quantity)) {_COUNTS}, 0) AS quantity,
                   coalesce(sum({_SIGN} * abs(t.quantity) * coalesce(t.price, 0)) {_COUNTS}, 0) AS value,
                   coalesce(sum(-coalesce(t.commission, 0)) {_COUNTS}, 0) AS commission,
                   greatest(max({FILE_TOLD}), max(e.released_at), max(shared.at), b.withdrawn_at) AS changed_at
              FROM broker_block b
              JOIN broker_blockexecution e ON e.block_id = b.id
              JOIN broker_trade t ON t.id = e.trade_id
              LEFT JOIN broker_statementfile f ON f.id = t.file_id
             CROSS JOIN LATERAL (SELECT min(n.made_at) AS at
                                   FROM broker_allocation n JOIN broker_allocationshare s ON s.allocation_id = n.id
                                  WHERE n.block_id = b.id AND s.account_id = t.account_id AND s.quantity > 0) shared
             WHERE b.practice_id = ANY(ARRAY(SELECT practice_id FROM fees_minimumchoice
                                              WHERE payer = '{Payer.MASTER.value}'))
               AND b.traded_on > %(since)s AND b.traded_on <= %(day)s
               AND b.asset = '{Asset.STOCK.value}' AND b.country = '{COUNTRY}' AND t.currency = '{CURRENCY}'
               AND coalesce(nullif(t.commission_currency, ''), t.currency) = '{CURRENCY}'
               AND shared.at IS NOT NULL
             GROUP BY b.id, t.account_id) g
      JOIN accounts_account a ON a.id = g.account_id
      JOIN LATERAL (SELECT m.plan, m.payer FROM fees_minimumchoice m
                     WHERE m.practice_id = g.practice_id AND m.account_id IS NULL AND m.starts <= g.day
                     ORDER BY m.starts DESC, m.id DESC LIMIT 1) whole ON true
      LEFT JOIN LATERAL (SELECT m.payer FROM fees_minimumchoice m
                          WHERE m.practice_id = g.practice_id AND m.account_id = g.account_id AND m.starts <= g.day
                          ORDER BY m.starts DESC, m.id DESC LIMIT 1) own ON true
     WHERE coalesce(nullif(own.payer, ''), whole.payer) = '{Payer.MASTER.value}'"""

_CEILING = "CASE x.plan " + " ".join(f"WHEN '{plan.value}' THEN {most}" for plan, most in CEILINGS.items()) + " END"
# What the row keeps of it, as text: whoever works it out again needs no more.
WORKED = f"""
    jsonb_build_object('plan', x.plan, 'quantity', trim_scale(x.quantity)::text, 'value', trim_scale(x.value)::text,
                       'minimum', round(least({VALUE_SHARE} * x.value, {_CEILING}), 2)::text,
                       'commission', trim_scale(x.commission)::text)"""
