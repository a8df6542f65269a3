"""What statements tell of investments in hedge funds, kept where a fee asks for it: they may be replaced later."""

import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from fees.engine.investments import ONE_DAY, Window

SOURCE = "statement"


class Wanted(NamedTuple):
    """The days of which an account's statements are asked for a fund: values in the window, flows since a day."""

    account: int
    window: Window
    flows_since: date


# Positions of a summary, or of lots where there is no summary, as the list of holdings adds them up; a currency for
# which no rate is known leaves the figure empty. Trades and transfers of the fund are what was put in and taken out.
_TOLD = """
    w AS (
        SELECT * FROM jsonb_to_recordset(%(wanted)s) AS w (account bigint, fund text, first date, last date, since date)
    ), worth AS (
        SELECT p.account_id, w.fund, p.day,
               CASE WHEN bool_or({value} IS NULL) THEN NULL ELSE greatest(sum({value}), 0) END AS value
          FROM (SELECT DISTINCT account, fund, d::date AS day FROM w, generate_series(first, last, '1 day') d) w
          JOIN broker_position p ON p.account_id = w.account AND p.day = w.day AND p.symbol = w.fund
          JOIN accounts_account a ON a.id = p.account_id
         WHERE p.level = 'SUMMARY' OR NOT EXISTS (
               SELECT 1 FROM broker_position s WHERE s.account_id = p.account_id AND s.day = p.day
                  AND s.level = 'SUMMARY' AND s.symbol = p.symbol)
         GROUP BY p.account_id, w.fund, p.day
    ), flow AS (
        SELECT f.account_id, f.fund, f.day,
               CASE WHEN bool_or(f.flow IS NULL) THEN NULL ELSE sum(greatest(f.flow, 0)) END AS put_in,
               CASE WHEN bool_or(f.flow IS NULL) THEN NULL ELSE -sum(least(f.flow, 0)) END AS taken_out
          FROM (SELECT t.account_id, w.fund, coalesce(t.trade_on, t.report_on) AS day, {traded} AS flow
                  FROM (SELECT account, fund, min(since) AS since, max(last) AS last FROM w GROUP BY account, fund) w
                  JOIN broker_trade t ON t.account_id = w.account AND t.symbol = w.fund
                   AND coalesce(t.trade_on, t.report_on) > w.since AND coalesce(t.trade_on, t.report_on) <= w.last
                  JOIN accounts_account a ON a.id = t.account_id
                 WHERE NOT 'Ca' = ANY (string_to_array(t.notes, ';'))
                UNION ALL
                SELECT x.account_id, w.fund, coalesce(x.flow_on, x.report_on), x.flow
                  FROM (SELECT account, fund, min(since) AS since, max(last) AS last FROM w GROUP BY account, fund) w
                  JOIN broker_positiontransfer x ON x.account_id = w.account AND x.symbol = w.fund
                   AND coalesce(x.flow_on, x.report_on) > w.since AND coalesce(x.flow_on, x.report_on) <= w.last) f
         GROUP BY f.account_id, f.fund, f.day
    ), told AS (
        SELECT coalesce(v.account_id, f.account_id) AS account_id, coalesce(v.fund, f.fund) AS fund,
               coalesce(v.day, f.day) AS day, v.value::numeric(20,4) AS value,
               (CASE WHEN f.day IS NULL THEN 0 ELSE f.put_in END)::numeric(20,4) AS put_in,
               (CASE WHEN f.day IS NULL THEN 0 ELSE f.taken_out END)::numeric(20,4) AS taken_out
          FROM worth v FULL JOIN flow f ON (f.account_id, f.fund, f.day) = (v.account_id, v.fund, v.day)
    )"""
_RATE = (
    "CASE WHEN {row}.currency = a.base_currency THEN 1"
    " ELSE coalesce({row}.rate, broker_rate({day}, {row}.currency, a.base_currency)) END"
)
TOLD = _TOLD.format(
    value=f"p.value * ({_RATE.format(row='p', day='p.day')})",
    traded=f"-t.proceeds * ({_RATE.format(row='t', day='coalesce(t.trade_on, t.report_on)')})",
)


def keep(cur, wanted: Iterable[Wanted], *, run_id: int) -> int:
    """Keep what the statements tell now, where it is not what they told before; how many rows that were."""
    rows = [
        {"account": one.account, "fund": one.window.fund, "first": one.window.first.isoformat(),
         "last": one.window.last.isoformat(), "since": one.flows_since.isoformat()}
        for one in wanted
    ]  # fmt: skip
    if not rows:
        return 0
    cur.execute(
        f"""
        WITH {TOLD}
        INSERT INTO fees_fundvalue (firm_id, account_id, fund, day, value, put_in, taken_out, source, run_id)
        SELECT a.firm_id, t.account_id, t.fund, t.day, t.value, t.put_in, t.taken_out, '{SOURCE}', %(run)s
          FROM told t JOIN accounts_account a ON a.id = t.account_id
          LEFT JOIN LATERAL (SELECT k.value, k.put_in, k.taken_out FROM fees_fundvalue k
                              WHERE k.account_id = t.account_id AND k.fund = t.fund AND k.day = t.day
                                AND k.run_id IS NOT NULL
                              ORDER BY k.recorded_at DESC LIMIT 1) kept ON true
         WHERE (t.value, t.put_in, t.taken_out) IS DISTINCT FROM (kept.value, kept.put_in, kept.taken_out)
         ORDER BY t.account_id, t.fund, t.day
        """,
        {"wanted": json.dumps(rows), "run": run_id},
    )
    return cur.rowcount


def keep_again(cur, within: str, *, since: date, run_id: int) -> int:
    """Look again at the days that were kept from `since` on, of accounts `within`: a statement that was replaced tells
    something else."""
    cur.execute(
        "SELECT DISTINCT v.account_id, v.fund, v.day FROM fees_fundvalue v"
        f" WHERE {within} AND v.run_id IS NOT NULL AND v.day >= %s",
        [since],
    )
    wanted = [Wanted(account, Window(fund, day, day), day - ONE_DAY) for account, fund, day in cur.fetchall()]
    return keep(cur, wanted, run_id=run_id)
