"""What terms would have billed some accounts over past months: the night's own statements over what is only thought of.

The relations `fees_runschedule` and `fees_component` of a statement are replaced by the terms that are tried, each
account's from its first known value on. Nothing is written; memory grows with the accounts asked for and no further.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from accounts.ground.access.context import cursor
from accounts.ground.tree.models import Status
from fees.accrual.statements import PLANNING, array, day_literal
from fees.engine import sql
from fees.engine.executions import day_total, fee_of
from fees.engine.flattened import COLUMNS, flatten
from fees.engine.high_water import Loss
from fees.engine.quotes import MissingPrice
from fees.engine.registry import EVERY, FUND_CODES, METHODS, PROFIT_CODES, TRADE_CODES
from fees.engine.results import MissingBegin, losses_carried_in
from fees.engine.types import Terms
from fees.posting.closing import Closing, from_closing_value
from fees.results.closing import Summed, measured_of, sums
from fees.results.queries import Key, prices_for
from fees.schedules.rules import Figures, residence_problems
from fees.trades.queries import executed
from fees.whatif.books import Book
from fees.whatif.funds import on_funds
from fees.whatif.rules import (
    MISSING_DAYS,
    NO_BEGIN,
    NO_RATE,
    NO_VALUES,
    NOT_OPEN,
    ONE_DAY,
    RESIDENCE,
    Window,
)
from portal.lib.money import round_money
from portal.lib.periods import Frequency, Period

ZERO = Decimal(0)
SCATTERED = 4
UNIT = {Frequency.DAILY: "day", Frequency.MONTHLY: "month", Frequency.QUARTERLY: "quarter", Frequency.ANNUAL: "year"}


def backtest(accounts: Sequence[int], *, practice: int, components: Sequence[Figures], window: Window) -> Book:
    """What the accounts would have paid the practice under these terms, and what they were billed."""
    book = Book(sorted(accounts))
    with cursor() as cur:
        cur.execute(PLANNING)
        _read(cur, book, window.reads_from(components), window)
        if any(one.method in TRADE_CODES for one in components):
            _refuse_residents(cur, book, practice, components)
        for frequency in Frequency:
            _accrued(cur, book, practice, components, window, frequency)
        for place, one in enumerate(components, start=1):
            if not book.measured:
                break
            if one.method in METHODS and METHODS[one.method].at_period_end:
                _at_period_end(cur, book, practice, place, one, window)
            elif one.method in PROFIT_CODES:
                _on_profit(cur, book, practice, place, one, window)
            elif one.method in TRADE_CODES:
                _on_trades(cur, book, place, one, window)
            elif one.method in FUND_CODES:
                on_funds(cur, book, place, one, window)
        _billed(cur, book, practice, window)
    return book


def _read(cur, book: Book, reads_from: date, window: Window) -> None:
    """Currencies, and the first day of each account that has a value."""
    cur.execute(
        "SELECT id, base_currency, status, opened_on, coalesce(funded_on, opened_on) FROM accounts_account"
        " WHERE id = ANY(%s)",
        [book.ids],
    )
    for account, currency, status, opened, funded in cur.fetchall():
        book.currency[account] = currency
        if status != Status.OPEN or opened is None:
            book.refuse([account], NOT_OPEN)
            continue
        book.begins[account] = max(opened, funded)
        book.since[account] = max(reads_from, opened, funded)
    first = _first_values(cur, book, reads_from, window)
    for account in list(book.since):
        if account not in first:
            book.refuse([account], NO_VALUES)
        else:
            book.since[account] = max(book.since[account], first[account])


def _first_values(cur, book: Book, reads_from: date, window: Window) -> dict[int, date]:
    """The first known value of each account; nearly all have one on the day on which they should."""
    expected = {one: window.days.on_or_after(day) for one, day in book.since.items() if day < window.ends}
    days = sorted(set(expected.values()))
    found: dict[int, date] = {}
    if days:
        cur.execute(
            f"SELECT account_id, nav_date FROM fees_base WHERE nav_date = ANY({array(days)}) AND account_id = ANY(%s)",
            [list(expected)],
        )
        found = {account: day for account, day in cur.fetchall() if expected[account] == day}
    lacking = [one for one in expected if one not in found]
    if lacking:
        cur.execute(
            "SELECT account_id, min(nav_date) FROM fees_base WHERE nav_date >= %s AND nav_date < %s"
            " AND account_id = ANY(%s) GROUP BY account_id",
            [reads_from, window.ends, lacking],
        )
        found |= dict(cur.fetchall())
    return found


def _refuse_residents(cur, book: Book, practice: int, components: Sequence[Figures]) -> None:
    cur.execute("SELECT is_commodity_registered FROM accounts_practice WHERE id = %s", [practice])
    (registered,) = cur.fetchone() or (False,)
    cur.execute(
        "SELECT r.account_id, p.residence FROM accounts_clientright r JOIN accounts_party p ON p.id = r.party_id"
        " WHERE r.account_id = ANY(%s)",
        [book.ids],
    )
    homes = cur.fetchall()
    barred = {
        home
        for home in {home for _account, home in homes}
        if residence_problems([home], components, commodity_registered=registered)
    }
    book.refuse((account for account, home in homes if home in barred), RESIDENCE)


def _accrued(
    cur, book: Book, practice: int, components: Sequence[Figures], window: Window, frequency: Frequency
) -> None:
    """Each business day a line of 8 decimals, each period rounded once: in one statement for all days."""
    wanted = [
        (place, one)
        for place, one in enumerate(components, start=1)
        if one.method in METHODS and METHODS[one.method].accrues and METHODS[one.method].frequency == frequency
    ]
    periods = window.periods(frequency)
    if not wanted or not periods or not book.measured:
        return
    starts, ends = periods[0].starts, periods[-1].ends
    days = window.days.between(starts, ends)
    cur.execute(
        f"""
        WITH {_tried(book, practice, wanted, book.since)}
        SELECT account_id, sum({sql.round_money("exact", "currency")}), sum(found)::int
          FROM (SELECT n.account_id, s.method, s.currency, sum({sql.AMOUNT}) AS exact, count(*) AS found
                  FROM fees_base n JOIN fees_runschedule s ON s.account_id = n.account_id
                 WHERE n.nav_date >= {day_literal(starts)} AND n.nav_date < {day_literal(ends)}
                   AND n.nav_date = ANY({array(days)}) AND n.nav_date >= s.starts AND {_within(book, "n.account_id")}
                 GROUP BY n.account_id, s.method, s.currency,
                          date_trunc('{UNIT[frequency]}', n.nav_date::timestamp)) one
         GROUP BY account_id"""
    )
    found = {account: (amount, lines) for account, amount, lines in cur.fetchall()}
    for account in book.measured:
        amount, lines = found.get(account, (ZERO, 0))
        called_for = window.days.count(max(starts, book.since[account]), ends) * len(wanted)
        if lines != called_for:
            book.refuse([account], MISSING_DAYS)
        book.after[account] += amount


def _at_period_end(cur, book: Book, practice: int, place: int, one: Figures, window: Window) -> None:
    for period in window.periods(METHODS[one.method].frequency):
        closing = _closing(book, one.method, period, window)
        if closing is None:
            return
        cur.execute(
            f"""
            WITH {_tried(book, practice, [(place, one)], book.since)}, {from_closing_value(closing)}
            SELECT c.account_id, c.problem, {sql.round_money("c.exact", "a.base_currency")}
              FROM closed c JOIN accounts_account a ON a.id = c.account_id"""
        )
        for account, problem, amount in cur.fetchall():
            if problem:
                book.refuse([account], MISSING_DAYS)
            else:
                book.after[account] += amount


def _on_profit(cur, book: Book, practice: int, place: int, one: Figures, window: Window) -> None:
    """Period after period, each with the losses that the one before left; before the first, none but those agreed."""
    terms: dict[int, Terms] = {}
    left: dict[int, tuple[Loss, ...]] = {}
    since = _profit_since(cur, book, window)
    for period in window.periods(EVERY[one.method].frequency):
        closing = _closing(book, one.method, period, window)
        if closing is None:
            return
        wanted = f"{_tried(book, practice, [(place, one)], since)}, {_component(cur, place, one)}, "
        found: dict[Key, Summed] = dict(sums(cur, closing, window.days, tried=wanted))
        prices = prices_for(([part.stretch], part.currency) for part in found.values())
        for (account, _, _), part in found.items():
            now = part.stretch.terms
            carried = losses_carried_in(now, before=terms.get(account), left=left.get(account, ()))
            try:
                measured = measured_of(closing, [part], carried, prices)
            except MissingBegin:
                book.refuse([account], NO_BEGIN)
                continue
            except MissingPrice as missing:
                book.refuse([account], missing.reason)
                continue
            if measured is None:
                book.refuse([account], MISSING_DAYS)
                continue
            fee = measured.fee()
            book.after[account] += fee.amount
            terms[account], left[account] = now, fee.carried


def _on_trades(cur, book: Book, place: int, one: Figures, window: Window) -> None:
    """Day by day and currency by currency, as a night charges; another currency is turned at the day's rate."""
    terms = one.terms(starts=window.starts, component=place)
    by_day = defaultdict(list)
    rates: dict[tuple[int, date, str], Decimal | None] = {}
    for account, execution, rate in executed(cur, accounts=book.measured, starts=window.starts, ends=window.ends):
        if execution.day >= book.since[account]:
            key = (account, execution.day, execution.charged_in)
            rates[key] = rate
            if execution.commission is None:
                book.refuse([account], NO_RATE)
            else:
                by_day[key].append(fee_of(terms, execution))
    for key, fees in by_day.items():
        account, _day, paid_in = key
        _exact, amount = day_total(fees, paid_in)
        rate = rates[key]
        if rate is None and amount:
            book.refuse([account], NO_RATE)
        elif rate is not None:
            book.after[account] += round_money(amount * rate, book.currency[account])


def _billed(cur, book: Book, practice: int, window: Window) -> None:
    """Every fee of the practice whose period closed in these months with its corrections, whether the account could pay
    it or not: what the terms made of the period, as the other side is."""
    cur.execute(
        """
        SELECT account_id, currency, sum(amount), bool_or(rate IS NULL), sum(amount * rate)
          FROM (SELECT c.account_id, c.currency, c.amount,
                       CASE WHEN c.currency = a.base_currency THEN 1
                            ELSE broker_rate(c.period_end_day, c.currency, a.base_currency) END AS rate
                  FROM fees_charge c JOIN accounts_account a ON a.id = c.account_id
                 WHERE c.practice_id = %s AND c.account_id = ANY(%s) AND c.period_end_day >= %s
                   AND c.period_end_day < %s AND c.amount <> 0) charged
         GROUP BY account_id, currency
        """,
        [practice, book.ids, window.starts, window.ends],
    )
    for account, _currency, _amount, lacks_rate, turned in cur.fetchall():
        if lacks_rate:
            book.refuse([account], NO_RATE)
        else:
            book.before[account] += round_money(turned, book.currency[account])


def _closing(book: Book, method: int, period: Period, window: Window) -> Closing | None:
    """The period's close as the night states it, for the accounts that are still measured."""
    accounts = book.measured
    if not accounts:
        return None
    day = window.days.previous(period.ends)
    # The terms that are tried name the accounts already; naming them again pays only where they lie far apart.
    is_scattered = accounts[-1] - accounts[0] > SCATTERED * len(accounts)
    return Closing(
        run_id=0, night=day, day=day, period=period, methods=[method], days=window.days.between(*period), due_on=day,
        results_due_on=day, lo=accounts[0], hi=accounts[-1] + 1,
        only=accounts if is_scattered else None,
    )  # fmt: skip


def _within(book: Book, account: str) -> str:
    accounts = book.measured
    return f"{account} >= {accounts[0]} AND {account} <= {accounts[-1]}"


def _tried(book: Book, practice: int, wanted: Sequence[tuple[int, Figures]], since: Mapping[int, date]) -> str:
    """`fees_runschedule` as it would be: every account with the terms that are tried, from a day of its own on."""
    accounts = book.measured
    begins = [since[one] for one in accounts]
    columns = ", ".join(COLUMNS)
    rows = ", ".join(_row(place, one) for place, one in wanted)
    currencies = ", ".join(f"'{book.currency[one]}'" for one in accounts)
    return f"""fees_runschedule AS (
        SELECT b.account_id, {practice}::bigint AS practice_id, b.starts, NULL::date AS ends, b.currency,
               c.component_id, c.method, {", ".join(f"c.{name}" for name in COLUMNS)}
          FROM unnest({array(accounts)}, {array(begins)}, ARRAY[{currencies}]) AS b (account_id, starts, currency)
         CROSS JOIN (VALUES {rows}) AS c (component_id, method, {columns}))"""


def _profit_since(cur, book: Book, window: Window) -> dict[int, date]:
    """A profit is measured from a value on: where the day before the first value is unknown, from the day after it."""
    before = {
        one: window.days.previous(window.days.on_or_after(day))
        for one, day in book.since.items()
        if day > book.begins[one]
    }
    if not before:
        return book.since
    cur.execute(
        f"SELECT account_id, nav_date FROM fees_base WHERE nav_date = ANY({array(sorted(set(before.values())))})"
        " AND account_id = ANY(%s)",
        [list(before)],
    )
    known = {account for account, day in cur.fetchall() if before[account] == day}
    return book.since | {one: book.since[one] + ONE_DAY for one in before if one not in known}


def _row(place: int, one: Figures) -> str:
    """A component as the night's flat row."""
    flat = flatten(one.terms(starts=date.min, component=place))
    values = ", ".join(
        f"{'NULL' if flat[name] is None else format(flat[name], 'f')}::{kind}" for name, kind in COLUMNS.items()
    )
    return f"({place}, {one.method}, {values})"


def _component(cur, place: int, one: Figures) -> str:
    """`fees_component` as it would be."""
    rate = "NULL" if one.rate is None else format(one.rate, "f")
    return cur.mogrify(
        f"fees_component AS (SELECT {place} AS id, {rate}::numeric(9,6) AS rate, %s::jsonb AS terms)",
        [json.dumps(one.kept())],
    ).decode()
