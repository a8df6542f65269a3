"""Which closed periods a night looks at again: those of which something was told since the night before."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.runs.actions import BY_OFFICE
from fees.accrual.statements import day_literal
from fees.engine.registry import FUND_CODES, PROFIT_CODES, TRADE_CODES
from fees.posting.closing import Closing, within
from fees.trades.lines import REPLACING, sql_line
from fees.trades.queries import NO_RATE

TRADES = ", ".join(map(str, TRADE_CODES))
PROFITS = ", ".join(map(str, PROFIT_CODES))
FUNDS = ", ".join(map(str, FUND_CODES))
# In the text of a fee on funds: an investment that was worth nothing on a day.
OF_NOTHING = "[0-9]{4}-[0-9]{2}-[0-9]{2} 0[.]0000 "
# For so long after a period's end statements are read again each night for a fee on a hedge fund; later ones only where
# a file that has just come says something about it.
RECENT = timedelta(days=60)


class Since(NamedTuple):
    """From when on what came is new: since the night before began; for accounts that the back office has let in,
    since the night before they were held back."""

    night_before: str
    let_in: list[int]
    held_back: str | None

    def told(self, instant: str, account: str) -> str:
        """A condition on these two columns, with this tuple's fields as its values."""
        earlier = f"{account} = ANY (%(let_in)s::bigint[]) AND {instant} >= %(held_back)s"
        return f"({instant} >= %(night_before)s OR {earlier})"


def candidates(cur, closing: Closing, since: Since) -> list[tuple[int, int, int, date, str]]:
    """Charges one of whose values was replaced since the night before, those of this night, and those whose days or
    rates were found not to be the agreed ones; of a fee on profit also every later period, and those that a period
    closed by this night should have come before.

    Accounts are found first: a night without corrections reads no charge.
    """
    corrected = _corrected(cur, closing, since)
    found = _differing(cur, closing)
    revalued = _revalued(cur, closing, since)
    groups = _groups_corrected(cur, closing, since)
    overtaken = _overtaken(cur, closing) + _retold_trades(cur, closing, since) + _repriced(cur, closing, since)
    if not corrected and not found and not revalued and not groups and not overtaken:
        return []
    cur.execute(
        f"""
        WITH touched AS (
            SELECT c.account_id, c.practice_id, c.method, c.starts, c.currency
              FROM fees_charge c
              JOIN broker_navhistory h ON h.account_id = c.account_id AND h.nav_date < c.ends AND h.nav_date >=
                   CASE WHEN c.method IN ({PROFITS}) THEN c.starts - 10 ELSE c.starts END
             WHERE c.account_id = ANY (%(corrected)s::bigint[]) AND h.account_id = ANY (%(corrected)s::bigint[])
               AND c.revision = 0 AND c.method NOT IN ({TRADES}, {FUNDS})
               AND ({since.told("h.replaced_at", "h.account_id")} OR c.run_id = {closing.run_id})
            UNION
            SELECT c.account_id, c.practice_id, c.method, c.starts, c.currency
              FROM fees_charge c WHERE c.id = ANY (%(found)s::uuid[]) OR c.id = ANY (%(revalued)s::uuid[])
                OR c.id = ANY (%(overtaken)s::uuid[])
            UNION
            SELECT c.account_id, c.practice_id, c.method, c.starts, c.currency
              FROM unnest(%(masters)s::bigint[], %(days)s::date[]) AS g (master, day)
              JOIN fees_charge c ON c.account_id = g.master AND g.day < c.ends AND g.day >=
                   CASE WHEN c.method IN ({PROFITS}) THEN c.starts - 10 ELSE c.starts END
             WHERE c.revision = 0 AND c.method NOT IN ({TRADES}, {FUNDS})
        )
        SELECT account_id, practice_id, method, starts, currency FROM touched
        UNION
        SELECT c.account_id, c.practice_id, c.method, c.starts, c.currency
          FROM fees_charge c JOIN touched t USING (account_id, practice_id, method)
         WHERE (c.account_id = ANY (%(corrected)s::bigint[]) OR c.account_id = ANY (%(masters)s::bigint[]))
           AND c.method IN ({PROFITS}) AND c.starts > t.starts
           AND c.revision = 0
         ORDER BY 1, 2, 3, 4, 5
        """,
        {
            "corrected": corrected,
            "found": found,
            "revalued": revalued,
            "overtaken": overtaken,
            "masters": [master for master, _ in groups],
            "days": [day for _, day in groups],
            **since._asdict(),
        },
    )
    return cur.fetchall()


def _differing(cur, closing: Closing) -> list[str]:
    """Charges whose days or rates were found not to be the agreed ones."""
    cur.execute(
        f"""
        SELECT substr(d.subject, 8) FROM fees_difference d
         WHERE {within(closing, "d.account_id")} AND d.ended_on IS NULL
           AND d.subject LIKE 'charge %'
           AND d.reason IN ('exit_refund', 'start_proration', 'wrong_rate', 'stale_schedule')
        """
    )
    return [pk for (pk,) in cur.fetchall()]


def _overtaken(cur, closing: Closing) -> list[UUID]:
    """Fees on profit of periods later than one that closed with this night: they began without what it left."""
    cur.execute(
        f"""
        SELECT coalesce(array_agg(DISTINCT later.charge_id), '{{}}')
          FROM fees_charge c
          JOIN fees_periodresult late ON late.charge_id = c.id
          JOIN fees_periodresult later ON later.account_id = late.account_id AND later.practice_id = late.practice_id
               AND later.method = late.method AND later.period > late.period AND later.revision = 0
         WHERE c.run_id = {closing.run_id} AND {within(closing, "c.account_id")} AND c.method IN ({PROFITS})
           AND c.revision = 0
        """
    )
    return cur.fetchone()[0]


def _retold_trades(cur, closing: Closing, since: Since) -> list[UUID]:
    """Fees on trades of which a statement has told one otherwise since the night before, or cancelled or corrected it
    by a row of its own; of an account that waited for a rate since then, whenever that was told."""
    cur.execute(
        "SELECT coalesce(array_agg(DISTINCT h.account_id), '{}') FROM accounts_hold h"
        f" WHERE h.stage = 'close' AND h.reason = '{NO_RATE}' AND {within(closing, 'h.account_id')}"
        "   AND (h.resolved_at IS NULL OR h.resolved_at >= %s)",
        [since.night_before],
    )
    (waited,) = cur.fetchone()
    cur.execute(
        f"""
        SELECT coalesce(array_agg(DISTINCT f.charge_id), '{{}}')
          FROM (SELECT h.trade_id AS id FROM broker_tradehistory h
                 WHERE {within(closing, "h.account_id")} AND {since.told("h.replaced_at", "h.account_id")}
                UNION
                SELECT h.trade_id FROM broker_tradehistory h WHERE h.account_id = ANY (%(waited)s::bigint[])
                UNION
                SELECT r.id FROM broker_trade r
                 WHERE {REPLACING} AND {within(closing, "r.account_id")} AND {since.told("r.told_at", "r.account_id")}
                UNION
                SELECT r.id FROM broker_trade r
                 WHERE {REPLACING} AND r.account_id = ANY (%(waited)s::bigint[])) t
          JOIN broker_trade o ON o.id = t.id
         CROSS JOIN LATERAL ({sql_line("o")} SELECT line.id FROM line) one
          JOIN fees_tradefee f ON f.trade_id = one.id
        """,
        {"waited": waited, **since._asdict()},
    )
    return cur.fetchone()[0]


def _repriced(cur, closing: Closing, since: Since) -> list[UUID]:
    """Fees on profit above a benchmark one of whose prices was corrected since the night before.

    The prices are found first: a night without a corrected one reads no charge.
    """
    cur.execute(
        """
        SELECT p.symbol, p.day, p.recorded_at FROM broker_closingprice p
         WHERE p.recorded_at >= least(%(night_before)s::timestamptz, %(held_back)s::timestamptz)
           AND EXISTS (SELECT 1 FROM broker_closingprice b
                        WHERE b.symbol = p.symbol AND b.day = p.day AND b.recorded_at < p.recorded_at)
        """,
        since._asdict(),
    )
    corrected = cur.fetchall()
    if not corrected:
        return []
    symbols, days, told = zip(*corrected, strict=True)
    cur.execute(
        f"""
        SELECT coalesce(array_agg(DISTINCT c.id), '{{}}')
          FROM fees_charge c
          JOIN unnest(%(symbols)s::text[], %(days)s::date[], %(told)s::timestamptz[]) AS p (symbol, day, recorded_at)
               ON c.starts <= p.day + 10 AND c.ends > p.day AND {since.told("p.recorded_at", "c.account_id")}
         WHERE {within(closing, "c.account_id")} AND c.method IN ({PROFITS}) AND c.revision = 0
           AND c.starts <= %(last)s + 10 AND c.ends > %(first)s
           AND EXISTS (SELECT 1 FROM unnest(string_to_array(c.inputs, E'\n')) AS line
                        WHERE starts_with(line, 'price ') AND strpos(line, p.day::text) > 0
                          AND right(line, length(p.symbol) + 1) = ' ' || p.symbol)
        """,
        {
            "symbols": list(symbols),
            "days": list(days),
            "told": list(told),
            "first": min(days),
            "last": max(days),
            **since._asdict(),
        },
    )
    return cur.fetchone()[0]


def _groups_corrected(cur, closing: Closing, since: Since) -> list[tuple[int, date]]:
    """STL masters of whose subs a value was replaced, or came at last, since the night before or in what closed now;
    with its day."""
    closed_now = "SELECT min(starts) FROM fees_charge WHERE run_id = %(run)s AND account_id = s.stl_id"
    cur.execute(
        f"""
        SELECT s.stl_id, h.nav_date
          FROM accounts_account s JOIN broker_navhistory h ON h.account_id = s.id
         WHERE s.stl_id IS NOT NULL AND {within(closing, "s.stl_id")}
           AND ({since.told("h.replaced_at", "s.stl_id")} OR h.nav_date >= ({closed_now}))
        UNION
        SELECT s.stl_id, n.nav_date
          FROM accounts_account s
          JOIN broker_navdaily n ON n.account_id = s.id AND n.nav_date >= %(oldest)s AND n.nav_date < %(day)s
          JOIN broker_statementfile f ON f.id = n.file_id AND {since.told(FILE_TOLD, "s.stl_id")}
         WHERE s.stl_id IS NOT NULL AND {within(closing, "s.stl_id")}
        """,
        {"run": closing.run_id, "day": closing.day, "oldest": closing.day - RECENT, **since._asdict()},
    )
    return cur.fetchall()


def _revalued(cur, closing: Closing, since: Since) -> list[UUID]:
    """Fees on funds of which something was told since the night before, or that were charged now; few have any.

    What was told of an older day counts where the fee was worked out on a value of nothing, which goes on until
    something is told.
    """
    cur.execute(
        "SELECT coalesce(array_agg(DISTINCT account_id ORDER BY account_id), '{}') FROM fees_fundvalue"
        f" WHERE {within(closing, 'account_id')}"
    )
    valued = cur.fetchone()[0]
    if not valued:
        return []
    cur.execute(
        f"""
        SELECT DISTINCT c.id
          FROM fees_fundvalue v
          JOIN fees_charge c ON c.account_id = v.account_id AND v.day < c.ends
           AND (v.day >= c.starts - 10 OR strpos(c.inputs, v.fund) > 0 AND c.inputs ~ '{OF_NOTHING}')
         WHERE v.account_id = ANY (%(valued)s::bigint[]) AND c.account_id = ANY (%(valued)s::bigint[])
           AND c.method IN ({FUNDS}) AND c.revision = 0
           AND ({since.told("v.recorded_at", "v.account_id")} OR c.run_id = {closing.run_id})
        """,
        {"valued": valued, **since._asdict()},
    )
    return [pk for (pk,) in cur.fetchall()]


def since_of(cur, closing: Closing) -> Since:
    began = "SELECT coalesce(max(r.started_at), '-infinity') FROM accounts_run r WHERE r.day <"
    cur.execute(f"SELECT ({began} {day_literal(closing.day)})::text")
    (night_before,) = cur.fetchone()
    cur.execute(
        f"SELECT coalesce(array_agg(h.account_id), '{{}}'), min(({began} h.day))::text FROM accounts_hold h"
        f" WHERE h.reason = '{BY_OFFICE}' AND h.resolved_at >= %s AND {within(closing, 'h.account_id')}",
        [night_before],
    )
    return Since(night_before, *cur.fetchone())


def _corrected(cur, closing: Closing, since: Since) -> list[int]:
    """Accounts with a value that was replaced since the night before began, or within a period that closed now."""
    in_range = within(closing, "account_id")
    cur.execute(
        f"SELECT coalesce(min(starts), 'infinity')::text FROM fees_charge"
        f" WHERE run_id = {closing.run_id} AND {in_range} AND revision = 0"
    )
    (first,) = cur.fetchone()
    cur.execute(
        f"SELECT coalesce(array_agg(DISTINCT account_id ORDER BY account_id), '{{}}') FROM broker_navhistory"
        f" WHERE {in_range} AND ({since.told('replaced_at', 'account_id')} OR nav_date >= %(first)s)",
        {"first": first, **since._asdict()},
    )
    return cur.fetchone()[0]
