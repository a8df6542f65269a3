"""The SQL of the import: staging tables and the statements that merge them, each over all staged rows at once."""

from functools import cache

from accounts.broker.feed import tables
from accounts.broker.feed.tables import Table
from portal.lib.words import gettext_noop


def _stage(table: Table) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.stage} ({columns}) ON COMMIT DELETE ROWS"


_READY = (
    "account_id bigint, nav_date date, nlv numeric(20, 4), flow numeric(20, 4), currency text, old_nlv numeric(20, 4),"
    " old_flow numeric(20, 4), old_currency text, old_file integer, is_new boolean, is_stale boolean, is_staged boolean"
)
STAGE = ";\n".join(
    [
        "SET LOCAL client_min_messages = warning",
        *map(_stage, tables.STAGED),
        "CREATE TEMPORARY TABLE IF NOT EXISTS feed_touched (account_id bigint, day date) ON COMMIT DELETE ROWS",
        f"CREATE TEMPORARY TABLE IF NOT EXISTS feed_ready ({_READY}) ON COMMIT DELETE ROWS",
    ]
)
EMPTY = "TRUNCATE feed_touched, feed_ready, " + ", ".join(table.stage for table in tables.STAGED)


def older(file_column: str) -> str:
    """Whether a stored row comes from an older file than this one; within one file the first row stays."""
    return (
        f"(SELECT (coalesce(f.generated_at, f.imported_at), f.id) < (%(generated)s, %(file)s)"
        f" FROM broker_statementfile f WHERE f.id = {file_column})"
    )


# Titles of what the import tells the house; pages translate them.
TITLES = {
    "deposit": gettext_noop("Deposit"),
    "withdrawal": gettext_noop("Withdrawal"),
    "cash": gettext_noop("Internal cash transfer"),
    "internal": gettext_noop("Internal position transfer"),
    "out": gettext_noop("Outbound position transfer"),
    "in": gettext_noop("Inbound position transfer"),
    "opened": gettext_noop("Account opened"),
    "closed": gettext_noop("Account closed"),
    "done": gettext_noop("Completed"),
}

# Asked once nobody reads beside it: whoever read before has committed, and whoever reads later knows of it.
INSTANT = "SELECT clock_timestamp()"
TOLD = "UPDATE broker_statementfile SET told_at = %(told)s WHERE id = %(file)s AND (%(is_news)s OR told_at IS NULL)"

# What the import tells the rest of the house about lines it had not seen before.
_TOLD = {
    "cashline": """
    , told AS (
        INSERT INTO accounts_event (firm_id, practice_id, account_id, kind, title, status, data, natural_key, day, at)
        SELECT a.firm_id, a.practice_id, a.id, CASE WHEN m.amount > 0 THEN 'deposit' ELSE 'withdrawal' END,
               CASE WHEN m.amount > 0 THEN '{deposit}' ELSE '{withdrawal}' END, '{done}',
               jsonb_build_object('amount', trim_scale(abs(m.amount))::text, 'currency', m.currency,
                                  'description', m.description),
               'cash:' || m.account_id || ':' || m.key, coalesce(m.report_on, m.flow_on), %(at)s
          FROM merged m JOIN accounts_account a ON a.id = m.account_id
         WHERE m.is_new AND m.flow_on IS NOT NULL
        ON CONFLICT (firm_id, natural_key) DO NOTHING)""",
    "positiontransfer": """
    , told AS (
        INSERT INTO accounts_event (firm_id, practice_id, account_id, kind, title, status, data, natural_key, day, at)
        SELECT a.firm_id, a.practice_id, a.id,
               CASE WHEN coalesce(m.cash, 0) <> 0 THEN 'internal_cash_transfer' ELSE 'position_transfer' END,
               CASE WHEN coalesce(m.cash, 0) <> 0 THEN '{cash}'
                    WHEN m.kind = 'INTERNAL' THEN '{internal}'
                    WHEN m.direction = 'OUT' THEN '{out}'
                    ELSE '{in}' END, '{done}',
               jsonb_build_object('method', m.kind, 'direction', m.direction, 'symbol', m.symbol,
                                  'quantity', trim_scale(m.quantity)::text, 'amount', trim_scale(abs(m.flow))::text,
                                  'currency', a.base_currency),
               'transfer:' || m.account_id || ':' || m.key, coalesce(m.report_on, m.flow_on, %(at)s::date), %(at)s
          FROM merged m JOIN accounts_account a ON a.id = m.account_id
         WHERE m.is_new
        ON CONFLICT (firm_id, natural_key) DO NOTHING)""",
    # One piece of news a practice and action, however many of its accounts hold the security.
    "corporateaction": """
    , told AS (
        INSERT INTO accounts_notification (firm_id, practice_id, kind, title, body, natural_key, day)
        SELECT DISTINCT ON (a.practice_id, n.natural_key) a.firm_id, a.practice_id, 'corporate_action',
               left(n.title, 200), m.description, n.natural_key, coalesce(m.report_on, %(at)s::date)
          FROM merged m JOIN accounts_account a ON a.id = m.account_id
         CROSS JOIN LATERAL (SELECT
                'corporate:' || coalesce(nullif(m.action_id, ''), m.kind || ':' || m.symbol || ':' || m.report_on)
                AS natural_key, coalesce(nullif(m.symbol, ''), m.kind) || ': ' || m.description AS title) n
         WHERE m.is_new
         ORDER BY a.practice_id, n.natural_key, m.id
        ON CONFLICT (practice_id, natural_key) DO NOTHING)""",
}


def _titled(text: str) -> str:
    for name, title in TITLES.items():
        text = text.replace("'{" + name + "}'", f"'{title}'")
    return text


@cache
def plain(table: Table) -> str:
    """Merge a table whose rows stand alone: insert what is new, correct what an older file said otherwise."""
    key, columns = ", ".join(table.key), ", ".join(table.columns)
    stored = ", ".join(f"kept.{name}" for name in table.corrected)
    offered = ", ".join(f"excluded.{name}" for name in table.corrected)
    assigned = ", ".join(f"{name} = excluded.{name}" for name in table.corrected)
    told = _titled(_TOLD.get(table.name, ""))
    source, came = ("file_id, told_at", "%(file)s, %(told)s") if table.is_told else ("file_id", "%(file)s")
    returned = "kept.*, " if told else ""
    return f"""
    WITH merged AS (
        INSERT INTO {table.target} AS kept ({columns}, {source})
        SELECT DISTINCT ON ({key}) {columns}, {came} FROM {table.stage} ORDER BY {key}
        ON CONFLICT ({key}) DO UPDATE SET {assigned}, file_id = excluded.file_id
         WHERE ({stored}) IS DISTINCT FROM ({offered}) AND {older("kept.file_id")}
        RETURNING {returned}(kept.xmax = 0) AS is_new){told}
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
    """


# Before the merge: what it will replace.
KEEP_TRADES = f"""
    INSERT INTO broker_tradehistory (firm_id, account_id, trade_id, {", ".join(tables.PRICED)}, file_id,
                                     replaced_by_id, replaced_at)
    SELECT kept.firm_id, kept.account_id, kept.id, {", ".join(f"kept.{name}" for name in tables.PRICED)}, kept.file_id,
           %(file)s, %(told)s
      FROM (SELECT DISTINCT ON (account_id, key) * FROM feed_trade ORDER BY account_id, key) s
      JOIN broker_trade kept ON kept.account_id = s.account_id AND kept.key = s.key
     WHERE ({", ".join(f"kept.{name}" for name in tables.PRICED)})
           IS DISTINCT FROM ({", ".join(f"s.{name}" for name in tables.PRICED)})
       AND {older("kept.file_id")}
"""

RATES = """
    INSERT INTO broker_fxrate (day, from_currency, to_currency, rate, file_id)
    SELECT DISTINCT ON (day, from_currency, to_currency) day, from_currency, to_currency, rate, %(file)s
      FROM feed_fxrate ORDER BY day, from_currency, to_currency
    ON CONFLICT (day, from_currency, to_currency) DO NOTHING
"""

# The statement of the latest day speaks; of two about the same day the one made later.
FACTS = """
    INSERT INTO broker_accountfacts AS kept (account_id, firm_id, as_of, generated_at, capabilities, permissions,
                                             master_name, last_traded_on, file_id)
    SELECT DISTINCT ON (account_id) account_id, firm_id, as_of, generated_at, capabilities, permissions, master_name,
           last_traded_on, %(file)s
      FROM feed_accountfacts ORDER BY account_id, as_of DESC, generated_at DESC
    ON CONFLICT (account_id) DO UPDATE
       SET as_of = excluded.as_of, generated_at = excluded.generated_at, capabilities = excluded.capabilities,
           permissions = excluded.permissions, master_name = excluded.master_name,
           last_traded_on = excluded.last_traded_on, file_id = excluded.file_id
     WHERE (kept.as_of, kept.generated_at, kept.file_id)
           < (excluded.as_of, excluded.generated_at, excluded.file_id)
"""

# What the tree keeps of it. Number, firm and place in the tree are never the broker's to change; an empty word is no
# news; an account that was abandoned or refused here stays so.
ACCOUNTS = _titled("""
    WITH told AS (
        SELECT DISTINCT ON (s.account_id) s.*
          FROM feed_accountfacts s JOIN broker_accountfacts f
            ON f.account_id = s.account_id AND f.as_of = s.as_of AND f.generated_at = s.generated_at
         WHERE f.file_id = %(file)s
         ORDER BY s.account_id
    ), news AS (
        SELECT a.id, a.firm_id, a.practice_id, a.status AS old_status,
               coalesce(nullif(t.title, ''), a.title) AS title,
               CASE WHEN t.title = '' THEN a.sort_key ELSE t.sort_key END AS sort_key,
               coalesce(nullif(t.alias, ''), a.alias) AS alias,
               coalesce(nullif(t.margin_kind, ''), a.margin_kind) AS margin_kind,
               coalesce(nullif(t.account_type, ''), a.account_type) AS account_type,
               coalesce(nullif(t.customer_type, ''), a.customer_type) AS customer_type,
               coalesce(nullif(t.entity, ''), a.entity) AS entity,
               coalesce(t.opened_on, a.opened_on) AS opened_on,
               coalesce(t.funded_on, a.funded_on) AS funded_on,
               CASE WHEN a.status IN ('N', 'P', 'O') AND t.closed_on <= t.as_of THEN 'C'
                    WHEN a.status IN ('N', 'P') AND t.opened_on <= t.as_of THEN 'O'
                    ELSE a.status END AS status,
               CASE WHEN a.status IN ('N', 'P', 'O') AND t.closed_on <= t.as_of THEN t.closed_on
                    ELSE a.closed_on END AS closed_on,
               t.as_of
          FROM told t JOIN accounts_account a ON a.id = t.account_id
    ), changed AS (
        UPDATE accounts_account a
           SET title = n.title, sort_key = n.sort_key, alias = n.alias, margin_kind = n.margin_kind,
               account_type = n.account_type, customer_type = n.customer_type, entity = n.entity,
               opened_on = n.opened_on, funded_on = n.funded_on, status = n.status, closed_on = n.closed_on
          FROM news n
         WHERE a.id = n.id
           AND (a.title, a.sort_key, a.alias, a.margin_kind, a.account_type, a.customer_type, a.entity, a.opened_on,
                a.funded_on, a.status, a.closed_on)
               IS DISTINCT FROM
               (n.title, n.sort_key, n.alias, n.margin_kind, n.account_type, n.customer_type, n.entity, n.opened_on,
                n.funded_on, n.status, n.closed_on)
        RETURNING a.id
    ), applied AS (
        UPDATE accounts_request r SET status = 'approved', finished_at = %(at)s
          FROM news n
         WHERE r.account_id = n.id AND r.kind = 'application' AND r.finished_at IS NULL
           AND n.old_status IN ('N', 'P') AND n.status IN ('O', 'C')
    )
    INSERT INTO accounts_event (firm_id, practice_id, account_id, kind, title, status, data, natural_key, day, at)
    SELECT n.firm_id, n.practice_id, n.id, CASE n.status WHEN 'O' THEN 'opened' ELSE 'closed' END,
           CASE n.status WHEN 'O' THEN '{opened}' ELSE '{closed}' END, n.status, '{}',
           CASE n.status WHEN 'O' THEN 'opened:' || n.id || ':' || n.opened_on
                ELSE 'closed:' || n.id || ':' || n.closed_on END,
           CASE n.status WHEN 'O' THEN n.opened_on ELSE n.closed_on END, %(at)s
      FROM news n JOIN changed c ON c.id = n.id WHERE n.status <> n.old_status
    ON CONFLICT (firm_id, natural_key) DO NOTHING
""")

CONTRADICTIONS = """
    SELECT account_id, nav_date FROM feed_navdaily GROUP BY account_id, nav_date
    HAVING count(DISTINCT nlv) > 1 OR count(DISTINCT flow) > 1 ORDER BY account_id, nav_date
"""

TOUCHED = """
    INSERT INTO feed_touched
    SELECT account_id, nav_date FROM feed_navdaily
    UNION SELECT account_id, flow_on FROM feed_cashline WHERE flow_on IS NOT NULL
    UNION SELECT account_id, flow_on FROM feed_positiontransfer WHERE flow_on IS NOT NULL
"""

# A day's flow: the sum of its stored lines if there are any, else what the file says, else what is known already.
READY = """
    INSERT INTO feed_ready
    WITH staged AS (
        SELECT DISTINCT ON (account_id, nav_date) * FROM feed_navdaily ORDER BY account_id, nav_date
    ), lines AS (
        SELECT account_id, day, sum(amount) AS flow FROM (
            SELECT t.account_id, t.day, l.base AS amount
              FROM feed_touched t JOIN broker_cashline l ON l.account_id = t.account_id AND l.flow_on = t.day
            UNION ALL
            SELECT t.account_id, t.day, p.flow
              FROM feed_touched t JOIN broker_positiontransfer p ON p.account_id = t.account_id AND p.flow_on = t.day
        ) AS every GROUP BY account_id, day
    ), joined AS (
        SELECT t.account_id, t.day, s.nlv, l.flow AS summed, s.flow, s.currency, n.nlv AS old_nlv, n.flow AS old_flow,
               n.currency AS old_currency, n.file_id AS old_file, n.account_id IS NULL AS is_new,
               s.account_id IS NOT NULL AS is_staged,
               coalesce(NOT {older}, false) AS is_older
          FROM feed_touched t
          LEFT JOIN staged s ON s.account_id = t.account_id AND s.nav_date = t.day
          LEFT JOIN lines l ON l.account_id = t.account_id AND l.day = t.day
          LEFT JOIN broker_navdaily n ON n.account_id = t.account_id AND n.nav_date = t.day
               AND n.nav_date BETWEEN %(first)s AND %(last)s
    )
    SELECT account_id, day, CASE WHEN is_new OR NOT is_older THEN coalesce(nlv, old_nlv) ELSE old_nlv END,
           coalesce(summed, CASE WHEN is_new OR NOT is_older THEN flow END, old_flow, 0),
           CASE WHEN is_new OR NOT is_older THEN coalesce(currency, old_currency) ELSE old_currency END,
           old_nlv, old_flow, old_currency, old_file, is_new,
           is_staged AND is_older AND nlv IS DISTINCT FROM old_nlv, is_staged
      FROM joined WHERE is_staged OR NOT is_new
""".replace("{older}", older("n.file_id"))

_DIFFERS = "NOT is_new AND (r.nlv, r.flow, r.currency) IS DISTINCT FROM (r.old_nlv, r.old_flow, r.old_currency)"

KEEP_OLD = f"""
    INSERT INTO broker_navhistory (firm_id, account_id, nav_date, nlv, flow, currency, file_id, recorded_at,
                                   replaced_by_id, replaced_at)
    SELECT a.firm_id, r.account_id, r.nav_date, r.old_nlv, r.old_flow, r.old_currency, r.old_file,
           coalesce(f.imported_at, (SELECT d.at FROM accounts_nightdecision d
                                     WHERE d.account_id = r.account_id AND d.day = r.nav_date AND d.kind = 'carry')),
           %(file)s, %(told)s
      FROM feed_ready r JOIN accounts_account a ON a.id = r.account_id
      LEFT JOIN broker_statementfile f ON f.id = r.old_file
     WHERE {_DIFFERS}
"""

# A line that comes later changes the flow but not whose value it is.
REPLACE = f"""
    UPDATE broker_navdaily n
       SET nlv = r.nlv, flow = r.flow, currency = r.currency,
           file_id = CASE WHEN r.nlv IS DISTINCT FROM r.old_nlv THEN %(file)s ELSE n.file_id END
      FROM feed_ready r
     WHERE n.nav_date = r.nav_date AND n.account_id = r.account_id
       AND n.nav_date BETWEEN %(first)s AND %(last)s AND {_DIFFERS}
"""

INSERT = """
    INSERT INTO broker_navdaily (nav_date, file_id, account_id, nlv, flow, currency)
    SELECT nav_date, %(file)s, account_id, nlv, flow, currency FROM feed_ready WHERE is_new
"""

STALE = "SELECT count(*) FROM feed_ready WHERE is_stale"

ARRIVED = """
    SELECT DISTINCT r.account_id, r.nav_date FROM feed_ready r
      JOIN accounts_hold h ON h.account_id = r.account_id AND h.day = r.nav_date AND h.resolved_at IS NULL
     WHERE r.is_staged
"""
