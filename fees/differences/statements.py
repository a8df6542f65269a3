"""SQL that compares what was signed, what is in force and what was billed, for a range of accounts.

It reads what was agreed and never what the closing joins, so that a wrong flattened row is found and not repeated.
Each answers rows of the columns in COLUMNS; days and ranges are literals, as in fees.accrual.statements.  What hangs on
a row by its number alone is narrowed to the numbers that the range has, so that nothing is read whole for each chunk.
"""

from datetime import date

from fees.accrual.statements import day_literal, one_of
from fees.differences.as_agreed import SCHEDULE_ROW
from fees.engine import blended, flat, percent, sql
from fees.engine.flattened import COLUMNS as FLATTENED

COLUMNS = "firm_id, account_id, practice_id, currency, reason, method, subject, detail"
NEW_YORK = "'America/New_York'"


PERCENT = ", ".join(str(one.code) for one in percent.METHODS)
BLENDED = ", ".join(str(one.code) for one in blended.METHODS)
FLAT = ", ".join(str(one.code) for one in flat.METHODS)
# The currency of the account of row `s` or `v`: asked for of what differs alone.
CURRENCY = "(SELECT a.base_currency FROM accounts_account a WHERE a.id = {}.account_id)"
# A 252nd of what component `k` comes to in a year, where a value decides it or none.
DAY_OF_PERCENT = "CASE WHEN l.base > 0 THEN round((l.base * k.rate)::numeric(40,20) / 252, 8) ELSE 0 END"
DAY_OF_FLAT = "round(k.flat::numeric(40,20) / 252, 8)"


def signed_terms(day: date, lo: int, hi: int) -> str:
    """Components in force that say something else than the proposal that the client approved."""
    agreed = (
        "(c ->> 'rate')::numeric IS NOT DISTINCT FROM k.rate AND (c ->> 'flat')::numeric IS NOT DISTINCT FROM k.flat"
        " AND c -> 'tiers' = k.tiers AND c ->> 'mode' = k.mode AND c -> 'terms' = k.terms"
    )
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, {CURRENCY.format("s")},
           CASE WHEN x.kind = 'unsigned_fee' THEN 'unsigned_increase' ELSE 'wrong_rate' END, x.method,
           'terms ' || s.id || ' ' || x.method,
           jsonb_build_object('kind', x.kind, 'signed', x.signed, 'agreed', x.agreed)
      FROM fees_proposal p
      JOIN fees_schedule s ON s.id = p.schedule_id AND {_in_force(day, "s")}
       AND {one_of("s.id", _approved(lo, hi))}
      CROSS JOIN LATERAL (
          SELECT coalesce((c ->> 'method')::int, k.method) AS method, coalesce(c ->> 'rate', c ->> 'flat') AS signed,
                 coalesce(k.rate, k.flat)::text AS agreed,
                 CASE WHEN c IS NULL THEN 'unsigned_fee' WHEN k.id IS NULL THEN 'fee_left_out'
                      WHEN coalesce(c ->> 'rate', c ->> 'flat')::numeric IS DISTINCT FROM coalesce(k.rate, k.flat)
                      THEN 'signed' ELSE 'conditions' END AS kind
            FROM jsonb_array_elements(p.components) c
            FULL JOIN (SELECT * FROM fees_component WHERE schedule_id = s.id) k ON k.method = (c ->> 'method')::int
           WHERE c IS NULL OR k.id IS NULL OR NOT ({agreed})) x
     WHERE p.state = 'approved' AND {_within("p", lo, hi)}"""


def signed_switches(day: date, lo: int, hi: int) -> str:
    """Schedules in force whose strategy, or whose payer of the broker's charges, is not what the client approved."""
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, {CURRENCY.format("s")}, x.reason, NULL::int, x.kind || ' ' || s.id,
           jsonb_build_object('kind', x.kind, 'signed', x.signed, 'agreed', x.agreed)
      FROM fees_proposal p
      JOIN fees_schedule s ON s.id = p.schedule_id AND {_in_force(day, "s")}
       AND {one_of("s.id", _approved(lo, hi))}
      CROSS JOIN LATERAL (VALUES
          ('strategy', p.strategy, s.strategy,
           CASE WHEN s.strategy = 'automatic' THEN 'unsigned_increase' ELSE 'stale_schedule' END),
          ('commissions', p.commissions_to_master::text, s.commissions_to_master::text,
           CASE WHEN p.commissions_to_master THEN 'unsigned_increase' ELSE 'stale_schedule' END),
          ('other_fees', p.other_fees_to_master::text, s.other_fees_to_master::text,
           CASE WHEN p.other_fees_to_master THEN 'unsigned_increase' ELSE 'stale_schedule' END)
          ) x (kind, signed, agreed, reason)
     WHERE p.state = 'approved' AND {_within("p", lo, hi)} AND x.signed <> x.agreed
       AND (p.strategy, p.commissions_to_master, p.other_fees_to_master)
           <> (s.strategy, s.commissions_to_master, s.other_fees_to_master)"""


def signed_caps(day: date, lo: int, hi: int) -> str:
    """Limits of invoices in force that are not those of the proposal whose schedule is in force.

    One that was agreed later, outside a proposal, has taken its place; a limit in money alone is not on the form.
    """
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, {CURRENCY.format("s")},
           CASE WHEN i.rate > coalesce(p.cap_rate, 0) THEN 'unsigned_increase' ELSE 'stale_schedule' END, NULL::int,
           'cap ' || s.id,
           jsonb_build_object('kind', 'cap', 'signed', p.cap_rate::text, 'agreed', i.rate::text)
      FROM fees_proposal p
      JOIN fees_schedule s ON s.id = p.schedule_id AND {_in_force(day, "s")}
       AND {one_of("s.id", _approved(lo, hi))}
      LEFT JOIN fees_invoicecap i ON i.account_id = p.account_id AND i.practice_id = p.practice_id
       AND {_in_force(day, "i")} AND {_within("i", lo, hi)}
     WHERE p.state = 'approved' AND {_within("p", lo, hi)}
       AND (i.id IS NULL OR i.agreed_at <= p.decided_at)
       AND CASE WHEN p.cap_kind = '' THEN i.rate IS NOT NULL
                ELSE (i.kind, i.rate) IS DISTINCT FROM (p.cap_kind, p.cap_rate) END"""


def flattened(day: date, lo: int, hi: int) -> str:
    """Components in force that the night joins under other figures or days, or not at all."""
    ranges = [name for name in FLATTENED if name not in ("rate", "flat")]
    of_night = ", ".join(f"r.{name}" for name in ranges)
    of_component = ", ".join(f"s.{name}" for name in ranges)
    edges = "(r.starts, r.ends, r.account_id, r.practice_id, r.method)"
    agreed_edges = "(v.starts, v.ends, v.account_id, v.practice_id, k.method)"
    alike = (
        f"k.method NOT IN ({BLENDED}) AND (r.component_id IS NULL OR num_nonnulls({of_night}) > 0"
        f" OR r.rate IS DISTINCT FROM CASE WHEN k.method IN ({PERCENT}) THEN k.rate END"
        f" OR r.flat IS DISTINCT FROM CASE WHEN k.method IN ({FLAT}) THEN k.flat END"
        f" OR {edges} IS DISTINCT FROM {agreed_edges})"
    )
    in_ranges = (
        f"k.method IN ({BLENDED}) AND (r.component_id IS NULL OR num_nonnulls(r.rate, r.flat) > 0"
        f" OR ({of_night}) IS DISTINCT FROM ({of_component}) OR {edges} IS DISTINCT FROM {agreed_edges})"
    )
    return f"{_flattened(day, lo, hi, '', alike)} UNION ALL {_flattened(day, lo, hi, SCHEDULE_ROW, in_ranges)}"


def _flattened(day: date, lo: int, hi: int, agreed: str, differs: str) -> str:
    versions = _versions(day, lo, hi)
    components = f"SELECT id FROM fees_component WHERE {one_of('schedule_id', versions)}"
    return f"""
    SELECT v.firm_id, v.account_id, v.practice_id, {CURRENCY.format("v")},
           CASE WHEN r.component_id IS NULL OR (r.starts, r.ends) IS DISTINCT FROM (v.starts, v.ends)
                THEN 'stale_schedule' ELSE 'wrong_rate' END,
           k.method, 'component ' || k.id,
           jsonb_build_object('kind', CASE WHEN r.component_id IS NULL THEN 'not_joined'
                                           WHEN coalesce(k.rate, k.flat) IS NOT DISTINCT FROM coalesce(r.rate, r.flat)
                                           THEN 'joined_otherwise' ELSE 'flattened' END,
                              'signed', coalesce(k.rate, k.flat)::text, 'agreed', coalesce(r.rate, r.flat)::text)
      FROM fees_schedule v
      JOIN fees_component k ON k.schedule_id = v.id AND {one_of("k.schedule_id", versions)}
      LEFT JOIN fees_runschedule r ON r.component_id = k.id AND {one_of("r.component_id", components)}
           {f"CROSS JOIN {agreed}" if agreed else ""}
     WHERE v.strategy = 'automatic' AND {_in_force(day, "v")} AND {_within("v", lo, hi)} AND {differs}"""


def superseded(day: date, lo: int, hi: int) -> str:
    """An older version is in force although the client approved a newer one for an earlier or the same day."""
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, {CURRENCY.format("s")}, 'stale_schedule', NULL::int,
           'schedule ' || s.id,
           jsonb_build_object('kind', 'superseded', 'version', s.version, 'since', max(p.starts))
      FROM fees_proposal p
      JOIN fees_schedule newer ON newer.id = p.schedule_id AND {one_of("newer.id", _approved(lo, hi))}
      JOIN fees_schedule s ON s.account_id = p.account_id AND s.practice_id = p.practice_id
       AND s.version < newer.version AND {_in_force(day, "s")} AND {_within("s", lo, hi)}
     WHERE p.state = 'approved' AND p.starts <= {day_literal(day)} AND {_within("p", lo, hi)}
     GROUP BY s.id"""


def signed_late(day: date, lo: int, hi: int) -> str:
    """Automatic fees in force from before the client signed, or under a signature that is of another text."""
    return f"""
    SELECT s.firm_id, s.account_id, s.practice_id, {CURRENCY.format("s")}, 'unsigned_increase', NULL::int,
           'schedule ' || s.id,
           jsonb_build_object('kind', CASE WHEN p.id IS NULL THEN 'signed_late' ELSE 'other_document' END,
                              'signed_on', (s.signed_at AT TIME ZONE {NEW_YORK})::date, 'since', s.starts)
      FROM fees_schedule s
      LEFT JOIN fees_proposal p ON p.schedule_id = s.id AND p.needs_signature
       AND {one_of("p.schedule_id", _versions(day, lo, hi))}
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
    billed = _billed(days, lo, hi)
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
      JOIN accounts_account a ON a.id = l.account_id AND a.id >= {lo} AND a.id < {hi}
      JOIN fees_component k ON k.id = l.component_id AND {one_of("k.id", billed)}
      JOIN fees_schedule s ON s.id = k.schedule_id AND {one_of("s.id", _schedules(billed))}
     WHERE l.accrual_date IN ({days}) AND {_within("l", lo, hi)}
       AND (l.amount > 0
            AND ({outside} OR l.accrual_date < a.opened_on OR a.closed_on <= l.accrual_date
                 OR s.account_id <> l.account_id OR s.strategy <> 'automatic' OR k.method <> l.method
                 OR k.method IN ({PERCENT}) AND l.rate <> k.rate OR k.method IN ({FLAT}) AND l.base <> k.flat)
            OR k.method IN ({PERCENT}) AND l.amount <> {DAY_OF_PERCENT}
            OR k.method IN ({FLAT}) AND l.amount > 0 AND l.amount <> {DAY_OF_FLAT})"""


def lines_in_ranges(days: str, lo: int, hi: int) -> str:
    """Accrued lines of the days at another rate than the ranges that were agreed come to on their value."""
    billed = _billed(days, lo, hi)
    return f"""
    SELECT a.firm_id, l.account_id, v.practice_id, a.base_currency, 'wrong_rate', l.method,
           'line ' || l.accrual_date || ' ' || l.component_id,
           jsonb_build_object('kind', 'line', 'on', l.accrual_date, 'amount', l.amount::text,
                              'signed', {sql.RATE}::text, 'agreed', l.rate::text)
      FROM fees_accrual l
      JOIN accounts_account a ON a.id = l.account_id AND a.id >= {lo} AND a.id < {hi}
      JOIN fees_component k ON k.id = l.component_id AND {one_of("k.id", billed)}
      JOIN fees_schedule v ON v.id = k.schedule_id AND {one_of("v.id", _schedules(billed))}
     CROSS JOIN {SCHEDULE_ROW} CROSS JOIN LATERAL (SELECT l.base AS nlv) n
     WHERE l.accrual_date IN ({days}) AND l.method IN ({BLENDED}) AND {_within("l", lo, hi)}
       AND k.method = l.method AND (l.rate <> {sql.RATE} OR l.amount <> {sql.AMOUNT})"""


def _approved(lo: int, hi: int) -> str:
    """The versions that the clients of the range have approved."""
    return (
        f"SELECT schedule_id FROM fees_proposal WHERE state = 'approved' AND account_id >= {lo} AND account_id < {hi}"
    )


def _versions(day: date, lo: int, hi: int) -> str:
    """The versions in force of the range."""
    return f"SELECT i.id FROM fees_schedule i WHERE {_in_force(day, 'i')} AND {_within('i', lo, hi)}"


def _billed(days: str, lo: int, hi: int) -> str:
    """The components of the range's lines, whosever they are."""
    return f"SELECT i.component_id FROM fees_accrual i WHERE i.accrual_date IN ({days}) AND {_within('i', lo, hi)}"


def _schedules(components: str) -> str:
    return f"SELECT schedule_id FROM fees_component WHERE {one_of('id', components)}"


def _in_force(day: date, row: str) -> str:
    literal = day_literal(day)
    return f"{row}.starts <= {literal} AND ({row}.ends IS NULL OR {row}.ends > {literal})"


def _within(row: str, lo: int, hi: int) -> str:
    return f"{row}.account_id >= {lo} AND {row}.account_id < {hi}"
