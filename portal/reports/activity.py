"""Activity statements: what accounts were worth, and every line that the broker's statements and the ledger have."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q, Value
from django.utils.translation import gettext as _

from accounts.broker.activity.models import CashLine, CorporateAction, PositionTransfer, Trade
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer, TransferKind
from accounts.ground.tree.models import Account
from portal.lib.csvtext import Cell
from portal.reports.money import LEDGER, LEDGER_BACK
from portal.reports.performance import name_of, performance, period_words
from portal.reports.periods import Span
from portal.reports.queries import MOST_ACTIVITIES, Asked
from portal.reports.table import Column, Report, Row, Section, Sort

# A table of lines, and the column of the day that they belong to.
SOURCES: tuple[tuple[Any, str], ...] = (
    (CashLine, "report_on"),
    (Trade, "report_on"),
    (PositionTransfer, "report_on"),
    (CorporateAction, "report_on"),
    (Transfer, "day"),
)
OF_ADVISORS = Q(kind__in=(*LEDGER, *LEDGER_BACK))


def activity(asked: Asked, span: Span) -> Report:
    """Values first, then the lines, table by table and in each by account and day."""
    values = performance(asked, span)
    head = [Column(_("Account ID"), Sort.ACCOUNT), Column(_("Day"), Sort.DAY)]
    amount = [Column(_("Amount"), Sort.MONEY), Column(_("Currency"), Sort.CURRENCY, 1)]
    what = [Column(_("Kind"), width=3), Column(_("Symbol")), Column(_("Description"), width=6)]
    lots = [Column(_("Quantity"), Sort.QUANTITY), Column(_("Price"), Sort.QUANTITY)]
    tables: list[tuple[str, list[Column], Any, str, Callable[[Any], list[Cell]]]] = [
        (_("Cash movements"), [*head, *what, *amount], CashLine, "report_on", _cash),
        (_("Trades"), [*head, *what, *lots, *amount], Trade, "report_on", _trade),
        (_("Transfers"), [*head, *what, *lots, *amount], PositionTransfer, "report_on", _transfer),
        (_("Corporate actions"), [*head, *what, *lots[:1], *amount], CorporateAction, "report_on", _corporate),
        (_("Fees and invoices"), [*head, *what[:1], *amount], Transfer, "day", _fee),
    ]
    sections = [
        Section(title, columns, _lines(asked, span, model, day, cells), empty=_("Nothing in this period."))
        for title, columns, model, day, cells in tables
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
    rows = (
        Row([row.cells[0], *row.cells[2:]], row.currency, number=row.number)
        for row in _lines(asked, span, Trade, "report_on", _confirmed)
    )
    section = Section(_("Trades"), columns, rows, empty=_("Nothing was traded in this period."))
    return Report(asked.wish.title, period_words(span), [section])


def counted(asked: Asked, span: Span, most: int = MOST_ACTIVITIES) -> int:
    """How many lines there are; of each table, counted no further than one past the most."""
    accounts = asked.rows.order_by().values("pk")
    first, *rest = [
        _rows(asked, span, model, day, accounts).annotate(one=Value(1)).values("one")[: most + 1]
        for model, day in SOURCES
    ]
    return first.union(*rest, all=True).count()


def _rows(asked: Asked, span: Span, model: Any, day: str, accounts: Any) -> Any:
    inside = {"account_id__in": accounts, f"{day}__gte": span.first, f"{day}__lte": span.last}
    rows = scope(asked.who, model).filter(**inside).order_by()
    return rows.filter(OF_ADVISORS) if model is Transfer else rows


def _lines(asked: Asked, span: Span, model: Any, day: str, cells: Callable[[Any], list[Cell]]) -> Iterator[Row]:
    for batch in asked.batches():
        by_key: dict[int, Account] = {one.pk: one for one in batch}
        place = {key: number for number, key in enumerate(by_key)}
        found = list(_rows(asked, span, model, day, list(by_key)))
        for one in sorted(found, key=lambda row: (place[row.account_id], getattr(row, day), str(row.pk))):
            account = by_key[one.account_id]
            head = [name_of(asked, account), getattr(one, day)]
            yield Row([*head, *cells(one)], one.currency, number=account.number)


def _cash(one: CashLine) -> list[Cell]:
    return [_(one.kind), one.symbol, one.description, one.amount, one.currency]


def _trade(one: Trade) -> list[Cell]:
    return [one.side or one.kind, one.symbol, one.description, one.quantity, one.price, one.net_cash, one.currency]


def _confirmed(one: Trade) -> list[Cell]:
    return [
        *(one.trade_on or one.report_on, one.settle_on, one.side or one.kind, one.symbol, one.description),
        *(one.quantity, one.price, one.proceeds, one.commission, one.taxes, one.net_cash, one.currency),
    ]


def _transfer(one: PositionTransfer) -> list[Cell]:
    sides = {"IN": _("In"), "OUT": _("Out")}
    words = " ".join(filter(None, [one.kind, sides.get(one.direction, one.direction)]))
    worth = one.cash if one.cash else one.value
    return [words, one.symbol, one.description, one.quantity, one.price, worth, one.currency]


def _corporate(one: CorporateAction) -> list[Cell]:
    return [one.kind, one.symbol, one.description, one.quantity, one.proceeds, one.currency]


def _fee(one: Transfer) -> list[Cell]:
    back = TransferKind(one.kind) in LEDGER_BACK
    return [str(TransferKind(one.kind).label), one.amount if back else -one.amount, one.currency]
