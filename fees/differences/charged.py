"""SQL that compares charges with what was agreed for their periods, for a range of accounts."""

from collections.abc import Sequence
from datetime import date

from fees.accrual.statements import day_literal
from fees.differences.as_agreed import SCHEDULE_ROW
from fees.engine import sql
from fees.engine.registry import ACCRUED_CODES, FUND_CODES, PERIOD_END_CODES, PROFIT_CODES, TRADE_CODES


def _codes(codes: Sequence[int]) -> str:
    return ", ".join(map(str, codes))


ACCRUED = _codes(ACCRUED_CODES)
PERIOD_END = _codes(PERIOD_END_CODES)
ON_VALUE = _codes((*ACCRUED_CODES, *PERIOD_END_CODES))
APART = _codes((*PROFIT_CODES, *TRADE_CODES, *FUND_CODES))
COLUMNS = "c.id, c.account_id, c.practice_id, c.method, c.starts, c.ends, c.currency, c.exact, c.amount, c.inputs"
# The parts of a charge on a closing value: component, rate, days.
SEGMENTS = "unnest((string_to_array(c.inputs, E'\\n'))[2:]) AS part"


def closed_accounts(day: date, since: date, lo: int, hi: int) -> str:
    """Accounts that were closed after `since`, whenever that was learned, and those that were closed earlier and have
    a charge beyond it that nothing has followed yet."""
    beyond = (
        "EXISTS (SELECT 1 FROM fees_charge c WHERE c.account_id = a.id AND c.ends > a.closed_on AND c.revision = 0"
        " AND c.amount > 0 AND NOT EXISTS (SELECT 1 FROM fees_charge n WHERE n.account_id = c.account_id"
        " AND n.practice_id = c.practice_id AND n.method = c.method AND n.starts = c.starts AND n.revision > 0))"
    )
    return (
        f"SELECT id FROM accounts_account a WHERE a.id >= {lo} AND a.id < {hi} AND a.closed_on <= {day_literal(day)}"
        f" AND (a.closed_on > {day_literal(since)} OR {beyond}) ORDER BY id"
    )


def open_charges(lo: int, hi: int) -> str:
    """Charges about which something is still open."""
    return (
        f"SELECT DISTINCT substr(d.subject, 8) FROM fees_difference d WHERE {_within('d', lo, hi)}"
        " AND d.ended_on IS NULL AND d.subject LIKE 'charge %' ORDER BY 1"
    )


def looked_at(run_id: int, lo: int, hi: int, methods: str, *, closed: Sequence[int], still_open: Sequence[str]) -> str:
    """Charges of the run, of `closed` accounts, and those `still_open`, by these methods.

    Each is asked for by an index of its own: one condition over all of them would read every charge ever made.
    """
    earlier = f"c.run_id <> {run_id}"
    wanted = [f"c.run_id = {run_id} AND {_within('c', lo, hi)}"]
    accounts = f"c.account_id = ANY ('{{{','.join(map(str, closed))}}}'::bigint[])"
    if closed:
        wanted.append(f"{earlier} AND {accounts}")
    if still_open:
        wanted.append(f"{earlier} AND NOT {accounts} AND c.id = ANY ('{{{','.join(still_open)}}}'::uuid[])")
    return " UNION ALL ".join(
        f"SELECT {COLUMNS} FROM fees_charge c WHERE {one} AND c.method IN ({methods}) AND c.revision = 0"
        for one in wanted
    )


def first_day(rows: str) -> str:
    """The first day of the charges that are looked at."""
    return f"SELECT min(starts) FROM ({rows}) c"


def billed_days(rows: str, days: str) -> str:
    """Charges whose days are not those that were agreed: (id, billed, agreed)."""
    upto = f"width_bucket(least(c.ends, s.ends, a.closed_on) - 1, {days})"
    before = f"width_bucket(greatest(c.starts, s.starts, a.opened_on) - 1, {days})"
    segments = f"(SELECT coalesce(sum(split_part(part, ' ', 3)::int), 0) FROM {SEGMENTS})"
    accrued = "coalesce(array_length(string_to_array(c.inputs, E'\\n'), 1), 0)"
    # No join: kept from looping, the planner would read every component of the method for each charge.
    of_method = "(SELECT count(*)::int FROM fees_component k WHERE k.schedule_id = s.id AND k.method = c.method)"
    return f"""
    SELECT id, billed, agreed FROM (
        SELECT c.id, CASE WHEN c.method IN ({ACCRUED}) THEN {accrued}
                          ELSE {segments} END AS billed,
               (SELECT coalesce(sum(greatest(0, {upto} - {before}) * {of_method}), 0) FROM fees_schedule s
                 WHERE s.account_id = c.account_id AND s.practice_id = c.practice_id AND s.strategy = 'automatic'
                   AND s.starts < c.ends AND (s.ends IS NULL OR s.ends > c.starts)) AS agreed
          FROM ({rows}) c JOIN accounts_account a ON a.id = c.account_id
         WHERE c.amount > 0) counted
     WHERE billed <> agreed"""


def rates_of_segments(rows: str) -> str:
    """Charges on a closing value with a stretch at another rate than its component comes to, under a version that does
    not cover it, or with another sum than its stretches make: (id, is_stale, signed, charged)."""
    covers = (
        "v.account_id = c.account_id AND v.practice_id = c.practice_id AND v.strategy = 'automatic'"
        " AND k.method = c.method AND v.starts < c.ends AND (v.ends IS NULL OR v.ends > c.starts)"
    )
    sum_of_days = f"({sql.ANNUAL}) * g.days"
    return f"""
    SELECT id, bool_or(is_stale), min(signed) FILTER (WHERE differs)::text, min(charged) FILTER (WHERE differs)::text
      FROM (SELECT c.id, c.currency, c.exact, c.amount, NOT ({covers}) AS is_stale,
                   {sql.RATE} AS signed, g.charged, {sql.RATE} <> g.charged AS differs, {sum_of_days} AS annual
              FROM ({rows}) c
             CROSS JOIN LATERAL (
                   SELECT split_part(part, ' ', 1)::int AS component, split_part(part, ' ', 2)::numeric AS charged,
                          split_part(part, ' ', 3)::int AS days FROM {SEGMENTS}) g
             CROSS JOIN LATERAL (
                   SELECT split_part(split_part(c.inputs, E'\\n', 1), ' ', 2)::numeric AS nlv) n
              JOIN fees_component k ON k.id = g.component
              JOIN fees_schedule v ON v.id = k.schedule_id
             CROSS JOIN {SCHEDULE_ROW}
             WHERE c.method IN ({PERIOD_END})) one
     GROUP BY id, currency, exact, amount
    HAVING bool_or(is_stale OR differs) OR round(sum(annual)::numeric(40,20) / 252, 8) <> exact"""


def rounded_otherwise(rows: str) -> str:
    """Charges whose amount is not their exact figure rounded once, half up: (id)."""
    return f"SELECT c.id FROM ({rows}) c WHERE c.amount <> {sql.round_money('c.exact', 'c.currency')}"


def _within(row: str, lo: int, hi: int) -> str:
    return f"{row}.account_id >= {lo} AND {row}.account_id < {hi}"
