"""What a firm's day held, counted, added up and digested: the contents of its seal.

Digests are made of blocks of accounts, so that no text grows with the firm.  They name accounts, payees and days, and
never row numbers that depend on which worker came first.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import of_day
from accounts.ground.ledger.sets import LINE, WITH_BOOKS
from fees.accrual.statements import ACCRUED, HOLDING, day_literal, in_force, open_on
from fees.engine.registry import ACCRUED_CODES, APART_CLOSING, PERIOD_END_CODES
from fees.posting.checks import Night, closing_periods, late_days
from fees.posting.due import sql_charges_due
from portal.lib.fingerprint import digest, sql_canonical, sql_digest
from portal.lib.periods import Period

BLOCK = 4096
LISTED_HOLDS = 100
EMPTY = digest("")
KEPT = ("accruals", "charges", "transfers", "instructions", "decisions")
# The database's own order of text may change with its operating system; "C" does not.
LINES_OF_BLOCK = 'string_agg(line, chr(10) ORDER BY line COLLATE "C")'
BLOCKS = "string_agg(currency || ' ' || block || ' ' || hash, chr(10) ORDER BY currency COLLATE \"C\", block)"


@dataclass
class Part:
    """One kind of rows of a firm's day; totals by currency, as text."""

    rows: int = 0
    totals: dict[str, str] = field(default_factory=dict)
    digest: str = EMPTY

    def told(self) -> dict[str, object]:
        return {"rows": self.rows, "totals": self.totals, "digest": self.digest}


@dataclass
class Contents:
    """Everything a seal stands for, of one firm and day."""

    accruals: Part = field(default_factory=Part)
    charges: Part = field(default_factory=Part)
    transfers: Part = field(default_factory=Part)
    instructions: Part = field(default_factory=Part)
    holds: Part = field(default_factory=Part)
    decisions: Part = field(default_factory=Part)
    held_accounts: list[str] = field(default_factory=list)
    billable: int = 0
    billed: int = 0
    zero: int = 0

    @property
    def held(self) -> int:
        return self.billable - self.billed - self.zero

    def figures(self) -> dict[str, object]:
        return {
            "accruals": self.accruals.told(),
            "charges": self.charges.told(),
            "transfers": self.transfers.told(),
            "instructions": self.instructions.told(),
            "holds": {**self.holds.told(), "listed": self.held_accounts},
            "decisions": self.decisions.told(),
        }


def contents(night: Night, firms: Sequence[int]) -> dict[int, Contents]:
    """The day of each firm."""
    found = {firm: Contents() for firm in firms}
    with cursor() as cur:
        for name, query in {**_kept(night), "holds": _holds(night)}.items():
            for firm, part in _parts(cur, query, firms):
                setattr(found[firm], name, part)
        for firm, listed in _rows(cur, _listed_holds(night), firms):
            found[firm].held_accounts = listed
        for firm, billable, billed, zero in _rows(cur, _counts(night), firms):
            found[firm].billable, found[firm].billed, found[firm].zero = billable, billed, zero
    return found


def kept(night: Night, firms: Sequence[int], *names: str) -> dict[int, dict[str, str]]:
    """The digests of what never changes once it is sealed, as it is now; of all three kinds or of those named."""
    found = {firm: dict.fromkeys(names or KEPT, EMPTY) for firm in firms}
    with cursor() as cur:
        for name, query in _kept(night).items():
            for firm, part in _parts(cur, query, firms) if not names or name in names else ():
                found[firm][name] = part.digest
    return found


def _kept(night: Night) -> dict[str, str]:
    return {
        "accruals": _accruals(night),
        "charges": _charges(night),
        "transfers": _transfers(night),
        "instructions": _instructions(night),
        "decisions": _decisions(night),
    }


def _parts(cur, query: str, firms: Sequence[int]) -> Iterator[tuple[int, Part]]:
    """A query of (firm_id, currency, block, amount, line) rows as counted, totalled, digested parts."""
    cur.execute(
        f"""
        WITH block AS (
            SELECT firm_id, currency, block, count(*) AS rows, sum(amount) AS total,
                   {sql_digest(LINES_OF_BLOCK)} AS hash
              FROM ({query}) line
             WHERE firm_id = ANY(%(firms)s)
             GROUP BY firm_id, currency, block
        ), total AS (
            SELECT firm_id, jsonb_object_agg(currency, total::text) AS totals
              FROM (SELECT firm_id, currency, sum(total) AS total FROM block GROUP BY firm_id, currency) t
             GROUP BY firm_id
        )
        SELECT firm_id, sum(rows)::bigint, min(totals::text), {sql_digest(BLOCKS)}
          FROM block JOIN total USING (firm_id) GROUP BY firm_id
        """,
        {"firms": list(firms)},
    )
    for firm, rows, totals, hashed in cur.fetchall():
        yield firm, Part(rows, json.loads(totals), hashed)


def _accruals(night: Night) -> str:
    words = ("account_id", "accrual_date", "component_id", "method", "base", "rate", "amount")
    line = " || ' ' || ".join(f"l.{word}::text" for word in words)
    return f"""
        SELECT a.firm_id, a.base_currency AS currency, l.account_id / {BLOCK} AS block, l.amount, {line} AS line
          FROM fees_accrual l JOIN accounts_account a ON a.id = l.account_id
         WHERE l.run_id = {night.run_id}
           AND (l.accrual_date = {day_literal(night.day)} OR l.accrual_date IN ({late_days(night)}))"""


def _charges(night: Night) -> str:
    """What the night closed, with results behind fees on profit.  How far a charge has got since is no part of it."""
    return f"""
        SELECT c.firm_id, c.currency, c.account_id / {BLOCK} AS block, c.amount,
               c.id || ' ' || c.amount || ' ' || c.fingerprint
               || CASE WHEN r.charge_id IS NULL THEN ''
                       ELSE ' ' || concat_ws(' ', r.period, r.component_id, r.profit, r.recovered, r.chargeable,
                                             r.surplus, r.withdrawn, r.carried) END AS line
          FROM fees_charge c LEFT JOIN fees_periodresult r ON r.charge_id = c.id
         WHERE c.run_id = {night.run_id}"""


def _transfers(night: Night) -> str:
    return f"""
        SELECT t.firm_id, t.currency, coalesce(t.account_id / {BLOCK}, -1) AS block, t.amount, {LINE} AS line
          FROM (SELECT t.* FROM accounts_transfer t WHERE {of_day(night.day)}){WITH_BOOKS}"""


def _instructions(night: Night) -> str:
    """Each instruction under the hash of the file that tells it to the broker."""
    line = sql_canonical("i.id::text", "f.name::text", "f.sha256::text")
    return f"""
        SELECT i.firm_id, i.currency, coalesce(i.account_id / {BLOCK}, -1) AS block, i.amount, {line} AS line
          FROM broker_instruction i JOIN broker_instructionfile f ON f.id = i.file_id
         WHERE i.firm_id = ANY(ARRAY(SELECT id FROM accounts_firm)) AND i.day = {day_literal(night.day)}"""


def _decisions(night: Night) -> str:
    """What people decided about the night, or about an earlier one that it made up for; all firms share a pause."""
    words = ("d.kind", "d.day", "d.reason", "coalesce(d.value::text, '')", "coalesce(d.value_of::text, '')")
    line = sql_canonical("coalesce(a.number, '')::text", *(f"{word}::text" for word in words), "d.user_id::text")
    return f"""
        SELECT f.id AS firm_id, coalesce(a.base_currency, f.base_currency) AS currency,
               coalesce(d.account_id / {BLOCK}, -1) AS block, 0 AS amount, {line} AS line
          FROM accounts_nightdecision d
          JOIN accounts_firm f ON d.firm_id IS NULL OR f.id = d.firm_id
          LEFT JOIN accounts_account a ON a.id = d.account_id
         WHERE d.night = {day_literal(night.day)}"""


def _holds(night: Night) -> str:
    line = sql_canonical("a.number::text", "h.stage::text", "h.reason::text", "h.detail::text")
    return f"""
        SELECT h.firm_id, a.base_currency AS currency, h.account_id / {BLOCK} AS block, 0 AS amount, {line} AS line
          FROM accounts_hold h JOIN accounts_account a ON a.id = h.account_id
         WHERE h.day = {day_literal(night.day)} AND h.resolved_at IS NULL"""


def _listed_holds(night: Night) -> str:
    return f"""
        SELECT firm_id, (array_agg(DISTINCT number || ' ' || stage || ' ' || reason
                                   ORDER BY number || ' ' || stage || ' ' || reason))[1:{LISTED_HOLDS}]
          FROM (SELECT h.firm_id, a.number, h.stage, h.reason
                  FROM accounts_hold h JOIN accounts_account a ON a.id = h.account_id
                 WHERE h.day = {day_literal(night.day)} AND h.resolved_at IS NULL) listed
         GROUP BY firm_id"""


def _counts(night: Night) -> str:
    """Billable things of the day: each accruing component in force, and each closing value that is charged.

    Accrued charges are sums of lines that were counted on their own days; of them only those count that are held at
    the close, because their days were billed and they are not.
    """
    codes = ", ".join(map(str, (*PERIOD_END_CODES, *APART_CLOSING)))
    due = [
        sql_charges_due(night.day, period, at_end)
        for period, methods in closing_periods(night).items()
        if (at_end := [code for code in methods if code not in ACCRUED_CODES])
    ]
    closing = f"UNION ALL SELECT firm_id, count(*), 0, 0 FROM ({' UNION ALL '.join(due)}) due GROUP BY 1" if due else ""
    for period, methods in closing_periods(night).items():
        if accrued := [code for code in methods if code in ACCRUED_CODES]:
            closing += f" UNION ALL {_held_at_close(night, period, accrued)}"
    return f"""
        SELECT firm_id, sum(billable)::bigint, sum(billed)::bigint, sum(zero)::bigint
          FROM (SELECT a.firm_id, count(*) AS billable, 0 AS billed, 0 AS zero
                  FROM fees_runschedule s JOIN accounts_account a ON a.id = s.account_id
                 WHERE s.method IN ({ACCRUED}) AND {in_force(night.day)} AND {open_on(night.day)}
                   AND a.kind IN ({HOLDING})
                 GROUP BY a.firm_id
                UNION ALL
                SELECT a.firm_id, 0, count(*) FILTER (WHERE l.amount > 0), count(*) FILTER (WHERE l.amount = 0)
                  FROM fees_accrual l JOIN accounts_account a ON a.id = l.account_id
                 WHERE l.accrual_date = {day_literal(night.day)} AND l.run_id = {night.run_id}
                 GROUP BY a.firm_id
                UNION ALL
                SELECT c.firm_id, 0, count(*) FILTER (WHERE c.amount > 0), count(*) FILTER (WHERE c.amount = 0)
                  FROM fees_charge c
                 WHERE c.run_id = {night.run_id} AND c.period_end_day = {day_literal(night.day)}
                   AND c.method IN ({codes})
                 GROUP BY c.firm_id
                {closing}) counted
         GROUP BY firm_id"""


def _held_at_close(night: Night, period: Period, codes: Sequence[int]) -> str:
    """Accrued charges that the close left out; an account without a line of the day is counted by that already."""
    day = day_literal(night.day)
    return f"""
        SELECT due.firm_id, count(*), 0, 0 FROM ({sql_charges_due(night.day, period, codes)}) due
         WHERE due.account_id IN (SELECT h.account_id FROM accounts_hold h
                                   WHERE h.stage = 'close' AND h.day = {day} AND h.resolved_at IS NULL)
           AND due.account_id NOT IN (SELECT h.account_id FROM accounts_hold h
                                       WHERE h.stage = 'accrue' AND h.day = {day} AND h.resolved_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM fees_charge f
                            WHERE f.account_id = due.account_id AND f.practice_id = due.practice_id
                              AND f.method = due.method AND f.starts = {day_literal(period.starts)})
         GROUP BY due.firm_id"""


def _rows(cur, query: str, firms: Sequence[int]):
    cur.execute(f"SELECT * FROM ({query}) q WHERE firm_id = ANY(%s)", [list(firms)])
    return cur.fetchall()
