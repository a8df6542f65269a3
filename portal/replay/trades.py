"""What statements told of executions over time: each version of one that was corrected, those that came late, and those
that take the place of another.  The others stay: the first night that could charge them knew them as they stand.
"""

from collections.abc import Iterable
from typing import Any

from accounts.broker.feed.queries import FILE_TOLD
from accounts.broker.feed.tables import PRICED
from portal.replay.told import NOW, Told

_COLUMNS = ", ".join(PRICED)
# A night reads trades as it closes: by then it knows what was told.
_FOUND = f"""
    WITH knew AS (SELECT r.day, s.started_at AS at FROM accounts_run r
                    JOIN accounts_runstage s ON s.run_id = r.id AND s.name = 'close'),
    found AS (
        SELECT t.id, coalesce(t.told_at, (SELECT {FILE_TOLD} FROM broker_statementfile f
                                           WHERE f.id = coalesce(min(h.file_id), t.file_id)), '-infinity') AS told,
               count(h.id) AS retold
          FROM broker_trade t LEFT JOIN broker_tradehistory h ON h.trade_id = t.id
         GROUP BY t.id)
    SELECT f.id FROM found f JOIN broker_trade t ON t.id = f.id
     WHERE f.retold > 0 OR t.orig_trade_id <> ''
        OR f.told > (SELECT min(k.at) FROM knew k WHERE k.day >= coalesce(t.trade_on, t.report_on))"""
# Of an execution the versions in their order: each with the instant from which it was known.
_VERSIONS = f"""
    WITH version AS (
        SELECT h.trade_id AS id, {", ".join(f"h.{name}" for name in PRICED)}, h.file_id, h.replaced_at AS until,
               h.id AS place
          FROM broker_tradehistory h WHERE h.trade_id = ANY (%(found)s)
        UNION ALL
        SELECT t.id, {", ".join(f"t.{name}" for name in PRICED)}, t.file_id, 'infinity', NULL
          FROM broker_trade t WHERE t.id = ANY (%(found)s)
    ), ordered AS (
        SELECT v.*, lag(v.until) OVER (PARTITION BY v.id ORDER BY v.until, v.place) AS since FROM version v
    )
    SELECT coalesce(o.since, t.told_at, {FILE_TOLD}, 'epoch'), o.since IS NULL, o.id,
           (to_jsonb(t) || to_jsonb(o) - ARRAY['until', 'place', 'since'])::text
      FROM ordered o JOIN broker_trade t ON t.id = o.id
      LEFT JOIN broker_statementfile f ON f.id = o.file_id
     ORDER BY 1, o.id, o.until, o.place"""
_FIRST = f"""
    INSERT INTO broker_trade SELECT r.* FROM jsonb_populate_record(NULL::broker_trade,
                                         %s::jsonb || jsonb_build_object('told_at', {NOW})) r"""
_AGAIN = f"""
    WITH kept AS (
        INSERT INTO broker_tradehistory (firm_id, account_id, trade_id, {_COLUMNS}, file_id, replaced_by_id,
                                         replaced_at)
        SELECT t.firm_id, t.account_id, t.id, {", ".join(f"t.{name}" for name in PRICED)}, t.file_id, r.file_id, {NOW}
          FROM broker_trade t JOIN jsonb_to_record(%s::jsonb) AS r (id bigint, file_id integer) ON r.id = t.id)
    UPDATE broker_trade t SET ({_COLUMNS}, file_id) = ({", ".join(f"r.{name}" for name in (*PRICED, "file_id"))})
      FROM jsonb_populate_record(NULL::broker_trade, %s::jsonb) r WHERE r.id = t.id"""


def trades(cur: Any) -> Iterable[Told]:
    """Takes them away, with what is kept of those that were corrected, and says when each version comes back."""
    cur.execute(_FOUND)
    found = [pk for (pk,) in cur.fetchall()]
    cur.execute(_VERSIONS, {"found": found})
    told = [
        Told(at, _FIRST, (row,), of_trades=True) if is_first else Told(at, _AGAIN, (row, row), of_trades=True)
        for at, is_first, _pk, row in cur.fetchall()
    ]
    cur.execute("DELETE FROM broker_tradehistory")
    cur.execute("DELETE FROM broker_trade WHERE id = ANY (%s)", [found])
    return told
