"""The engine measures every period day by day, from what was agreed and the stored values, before a result is written.

It shares no SQL with the closing, which adds up in sets; a period that the two see differently holds its account.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.days.queries import calendar
from accounts.ground.tree.models import HOLDING_KINDS
from fees.accrual.statements import array
from fees.engine.high_water import ordinal
from fees.engine.quotes import MissingPrice
from fees.engine.registry import EVERY
from fees.engine.results import (
    DayValue,
    MissingBegin,
    MissingValues,
    Stretch,
    measure,
    stretches_of,
    text,
)
from fees.engine.types import Terms
from fees.groups.queries import masters, worth_together
from fees.posting.closing import Closing
from fees.results.queries import (
    Key,
    agreed_terms,
    carried_in,
    left_by_earlier,
    prices_for,
    terms_by_component,
)

# A period's first day may follow a long weekend.
LONGEST_GAP = timedelta(days=10)
Outcome = tuple[Decimal, str] | str


class Life(NamedTuple):
    """When an account was open and began to have a value, the currency of its fees, and its number."""

    opened_on: date
    closed_on: date | None
    begins: date
    currency: str
    number: str


def outcomes(cur, closing: Closing, accounts: Sequence[int]) -> dict[Key, Outcome]:
    """The exact fee and its text for each account, payee and method; or why there is none yet."""
    days = calendar()
    lives = lives_of(cur, accounts, closing)
    stretches: dict[Key, list[Stretch]] = {}
    for key, terms in agreed_versions(cur, closing.methods, accounts).items():
        life = lives.get(key[0])
        if life is None:
            continue
        found = stretches_of(
            terms, period=closing.period, opened_on=life.opened_on, closed_on=life.closed_on, days=days
        )
        if found:
            stretches[key] = found
    values = _values(cur, closing, accounts)
    prices = prices_for((parts, lives[key[0]].currency) for key, parts in stretches.items())
    numbers = {code: ordinal(EVERY[code].frequency, closing.period.starts) for code in closing.methods}
    left = left_by_earlier(accounts, closing.methods, numbers)
    former = terms_by_component(one.component for one in left.values())
    answers: dict[Key, Outcome] = {}
    for key, parts in stretches.items():
        life = lives[key[0]]
        try:
            measured = measure(
                parts,
                values[key[0]],
                period=closing.period,
                begins=life.begins,
                currency=life.currency,
                carried=carried_in(parts[-1].terms, left.get(key), former),
                prices=prices,
                days=days,
            )
        except MissingValues:
            answers[key] = "missing_days"
        except MissingBegin:
            answers[key] = "no_begin"
        except MissingPrice as missing:
            answers[key] = missing.reason
        else:
            fee = measured.fee()
            answers[key] = (fee.exact, text(measured, fee))
    return answers


def lives_of(cur, accounts: Sequence[int], closing: Closing) -> dict[int, Life]:
    """The accounts that the closing takes, of these."""
    cur.execute(
        "SELECT id, kind, opened_on, closed_on, coalesce(funded_on, opened_on), base_currency, number"
        " FROM accounts_account WHERE id = ANY(%s) AND opened_on IS NOT NULL",
        [list(accounts)],
    )
    kinds = {kind.value for kind in HOLDING_KINDS}
    return {
        account: Life(opened, closed, begins, currency, number)
        for account, kind, opened, closed, begins, currency, number in cur.fetchall()
        if kind in kinds and (closed is not None and closed <= closing.day) == closing.closed_accounts
    }


def agreed_versions(cur, methods: Sequence[int], accounts: Sequence[int]) -> dict[Key, list[Terms]]:
    """Every version ever agreed is read; which of them count is decided by their days."""
    cur.execute(
        "SELECT s.account_id, s.practice_id, c.method, c.rate, c.terms::text, s.starts, s.ends, c.id"
        " FROM fees_schedule s JOIN fees_component c ON c.schedule_id = s.id"
        " WHERE s.strategy = 'automatic' AND c.method = ANY(%s) AND s.account_id = ANY(%s)",
        [list(methods), list(accounts)],
    )
    agreed: dict[Key, list[Terms]] = defaultdict(list)
    for account, practice, method, rate, terms, starts, ends, component in cur.fetchall():
        agreed[account, practice, method].append(agreed_terms(method, rate, terms, starts, ends, component))
    return agreed


def _values(cur, closing: Closing, accounts: Sequence[int]) -> dict[int, list[DayValue]]:
    since = closing.period.starts - LONGEST_GAP
    groups = masters(cur, f"id = ANY ({array(accounts)})")
    cur.execute(
        "SELECT account_id, nav_date, nlv, flow FROM broker_navdaily"
        " WHERE nav_date >= %s AND nav_date <= %s AND account_id = ANY(%s)",
        [since, closing.day, list(accounts)],
    )
    found: dict[int, list[DayValue]] = defaultdict(list)
    for account, *value in cur.fetchall():
        found[account].append(DayValue(*value))
    for master, days in worth_together(cur, groups, since, closing.day).items():
        found[master] = [DayValue(*value) for value in days]
    return found
