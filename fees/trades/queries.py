"""Executions as the engine reads them: those that wait to be charged, and those that a proof names."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from accounts.broker.feed.tables import PRICED
from accounts.ground.access.context import cursor
from accounts.ground.runs.actions import BY_OFFICE
from accounts.ground.tree.models import Account
from fees.accrual.statements import one_of
from fees.engine.executions import Execution
from fees.engine.registry import TRADE_CODES
from fees.engine.types import Terms
from fees.results.queries import agreed_terms
from fees.trades.lines import CANCELS, CHARGED_IN, STANDS, UNCHARGED, sql_standing
from portal.lib.periods import Period

# Older executions are looked for only where a file brought them lately, or their account was kept from being charged.
LATEST = timedelta(days=60)
# Assignments, exercises and expiries are bookings, not trades that anybody made; a cancellation is the end of one.
NO_TRADES = f"'BookTrade', {CANCELS}"
METHODS = ", ".join(map(str, TRADE_CODES))
# What an execution waits for whose commission is in another currency than its fee; its account is held by that name.
NO_RATE = "no_rate"

_WITH_RATE = """
    t.key, coalesce(t.trade_on, t.report_on), t.asset, t.symbol, t.currency, abs(t.quantity),
    coalesce(abs(t.proceeds), abs(t.quantity * coalesce(t.price, 0) * coalesce(t.multiplier, 1))),
    CASE WHEN coalesce(t.commission, 0) = 0 THEN 0 ELSE -t.commission * {rate} END,
    t.notes, t.opens_or_closes, t.exchange
"""
_TURNED = "coalesce(t.trade_on, t.report_on), coalesce(nullif(t.commission_currency, ''), t.currency), " + CHARGED_IN
_COLUMNS = _WITH_RATE.format(rate=f"broker_rate({_TURNED})")
# At the rate of before where it was corrected since.
_COLUMNS_THEN = _WITH_RATE.format(rate=f"broker_rate_at({_TURNED}, w.at)")


# The execution `o` as it was known at an instant: its own row of then, or that of its correction; a cancelled one is
# noted so.
_THEN = f"""
    LEFT JOIN LATERAL ({sql_standing("o", known_at="w.at")}) r ON true
    JOIN LATERAL (
        SELECT o.key, v.kind, v.trade_on, v.report_on, v.asset, v.symbol, v.currency, v.quantity, v.price, v.proceeds,
               v.multiplier, v.commission, v.commission_currency, v.opens_or_closes, v.exchange,
               CASE WHEN r.kind IN ({CANCELS}) THEN concat_ws(';', nullif(v.notes, ''), 'Ca')
                    ELSE v.notes END AS notes
          FROM (SELECT {", ".join(PRICED)}, h.replaced_at AS until, h.id AS place FROM broker_tradehistory h
                 WHERE h.trade_id = CASE r.kind WHEN 'TradeCorrect' THEN r.id ELSE o.id END AND h.replaced_at > w.at
                UNION ALL
                SELECT {", ".join(PRICED)}, 'infinity', NULL FROM broker_trade c
                 WHERE c.id = CASE r.kind WHEN 'TradeCorrect' THEN r.id ELSE o.id END) v
         ORDER BY v.until, v.place LIMIT 1) t ON true"""

_CHARGEABLE = f"t.kind NOT IN ({NO_TRADES}) AND NOT 'Ca' = ANY (string_to_array(t.notes, ';')) AND t.quantity <> 0"


# Whose executions may have waited for longer: for a rate, or for the back office.
_KEPT_BACK = (
    f"SELECT h.account_id FROM accounts_hold h WHERE h.reason IN ('{NO_RATE}', '{BY_OFFICE}')"
    " AND (h.resolved_at IS NULL OR h.resolved_at > %(since)s)"
)


class Waiting(NamedTuple):
    """An execution with the version that was in force on its day."""

    firm: int
    account: int
    number: str
    practice: int
    trade: int
    terms: Terms
    execution: Execution


def sql_looked_for(traded_on: str) -> str:
    """Whether an execution `t` that was made on a day is asked about: all of the last days, and older ones that no
    night can have known, or could charge, when they were new."""
    return (
        f"({traded_on} > %(since)s OR t.account_id = ANY(ARRAY({_KEPT_BACK}))"
        # Files are numbered as they come: one comparison for each execution.
        " OR t.file_id >= (SELECT min(f.id) FROM broker_statementfile f WHERE f.imported_at > %(since)s))"
    )


def waiting(cur, *, day: date, within: str) -> list[Waiting]:
    """Executions up to `day`, of the accounts `within`, that some payee's schedule covers and has not charged yet."""
    agreed = f"FROM fees_runschedule s WHERE s.method IN ({METHODS}) AND {within}"
    cur.execute(
        f"""
        SELECT a.firm_id, a.id, a.number, s.practice_id, t.id, c.method, c.rate, c.terms::text, s.starts, s.ends, c.id,
               {_COLUMNS}
          FROM fees_runschedule s
          JOIN fees_component c ON c.id = s.component_id AND {one_of("c.id", f"SELECT s.component_id {agreed}")}
          JOIN accounts_account a ON a.id = s.account_id AND {one_of("a.id", f"SELECT s.account_id {agreed}")}
          JOIN broker_trade t ON t.account_id = s.account_id AND coalesce(t.trade_on, t.report_on) >= s.starts
           AND (s.ends IS NULL OR coalesce(t.trade_on, t.report_on) < s.ends)
         WHERE s.method IN ({METHODS}) AND {within}
           AND coalesce(t.trade_on, t.report_on) <= %(day)s
           AND {sql_looked_for("coalesce(t.trade_on, t.report_on)")}
           AND {_CHARGEABLE} AND {STANDS} AND {UNCHARGED}
         ORDER BY a.id, s.practice_id, t.id
        """,
        {"day": day, "since": day - LATEST},
    )
    return [_waiting(row) for row in cur.fetchall()]


def executed(
    cur, *, accounts: Sequence[int], starts: date, ends: date
) -> Iterator[tuple[int, Execution, Decimal | None]]:
    """What these accounts traded from `starts` up to, not including, `ends` that a fee could be charged for, each with
    the rate from its fee's currency to the account's."""
    cur.execute(
        f"""
        SELECT t.account_id, broker_rate(coalesce(t.trade_on, t.report_on), {CHARGED_IN}, a.base_currency), {_COLUMNS}
          FROM broker_trade t JOIN accounts_account a ON a.id = t.account_id
         WHERE t.account_id = ANY(%(accounts)s) AND coalesce(t.trade_on, t.report_on) >= %(starts)s
           AND coalesce(t.trade_on, t.report_on) < %(ends)s AND {_CHARGEABLE} AND {STANDS}
         ORDER BY t.account_id, t.id
        """,
        {"accounts": list(accounts), "starts": starts, "ends": ends},
    )
    for account, rate, *execution in cur:
        yield account, _execution(execution), rate


def between(account: Account, span: Period) -> list[tuple[Execution, Decimal | None]]:
    """The same of one account."""
    with cursor() as cur:
        found = executed(cur, accounts=[account.pk], starts=span.starts, ends=span.ends)
        return [(execution, rate) for _account, execution, rate in found]


def named(cur, wanted: Sequence[tuple[int, str, datetime]]) -> dict[tuple[int, str, datetime], Execution]:
    """Executions by their accounts and keys, as statements had told them at an instant and at the rates of then."""
    accounts, keys, instants = zip(*wanted, strict=True)
    cur.execute(
        f"SELECT w.account_id, w.at, {_COLUMNS_THEN}"
        " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS w (account_id, key, at)"
        f" JOIN broker_trade o ON o.account_id = w.account_id AND o.key = w.key {_THEN}",
        [list(accounts), list(keys), list(instants)],
    )
    return {(account, row[0], at): _execution(row) for account, at, *row in cur.fetchall()}


def _waiting(row: Sequence) -> Waiting:
    firm, account, number, practice, trade, method, rate, terms, starts, ends, component, *execution = row
    agreed = agreed_terms(method, rate, terms, starts, ends, component)
    return Waiting(firm, account, number, practice, trade, agreed, _execution(execution))


def _execution(row: Sequence) -> Execution:
    key, day, asset, symbol, currency, quantity, value, commission, notes, opens, exchange = row
    paid = None if commission is None else max(commission, Decimal(0))
    return Execution(key, day, asset, symbol, currency, quantity, value, paid, notes, opens, exchange)
