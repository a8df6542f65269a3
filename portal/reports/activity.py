"""Activity statements: what accounts were worth, and every line that the broker's statements and the ledger have."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.broker.activity.models import Trade
from accounts.broker.instruments.rules import side_words
from accounts.ground.ledger.models import TransferKind
from accounts.ground.tree.models import Account
from portal.lib.csvtext import Cell
from portal.reports.lines import LEDGER_BACK, Line, Source, lines, rows_of
from portal.reports.performance import name_of, performance, period_words
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.table import Column, Report, Row, Section, Sort

ZERO = Decimal(0)
Cells = Callable[[Line], list[Cell]]


def activity(asked: Asked, span: Span) -> Report:
    """Values first, then the lines, table by table and in each by account and day."""
    values = performance(asked, span)
    head = [Column(_("Account ID"), Sort.ACCOUNT), Column(_("Day"), Sort.DAY)]
    amount = [Column(_("Amount"), Sort.MONEY), Column(_("Currency"), Sort.CURRENCY, 1)]
    what = [Column(_("Kind"), width=3), Column(_("Symbol")), Column(_("Description"), width=6)]
    lots = [Column(_("Quantity"), Sort.QUANTITY), Column(_("Price"), Sort.QUANTITY)]
    tables: list[tuple[str, list[Column], Source, Cells]] = [
        (_("Cash movements"), [*head, *what, *amount], Source.CASH, _cash),
        (_("Trades"), [*head, *what, *lots, *amount], Source.TRADE, _trade),
        (_("Transfers"), [*head, *what, *lots, *amount], Source.TRANSFER, _transfer),
        (_("Corporate actions"), [*head, *what, *lots[:1], *amount], Source.CORPORATE, _corporate),
        (_("Fees and invoices"), [*head, *what[:1], *amount], Source.FEE, _fee),
    ]
    of_all = _Read(asked, span)
    sections = [
        Section(title, columns, of_all.rows(source, cells), empty=_("Nothing in this period."))
        for title, columns, source, cells in tables
    ]
    for section in values.sections:
        section.title = _("Net asset value")
    return Report(asked.wish.title, period_words(span), [*values.sections, *sections], values.facts)


def trades(asked: Asked, span: Span) -> Report:
    """Every execution by account and day, as a confirmation says it."""
    columns = [
        *(Column(_("Account ID"), Sort.ACCOUNT), Column(_("Trade day"), Sort.DAY), Column(_("Settles on"), Sort.DAY)),
        *(Column(_("Side")), Column(_("Symbol")), Column(_("Description"), width=5)),
        *(Column(_("Quantity"), Sort.QUANTITY), Column(_("Price"), Sort.QUANTITY), Column(_("Proceeds"), Sort.MONEY)),
        *(Column(_("Commission"), Sort.MONEY), Column(_("Taxes"), Sort.MONEY), Column(_("Net amount"), Sort.MONEY)),
        Column(_("Currency"), Sort.CURRENCY, 1),
    ]
    section = Section(_("Trades"), columns, _confirmed(asked, span), empty=_("Nothing was traded in this period."))
    return Report(asked.wish.title, period_words(span), [section])


class _Read:
    """The lines of all tables: of a report that is answered at once in one question, otherwise batch by batch."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.asked, self.span = asked, span

    @cached_property
    def of_all(self) -> dict[Source, list[tuple[Account, Line]]]:
        """Every line by its table, in the order of the accounts."""
        asked, found = self.asked, defaultdict[Source, list[tuple[Account, Line]]](list)
        accounts = [one.pk for one in asked.only] if asked.only is not None else asked.rows.order_by().values("pk")
        every = lines(asked.who, Source, accounts, self.span)
        known = asked.only if asked.only is not None else asked.ordered.filter(pk__in={one.account for one in every})
        for account, line in _in_order(known, every):
            found[Source(line.source)].append((account, line))
        return found

    def rows(self, source: Source, cells: Cells) -> Iterator[Row]:
        """The rows of one table."""
        for account, line in self._of(source):
            yield Row([name_of(self.asked, account), line.day, *cells(line)], line.currency, number=account.number)

    def _of(self, source: Source) -> Iterator[tuple[Account, Line]]:
        if not self.asked.is_batch:
            yield from self.of_all[source]
            return
        for batch in self.asked.batches():
            yield from _in_order(batch, lines(self.asked.who, [source], [one.pk for one in batch], self.span))


def _in_order(accounts: Iterable[Account], found: Iterable[Line]) -> Iterator[tuple[Account, Line]]:
    """By account as they come, and in each by day."""
    by_key = {one.pk: one for one in accounts}
    place = {key: number for number, key in enumerate(by_key)}
    for line in sorted(found, key=lambda one: (place[one.account], one.day, one.key)):
        yield by_key[line.account], line


def _confirmed(asked: Asked, span: Span) -> Iterator[Row]:
    for batch in asked.batches():
        by_key = {one.pk: one for one in batch}
        place = {key: number for number, key in enumerate(by_key)}
        found: list[Trade] = list(rows_of(asked.who, Source.TRADE, list(by_key), span))
        for one in sorted(found, key=lambda row: (place[row.account_id], row.report_on or span.first, str(row.pk))):
            account = by_key[one.account_id]
            cells: list[Cell] = [
                *(name_of(asked, account), one.trade_on or one.report_on, one.settle_on),
                *(side_words(one.side) or one.kind, one.symbol, one.description, one.quantity, one.price, one.proceeds),
                *(one.commission, one.taxes, one.net_cash, one.currency),
            ]
            yield Row(cells, one.currency, number=account.number)


def _cash(one: Line) -> list[Cell]:
    return [_(one.kind), one.symbol, one.description, one.amount, one.currency]


def _trade(one: Line) -> list[Cell]:
    side = side_words(one.side) or one.kind
    return [side, one.symbol, one.description, one.quantity, one.price, one.amount, one.currency]


def _transfer(one: Line) -> list[Cell]:
    sides = {"IN": _("In"), "OUT": _("Out")}
    words = " ".join(filter(None, [one.kind, sides.get(one.side, one.side)]))
    worth = one.other if one.other else one.amount
    return [words, one.symbol, one.description, one.quantity, one.price, worth, one.currency]


def _corporate(one: Line) -> list[Cell]:
    return [one.kind, one.symbol, one.description, one.quantity, one.amount, one.currency]


def _fee(one: Line) -> list[Cell]:
    amount = one.amount or ZERO
    return [str(TransferKind(one.kind).label), amount if one.kind in LEDGER_BACK else -amount, one.currency]
