"""Executions and what cancels or corrects them: a line of rows that name one another, of which one stands for all."""

CANCELS = "'TradeCancel', 'FracShareCancel'"
# Whether a row `r` takes the place of the one that it names.
REPLACING = f"r.orig_trade_id <> '' AND r.kind IN ({CANCELS}, 'TradeCorrect')"


def sql_line(of: str, *, known_at: str = "'infinity'") -> str:
    """The rows that name one another, with the execution `of`: what replaces them only where it was told by then."""
    return f"""
        WITH RECURSIVE line (id, trade_id, orig_trade_id, kind, told_at, replaces) AS (
            SELECT r.id, r.trade_id, r.orig_trade_id, r.kind, r.told_at, {REPLACING}
              FROM broker_trade r WHERE r.id = {of}.id
            UNION
            SELECT n.* FROM line l CROSS JOIN LATERAL (
                SELECT r.id, r.trade_id, r.orig_trade_id, r.kind, r.told_at, true
                  FROM broker_trade r
                 WHERE r.account_id = {of}.account_id AND r.orig_trade_id = l.trade_id AND {REPLACING}
                   AND coalesce(r.told_at, '-infinity') <= {known_at}
                UNION ALL
                SELECT r.id, r.trade_id, r.orig_trade_id, r.kind, r.told_at, {REPLACING}
                  FROM broker_trade r
                 WHERE l.replaces AND r.account_id = {of}.account_id AND r.trade_id = l.orig_trade_id
                   AND (coalesce(r.told_at, '-infinity') <= {known_at} OR NOT ({REPLACING}))) n)"""


def sql_standing(of: str, *, known_at: str = "'infinity'") -> str:
    """The row that took the place of the others: of those that none replaces the one told last; a cancellation and the
    correction told with it are one step. No row where nothing replaces the execution."""
    return f"""
        {sql_line(of, known_at=known_at)}
        SELECT l.id, l.kind FROM line l
         WHERE l.replaces AND NOT EXISTS (
               SELECT 1 FROM line x WHERE x.replaces AND x.orig_trade_id = l.trade_id AND x.id <> l.id)
         ORDER BY l.told_at DESC NULLS LAST, l.kind = 'TradeCorrect' DESC, l.id DESC LIMIT 1"""


# Whether no other row took the place of the execution `t`: most have none that names them, and are none that names one.
STANDS = (
    f"NOT EXISTS (SELECT 1 FROM broker_trade r WHERE {REPLACING} AND r.account_id = t.account_id"
    " AND r.orig_trade_id = t.trade_id AND r.id <> t.id)"
    " AND (t.orig_trade_id = '' OR t.kind <> 'TradeCorrect'"
    f" OR t.id = (SELECT standing.id FROM ({sql_standing('t')}) standing))"
)
# When a row that takes the place of the execution `t` was told last.
REPLACED_AT = (
    f"greatest((SELECT max(r.told_at) FROM broker_trade r WHERE {REPLACING} AND r.account_id = t.account_id"
    " AND r.orig_trade_id = t.trade_id AND r.id <> t.id),"
    f" CASE WHEN t.orig_trade_id <> '' THEN ({sql_line('t')} SELECT max(line.told_at) FROM line) END)"
)
# What the fee of an execution `t` is charged in: of a currency pair the second one.
CHARGED_IN = (
    "CASE WHEN t.asset = 'CASH' AND position('.' IN t.symbol) > 0"
    " THEN reverse(split_part(reverse(t.symbol), '.', 1)) ELSE t.currency END"
)


def _charged(trade: str) -> str:
    """Whether the payee of `s` has charged a trade in that currency, or nothing.

    No join: kept from looping, the planner would read the fees on trades of everybody and all years.
    """
    return (
        f"(SELECT true FROM fees_tradefee k WHERE k.trade_id = {trade} AND k.practice_id = s.practice_id"
        f" AND k.currency = {CHARGED_IN} LIMIT 1)"
    )


# Whether the payee of `s` has not charged the execution `t` in that currency, nor one whose place it takes: then that
# charge is adjusted.
UNCHARGED = (
    f"{_charged('t.id')} IS NULL"
    f" AND (t.orig_trade_id = '' OR t.kind <> 'TradeCorrect' OR NOT EXISTS ({sql_line('t')}"
    f" SELECT 1 FROM line WHERE {_charged('line.id')}))"
)
