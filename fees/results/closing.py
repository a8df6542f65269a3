"""Closing periods of fees on profit: sums in sets, the engine account by account, and one statement that writes.

The night closes accounts by slices, so that neither its queries nor its memory grow with the number of accounts.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from accounts.ground.days.queries import calendar
from fees.accrual.statements import array, day_literal, one_of
from fees.engine.high_water import Loss, Withdrawal, ordinal
from fees.engine.hurdle import base_of
from fees.engine.inputs import stored_fingerprint
from fees.engine.profit import ProfitFee
from fees.engine.quotes import MissingPrice, Prices
from fees.engine.registry import EVERY
from fees.engine.results import (
    DayValue,
    Measured,
    MissingBegin,
    Part,
    Stretch,
    began_with,
    text,
    together,
    window_of,
)
from fees.engine.types import Terms
from fees.posting import closing as ranges
from fees.posting.closing import Closing
from fees.posting.keys import charge_id
from fees.results.queries import (
    EARLIER_PERIOD,
    Key,
    agreed_terms,
    carried_in,
    left_by_earlier,
    prices_for,
    slices,
    stored_losses,
    terms_by_component,
    waiting_for_earlier,
)
from fees.results.second_look import outcomes
from portal.lib.business_days import Calendar
from portal.lib.fingerprint import sql_digest


@dataclass(frozen=True)
class Summed:
    """One stretch with the sums of its days."""

    firm: int
    number: str
    currency: str
    begins: date
    stretch: Stretch
    found: int
    wanted: int
    begin: Decimal | None
    end: Decimal | None
    first: DayValue | None
    deposits: Decimal
    withdrawn: Decimal
    flow: Decimal
    flow_days: Decimal
    withdrawals: tuple[tuple[Decimal, Decimal | None], ...]
    closed_on: date | None


@dataclass
class Closed:
    """What a slice wrote and whom it holds: (account, reason, detail)."""

    rows: int = 0
    total: Decimal = Decimal(0)
    digests: list[str] = field(default_factory=list)
    held: list[tuple[int, str, str]] = field(default_factory=list)


def close_results(cur, closing: Closing) -> Closed:
    """Write the charges and results of every account in range that agreed a fee on profit for the period."""
    closed = Closed()
    days = calendar()
    for accounts in slices(agreeing(cur, closing)):
        one = replace(closing, only=accounts, lo=accounts[0], hi=accounts[-1] + 1)
        _close_slice(cur, one, accounts, days, closed)
    return closed


def agreeing(cur, closing: Closing) -> list[int]:
    """The accounts in range that have agreed one of the closing's methods for a day of its period."""
    cur.execute(
        "SELECT coalesce(array_agg(DISTINCT s.account_id ORDER BY s.account_id), '{}')"
        f" FROM fees_runschedule s JOIN accounts_account a ON a.id = s.account_id WHERE {ranges.agreed(closing)}"
    )
    return cur.fetchone()[0]


def _close_slice(cur, closing: Closing, accounts: Sequence[int], days: Calendar, closed: Closed) -> None:
    summed: dict[Key, list[Summed]] = {}
    for key, one in sums(cur, closing, days):
        summed.setdefault(key, []).append(one)
    for parts in summed.values():
        parts.sort(key=lambda one: one.stretch.first)
    numbers = {code: ordinal(EVERY[code].frequency, closing.period.starts) for code in closing.methods}
    left = left_by_earlier(accounts, closing.methods, numbers)
    former = terms_by_component(one.component for one in left.values())
    prices = prices_for(([one.stretch for one in parts], parts[0].currency) for parts in summed.values())
    engine = outcomes(cur, closing, accounts)
    waiting = waiting_for_earlier(accounts, closing.methods, closing.period.starts)
    rows, held = [], {}
    for key, parts in summed.items():
        carried = carried_in(parts[-1].stretch.terms, left.get(key), former)
        found = sum(one.found for one in parts), sum(one.wanted for one in parts)
        again = engine.pop(key, "check_differs")
        if key in waiting:
            held[key] = (EARLIER_PERIOD, f"{waiting[key].isoformat()}, method {key[2]}")
            continue
        try:
            measured = measured_of(closing, parts, carried, prices)
        except MissingBegin as missing:
            held[key] = ("no_begin", f"{missing.day.isoformat()}, method {key[2]}")
            continue
        except MissingPrice as missing:
            held[key] = (missing.reason, f"{missing.symbol} {missing.day.isoformat()}")
            continue
        if measured is None:
            held[key] = ("missing_days", f"{found[0]} of {found[1]} days, method {key[2]}")
            continue
        fee = measured.fee()
        words = text(measured, fee)
        if again != (fee.exact, words):
            held[key] = ("check_differs", f"{found[0]} of {found[1]} days, method {key[2]}")
            continue
        rows.append(_row(closing, key, parts, measured, fee, words))
    for key, outcome in engine.items():
        if not isinstance(outcome, str):
            held[key] = ("check_differs", f"method {key[2]}")
    _write(cur, closing, rows, closed)
    closed.held += [(account, *why) for (account, _, _), why in sorted(held.items())]


def measured_of(closing: Closing, parts: Sequence[Summed], carried: Sequence[Loss], prices: Prices) -> Measured | None:
    """The period from its sums; None while a day's value is missing."""
    if any(one.found < one.wanted or one.end is None for one in parts):
        return None
    stretches = [one.stretch for one in parts]
    window = window_of(stretches)
    begins = [
        began_with(before=one.stretch.before, begins=one.begins, known=one.begin, first=one.first) for one in parts
    ]
    # A flow is there from its day to the window's last; `flow_days` counts from the closing's first day.
    offset = (window.last_day - closing.period.starts).days
    money_days = sum((one.flow * offset - one.flow_days for one in parts), Decimal(0))
    return together(
        stretches,
        [
            Part(one.stretch.terms.component, one.stretch.terms.rate or Decimal(0), one.stretch.before, begin,
                 one.stretch.last, one.end or Decimal(0), one.deposits, one.withdrawn)
            for one, begin in zip(parts, begins, strict=True)
        ],
        period=closing.period,
        currency=parts[0].currency,
        carried=carried,
        withdrawals=[
            Withdrawal(amount, begin if equity is None else equity)
            for one, begin in zip(parts, begins, strict=True)
            for amount, equity in one.withdrawals
        ],
        base=base_of(begins[0], money_days, (window.ends - window.starts).days),
        prices=prices,
    )  # fmt: skip


def sums(cur, closing: Closing, days: Calendar, *, tried: str = "") -> Iterator[tuple[Key, Summed]]:
    """Each stretch with the sums of its days; `found` counts the days that have a value.

    `tried` are relations, each with a comma, that stand before the stored ones of the same name: what is only thought
    of agreeing is added up by the same statement as what is agreed.
    """
    prior = days.previous(closing.period.starts)
    cur.execute(_sums_sql(closing, [prior, *closing.days], tried))
    # Thousands of accounts often agree on the same: their terms are read once.
    known: dict[tuple[object, ...], Terms] = {}
    for row in cur.fetchall():
        (account, practice, method, component, rate, terms, starts, ends, before, first, last, since, until,
         firm, number, currency, begins, wanted, found, begin, end, first_nlv, first_flow,
         deposits, withdrawn, flow, flow_days, taken, closed_on) = row  # fmt: skip
        agreed = (method, rate, terms, starts, ends, component)
        if agreed not in known:
            known[agreed] = agreed_terms(*agreed)
        stretch = Stretch(known[agreed], before, first, last, since, until)
        yield (
            (account, practice, method),
            Summed(
                firm=firm, number=number, currency=currency, begins=begins, stretch=stretch, found=found,
                wanted=wanted, begin=begin, end=end,
                first=None if first_nlv is None else DayValue(first, first_nlv, first_flow),
                deposits=deposits, withdrawn=withdrawn, flow=flow, flow_days=flow_days,
                withdrawals=tuple(
                    (Decimal(amount), None if equity is None else Decimal(equity))
                    for amount, equity in json.loads(taken)
                ),
                closed_on=closed_on,
            ),
        )  # fmt: skip


def _sums_sql(closing: Closing, all_days: list[date], tried: str) -> str:
    days = array(closing.days)
    with_prior = array(all_days)
    starts, ends = day_literal(closing.period.starts), day_literal(closing.period.ends)
    upto = f"width_bucket(least({ends}, s.ends, a.closed_on) - 1, {days})"
    past = f"width_bucket(greatest({starts}, s.starts, a.opened_on) - 1, {days})"
    inside = "FILTER (WHERE n.nav_date > st.before)"
    during = "n.account_id = st.account_id AND n.nav_date >= st.before AND n.nav_date <= st.last"
    components = (
        f"SELECT s.component_id FROM fees_runschedule s WHERE {ranges.within(closing, 's.account_id')}"
        f" AND s.method IN ({', '.join(map(str, closing.methods))})"
    )
    # Days are added up under one small key, and only accounts with a withdrawal are put into an order of days.
    return f"""
    WITH {tried}st AS MATERIALIZED (
        SELECT s.account_id, s.practice_id, s.method, s.component_id, c.rate, c.terms::text AS terms,
               s.starts, s.ends, ({with_prior})[past + 1] AS before, ({with_prior})[past + 2] AS first,
               ({with_prior})[upto + 1] AS last, greatest({starts}, s.starts, a.opened_on) AS since,
               least({ends}, s.ends, a.closed_on) AS until, a.firm_id, a.number, a.base_currency,
               coalesce(a.funded_on, a.opened_on) AS begins, upto - past AS wanted, a.closed_on,
               row_number() OVER () AS k
          FROM fees_runschedule s
          JOIN fees_component c ON c.id = s.component_id AND {one_of("c.id", components)}
          JOIN accounts_account a ON a.id = s.account_id
          CROSS JOIN LATERAL (SELECT {upto} AS upto, {past} AS past) place
         WHERE {ranges.agreed(closing)} AND upto > past
    ), n AS MATERIALIZED (
        SELECT account_id, nav_date, nlv, flow
          FROM fees_base
         WHERE nav_date >= {day_literal(all_days[0])} AND nav_date <= {day_literal(closing.day)}
           AND {ranges.within(closing, "account_id")}
    ), summed AS (
        SELECT st.k, count(*) {inside} AS found,
               max(n.nlv) FILTER (WHERE n.nav_date = st.before) AS begin_nlv,
               max(n.nlv) FILTER (WHERE n.nav_date = st.last) AS end_nlv,
               max(n.nlv) FILTER (WHERE n.nav_date = st.first) AS first_nlv,
               max(n.flow) FILTER (WHERE n.nav_date = st.first) AS first_flow,
               sum(greatest(n.flow, 0)) {inside} AS deposits, -sum(least(n.flow, 0)) {inside} AS withdrawn,
               sum(n.flow) {inside} AS flow, sum(n.flow * (n.nav_date - {starts})) {inside} AS flow_days
          FROM st JOIN n ON {during}
         GROUP BY st.k
    ), ordered AS (
        SELECT account_id, nav_date, flow,
               lag(nlv) OVER (PARTITION BY account_id ORDER BY nav_date) AS equity
          FROM n WHERE account_id IN (SELECT account_id FROM n WHERE flow < 0)
    ), taken AS (
        SELECT st.k, jsonb_agg(jsonb_build_array((-n.flow)::text, n.equity::text) ORDER BY n.nav_date)::text AS taken
          FROM st JOIN ordered n ON {during}
         WHERE n.nav_date > st.before AND n.flow < 0
         GROUP BY st.k
    )
    SELECT st.account_id, st.practice_id, st.method, st.component_id, st.rate, st.terms, st.starts, st.ends, st.before,
           st.first, st.last, st.since, st.until, st.firm_id, st.number, st.base_currency, st.begins, st.wanted,
           coalesce(summed.found, 0), begin_nlv, end_nlv, first_nlv, first_flow,
           coalesce(deposits, 0), coalesce(withdrawn, 0), coalesce(flow, 0), coalesce(flow_days, 0),
           coalesce(taken.taken, '[]'), st.closed_on
      FROM st LEFT JOIN summed USING (k) LEFT JOIN taken USING (k)
     ORDER BY st.account_id, st.practice_id, st.method, st.first"""


def _row(
    closing: Closing, key: Key, parts: Sequence[Summed], measured: Measured, fee: ProfitFee, words: str
) -> dict[str, object]:
    account, practice, method = key
    last = parts[-1].stretch
    ends = min(parts[-1].closed_on or closing.period.ends, closing.period.ends)
    ends = ends if closing.closed_accounts else closing.period.ends
    return {
        "id": str(charge_id(account_id=account, practice_id=practice, method=method, starts=closing.period.starts)),
        "firm_id": parts[0].firm,
        "account_id": account,
        "practice_id": practice,
        "method": method,
        "starts": closing.period.starts.isoformat(),
        "ends": ends.isoformat(),
        "last_day": (last.last if closing.closed_accounts else closing.day).isoformat(),
        "currency": measured.currency,
        "exact": format(fee.exact, "f"),
        "amount": format(fee.amount, "f"),
        "reason": _reason(fee),
        "inputs": words,
        "fingerprint": stored_fingerprint(
            account=parts[0].number,
            payee=practice,
            method=method,
            starts=closing.period.starts,
            ends=ends,
            currency=measured.currency,
            exact=fee.exact,
            amount=fee.amount,
            inputs=words,
        ),
        **result_columns(measured, fee),
    }


def result_columns(measured: Measured, fee: ProfitFee) -> dict[str, object]:
    """What the row of a period's result holds; the version in force at its end is the last part's."""
    return {
        "period": measured.number,
        "component_id": measured.parts[-1].component,
        "profit": format(fee.profit, "f"),
        "recovered": format(fee.recovered, "f"),
        "chargeable": format(fee.chargeable, "f"),
        "surplus": format(fee.surplus, "f"),
        "withdrawn": format(measured.withdrawn, "f"),
        "carried": stored_losses(fee.carried),
    }


def _reason(fee: ProfitFee) -> str:
    if fee.amount:
        return ""
    return "below_unit" if fee.exact else "no_profit"


def _write(cur, closing: Closing, rows: list[dict[str, object]], closed: Closed) -> None:
    if not rows:
        return
    cur.execute(
        f"""
        WITH p AS (
            SELECT * FROM jsonb_to_recordset(%s) AS p (
                id uuid, firm_id bigint, account_id bigint, practice_id bigint, method int, starts date, ends date,
                last_day date, currency text, exact numeric, amount numeric, reason text, inputs text,
                fingerprint text, period int, component_id int, profit numeric, recovered numeric,
                chargeable numeric, surplus numeric, withdrawn numeric, carried jsonb)
        ), charged AS (
            INSERT INTO fees_charge (id, firm_id, account_id, practice_id, method, starts, ends, period_end_day,
                                     currency, exact, amount, state, reason, due_on, inputs, fingerprint, run_id,
                                     revision)
            SELECT id, firm_id, account_id, practice_id, method, starts, ends, last_day, currency, exact, amount,
                   CASE WHEN amount = 0 THEN 'zero' ELSE 'due' END, reason, {day_literal(closing.due_on)}, inputs,
                   fingerprint, {closing.run_id}, 0
              FROM p
            ON CONFLICT DO NOTHING
            RETURNING id, exact, fingerprint
        ), kept AS (
            INSERT INTO fees_periodresult (charge_id, firm_id, account_id, practice_id, method, period, component_id,
                                           profit, recovered, chargeable, surplus, withdrawn, carried)
            SELECT id, firm_id, account_id, practice_id, method, period, component_id, profit, recovered, chargeable,
                   surplus, withdrawn, carried
              FROM p WHERE id IN (SELECT id FROM charged)
        )
        SELECT count(*), coalesce(sum(exact), 0), {sql_digest(ranges.FINGERPRINTS)} FROM charged
        """,
        [json.dumps(rows)],
    )
    count, total, digest = cur.fetchone()
    closed.rows += count
    closed.total += total
    if count:
        closed.digests.append(digest)
