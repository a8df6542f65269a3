"""Makes of one statement and its account what can be loaded, or says why the account is held. Touches no database."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from accounts.broker.feed import rows, rules, tables, values, vocabulary
from accounts.broker.feed.cells import Cells, Problem
from accounts.broker.feed.limits import EARLIEST
from accounts.broker.feed.reader import Row, Statement
from accounts.broker.feed.rows import Holder, Sheet
from portal.lib.business_days import Calendar
from portal.lib.words import Sentence, gettext_noop

# What a master account, a shell, can never have.
_OF_HOLDERS = (
    *("EquitySummaryByReportDateInBase", "ChangeInNAV", "CashTransaction", "Transfer", "Trade", "OpenPosition"),
    *("CashReportCurrency", "CorporateAction"),
)
_FLOW_SECTIONS = frozenset({"CashTransactions", "Transfers"})
MOST_REMEMBERED = 50_000
MASTER_HOLDS = gettext_noop("master account cannot hold positions")


@dataclass(slots=True)
class Market:
    """Rates and instruments of one file. Every statement repeats them, so each is read and loaded once."""

    _read: dict[tuple[str, ...], tuple | None] = field(default_factory=dict)
    _loaded: set[tuple] = field(default_factory=set)

    def read(self, row: Row, read: Callable[[], tuple | None]) -> tuple | None:
        """What a row says."""
        said = tuple(row.values.values())  # the names are always the same
        if said not in self._read:
            if len(self._read) >= MOST_REMEMBERED:
                self._read.clear()
            self._read[said] = read()
        return self._read[said]

    def unloaded(self, said: Iterable[tuple]) -> list[tuple]:
        """Those that have not been stored yet, each once."""
        return [row for row in dict.fromkeys(said) if row not in self._loaded]

    def stored(self, said: Iterable[tuple]) -> None:
        if len(self._loaded) >= MOST_REMEMBERED:
            self._loaded.clear()
        self._loaded.update(said)


@dataclass(slots=True)
class Prepared:
    """What one statement brings. `values` are those of its business days; rejected rows were left out."""

    holder: Holder
    line: int
    starts: date | None
    last_day: date | None
    is_master: Callable[[str], bool]
    staged: dict[str, list[tuple]] = field(default_factory=dict)
    values: dict[date, Decimal] = field(default_factory=dict)
    rejected: list[tuple[str, Sentence]] = field(default_factory=list)
    warnings: list[tuple[str, Sentence]] = field(default_factory=list)
    unchecked: list[Sentence] = field(default_factory=list)

    def add(self, table: tables.Table, row: tuple | None) -> None:
        if row is not None:
            self.staged.setdefault(table.name, []).append(row)


def prepare(
    statement: Statement,
    holder: Holder,
    *,
    calendar: Calendar,
    generated_at: datetime,
    today: date,
    market: Market,
    is_master: Callable[[str], bool],
) -> Prepared:
    """Raises Problem where the whole statement must be held. `is_master` is asked of other accounts its rows name."""
    cells = Cells()
    if statement.is_oversized:
        raise Problem("oversized", f"line {statement.line}", rules.REASONS["oversized"])
    starts, last_day, generated_at = _frame(statement, generated_at)
    ready = Prepared(holder, statement.line, starts, last_day, is_master)
    sheet = Sheet(holder, calendar, generated_at, starts, last_day, {})
    _market(statement, cells, ready, sheet, market)
    if holder.is_master:
        for element in _OF_HOLDERS:
            for row in statement.rows.get(element, ()):
                ready.rejected.append((cells.at(element, row).where, Sentence(MASTER_HOLDS, {})))
    else:
        _account(statement, cells, ready, sheet, today)
    for said in _rows(statement, cells, ready, "AccountInformation"):
        _check_currency(said, holder)
        ready.add(tables.FACTS, rows.facts(sheet, said))
    return ready


def _frame(statement: Statement, generated_at: datetime) -> tuple[date | None, date | None, datetime]:
    try:
        starts, last_day = (values.day(statement.values.get(name)) for name in ("fromDate", "toDate"))
        own = values.instant(statement.values.get("whenGenerated"))
    except values.BadValue as error:
        raise Problem("bad_value", f"line {statement.line}, FlexStatement", error.msgid, **error.params) from error
    return starts, last_day, own or generated_at


def _rows(statement: Statement, cells: Cells, ready: Prepared, element: str) -> Iterator[Cells]:
    """The rows of one kind that belong to the statement's account; a row of another account is left out and named."""
    number = ready.holder.number
    for row in statement.rows.get(element, ()):
        cells.at(element, row)
        named = row.values.get("accountId")
        if named is None or named.upper() == number or named in values.NULLS:
            yield cells
        else:
            other = Sentence(gettext_noop("a row of account %(other)s"), {"other": ascii(named[:20])})
            why = Sentence(MASTER_HOLDS, {}) if ready.is_master(named) else other
            ready.rejected.append((cells.where, why))


def _market(statement: Statement, cells: Cells, ready: Prepared, sheet: Sheet, market: Market) -> None:
    """Rates and instruments: facts of nobody's account, wanted before the rows that need them."""
    for row in statement.rows.get("ConversionRate", ()):
        found = market.read(row, lambda row=row: rows.rate(cells.at("ConversionRate", row)))
        ready.add(tables.RATES, found)
        if found is not None and found[2] == sheet.holder.base:
            sheet.rates[found[0], found[1]] = Decimal(found[3])
    for row in statement.rows.get("SecurityInfo", ()):
        ready.add(tables.INSTRUMENT, market.read(row, lambda row=row: rows.instrument(cells.at("SecurityInfo", row))))


def _account(statement: Statement, cells: Cells, ready: Prepared, sheet: Sheet, today: date) -> None:
    totals = _totals(statement, cells, ready, today)
    changes = _changes(statement, cells, ready)
    flows = _flows(statement, cells, ready, sheet, totals)
    for row in _rows(statement, cells, ready, "Trade"):
        if row.text("levelOfDetail", most=20) in rows.TRADE_LEVELS:
            ready.add(tables.TRADE, rows.trade(sheet, row))
    for row in _rows(statement, cells, ready, "OpenPosition"):
        ready.add(tables.POSITION, rows.position(sheet, row))
    for row in _rows(statement, cells, ready, "CashReportCurrency"):
        ready.add(tables.CASH, rows.cash_balance(sheet, row))
    for row in _rows(statement, cells, ready, "CorporateAction"):
        if row.text("levelOfDetail", most=20) in rows.ACTION_LEVELS:
            ready.add(tables.ACTION, rows.corporate_action(sheet, row))
    known = rules.known_flows(flows, changes, sorted(totals), has_sections=bool(_FLOW_SECTIONS & statement.sections))
    verdict = rules.check(changes, totals, known, sheet.calendar)
    if verdict.failure:
        raise Problem(
            verdict.reason, f"line {statement.line}, ChangeInNAV", verdict.failure.msgid, **verdict.failure.params
        )
    ready.unchecked += verdict.unchecked
    _values(ready, sheet, totals, known)


def _check_currency(cells: Cells, holder: Holder) -> None:
    stated = cells.currency("currency")
    if stated is not None and stated != holder.base:
        raise Problem(
            "currency",
            cells.where,
            gettext_noop("it says %(stated)s, the account's base currency is %(base)s"),
            stated=stated,
            base=holder.base,
        )


def _totals(statement: Statement, cells: Cells, ready: Prepared, today: date) -> dict[date, Decimal]:
    """The daily values, every day of them; one that cannot be right holds the statement."""
    totals: dict[date, Decimal] = {}
    for row in _rows(statement, cells, ready, "EquitySummaryByReportDateInBase"):
        day = row.day("reportDate")
        if day is None:
            raise Problem("bad_value", row.where, gettext_noop("%(name)s is missing"), name="reportDate")
        check_day(day, today, row.where)
        _check_currency(row, ready.holder)
        total = Decimal(row.needed("total", whole=15))
        if totals.setdefault(day, total) != total:
            raise Problem(
                "conflict", row.where, gettext_noop("a second value of %(day)s in the same statement"), day=str(day)
            )
    return totals


def check_day(day: date, today: date, where: str) -> None:
    if day > today:
        raise Problem("future", where, gettext_noop("%(day)s lies after %(today)s"), day=str(day), today=str(today))
    if day < EARLIEST:
        raise Problem("bad_value", where, gettext_noop("%(day)s is too long ago"), day=str(day))


def _changes(statement: Statement, cells: Cells, ready: Prepared) -> list[rules.Changes]:
    found = []
    for row in _rows(statement, cells, ready, "ChangeInNAV"):
        _check_currency(row, ready.holder)
        starts, last_day = row.day("fromDate") or ready.starts, row.day("toDate") or ready.last_day
        if starts is None or last_day is None:
            ready.unchecked.append(Sentence(gettext_noop("the ChangeInNAV has no dates"), {}))
            continue
        starting, ending = row.decimal("startingValue"), row.decimal("endingValue")
        if starting is None or ending is None:
            ready.unchecked.append(Sentence(gettext_noop("the ChangeInNAV lacks its starting or ending value"), {}))
            continue
        change = rules.Changes(
            starts, last_day, starting, ending, row.nonzero(vocabulary.COMPONENTS), row.decimal("twr")
        )
        found.append(change)
        ready.add(tables.CHANGE, _change_row(ready.holder, change))
    return found


def _change_row(holder: Holder, change: rules.Changes) -> tuple:
    components = {name: format(amount, "f") for name, amount in sorted(change.components.items())}
    return (
        *(holder.firm_id, holder.account_id, change.starts, change.last_day, holder.base),
        *(change.starting, change.ending, change.twr, json.dumps(components)),
    )


def _flows(
    statement: Statement, cells: Cells, ready: Prepared, sheet: Sheet, totals: dict[date, Decimal]
) -> dict[date, Decimal]:
    """External flow by business day, from the lines; the lines are staged on the way."""
    flows: dict[date, Decimal] = {}
    lines: list[tuple[tables.Table, tuple, date | None, Decimal]] = []
    summed = False
    for row in _rows(statement, cells, ready, "CashTransaction"):
        if row.text("levelOfDetail", most=20) in rows.CASH_LEVELS:
            lines.append((tables.CASH_LINE, *rows.cash_line(sheet, row)))
        else:
            summed = True
    if summed and not lines:
        ready.unchecked.append(Sentence(gettext_noop("cash transactions are given in summary only"), {}))
    for row in _rows(statement, cells, ready, "Transfer"):
        if row.text("levelOfDetail", most=20) in rows.TRANSFER_LEVELS:
            lines.append((tables.TRANSFER, *rows.transfer(sheet, row)))
    seen: set[tuple[str, object]] = set()
    for table, line, flow_on, amount in lines:
        ready.add(table, line)
        key = (table.name, line[2])
        if flow_on is not None and key not in seen:
            flows[flow_on] = flows.get(flow_on, Decimal(0)) + amount
        seen.add(key)
    return flows


def _values(ready: Prepared, sheet: Sheet, totals: dict[date, Decimal], flows: dict[date, Decimal] | None) -> None:
    """Stage the values of business days; those of other days served the checks and are not billed."""
    for day, total in sorted(totals.items()):
        if not rules.is_business_day(sheet.calendar, day):
            skipped = Sentence(
                gettext_noop("the value of %(day)s, not a business day, is passed over"), {"day": str(day)}
            )
            ready.warnings.append((f"line {ready.line}", skipped))
            continue
        flow = None if flows is None else flows.get(day, Decimal(0))
        ready.values[day] = total
        ready.add(tables.NAV, (sheet.holder.account_id, day, total, flow, sheet.holder.base))
