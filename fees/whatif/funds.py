"""What fees on hedge funds would have come to: the night's engine over what is known of the investments."""

from dataclasses import replace

from fees.engine.hedge_fund import FundRate, rates_of
from fees.engine.investments import ONE_DAY, MissingValuation, fee, measure, windows
from fees.engine.registry import EVERY
from fees.engine.results import Stretch, stretches_of
from fees.engine.types import Terms
from fees.funds.statements import Wanted
from fees.funds.trial import invested, valuations_asked
from fees.schedules.rules import Figures
from fees.whatif.books import Book
from fees.whatif.rules import NO_VALUATION, Window
from portal.lib.periods import Period


def on_funds(cur, book: Book, place: int, one: Figures, window: Window) -> None:
    """Period after period; an account that never held a fund pays nothing for it, one whose value is unknown is left
    out."""
    terms = one.terms(starts=window.starts, component=place)
    periods = window.periods(EVERY[one.method].frequency)
    if not periods:
        return
    terms = replace(terms, starts=periods[0].starts)
    rates = {rate.fund: rate for rate in rates_of(terms)}
    ends = [window.days.previous(period.ends) for period in periods]
    held = invested(cur, book.measured, list(rates), ends=ends, until=window.ends)
    asked = {
        (account, period): parts
        for account, funds in held.items()
        for period in periods
        if (parts := _stretches(_only(terms, [rates[fund] for fund in sorted(funds)]), book, account, period, window))
    }
    wanted = [
        Wanted(account, span, parts[0].before - ONE_DAY)
        for (account, period), parts in asked.items()
        for span in windows(parts, until=period.ends, days=window.days)
    ]
    known = valuations_asked(cur, wanted, until=window.ends)
    for (account, period), parts in asked.items():
        told = [row for row in known.get(account, ()) if row.day < period.ends]
        try:
            found = measure(parts, told, until=period.ends, days=window.days)
        except MissingValuation:
            book.refuse([account], NO_VALUATION)
        else:
            book.after[account] += fee(found, book.currency[account])[1]


def _only(terms: Terms, rates: list[FundRate]) -> Terms:
    return replace(terms, more=tuple(rates))  # type: ignore[arg-type]  # frozen values of the engine


def _stretches(terms: Terms, book: Book, account: int, period: Period, window: Window) -> list[Stretch]:
    return stretches_of([terms], period=period, opened_on=book.since[account], closed_on=None, days=window.days)
