"""The one definition of a report's tables, from which page, CSV, workbook, PDF and print are made.

Cells are exact; they are rounded here, half to even, when they are shown or written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.ground.amounts import NOTHING, grouped, number_words
from accounts.ground.dates import day_text
from portal.lib.csvtext import Cell
from portal.lib.money import MINOR_UNITS, USUAL_PLACES, round_display

HUNDRED = Decimal(100)


class Sort(StrEnum):
    """What stands in a column: how it is aligned, rounded and written."""

    TEXT = "text"
    ACCOUNT = "account"
    DAY = "day"
    MONEY = "money"
    PERCENT = "percent"
    SHARE = "share"
    COUNT = "count"
    QUANTITY = "quantity"
    CURRENCY = "currency"


# A return has its sign; a share of a whole has none.
IN_PERCENT = (Sort.PERCENT, Sort.SHARE)
RIGHT = (Sort.MONEY, Sort.PERCENT, Sort.SHARE, Sort.COUNT, Sort.QUANTITY)


@dataclass(frozen=True)
class Column:
    """One column: its heading and what stands below it."""

    words: str
    sort: Sort = Sort.TEXT
    # How much of a line of paper it takes beside the others.
    width: int = 2
    # Whether a long text takes several lines there; others are cut.
    wraps: bool = False

    @property
    def is_right(self) -> bool:
        return self.sort in RIGHT


@dataclass(frozen=True)
class Row:
    """One row. Its amounts are of `currency`; `number` is the account that a page links to."""

    cells: Sequence[Cell]
    currency: str = ""
    is_total: bool = False
    is_marked: bool = False
    number: str = ""


@dataclass
class Section:
    """One table of a report; `rows` are made while they are read, and may be read once. `notes` are told below it:
    they are known when the rows have been read."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    notes: list[str] = field(default_factory=list)
    empty: str = ""


@dataclass
class Report:
    """Title, period and sections; `of` is how many rows or accounts a job reports its progress against."""

    title: str
    period: str
    sections: Sequence[Section]
    facts: Sequence[tuple[str, str]] = ()
    # What one at the beginning became, day by day, for a plot.
    plot: Sequence[Decimal] = ()


def shown(column: Column, row: Row, cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None or cell == "":
        return NOTHING if column.is_right else ""
    if isinstance(cell, Decimal):
        if column.sort in IN_PERCENT:
            return _("%(number)s%%") % {"number": number_words(cell * HUNDRED, sign=column.sort == Sort.PERCENT)}
        if column.sort == Sort.QUANTITY:
            return number_words(cell, max(0, -int(cell.normalize().as_tuple().exponent)))
        return number_words(cell, _places(row))
    if isinstance(cell, int):
        return grouped(cell, 0)
    if isinstance(cell, date):
        return day_text(cell)
    return str(cell)


def written(column: Column, row: Row, cell: Cell) -> Cell:
    """A cell as a file holds it: a number stays one, a return is in percent."""
    if not isinstance(cell, Decimal):
        return cell
    if column.sort in IN_PERCENT:
        return round_display(cell * HUNDRED)
    return cell.normalize() + 0 if column.sort == Sort.QUANTITY else round_display(cell, _places(row))


def _places(row: Row) -> int:
    return MINOR_UNITS.get(row.currency, USUAL_PLACES)


def headings(section: Section) -> list[Cell]:
    """What stands above the columns of a file."""
    return [
        _("%(column)s, %%") % {"column": column.words} if column.sort in IN_PERCENT else column.words
        for column in section.columns
    ]


def lines(report: Report) -> Iterator[Sequence[Cell]]:
    """The report for CSV and workbook: each section under its headings, and under it what is to be said of it."""
    for place, section in enumerate(report.sections):
        if place:
            yield []
        if len(report.sections) > 1:
            yield [section.title]
        yield headings(section)
        for row in section.rows:
            yield [written(column, row, cell) for column, cell in zip(section.columns, row.cells, strict=True)]
        for note in section.notes:
            yield [note]


def plot_words(plot: Sequence[Decimal]) -> str:
    """What a plot shows, for whoever does not see it."""
    ends = {"low": number_words((min(plot) - 1) * HUNDRED, sign=True)}
    ends["high"] = number_words((max(plot) - 1) * HUNDRED, sign=True)
    return _("Return from the beginning: lowest %(low)s%%, highest %(high)s%%.") % ends
