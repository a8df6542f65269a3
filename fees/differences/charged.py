"""SQL that compares charges with what was agreed for their periods, for a range of accounts."""

from collections.abc import Sequence
from datetime import date

from fees.accrual.statements import day_literal, one_of
from fees.differences.as_agreed import SCHEDULE_ROW
from fees.engine import sql
from fees.engine.registry import ACCRUED_CODES, EVERY, FUND_CODES, PERIOD_END_CODES, PROFIT_CODES, TRADE_CODES
from portal.lib.periods import Frequency


def _codes(codes: Sequence[int]) -> str:
    return ", ".join(map(str, codes))


ACCRUED = _codes(ACCRUED_CODES)
PERIOD_END = _codes(PERIOD_END_CODES)
ON_VALUE = _codes((*ACCRUED_CODES, *PERIOD_END_CODES))
APART = _codes((*PROFIT_CODES, *TRADE_CODES, *FUND_CODES))
COLUMNS = "c.id, c.account_id, c.practice_id, c.method, c.starts, c.ends, c.currency, c.exact, c.amount, c.inputs"
# The longest that a period lasts, in days; and with it the methods charged so often.
LONGEST = {Frequency.DAILY: 1, Frequency.MONTHLY: 31, Frequency.QUARTERLY: 92, Frequency.ANNUAL: 366}
LASTING = [
    (_codes([code for code, method in EVERY.items() if method.frequency == frequency]), days)
    for frequency, days in LONGEST.items()
]
# The parts of a charge on a closing value: component, rate, days.
SEGMENTS = "unnest((string_to_array(c.inputs, E'\\n'))[2:]) AS part"


def past_closing(day: date, since: date, lo: int, hi: int) -> str:
    """Charges that reach beyond the closing of their account, the only ones that it can have changed: of accounts that
    were closed after `since`, whenever that was learned, and of those closed earlier what nothing has followed yet.
    """
    followed = (
        "(SELECT true FROM fees_charge n WHERE n.account_id = c.account_id AND n.practice_id = c.practice_id"
        " AND n.method = c.method AND n.starts = c.starts AND n.revision > 0 LIMIT 1)"
    )
    accounts = f"accounts_account a WHERE a.id >= {lo} AND a.id < {hi} AND a.closed_on"
    return (
        f"SELECT {_past('true')} FROM {accounts} > {day_literal(since)} AND a.closed_on <= {day_literal(day)} UNION ALL"
        f" SELECT {_past(f'c.amount > 0 AND {followed} IS NULL')} FROM {accounts} <= {day_literal(since)} ORDER BY 1"
    )


def _past(wanted: str) -> str:
    """The charges of account `a` that end after it was closed.

    No join: kept from looping, the planner would read every charge ever made. Those that began earlier than the longest
    period before the closing are passed over within the index.
    """
    reaching = " UNION ALL ".join(
        f"SELECT c.id::text FROM fees_charge c WHERE c.account_id = a.id AND c.method IN ({codes}) AND c.revision = 0"
        f" AND c.starts > a.closed_on - {days} AND c.ends > a.closed_on AND {wanted}"
        for codes, days in LASTING
    )
    return f"unnest(ARRAY({reaching}))"


def open_charges(lo: int, hi: int) -> str:
    """Charges about which something is still open."""
    return (
        f"SELECT DISTINCT substr(d.subject, 8) FROM fees_difference d WHERE {_within('d', lo, hi)}"
        " AND d.ended_on IS NULL AND d.subject LIKE 'charge %' ORDER BY 1"
    )


def looked_at(run_id: int, lo: int, hi: int, methods: str, *, again: Sequence[str]) -> str:
    """Charges of the run, and those that are looked at `again`, by these methods.

    Each is asked for by an index of its own: one condition over all of them would read every charge ever made.
    """
    wanted = [f"c.run_id = {run_id} AND {_within('c', lo, hi)}"]
    if again:
        wanted.append(f"c.run_id <> {run_id} AND c.id = ANY ('{{{','.join(again)}}}'::uuid[])")
    return " UNION ALL ".join(
        f"SELECT {COLUMNS} FROM fees_charge c WHERE {one} AND c.method IN ({methods}) AND c.revision = 0"
        for one in wanted
    )


def first_day(rows: str) -> str:
    """The first day of the charges that are looked at."""
    return f"SELECT min(starts) FROM ({rows}) c"


def billed_days(rows: str, days: str, lo: int, hi: int) -> str:
    """Charges of the range whose days are not those that were agreed: (id, billed, agreed)."""
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
          FROM ({rows}) c JOIN accounts_account a ON a.id = c.account_id AND a.id >= {lo} AND a.id < {hi}
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
    components = (
        f"SELECT split_part(part, ' ', 1)::int FROM ({rows}) c CROSS JOIN LATERAL (SELECT {SEGMENTS}) parts"
        f" WHERE c.method IN ({PERIOD_END})"
    )
    versions = f"SELECT schedule_id FROM fees_component WHERE {one_of('id', components)}"
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
              JOIN fees_component k ON k.id = g.component AND {one_of("k.id", components)}
              JOIN fees_schedule v ON v.id = k.schedule_id AND {one_of("v.id", versions)}
             CROSS JOIN {SCHEDULE_ROW}
             WHERE c.method IN ({PERIOD_END})) one
     GROUP BY id, currency, exact, amount
    HAVING bool_or(is_stale OR differs) OR round(sum(annual)::numeric(40,20) / 252, 8) <> exact"""


def rounded_otherwise(rows: str) -> str:
    """Charges whose amount is not their exact figure rounded once, half up: (id)."""
    return f"SELECT c.id FROM ({rows}) c WHERE c.amount <> {sql.round_money('c.exact', 'c.currency')}"


def _within(row: str, lo: int, hi: int) -> str:
    return f"{row}.account_id >= {lo} AND {row}.account_id < {hi}"
