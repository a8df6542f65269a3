"""A year of fees as a table for a spreadsheet, and as a paper to keep."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from accounts.ground.tree.models import Account
from fees.history.queries import Line, Year
from fees.papers.paper import LINE, Paper
from portal.lib.csvtext import Cell

SUMS, ROWS = [85, 20, 65], [24, 76, 40, 30]
LATE = 3


def table(found: Year, lines: Sequence[Line], *, shows_payee: bool) -> Iterator[Sequence[Cell]]:
    """Line by line, then the totals."""
    payee = [_("Payee")] if shows_payee else []
    yield [
        *(_("Day"), _("Kind of fee"), _("Details"), _("From"), _("Until"), _("Amount"), _("Currency"), *payee),
        _("Proof"),
    ]
    for one in lines:
        named = [one.payee] if shows_payee else []
        yield [
            *(one.day, one.words, one.title, one.first, one.last, one.amount, one.currency, *named),
            str(one.proof) if one.proof else None,
        ]
    for currency, amount in sorted(found.totals.items()):
        yield [_("Total"), None, None, None, None, amount, currency, *([None] if shows_payee else []), None]


def paper(account: Account, found: Year, lines: Sequence[Line], *, house: str, day: date) -> bytes:
    """The year on A4: the sums, then every line; the same rows give the same bytes."""
    pdf = Paper(f"{account.number} · {found.year}")
    heading = _("Advisory fees %(year)s") % {"year": found.year}
    pdf.set_title(heading)
    pdf.set_creator("Advisor Portal")
    pdf.set_lang(get_language() or "en")
    pdf.set_creation_date(datetime.combine(day, time(), UTC))
    pdf.add_page()
    pdf.say(heading, size=15, after=1)
    pdf.say(f"{account.number}, {account.title}")
    pdf.say(house, after=LATE)
    for kind in found.kinds:
        words = f"{kind.words}, {kind.payee}" if kind.payee else kind.words
        pdf.row([words, str(kind.count), money_words(kind.total, kind.currency)], SUMS, size=10)
    for currency, amount in sorted(found.totals.items()):
        pdf.row([_("Total"), "", money_words(amount, currency)], SUMS, size=11)
    pdf.ln(LINE)
    if found.average is not None:
        pdf.say(_("Average value: %(amount)s") % {"amount": money_words(found.average, account.base_currency)})
    pdf.say(_("As of %(day)s.") % {"day": day_text(day)}, after=LATE)
    for one in lines:
        words = " · ".join(filter(None, [one.words, one.payee or one.title]))
        span = f"{day_text(one.first)} – {day_text(one.last)}" if one.first and one.first != one.last else ""
        pdf.row([day_text(one.day), words, span, money_words(one.amount, one.currency)], ROWS, size=8)
    return bytes(pdf.output())
