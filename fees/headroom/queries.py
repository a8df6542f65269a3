"""What the rolling cap leaves of accounts' fees: a cheap question for everybody, the engine's answer for a few."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor
from accounts.ground.tree.models import Kind
from fees.accrual.statements import day_literal
from fees.engine.rolling_cap import WINDOW_DAYS, YEAR_WINDOW, Paid, Window, look_back
from fees.engine.rolling_cap import windows as spans
from fees.headroom.rules import least_share, weekdays


class Life(NamedTuple):
    """An account, since when it is open, and what its values are counted in."""

    account: int
    opened_on: date | None
    currency: str


def sql_doubtful(going: str, day: date) -> str:
    """Accounts of the relation `going` (account_id, amount, currency) that the cap might stop, and no others can be.

    An account is passed over where a lower bound of what every window allows covers all fees of 360 days and those
    that are going.  What an STL master itself is worth bounds nothing.
    """
    recent = ", ".join(day_literal(one) for one in weekdays(day, WINDOW_DAYS))
    return f"""
    SELECT g.account_id
      FROM (SELECT account_id, sum(amount) AS due, min(currency) AS first, max(currency) AS last
              FROM {going} GROUP BY account_id) g
      JOIN accounts_account a ON a.id = g.account_id
     CROSS JOIN LATERAL (SELECT sum(greatest(n.nlv, 0)) AS total FROM broker_navdaily n
                          WHERE n.account_id = g.account_id AND n.nav_date IN ({recent})) recent
     CROSS JOIN LATERAL (SELECT coalesce(sum(t.amount), 0) AS total,
                                coalesce(bool_and(t.currency = a.base_currency), true) AS is_base
                           FROM accounts_transfer t
                          WHERE t.account_id = g.account_id AND t.kind IN ('fee', 'invoice')
                            AND t.day > {day_literal(day - timedelta(days=YEAR_WINDOW))}
                            AND t.day <= {day_literal(day)}) paid
     WHERE (a.opened_on <= {day_literal(day - timedelta(days=WINDOW_DAYS))} AND paid.is_base
            AND g.first = a.base_currency AND g.last = a.base_currency
            AND a.kind <> '{Kind.STL_MASTER.value}'
            AND recent.total * {least_share(day)} >= paid.total + g.due) IS NOT TRUE"""


def windows(accounts: Collection[int], day: date) -> dict[int, list[Window]]:
    """Every window of each account before the fees of the night of `day`; none where no value is known.

    The night's invoices come first and count; what is given back that night does not yet.
    """
    wanted = list(accounts)
    if not wanted:
        return {}
    with cursor() as cur:
        cur.execute("SELECT id, opened_on, base_currency FROM accounts_account WHERE id = ANY(%s)", [wanted])
        return windows_of([Life(*row) for row in cur.fetchall()], day)


def windows_of(
    lives: Collection[Life],
    day: date,
    *,
    is_over: bool = False,
    known: Mapping[int, Mapping[date, Decimal]] | None = None,
) -> dict[int, list[Window]]:
    """The same where the accounts are known; once the night of `day` `is_over` everything of it counts.

    `known` are closing values of accounts, where the caller has read them already.
    """
    ages = {one.account: (day - one.opened_on).days if one.opened_on else 0 for one in lives}
    firsts = {day - timedelta(days=days - 1) for age in ages.values() for days in spans(age)}
    with cursor() as cur:
        equity = _equity(cur, list(ages), day) if known is None else _counted(known, day)
        paid = _paid(cur, list(ages), sorted(firsts), day, is_over=is_over)
    return {
        one.account: look_back(
            day=day,
            age=ages[one.account],
            equity=equity[one.account],
            paid=paid[one.account],
            currency=one.currency,
        )
        if equity[one.account]
        else []
        for one in lives
    }


def _equity(cur, accounts: Sequence[int], day: date) -> dict[int, dict[date, Decimal]]:
    """Closing values, each day named so that the index finds them; a day below zero counts as nothing."""
    cur.execute(
        "SELECT account_id, nav_date, greatest(nlv, 0) FROM fees_base"
        " WHERE account_id = ANY(%s) AND nav_date = ANY(%s)",
        [accounts, weekdays(day, YEAR_WINDOW)],
    )
    found: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for account, on, nlv in cur.fetchall():
        found[account][on] = nlv
    return found


def _counted(known: Mapping[int, Mapping[date, Decimal]], day: date) -> dict[int, dict[date, Decimal]]:
    """Of values that were read for something else, those that `_equity` asks for."""
    days = weekdays(day, YEAR_WINDOW)
    return {
        account: {on: max(nlv, Decimal(0)) for on in days if (nlv := values.get(on)) is not None}
        for account, values in known.items()
    }


def _paid(cur, accounts: Sequence[int], firsts: Sequence[date], day: date, *, is_over: bool) -> dict[int, list[Paid]]:
    """Advisor fees of the look-back in the account's currency: charges and invoices, less what was given back.

    Those of every payee count. `firsts` are the first days of the windows, in their order: a fee stands on the last of
    them that is not later, so that a page learns no more of what others were paid than the windows tell.
    """
    cur.execute(
        "SELECT account_id, first, amount FROM fees_paid_since(%s::bigint[], %s::date[], %s, %s)",
        [accounts, firsts, day, is_over],
    )
    found: dict[int, list[Paid]] = defaultdict(list)
    for account, first, amount in cur.fetchall():
        found[account].append(Paid(first, amount))
    return found
