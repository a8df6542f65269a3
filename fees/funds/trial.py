"""What would be known of investments if a fee asked for it: read as a night reads it, and nothing is kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from fees.engine.investments import Valuation
from fees.funds.queries import KNOWN
from fees.funds.statements import TOLD, Wanted, asked_as_json

# What statements tell now stands behind what they told before.
_NOW = f"""
    WITH {TOLD}, fees_fundvalue AS (
        SELECT account_id, fund, day, value, put_in, taken_out, recorded_at, run_id
          FROM fees_fundvalue WHERE account_id = ANY(%(accounts)s)
        UNION ALL
        SELECT account_id, fund, day, value, put_in, taken_out, 'infinity', 0 FROM told
    ) {KNOWN}"""


def invested(
    cur, accounts: Sequence[int], funds: Sequence[str], *, ends: Sequence[date], until: date
) -> dict[int, set[str]]:
    """By account, the funds of which a position on one of the days `ends`, a trade, a transfer or the back office tells
    before `until`; nobody who holds none of them is looked at closer."""
    cur.execute(
        """
        SELECT account_id, symbol FROM broker_position
         WHERE account_id = ANY(%(accounts)s) AND day = ANY(%(ends)s) AND symbol = ANY(%(funds)s)
        UNION SELECT account_id, symbol FROM broker_trade
         WHERE account_id = ANY(%(accounts)s) AND symbol = ANY(%(funds)s) AND coalesce(trade_on, report_on) < %(until)s
        UNION SELECT account_id, symbol FROM broker_positiontransfer
         WHERE account_id = ANY(%(accounts)s) AND symbol = ANY(%(funds)s) AND coalesce(flow_on, report_on) < %(until)s
        UNION SELECT account_id, fund FROM fees_fundvalue
         WHERE account_id = ANY(%(accounts)s) AND fund = ANY(%(funds)s) AND day < %(until)s
        """,
        {"accounts": list(accounts), "funds": list(funds), "ends": list(ends), "until": until},
    )
    found: dict[int, set[str]] = defaultdict(set)
    for account, fund in cur.fetchall():
        found[account].add(fund)
    return found


def valuations_asked(cur, wanted: Iterable[Wanted], *, until: date) -> dict[int, list[Valuation]]:
    """By account, everything known of days before `until`, statements as they are now."""
    asked = list(wanted)
    accounts = sorted({one.account for one in asked})
    found: dict[int, list[Valuation]] = defaultdict(list)
    if accounts:
        cur.execute(_NOW, {"wanted": asked_as_json(asked), "accounts": accounts, "until": until, "at": None})
        for account, *valuation in cur.fetchall():
            found[account].append(Valuation(*valuation))
    return found
