"""The worksheet of Schedules 13D and 13G: which part of a class of shares all accounts hold together.

How many shares there are is in no statement: it is stated with the report, and what is not stated is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.broker.holdings.models import Instrument
from accounts.ground.amounts import number_words
from accounts.ground.dates import day_text
from portal.lib.csvtext import Cell
from portal.lib.money import CONTEXT
from portal.reports.compliance import cusip_of, held
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.table import Column, Report, Row, Section, Sort

# Five parts of a hundred are one of twenty.
PARTS = 20
MOST_NAMED = 20


@dataclass
class Class:
    """One class of shares, whatever currencies it is traded in."""

    name: str
    symbol: str
    isin: str
    shares: Decimal
    outstanding: Decimal | None = None

    @property
    def cusip(self) -> str:
        return cusip_of(self.isin)

    @property
    def part(self) -> Decimal | None:
        return None if self.outstanding is None else CONTEXT.divide(self.shares, self.outstanding)

    @property
    def is_reached(self) -> bool:
        """Exactly; a part is rounded only where it is shown."""
        return self.outstanding is not None and self.shares * PARTS >= self.outstanding


def form_13d(asked: Asked, span: Span) -> Report:
    """Long positions in shares and funds at the end of the period beside what there is of each."""
    day = asked.days.on_or_before(span.last)
    section = Section(
        _("Classes of shares"),
        [
            *(Column(_("Name of the issuer"), width=5), Column(_("Symbol")), Column(_("CUSIP")), Column(_("ISIN"))),
            *(Column(_("Shares held"), Sort.QUANTITY, 3), Column(_("Shares outstanding"), Sort.QUANTITY, 3)),
            *(Column(_("Part of the class"), Sort.SHARE), Column(_("Five percent or more"), width=3)),
        ],
        (),
        empty=_("No shares or funds were held on this day."),
    )
    section.rows = _rows(asked, day, section)
    return Report(asked.wish.title, day_text(day), [section])


def _rows(asked: Asked, day: date, section: Section) -> Iterator[Row]:
    classes = _classes(asked, day)
    for one in sorted(classes, key=lambda one: (not one.is_reached, one.name, one.symbol)):
        said = "" if one.outstanding is None else _("Yes") if one.is_reached else _("No")
        cells: list[Cell] = [one.name, one.symbol, one.cusip, one.isin, one.shares, one.outstanding, one.part, said]
        yield Row(cells, is_marked=one.is_reached)
    if classes:
        section.notes += _about(classes)


def _classes(asked: Asked, day: date) -> list[Class]:
    sums = held(asked, day).values_list("conid", "symbol").annotate(Sum("quantity"))
    found = list(sums)
    named = Instrument.unscoped.in_bulk({conid for conid, _symbol, _shares in found if conid is not None})
    known = asked.wish.shares_outstanding
    classes: dict[str, Class] = {}
    for conid, symbol, shares in sorted(found, key=lambda one: (one[1], one[0] or 0)):
        instrument = named.get(conid)
        isin = instrument.isin if instrument else ""
        one = classes.setdefault(
            isin or symbol, Class(instrument.description if instrument else symbol, symbol, isin, Decimal(0))
        )
        one.shares += shares
        for key in (symbol, isin, cusip_of(isin)):
            if key and one.outstanding is None:
                one.outstanding = known.get(key.upper())
    return list(classes.values())


def _about(classes: list[Class]) -> list[str]:
    unknown = sorted(one.symbol for one in classes if one.outstanding is None)
    notes = []
    if unknown:
        more = " …" if len(unknown) > MOST_NAMED else ""
        words = _(
            "How many shares are outstanding is stated for %(known)s of %(all)s classes; it is missing for: %(symbols)s"
        )
        notes.append(
            words
            % {
                "known": number_words(Decimal(len(classes) - len(unknown)), 0),
                "all": number_words(Decimal(len(classes)), 0),
                "symbols": ", ".join(unknown[:MOST_NAMED]) + more,
            }
        )
    return [
        *notes,
        _("What can become shares within 60 days and what is held outside these accounts counts too; neither is here."),
    ]
