"""What statements tell of investments in hedge funds, kept where a fee asks for it: they may be replaced later."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from accounts.broker.feed.queries import FILE_TOLD
from accounts.ground.days.queries import calendar
from fees.engine.investments import ONE_DAY, Window, parse
from fees.engine.registry import FUND_CODES
from fees.funds.then import NOW, run_again
from portal.lib.business_days import Calendar

SOURCE = "statement"


class Wanted(NamedTuple):
    """The days of which an account's statements are asked for a fund: values in the window, flows since a day."""

    account: int
    window: Window
    flows_since: date


# A day is told as a whole, so that whoever asks for it reads the same: its position and what was put in and taken out.
# Days of the windows, of flows, and those that were kept, as what vanished from a statement must be unsaid.
#
# Positions of a summary, or of lots where there is no summary, as the list of holdings adds them up; a currency for
# which no rate is known leaves the figure empty, and so does a trade of the day or before it that was reported after
# the statement came. Trades and transfers of the fund are what was put in and taken out. A statement that shows others
# and not the fund tells that it was worth nothing where one after it shows it bought, and none before it shows it held.
_TOLD = """
    w AS (
        SELECT * FROM jsonb_to_recordset(%(wanted)s) AS w (account bigint, fund text, first date, last date, since date)
    ), span AS (
        SELECT account, fund, min(since) AS since, max(last) AS last FROM w GROUP BY account, fund
    ), line AS (
        SELECT t.account_id, w.fund, coalesce(t.trade_on, t.report_on) AS day, t.report_on, t.file_id, {traded} AS flow,
               w.since, w.last
          FROM span w
          JOIN broker_trade t ON t.account_id = w.account AND t.symbol = w.fund
           AND greatest(t.trade_on, t.report_on) > w.since AND coalesce(t.trade_on, t.report_on) <= w.last + {quarter}
          JOIN accounts_account a ON a.id = t.account_id
         WHERE NOT 'Ca' = ANY (string_to_array(t.notes, ';'))
        UNION ALL
        SELECT x.account_id, w.fund, coalesce(x.flow_on, x.report_on), x.report_on, x.file_id, x.flow,
               w.since, w.last
          FROM span w
          JOIN broker_positiontransfer x ON x.account_id = w.account AND x.symbol = w.fund
           AND greatest(x.flow_on, x.report_on) > w.since AND coalesce(x.flow_on, x.report_on) <= w.last + {quarter}
    ), flow AS (
        SELECT account_id, fund, day,
               CASE WHEN bool_or(flow IS NULL) THEN NULL ELSE sum(greatest(flow, 0)) END AS put_in,
               CASE WHEN bool_or(flow IS NULL) THEN NULL ELSE -sum(least(flow, 0)) END AS taken_out
          FROM line WHERE day > since AND day <= last GROUP BY account_id, fund, day
    ), kept AS (
        SELECT DISTINCT ON (v.account_id, v.fund, v.day) v.account_id, v.fund, v.day, v.value, v.put_in, v.taken_out
          FROM span w
          JOIN fees_fundvalue v ON v.account_id = w.account AND v.fund = w.fund AND v.day > w.since AND v.day <= w.last
         WHERE v.run_id IS NOT NULL
         ORDER BY v.account_id, v.fund, v.day, v.recorded_at DESC
    ), asked AS (
        SELECT account AS account_id, fund, d::date AS day FROM w, generate_series(first, last, '1 day') d
        UNION SELECT account_id, fund, day FROM flow
        UNION SELECT account_id, fund, day FROM kept
    ), worth AS (
        SELECT p.account_id, d.fund, p.day,
               CASE WHEN bool_or({value} IS NULL) OR EXISTS (
                         SELECT 1 FROM line l WHERE l.account_id = p.account_id AND l.fund = d.fund
                            AND l.day <= p.day AND l.report_on > p.day AND l.file_id >= max(p.file_id))
                    THEN NULL ELSE greatest(sum({value}), 0) END AS value
          FROM asked d
          JOIN broker_position p ON p.account_id = d.account_id AND p.day = d.day AND p.symbol = d.fund
          JOIN accounts_account a ON a.id = p.account_id
         WHERE p.level = 'SUMMARY' OR NOT EXISTS (
               SELECT 1 FROM broker_position s WHERE s.account_id = p.account_id AND s.day = p.day
                  AND s.level = 'SUMMARY' AND s.symbol = p.symbol)
         GROUP BY p.account_id, d.fund, p.day
    ), empty AS (
        SELECT DISTINCT w.account AS account_id, w.fund, w.first AS day, 0 AS value
          FROM w JOIN accounts_account a ON a.id = w.account
         WHERE EXISTS (SELECT 1 FROM broker_position p WHERE p.account_id = a.id AND p.day = w.first)
           AND NOT EXISTS (SELECT 1 FROM broker_position p WHERE p.account_id = a.id AND p.symbol = w.fund
                              AND p.day <= w.first AND p.day > w.first - {quarter})
           AND NOT EXISTS (SELECT 1 FROM line l WHERE l.account_id = a.id AND l.fund = w.fund
                              AND (l.day = w.first OR l.day < w.first AND l.report_on > w.first))
           AND EXISTS (SELECT 1 FROM line l WHERE l.account_id = a.id AND l.fund = w.fund
                          AND l.day > w.first AND l.day <= w.first + {quarter} AND l.flow > 0)
    ), told AS (
        SELECT d.account_id, d.fund, d.day, coalesce(v.value, e.value)::numeric(20,4) AS value,
               (CASE WHEN f.day IS NULL THEN 0 ELSE f.put_in END)::numeric(20,4) AS put_in,
               (CASE WHEN f.day IS NULL THEN 0 ELSE f.taken_out END)::numeric(20,4) AS taken_out,
               k.day IS NOT NULL AS is_kept, k.value AS kept_value, k.put_in AS kept_in, k.taken_out AS kept_out
          FROM asked d
          LEFT JOIN worth v USING (account_id, fund, day)
          LEFT JOIN empty e USING (account_id, fund, day)
          LEFT JOIN flow f USING (account_id, fund, day)
          LEFT JOIN kept k USING (account_id, fund, day)
         WHERE v.day IS NOT NULL OR e.day IS NOT NULL OR f.day IS NOT NULL OR k.day IS NOT NULL
    )"""
_RATE = (
    "CASE WHEN {row}.currency = a.base_currency THEN 1"
    " ELSE coalesce({row}.rate, broker_rate({day}, {row}.currency, a.base_currency)) END"
)
# Days: a quarter and its holidays.
QUARTER = 100
TOLD = _TOLD.format(
    quarter=QUARTER,
    value=f"p.value * ({_RATE.format(row='p', day='p.day')})",
    traded=f"-t.proceeds * ({_RATE.format(row='t', day='coalesce(t.trade_on, t.report_on)')})",
)


def asked_as_json(wanted: Iterable[Wanted]) -> str:
    """The windows as TOLD reads them."""
    rows = [
        {"account": one.account, "fund": one.window.fund, "first": one.window.first.isoformat(),
         "last": one.window.last.isoformat(), "since": one.flows_since.isoformat()}
        for one in wanted
    ]  # fmt: skip
    return json.dumps(rows)


def keep(cur, wanted: Iterable[Wanted], *, run_id: int) -> int:
    """Keep what the statements tell now, where it is not what they told before; how many rows that were."""
    asked = list(wanted)
    if not asked:
        return 0
    then = run_again()
    relations, tells = (TOLD, "told") if then is None else (f"{TOLD}, {NOW}", "now")
    values: dict[str, object] = {"wanted": asked_as_json(asked), "run": run_id}
    if then is not None:
        values |= {"told_since": then.since, "told_then": json.dumps(then.rows())}
    cur.execute(
        f"""
        WITH {relations}
        INSERT INTO fees_fundvalue (firm_id, account_id, fund, day, value, put_in, taken_out, source, run_id)
        SELECT a.firm_id, t.account_id, t.fund, t.day, t.value, t.put_in, t.taken_out, '{SOURCE}', %(run)s
          FROM {tells} t JOIN accounts_account a ON a.id = t.account_id
         WHERE NOT t.is_kept OR (t.value, t.put_in, t.taken_out) IS DISTINCT FROM (kept_value, kept_in, kept_out)
         ORDER BY t.account_id, t.fund, t.day
        """,
        values,
    )
    return cur.rowcount


# Charges `c` of older periods about which a file that came since the night before says something: however late it is.
_TOUCHED = """
    EXISTS (SELECT 1 FROM broker_trade t WHERE t.account_id = c.account_id
               AND t.file_id = ANY (%(files)s::int[]) AND coalesce(t.trade_on, t.report_on) < c.ends)
    OR EXISTS (SELECT 1 FROM broker_positiontransfer t WHERE t.account_id = c.account_id
                  AND t.file_id = ANY (%(files)s::int[]) AND coalesce(t.flow_on, t.report_on) < c.ends)
    OR EXISTS (SELECT 1 FROM broker_position p WHERE p.account_id = c.account_id
                  AND p.file_id = ANY (%(files)s::int[])
                  AND (p.day >= c.starts - 8 AND p.day < c.starts OR p.day >= c.period_end_day AND p.day < c.ends))"""


def keep_again(cur, within: str, *, since: date, came: str, run_id: int) -> int:
    """Look again at all that was asked for fees of periods that ended after `since`, and of those before it about which
    a file says something that `came` after that instant, of accounts `within` (of charges `c`): a statement that came
    late or was replaced tells something else."""
    then = run_again()
    cur.execute(f"SELECT coalesce(array_agg(f.id), '{{}}') FROM broker_statementfile f WHERE {FILE_TOLD} >= %s", [came])
    (files,) = cur.fetchone()
    cur.execute(
        f"""
        SELECT c.account_id, c.starts, c.inputs FROM fees_charge c
         WHERE {within} AND c.method = ANY (%(methods)s) AND c.revision = 0
           AND (c.ends > %(since)s OR c.account_id = ANY (%(told)s::bigint[])
                OR cardinality(%(files)s::int[]) > 0 AND ({_TOUCHED}))
        """,
        {
            "methods": list(FUND_CODES),
            "since": since,
            "files": files,
            "told": [one.account for one in then.kept] if then else [],
        },
    )
    days = calendar()
    wanted = [again for account, *charged in cur.fetchall() for again in _asked_again(account, *charged, days=days)]
    return keep(cur, wanted, run_id=run_id)


def _asked_again(account: int, starts: date, inputs: str, *, days: Calendar) -> Iterator[Wanted]:
    """The windows in which a charge found its values, and what was put in and taken out from before its period on."""
    for one in parse(inputs):
        worths = [one.closing, *((one.gain.begin, one.gain.end) if one.gain else ())]
        windows = [
            Window(one.fund, days.on_or_before(worth.day), days.next(worth.day) - ONE_DAY) for worth in worths if worth
        ]
        flows_since = min(days.previous(starts), *(window.first for window in windows)) - ONE_DAY
        yield from (Wanted(account, window, flows_since) for window in windows)
