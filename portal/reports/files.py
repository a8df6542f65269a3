"""A report as a file: CSV and workbook row by row, PDF on paper laid across."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import zip_longest
from typing import IO, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf.enums import MethodReturnValue, XPos, YPos

from accounts.ground.dates import day_text
from fees.papers.paper import MARGIN, PARTS, Paper
from portal.lib import csvtext, xlsx
from portal.reports.table import Column, Report, Row, Section, lines, plot_words, shown

FORMATS = ("csv", "xlsx", "pdf")
# A PDF is held whole while it is made; the other two are not.
MOST_ON_PAPER = 10_000
SMALL, BOLD_LINE = 7, 5
PLOT_HEIGHT = 30
COVER_TOP, CONTENTS_WIDTH, CONTENTS_PAGE = 60, 120, 15


class TooLong(Exception):
    """The report has more rows than a PDF may."""


def write(report: Report, form: str, out: IO[bytes], *, house: str, day: date, cover: bool = False) -> None:
    """The whole report; its rows are read once. A cover with contents is for paper alone."""
    if form == "pdf":
        out.write(_paper(report, house=house, day=day, cover=cover))
    elif form == "xlsx":
        xlsx.write_to(out, lines(report), sheet=report.title)
    else:
        csvtext.write_to(out, lines(report))


def _paper(report: Report, *, house: str, day: date, cover: bool) -> bytes:
    pdf = Paper(" · ".join(filter(None, [report.title, report.period])))
    pdf.set_title(report.title)
    pdf.set_creator("Advisor Portal")
    pdf.set_lang(get_language() or "en")
    pdf.set_creation_date(datetime.combine(day, time(), UTC))
    pdf.add_page(orientation="L")
    if cover:
        _cover(pdf, report, house=house, day=day)
    pdf.say(report.title, size=15, after=1)
    pdf.say(report.period)
    for name, value in report.facts:
        pdf.say(f"{name}: {value}", size=9)
    pdf.say(house, size=9, after=2)
    if len(report.plot) > 1:
        _plot(pdf, report.plot)
    left = MOST_ON_PAPER
    for section in report.sections:
        left -= _section(pdf, section, left)
    return bytes(pdf.output())


def _cover(pdf: Paper, report: Report, *, house: str, day: date) -> None:
    """Whose report it is, of which days, and on which page each table begins."""
    pdf.set_y(COVER_TOP)
    pdf.say(house, size=14, after=4)
    pdf.say(report.title, size=24, after=6)
    for line in (report.period, *(f"{name}: {value}" for name, value in report.facts)):
        pdf.say(line, size=11, after=1)
    pdf.say(_("As of %(day)s.") % {"day": day_text(day)}, size=11, after=8)
    pdf.say(_("Contents"), size=13, after=2)
    pdf.insert_toc_placeholder(_contents)


def _contents(pdf: Any, outline: Sequence[Any]) -> None:
    for one in outline:
        pdf.row([one.name, str(one.page_number)], [CONTENTS_WIDTH, CONTENTS_PAGE], size=11)


def _plot(pdf: Paper, plot: Sequence[Decimal]) -> None:
    """What one at the beginning became, as a line over the width of the page."""
    low, high = min(plot), max(plot)
    span, top, last = (high - low) or Decimal(1), pdf.get_y() + 2, len(plot) - 1
    spots = [
        (MARGIN + float(pdf.epw) * place / last, top + PLOT_HEIGHT * float((high - one) / span))
        for place, one in enumerate(plot)
    ]
    pdf.polyline(spots)
    pdf.set_y(top + PLOT_HEIGHT + 2)
    pdf.say(plot_words(plot), size=9)


def _section(pdf: Paper, section: Section, most: int) -> int:
    """One table, its headings again at the top of every page; how many rows it has."""
    widths = _widths(section.columns, pdf.epw)
    pdf.ln(2)
    pdf.start_section(section.title)
    pdf.say(section.title, size=11, after=1)
    _headings(pdf, section.columns, widths)
    number = 0
    for number, row in enumerate(section.rows, start=1):
        if number > most:
            raise TooLong(_("A PDF holds at most %(most)s rows; ask for CSV or XLSX.") % {"most": MOST_ON_PAPER})
        texts = _texts(pdf, section.columns, row, widths)
        if pdf.will_page_break(BOLD_LINE * max(map(len, texts))):
            pdf.add_page(orientation="L")
            _headings(pdf, section.columns, widths)
        _row(pdf, section.columns, row, widths, texts)
    if not number:
        pdf.say(section.empty, size=9)
    for note in section.notes:
        pdf.say(note, size=9)
    return number


def _widths(columns: Sequence[Column], width: float) -> list[float]:
    parts = sum(one.width for one in columns)
    return [width * one.width / parts for one in columns]


def _headings(pdf: Paper, columns: Sequence[Column], widths: Sequence[float]) -> None:
    """Cut to two lines where a heading is long."""
    pdf.set_font(PARTS[0], size=SMALL)
    pdf.set_text_color(90)
    top, lowest = pdf.get_y(), pdf.get_y()
    left = float(MARGIN)
    for column, width in zip(columns, widths, strict=True):
        pdf.set_xy(left, top)
        align = "R" if column.is_right else "L"
        pdf.multi_cell(width, 3.5, column.words, align=align, new_x=XPos.RIGHT, new_y=YPos.NEXT)
        lowest = max(lowest, pdf.get_y())
        left += width
    pdf.set_text_color(0)
    pdf.line(MARGIN, lowest + 0.5, left, lowest + 0.5)
    pdf.set_xy(MARGIN, lowest + 1)


def _texts(pdf: Paper, columns: Sequence[Column], row: Row, widths: Sequence[float]) -> list[list[str]]:
    """The lines of each cell: one, cut where it is too long, or as many as a column that wraps needs."""
    pdf.set_font(PARTS[0], size=SMALL + 1)
    found: list[list[str]] = []
    for column, cell, width in zip(columns, row.cells, widths, strict=True):
        text = shown(column, row, cell)
        if row.is_marked and column is columns[0]:
            text = f"! {text}"
        if column.wraps and pdf.get_string_width(text) > width - 2:
            wrapped = pdf.multi_cell(width, BOLD_LINE, text, dry_run=True, output=MethodReturnValue.LINES)
            assert isinstance(wrapped, list)
            found.append(wrapped)
        else:
            found.append([_cut(text, width - 2, pdf.get_string_width)])
    return found


def _row(
    pdf: Paper, columns: Sequence[Column], row: Row, widths: Sequence[float], texts: Sequence[Sequence[str]]
) -> None:
    if row.is_total:
        pdf.line(MARGIN, pdf.get_y(), MARGIN + sum(widths), pdf.get_y())
    pdf.set_font(PARTS[0], size=SMALL + 1)
    for line in zip_longest(*texts, fillvalue=""):
        for column, text, width in zip(columns, line, widths, strict=True):
            pdf.cell(width, BOLD_LINE, text, align="R" if column.is_right else "L")
        pdf.ln(BOLD_LINE)


def _cut(text: str, width: float, measured: Callable[[str], float]) -> str:
    while text and measured(text) > width:
        text = text[:-2] + "…"
    return text
