"""Reading for fees on profit, in sets: who agreed one, what earlier periods left, which prices are asked for."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from accounts.broker.prices.queries import closing_prices
from accounts.broker.rates.queries import rates
from accounts.ground.access.context import cursor
from accounts.ground.days.queries import calendar
from accounts.ground.runs.actions import BY_OFFICE
from fees.engine.high_water import Loss, ordinal
from fees.engine.profit import shield_of
from fees.engine.quotes import Pair, Prices, Symbol, wanted
from fees.engine.registry import EVERY
from fees.engine.results import Stretch, losses_carried_in, losses_once_carried_in
from fees.engine.timing import periods_closing_on
from fees.engine.types import Terms
from fees.schedules.rules import Figures
from portal.lib.words import gettext_noop

EARLIER_PERIOD = "earlier_period"
# So many accounts are measured at once: what is in memory does not grow with the chunk.
AT_ONCE = 1000

Key = tuple[int, int, int]

HOLD_TITLES = {
    "no_begin": gettext_noop("A fee on profit waits for the value with which its period began"),
    "no_price": gettext_noop("A fee on profit waits for a price of its benchmark"),
    "no_rate": gettext_noop("A fee waits for a rate of exchange"),
    EARLIER_PERIOD: gettext_noop("A fee on profit waits for the period before it"),
}


class Left(NamedTuple):
    """What the period before left: its number, the version that closed it, and the losses carried on."""

    period: int
    component: int
    carried: tuple[Loss, ...]


def slices(accounts: Sequence[int]) -> Iterator[list[int]]:
    for place in range(0, len(accounts), AT_ONCE):
        yield list(accounts[place : place + AT_ONCE])


def left_by_earlier(
    accounts: Sequence[int], methods: Sequence[int], before: dict[int, int], *, at: datetime | None = None
) -> dict[Key, Left]:
    """The last result of each account, payee and method before the period of that number (`before`, by method), as it
    was known at an instant (None: now)."""
    with cursor() as cur:
        cur.execute(
            """
            SELECT DISTINCT ON (r.account_id, r.practice_id, r.method)
                   r.account_id, r.practice_id, r.method, r.period, r.component_id, r.carried::text
              FROM fees_periodresult r
              JOIN unnest(%(methods)s::int[], %(before)s::int[]) w (method, period)
                ON w.method = r.method AND r.period < w.period
              JOIN fees_charge c ON c.id = r.charge_id AND (%(at)s::timestamptz IS NULL OR c.created_at <= %(at)s)
             WHERE r.account_id = ANY(%(accounts)s)
             ORDER BY r.account_id, r.practice_id, r.method, r.period DESC, r.revision DESC
            """,
            {
                "at": at,
                "accounts": list(accounts),
                "methods": list(methods),
                "before": [before[code] for code in methods],
            },
        )
        return {
            (account, practice, method): Left(period, component, losses_of(json.loads(carried)))
            for account, practice, method, period, component, carried in cur.fetchall()
        }


def waiting_for_earlier(accounts: Sequence[int], methods: Sequence[int], starts: date) -> dict[Key, date]:
    """Who must not close a period that starts then: an earlier one of the same account, payee and method is held and
    has no result yet; with the day that closed it."""
    with cursor() as cur:
        cur.execute(
            """
            SELECT DISTINCT s.account_id, s.practice_id, s.method, h.day, greatest(s.starts, a.opened_on),
                   least(s.ends, a.closed_on)
              FROM accounts_hold h JOIN fees_runschedule s ON s.account_id = h.account_id AND s.starts <= h.day
              JOIN accounts_account a ON a.id = h.account_id
             WHERE h.account_id = ANY(%(accounts)s) AND h.day < %(starts)s AND h.resolved_at IS NULL
               AND (h.stage = 'close' OR h.reason = %(by_office)s) AND s.method = ANY(%(methods)s)
             ORDER BY h.day
            """,
            {"accounts": list(accounts), "methods": list(methods), "starts": starts, "by_office": BY_OFFICE},
        )
        held = cur.fetchall()
        if not held:
            return {}
        cur.execute(
            "SELECT account_id, practice_id, method, period FROM fees_periodresult WHERE account_id = ANY(%s)",
            [sorted({row[0] for row in held})],
        )
        closed = set(cur.fetchall())
    days = calendar()
    waiting: dict[Key, date] = {}
    for account, practice, method, day, first, ends in held:
        period = periods_closing_on(days, day).get(method)
        if period is None:
            continue
        # Of a period in which it was agreed on no business day there will never be a result.
        begins, over = max(first, period.starts), min(ends or period.ends, period.ends)
        if begins >= over or not days.count(begins, over):
            continue
        if (account, practice, method, ordinal(EVERY[method].frequency, day)) not in closed:
            waiting.setdefault((account, practice, method), day)
    return waiting


def losses_of(carried: Iterable[Sequence[object]]) -> tuple[Loss, ...]:
    """Stored losses as the engine reads them."""
    return tuple(Loss(int(str(period)), Decimal(str(amount))) for period, amount in carried)


def stored_losses(losses: Iterable[Loss]) -> list[list[object]]:
    """Losses as they are stored: [period, amount in text]."""
    return [[loss.period, format(loss.amount, "f")] for loss in losses]


def terms_by_component(components: Iterable[int]) -> dict[int, Terms]:
    """The agreed terms of components, whatever became of their schedules."""
    wanted = sorted(set(components))
    if not wanted:
        return {}
    with cursor() as cur:
        cur.execute(
            "SELECT c.id, c.method, c.rate, c.terms::text, s.starts, s.ends"
            " FROM fees_component c JOIN fees_schedule s ON s.id = c.schedule_id WHERE c.id = ANY(%s)",
            [wanted],
        )
        return {
            component: agreed_terms(method, rate, terms, starts, ends, component)
            for component, method, rate, terms, starts, ends in cur.fetchall()
        }


def agreed_terms(method: int, rate: Decimal, terms: str, starts: date, ends: date | None, component: int) -> Terms:
    """A component's columns as the engine reads them."""
    return Figures(method=method, rate=rate, more=json.loads(terms)).terms(
        starts=starts, ends=ends, component=component
    )


def carried_in(terms: Terms, left: Left | None, former: dict[int, Terms]) -> tuple[Loss, ...]:
    """The losses with which a period begins under these terms."""
    before = former.get(left.component) if left else None
    return losses_carried_in(terms, before=before, left=left.carried if left else ())


def once_carried_in(terms: Terms, left: Left | None, former: dict[int, Terms]) -> tuple[Loss, ...]:
    """The same as nights read it once, for what they charged then."""
    before = former.get(left.component) if left else None
    return losses_once_carried_in(terms, before=before, left=left.carried if left else ())


def prices_for(stretches: Iterable[tuple[Sequence[Stretch], str]], *, at: datetime | None = None) -> Prices:
    """What these periods ask for, each of an account in a currency, as it is known now or was known at an instant."""
    asked: set[tuple[Symbol, date]] = set()
    for one, currency in stretches:
        threshold = shield_of(one[-1].terms).threshold
        asked |= wanted(threshold, before=one[0].before, last=one[-1].last, currency=currency)
    return quoted(asked, at=at)


def quoted(asked: Iterable[tuple[Symbol, date]], *, at: datetime | None = None) -> Prices:
    """Prices of benchmarks and rates of exchange, as far as they are known."""
    found: dict[tuple[Symbol, date], Decimal] = {}
    listed = list(asked)
    prices = closing_prices([(one, day) for one, day in listed if isinstance(one, str)], at=at)
    pairs = rates([(one.of, one.into, day) for one, day in listed if isinstance(one, Pair)], at=at)
    found.update({(symbol, day): price for (symbol, day), price in prices.items()})
    found.update({(Pair(of, into), day): rate for (of, into, day), rate in pairs.items()})
    return found


def grouped(rows: Iterable[tuple[Key, Stretch]]) -> dict[Key, list[Stretch]]:
    """Stretches by account, payee and method, in their order."""
    found: dict[Key, list[Stretch]] = defaultdict(list)
    for key, stretch in rows:
        found[key].append(stretch)
    return {key: sorted(one, key=lambda stretch: stretch.first) for key, one in found.items()}
