"""SQL that compares what was signed, what is in force and what was billed, for a range of accounts.

It reads what was agreed and never what the closing joins, so that a wrong flattened row is found and not repeated.
Each answers rows of the columns in COLUMNS; days and ranges are literals, as in fees.accrual.statements.
"""

from collections.abc import Sequence
from datetime import date

from fees.accrual.statements import day_literal
from fees.engine import flat, percent
from fees.engine.registry import ACCRUED_CODES, PERIOD_END_CODES

COLUMNS = "firm_id, account_id, practice_id, currency, reason, method, subject, detail"
NEW_YORK = "'America/New_York'"


def _codes(codes: Sequence[int]) -> str:
    return ", ".join(map(str, codes))


PERCENT = _codes([one.code for one in percent.METHODS])
FLAT = _codes([one.code for one in flat.METHODS])
ACCRUED = _codes(ACCRUED_CODES)
PERIOD_END = _codes(PERIOD_END_CODES)
DAYS_OF_CHARGES = _codes((*ACCRUED_CODES, *PERIOD_END_CODES))


def signed_terms(day: date, lo: int, hi: int) -> str:
    """Components in force that say something else than the proposal that the client approved."""
    agreed = (
        "(c ->> 'rate')::numeric IS NOT DISTINCT FROM k.rate AND (c ->> 'flat')::numeric IS NOT DISTINCT FROM k.flat"
        " AND c -> 'tiers' = k.tiers AND c ->> 'mode' = k.mode AND c -> 'terms' = k.terms"
    )
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, a.base_currency, 'wrong_rate', x.method,
           'terms ' || s.id || ' ' || x.method,
           jsonb_build_object('kind', 'signed', 'signed', x.signed, 'agreed', x.agreed)
      FROM fees_proposal p
      JOIN fees_schedule s ON s.id = p.schedule_id AND {_in_force(day, "s")}
      JOIN accounts_account a ON a.id = s.account_id
      CROSS JOIN LATERAL (
          SELECT coalesce((c ->> 'method')::int, k.method) AS method, coalesce(c ->> 'rate', c ->> 'flat') AS signed,
                 coalesce(k.rate, k.flat)::text AS agreed
            FROM jsonb_array_elements(p.components) c
            FULL JOIN (SELECT * FROM fees_component WHERE schedule_id = s.id) k ON k.method = (c ->> 'method')::int
           WHERE c IS NULL OR k.id IS NULL OR NOT ({agreed})) x
     WHERE p.state = 'approved' AND {_within("p", lo, hi)}"""


def flattened(day: date, lo: int, hi: int) -> str:
    """Components in force that the night joins under other figures or days, or not at all."""
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, a.base_currency,
           CASE WHEN r.component_id IS NULL OR (r.starts, r.ends) IS DISTINCT FROM (s.starts, s.ends)
                THEN 'stale_schedule' ELSE 'wrong_rate' END,
           k.method, 'component ' || k.id,
           jsonb_build_object('kind', 'flattened', 'signed', coalesce(k.rate, k.flat)::text,
                              'agreed', coalesce(r.rate, r.flat)::text)
      FROM fees_schedule s
      JOIN fees_component k ON k.schedule_id = s.id
      JOIN accounts_account a ON a.id = s.account_id
      LEFT JOIN fees_runschedule r ON r.component_id = k.id
     WHERE s.strategy = 'automatic' AND {_in_force(day, "s")} AND {_within("s", lo, hi)}
       AND (r.component_id IS NULL OR (r.starts, r.ends, r.account_id, r.practice_id, r.method)
                IS DISTINCT FROM (s.starts, s.ends, s.account_id, s.practice_id, k.method)
            OR k.method IN ({PERCENT}) AND r.rate IS DISTINCT FROM k.rate
            OR k.method IN ({FLAT}) AND r.flat IS DISTINCT FROM k.flat)"""


def superseded(day: date, lo: int, hi: int) -> str:
    """An older version is in force although the client approved a newer one for an earlier or the same day."""
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, a.base_currency, 'stale_schedule', NULL::int,
           'schedule ' || s.id,
           jsonb_build_object('kind', 'superseded', 'version', s.version, 'since', max(p.starts))
      FROM fees_proposal p
      JOIN fees_schedule newer ON newer.id = p.schedule_id
      JOIN fees_schedule s ON s.account_id = p.account_id AND s.practice_id = p.practice_id
       AND s.version < newer.version AND {_in_force(day, "s")}
      JOIN accounts_account a ON a.id = s.account_id
     WHERE p.state = 'approved' AND p.starts <= {day_literal(day)} AND {_within("p", lo, hi)}
     GROUP BY s.id, a.base_currency"""


def signed_late(day: date, lo: int, hi: int) -> str:
    """Automatic fees in force from before the client signed, or under a signature that is of another text."""
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, a.base_currency, 'unsigned_increase', NULL::int,
           'schedule ' || s.id,
           jsonb_build_object('kind', CASE WHEN p.id IS NULL THEN 'signed_late' ELSE 'other_document' END,
                              'signed_on', (s.signed_at AT TIME ZONE {NEW_YORK})::date, 'since', s.starts)
      FROM fees_schedule s
      JOIN accounts_account a ON a.id = s.account_id
      LEFT JOIN fees_proposal p ON p.schedule_id = s.id AND p.needs_signature
       AND NOT EXISTS (SELECT 1 FROM fees_signature g WHERE g.proposal_id = p.id
                        AND g.document_hash = s.document_hash)
     WHERE s.strategy = 'automatic' AND {_in_force(day, "s")} AND {_within("s", lo, hi)}
       AND (p.id IS NOT NULL OR (s.signed_at AT TIME ZONE {NEW_YORK})::date > s.starts)"""


def reused_signatures(day: date, since: date, lo: int, hi: int) -> str:
    """Pairs (version, the version before it) under one signature, of versions that began after `since`."""
    return f"""
    SELECT s.id, former.id
      FROM fees_schedule s
      JOIN LATERAL (SELECT f.* FROM fees_schedule f
                     WHERE f.account_id = s.account_id AND f.practice_id = s.practice_id AND f.version < s.version
                       AND (f.ends IS NULL OR f.ends > f.starts)
                     ORDER BY f.version DESC LIMIT 1) former ON true
     WHERE s.strategy = 'automatic' AND {_in_force(day, "s")} AND {_within("s", lo, hi)}
       AND (s.starts > {day_literal(since)}
            OR s.account_id IN (SELECT d.account_id FROM fees_difference d
                                 WHERE d.reason = 'unsigned_increase' AND d.ended_on IS NULL))
       AND (former.document_hash, former.signed_at) IS NOT DISTINCT FROM (s.document_hash, s.signed_at)"""


def lines(days: str, lo: int, hi: int) -> str:
    """Accrued lines of the days that their agreement does not call for, or at another rate than it."""
    outside = "l.accrual_date < s.starts OR s.ends <= l.accrual_date"
    other = (
        "EXISTS (SELECT 1 FROM fees_schedule o WHERE o.account_id = s.account_id AND o.practice_id = s.practice_id"
        " AND o.id <> s.id AND o.strategy = 'automatic' AND o.starts <= l.accrual_date"
        " AND (o.ends IS NULL OR o.ends > l.accrual_date))"
    )
    return f"""
    SELECT a.firm_id, l.account_id, s.practice_id, a.base_currency,
           CASE WHEN ({outside}) AND {other} THEN 'stale_schedule'
                WHEN l.accrual_date < s.starts OR l.accrual_date < a.opened_on THEN 'start_proration'
                WHEN s.ends <= l.accrual_date OR a.closed_on <= l.accrual_date THEN 'exit_refund'
                ELSE 'wrong_rate' END,
           l.method, 'line ' || l.accrual_date || ' ' || l.component_id,
           jsonb_build_object('kind', 'line', 'on', l.accrual_date, 'amount', l.amount::text,
                              'signed', coalesce(k.rate, k.flat)::text,
                              'agreed', CASE WHEN l.method IN ({FLAT}) THEN l.base ELSE l.rate END::text)
      FROM fees_accrual l
      JOIN accounts_account a ON a.id = l.account_id
      JOIN fees_component k ON k.id = l.component_id
      JOIN fees_schedule s ON s.id = k.schedule_id
     WHERE l.accrual_date IN ({days}) AND l.amount > 0 AND {_within("l", lo, hi)}
       AND ({outside} OR l.accrual_date < a.opened_on OR a.closed_on <= l.accrual_date
            OR s.account_id <> l.account_id OR s.strategy <> 'automatic' OR k.method <> l.method
            OR k.method IN ({PERCENT}) AND l.rate <> k.rate OR k.method IN ({FLAT}) AND l.base <> k.flat)"""


def closed_accounts(day: date, since: date, lo: int, hi: int) -> str:
    """Accounts that were closed after `since`, whenever that was learned."""
    return (
        f"SELECT id FROM accounts_account a WHERE a.id >= {lo} AND a.id < {hi}"
        f" AND a.closed_on > {day_literal(since)} AND a.closed_on <= {day_literal(day)} ORDER BY id"
    )


def open_charges(lo: int, hi: int) -> str:
    """Charges about which something is still open."""
    return (
        f"SELECT DISTINCT substr(d.subject, 8) FROM fees_difference d WHERE {_within('d', lo, hi)}"
        " AND d.ended_on IS NULL AND d.subject LIKE 'charge %' ORDER BY 1"
    )


def billed_days(run_id: int, days: str, lo: int, hi: int, *, closed: Sequence[int], still_open: Sequence[str]) -> str:
    """Charges of the run, of `closed` accounts, and those `still_open`, whose days are not those that were agreed:
    (id, billed, agreed).

    Each is asked for by an index of its own: one condition over all of them would read every charge ever made.
    """
    upto = f"width_bucket(least(c.ends, s.ends, a.closed_on) - 1, {days})"
    before = f"width_bucket(greatest(c.starts, s.starts, a.opened_on) - 1, {days})"
    segments = (
        "(SELECT coalesce(sum(split_part(part, ' ', 3)::int), 0)"
        " FROM unnest((string_to_array(c.inputs, E'\\n'))[2:]) AS part)"
    )
    accrued = "coalesce(array_length(string_to_array(c.inputs, E'\\n'), 1), 0)"
    # No join: kept from looping, the planner would read every component of the method for each charge.
    of_method = "(SELECT count(*)::int FROM fees_component k WHERE k.schedule_id = s.id AND k.method = c.method)"
    wanted = [f"c.run_id = {run_id} AND {_within('c', lo, hi)}"]
    if closed:
        wanted.append(f"c.account_id = ANY ('{{{','.join(map(str, closed))}}}'::bigint[])")
    if still_open:
        wanted.append(f"c.id = ANY ('{{{','.join(still_open)}}}'::uuid[])")
    columns = "c.id, c.account_id, c.practice_id, c.method, c.starts, c.ends, c.inputs"
    rows = " UNION ".join(
        f"SELECT {columns} FROM fees_charge c WHERE {one} AND c.method IN ({DAYS_OF_CHARGES}) AND c.amount > 0"
        " AND c.revision = 0"
        for one in wanted
    )
    return f"""
    SELECT id, billed, agreed FROM (
        SELECT c.id, CASE WHEN c.method IN ({ACCRUED}) THEN {accrued}
                          ELSE {segments} END AS billed,
               (SELECT coalesce(sum(greatest(0, {upto} - {before}) * {of_method}), 0) FROM fees_schedule s
                 WHERE s.account_id = c.account_id AND s.practice_id = c.practice_id AND s.strategy = 'automatic'
                   AND s.starts < c.ends AND (s.ends IS NULL OR s.ends > c.starts)) AS agreed
          FROM ({rows}) c JOIN accounts_account a ON a.id = c.account_id) counted
     WHERE billed <> agreed"""


def _in_force(day: date, row: str) -> str:
    literal = day_literal(day)
    return f"{row}.starts <= {literal} AND ({row}.ends IS NULL OR {row}.ends > {literal})"


def _within(row: str, lo: int, hi: int) -> str:
    return f"{row}.account_id >= {lo} AND {row}.account_id < {hi}"
