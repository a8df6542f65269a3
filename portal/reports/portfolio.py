"""The portfolio report: figures, returns beside a benchmark, what is held, what came and went, and risk, of some
accounts as one."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.broker.activity.models import CashLine
from accounts.broker.holdings.models import CashBalance, Position
from accounts.broker.instruments.rules import Asset
from accounts.broker.prices.models import ClosingPrice
from accounts.ground.access.scope import scope
from accounts.ground.amounts import number_words
from accounts.ground.dates import day_text
from portal.lib.csvtext import Cell
from portal.lib.money import CONTEXT, round_display
from portal.performance.rules import Point
from portal.reports.performance import name_of, period_words, unrated_words
from portal.reports.periods import Span, parts
from portal.reports.queries import MOST_ACCOUNTS, Asked
from portal.reports.returns import Measured, points_of
from portal.reports.risk import Risk, risk
from portal.reports.sums import BEFORE, rate_into
from portal.reports.table import Column, Report, Row, Section, Sort

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
TOP = 10
HOLDING, MOVE = 0, 1
WEEK = timedelta(days=7)
# The broker's words beside those that other reports read.
WORDS = (
    *(gettext_noop("Deposits & Withdrawals"), gettext_noop("Advisor Fees"), gettext_noop("Other Fees")),
    *(gettext_noop("Commission Adjustments"), gettext_noop("Broker Fees")),
)


@dataclass(frozen=True)
class Held:
    """One security, or cash in one currency: `value` in its own currency."""

    asset: str
    symbol: str
    currency: str
    value: Decimal


def portfolio(asked: Asked, span: Span) -> Report:
    """All accounts of the wish as one."""
    book = _Book(asked, span)
    nothing = _("No account has a value in this period.")
    if book.whole is None:
        return Report(asked.wish.title, period_words(span), [Section(_("Key figures"), [], (), empty=nothing)])
    sections = [
        _figures(book, book.whole),
        _returns(book),
        _shares(book, _("By asset class"), _("Asset class"), lambda one: _class(one.asset)),
        _shares(book, _("By currency"), _("Currency of the holding"), lambda one: one.currency),
        _top(book),
        _moved(book),
        _risk(book),
        _accounts(book),
    ]
    facts = [(_("Sums in"), asked.currency)]
    if asked.wish.benchmark:
        facts.append((_("Benchmark"), asked.wish.benchmark))
    # Where a return means nothing, its line means nothing either.
    plot = [ONE + one.total for one in book.points] if book.whole.by_time is not None else []
    return Report(asked.wish.title, period_words(span), sections, facts, plot)


class _Book:
    """What the sections are made from, each asked for once."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.asked, self.span = asked, span
        self.values = asked.together(span)
        self.whole: Measured | None = asked.measured_together(self.values, span)
        self.points: list[Point] = points_of(self.values, span)
        self.unrated: set[str] = set()

    @property
    def day(self) -> date:
        """The last day with a value: what is held is told as of it."""
        return self.points[-1].day

    @property
    def currency(self) -> str:
        return self.asked.currency

    @cached_property
    def _read(self) -> list[tuple[int, str, str, str, Decimal, Decimal | None]]:
        """What is held and what moved, in one question: which of them, kind, symbol, currency, sum, rate."""
        rate, nothing = rate_into(self.currency, Value(self.day)), Value("")
        asked = [
            (HOLDING, self._positions(), F("asset"), F("symbol"), "value"),
            (HOLDING, self._cash(), nothing, nothing, "ending"),
            (MOVE, self._lines(), F("kind"), nothing, "amount"),
        ]
        first, *rest = [
            rows.order_by()
            .values("currency", what=Value(what), of=kind, name=symbol)
            .annotate(sum=Sum(amount), rate=rate)
            .values_list("what", "of", "name", "currency", "sum", "rate")
            for what, rows, kind, symbol, amount in asked
        ]
        return list(first.union(*rest, all=True))

    def _inside(self) -> dict[str, Any]:
        return {"account_id__in": self.asked.rows.order_by().values("pk")}

    def _positions(self) -> "QuerySet[Position]":
        """Securities of the last day; summary lines count, lots where there is no summary."""
        summary = Position.unscoped.filter(
            *(Q(**{name: OuterRef(name)}) for name in ("account_id", "day", "symbol", "side")), level=Position.SUMMARY
        )
        rows = scope(self.asked.who, Position).filter(**self._inside(), day=self.day)
        return rows.filter(Q(level=Position.SUMMARY) | ~Exists(summary))

    def _cash(self) -> "QuerySet[CashBalance]":
        """Cash of the last day by currency, or the total where no statement parts it."""
        parted = CashBalance.unscoped.filter(account_id=OuterRef("account_id"), day=OuterRef("day"), is_total=False)
        rows = scope(self.asked.who, CashBalance).filter(**self._inside(), day=self.day)
        return rows.filter(Q(is_total=False) | ~Exists(parted))

    def _lines(self) -> "QuerySet[CashLine]":
        """The cash lines of the period."""
        return scope(self.asked.who, CashLine).filter(
            **self._inside(), report_on__gte=self.span.first, report_on__lte=self.span.last
        )

    @cached_property
    def held(self) -> list[Held]:
        """Securities and cash of the last day."""
        return [
            Held(of, name, code, value)
            for what, of, name, code, value, _rate in self._read
            if what == HOLDING and value
        ]

    @cached_property
    def moves(self) -> list[tuple[str, str, Decimal]]:
        """Kind, currency and sum of the cash lines of the period."""
        return sorted((of, code, amount) for what, of, _name, code, amount, _rate in self._read if what == MOVE)

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        found = {code: rate for *_head, code, _amount, rate in self._read if rate is not None}
        return {**found, self.currency: ONE}

    def worth(self, value: Decimal, currency: str) -> Decimal | None:
        """In the report's currency; without a rate it is in no sum, and that is said."""
        rate = self.rates.get(currency)
        if rate is None:
            self.unrated.add(currency)
            return None
        return CONTEXT.multiply(value, rate)

    @cached_property
    def prices(self) -> list[tuple[date, Decimal]]:
        """Closing prices of the benchmark, from before the span on, as they are known now."""
        rows = ClosingPrice.unscoped.filter(
            symbol=self.asked.wish.benchmark, day__gte=self.span.first - BEFORE, day__lte=self.span.last
        )
        latest = rows.order_by("day", "-recorded_at").distinct("day")
        return list(latest.values_list("day", "price")) if self.asked.wish.benchmark else []

    def benchmark(self, part: Span) -> Decimal | None:
        """Its return over the very days that the accounts are measured over; None where one of the two has no price."""
        points = points_of(self.values, part)
        if not points:
            return None
        base, last = self._price(points[0].day), self._price(points[-1].day)
        return CONTEXT.divide(last, base) - ONE if base and last else None

    def _price(self, on: date) -> Decimal | None:
        """The last price up to a day, of the week before it: an older one says nothing of the day."""
        known = [price for day, price in self.prices if on - WEEK < day <= on]
        return known[-1] if known else None


def _figures(book: _Book, one: Measured) -> Section:
    money = [_("Value at the beginning"), _("Paid in"), _("Taken out"), _("Gain or loss after costs")]
    columns = [
        Column(_("Period"), width=3),
        *(Column(words, Sort.MONEY) for words in (*money, _("Value at the end"))),
        Column(_("Currency"), Sort.CURRENCY, 1),
        Column(_("Time-weighted"), Sort.PERCENT),
        Column(_("Money-weighted"), Sort.PERCENT),
    ]
    cells: list[Cell] = [
        period_words(book.span),
        one.opening,
        one.came_in,
        one.went_out,
        one.gain,
        one.closing,
        book.currency,
    ]
    cells += [one.by_time, one.by_money]
    section = Section(_("Key figures"), columns, [Row(cells, book.currency, is_marked=bool(one.missing))])
    if one.missing:
        said = _(
            "Business days without a value, or without a rate of exchange: %(number)s; no figure takes their place."
        )
        section.notes.append(said % {"number": number_words(Decimal(len(one.missing)), 0)})
    return section


def _returns(book: _Book) -> Section:
    has_benchmark = bool(book.asked.wish.benchmark)
    columns = [Column(_("Part"), width=3), Column(_("Time-weighted"), Sort.PERCENT)]
    columns += [Column(_("Benchmark"), Sort.PERCENT)] if has_benchmark else []
    rows = []
    for part in parts(book.span, book.asked.wish.frequency):
        one = book.asked.measured_together(book.values, part)
        if one is not None:
            rows.append(Row([period_words(part), one.by_time, *([book.benchmark(part)] if has_benchmark else [])]))
    whole: list[Cell] = [_("The whole period"), book.whole.by_time if book.whole else None]
    rows.append(Row([*whole, *([book.benchmark(book.span)] if has_benchmark else [])], is_total=True))
    section = Section(_("Returns"), columns, rows)
    if has_benchmark and not book.prices:
        section.notes.append(_("No price of the benchmark is known for these days."))
    elif has_benchmark and book.whole and not book.whole.has_base:
        said = _("The accounts have values from %(day)s on; the benchmark is measured over the same days.")
        section.notes.append(said % {"day": day_text(book.whole.first)})
    return section


def _class(asset: str) -> str:
    if not asset:
        return _("Cash")
    return str(Asset(asset).label) if asset in Asset.values else asset


def _shares(book: _Book, title: str, words: str, key: Callable[[Held], str]) -> Section:
    """What is held, added up by a key; what the statements do not itemise is a row of its own, so that all is told."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in book.held:
        sums[key(one)] += book.worth(one.value, one.currency) or ZERO
    closing = book.points[-1].nlv
    rows = [_share(book, name, worth) for name, worth in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]
    rest = closing - sum(sums.values(), ZERO)
    if round_display(rest):
        rows.append(_share(book, _("Not itemised in the statements"), rest))
    rows.append(_share(book, _("Total"), closing, is_total=True))
    section = Section(title, [Column(words, width=4), *_worth_columns(book)], rows)
    section.notes += unrated_words(book.unrated, book.day)
    return section


def _worth_columns(book: _Book) -> list[Column]:
    return [
        Column(_("Value in %(currency)s") % {"currency": book.currency}, Sort.MONEY),
        Column(_("Share"), Sort.SHARE),
    ]


def _share(book: _Book, name: str, worth: Decimal, *, is_total: bool = False) -> Row:
    closing = book.points[-1].nlv
    share = CONTEXT.divide(worth, closing) if closing > 0 else None
    return Row([name, worth, share], book.currency, is_total=is_total)


def _top(book: _Book) -> Section:
    """The largest securities by what they are worth, long or short."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in book.held:
        if one.asset:
            sums[one.symbol, _class(one.asset)] += book.worth(one.value, one.currency) or ZERO
    largest = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))[:TOP]
    rows = []
    for (symbol, kind), worth in largest:
        head, *figures = _share(book, symbol, worth).cells
        rows.append(Row([head, kind, *figures], book.currency))
    columns = [Column(_("Symbol"), width=3), Column(_("Asset class"), width=3), *_worth_columns(book)]
    return Section(_("Largest holdings"), columns, rows, empty=_("No securities were held on this day."))


def _moved(book: _Book) -> Section:
    """Deposits and withdrawals, dividends, interest and costs, as the statements name them."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for kind, currency, amount in book.moves:
        sums[kind] += book.worth(amount, currency) or ZERO
    rows = [Row([_(kind) if kind else _("Other"), amount], book.currency) for kind, amount in sorted(sums.items())]
    columns = [Column(_("Kind"), width=4), Column(_("In %(currency)s") % {"currency": book.currency}, Sort.MONEY)]
    section = Section(_("What came and went"), columns, rows, empty=_("No cash moved in this period."))
    codes = {code for _kind, code, _amount in book.moves}
    section.notes += unrated_words(book.unrated & codes, book.day)
    if codes - {book.currency}:
        said = _("Other currencies stand here at the rates of %(day)s; the key figures take each day's own.")
        section.notes.append(said % {"day": day_text(book.day)})
    return section


def _accounts(book: _Book) -> Section:
    """Which accounts the report is of, each with its own value."""
    columns = [
        *(Column(_("Account ID"), Sort.ACCOUNT), Column(_("Account title"), width=4)),
        *(Column(_("Value"), Sort.MONEY), Column(_("Currency"), Sort.CURRENCY, 1)),
    ]
    return Section(_("Accounts"), columns, _account_rows(book))


def _account_rows(book: _Book) -> Iterator[Row]:
    for batch in book.asked.batches(size=MOST_ACCOUNTS, worth_on=book.day):
        for one in batch:
            cells: list[Cell] = [name_of(book.asked, one), one.title, one.worth, one.base_currency]  # type: ignore[attr-defined]
            yield Row(cells, one.base_currency, number=one.number)


def _risk(book: _Book) -> Section:
    free = book.asked.wish.risk_free
    found = risk(book.points, free)
    columns = [
        Column(_("Period"), width=3),
        Column(_("Daily returns"), Sort.COUNT),
        Column(_("Volatility of a year"), Sort.SHARE),
        Column(_("Sharpe ratio"), Sort.QUANTITY),
        Column(_("Largest fall"), Sort.PERCENT),
        *(Column(_("From"), Sort.DAY), Column(_("Until"), Sort.DAY)),
    ]
    rows = [] if found is None else [_risk_row(book, found)]
    section = Section(_("Risk"), columns, rows, empty=_("Values below zero have no return."))
    said = _("The rate without risk is %(rate)s%% a year. 252 days are a year; the formulas are in the documentation.")
    section.notes.append(said % {"rate": number_words(free * HUNDRED)})
    return section


def _risk_row(book: _Book, found: Risk) -> Row:
    sharpe = None if found.sharpe is None else round_display(found.sharpe)
    fell: list[Cell] = [found.peak, found.trough] if found.fall else [None, None]
    return Row([period_words(book.span), found.days, found.volatility, sharpe, found.fall, *fell])
