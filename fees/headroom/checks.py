"""What must be true of the rolling cap before a firm's day is sealed."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.access.context import cursor
from accounts.ground.ledger.checks import Break, of_day
from fees.engine.rolling_cap import YEAR_WINDOW, text
from fees.headroom.queries import sql_doubtful, windows
from fees.headroom.rules import Due, decide
from fees.posting.set_off import sql_set_off
from portal.lib.words import Sentence, gettext_noop

Found = tuple[int, UUID, Decimal, str]


def fees_keep_below_the_cap(run_id: int, day: date) -> list[Break]:
    """I32: of every account that was near its cap, the fees that were taken are those that the engine lets through.

    Looked at are accounts that a lower bound does not clear after the postings, and those with a fee that was cut.
    """
    tried = _tried(run_id, day)
    seen = windows(sorted(tried), day)
    wrong: dict[int, list[str]] = defaultdict(list)
    for account, fees in tried.items():
        for (firm, pk, taken, stored), one in zip(fees.values(), decide(fees, seen[account]), strict=True):
            if taken != one.taken or stored != (text(one.seen) if one.is_cut else ""):
                wrong[firm].append(str(pk))
    msgid = gettext_noop("%(count)s fees do not keep to the rolling cap; the first is %(sample)s.")
    return [
        Break("I32", firm, Sentence(msgid, {"count": len(names), "sample": min(names)}))
        for firm, names in sorted(wrong.items())
    ]


def _tried(run_id: int, day: date) -> dict[int, dict[Due, Found]]:
    """The fees that the night took or cut, by account and in their order, with what was written of each.

    Values that came after it had decided do not count against what it decided; they are adjusted like any other.
    """
    with cursor() as cur:
        cur.execute(
            f"""
            WITH taken AS MATERIALIZED (
                SELECT t.account_id, t.amount, t.currency FROM accounts_transfer t
                 WHERE {of_day(day)} AND t.kind = 'fee'
            ), near AS (
                {sql_doubtful("taken", day)} UNION SELECT account_id FROM fees_cut WHERE day = %(day)s
            )
            SELECT c.id, c.account_id, c.currency,
                   CASE WHEN c.revision > 0 THEN c.amount - coalesce(c.set_off, {sql_set_off("c")}) ELSE c.amount END,
                   CASE WHEN c.currency = a.base_currency THEN 1
                        ELSE broker_rate(%(day)s, c.currency, a.base_currency) END,
                   c.firm_id, c.amount - coalesce(c.forgone, 0), coalesce(k.windows, '')
              FROM near JOIN accounts_account a ON a.id = near.account_id
              JOIN fees_charge c ON c.account_id = a.id AND c.amount > 0
              LEFT JOIN fees_cut k ON k.charge_id = c.id
             WHERE (c.posted_on = %(day)s OR k.day = %(day)s)
               AND NOT EXISTS (SELECT 1 FROM broker_navdaily n JOIN broker_statementfile f ON f.id = n.file_id
                                WHERE n.account_id = a.id AND n.nav_date > %(since)s AND n.nav_date <= %(day)s
                                  AND {FILE_TOLD} > (SELECT g.started_at FROM accounts_runstage g
                                                      WHERE g.run_id = %(run)s AND g.name = 'post'))
             ORDER BY c.account_id, c.due_on, c.starts, c.method, c.practice_id, c.revision,
                  c.currency
            """,
            {"day": day, "since": day - timedelta(days=YEAR_WINDOW), "run": run_id},
        )
        found: dict[int, dict[Due, Found]] = defaultdict(dict)
        for pk, account, currency, amount, rate, firm, taken, stored in cur.fetchall():
            due = Due(id=pk, account=account, currency=currency, amount=amount, rate=rate, cash=None)
            found[account][due] = (firm, pk, taken, stored)
        return found
