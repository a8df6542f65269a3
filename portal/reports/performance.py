"""Portfolio analysis and client summary: what accounts were worth and what they returned, alone and as one.

What several accounts returned is worked out from their summed values and flows; returns are never averaged.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.amounts import number_words
from accounts.ground.dates import day_text
from accounts.ground.tree.models import Account
from portal.lib.csvtext import Cell
from portal.lib.periods import annual, monthly
from portal.performance.rules import DayValue
from portal.reports.advisors import Advisor, advisors, proof
from portal.reports.periods import Span, parts
from portal.reports.queries import Asked
from portal.reports.returns import Measured, chained, differs
from portal.reports.sums import Said
from portal.reports.table import Column, Report, Row, Section, Sort
from portal.reports.wishes import MEASURES

DAYS_NAMED = 5


def performance(asked: Asked, span: Span) -> Report:
    """Values, flows and return of each account, of each advisor's or of all as one; detailed in the parts of the
    frequency. The values at the end are proved where there are several."""
    titles = {True: _("All accounts as one"), False: _("Account by account")}
    title = _("Advisor by advisor") if asked.wish.is_by_advisor else titles[asked.wish.is_consolidated]
    section = Section(title, _columns(asked), (), empty=_("No account has a value in this period."))
    if asked.wish.is_consolidated:
        section.rows = _together(asked, span, section)
    else:
        section.rows = _of_advisors(asked, span, section) if asked.wish.is_by_advisor else _alone(asked, span, section)
    return Report(asked.wish.title, period_words(span), [section], _facts(asked))


def period_words(span: Span) -> str:
    """The days of a report, in the reader's form."""
    return day_text(span.last) if span.first == span.last else f"{day_text(span.first)} – {day_text(span.last)}"


def name_of(asked: Asked, account: Account) -> str:
    """How an account is called: by its number, or by its alias where numbers stay out of the report."""
    return (account.alias or account.title) if asked.wish.alias else account.number


def _columns(asked: Asked) -> list[Column]:
    part = [Column(_("Part"), width=3)] if asked.wish.is_detailed else []
    broker = [Column(_("Broker's return"), Sort.PERCENT)] if _is_compared(asked) else []
    of_account = [Column(_("Account ID"), Sort.ACCOUNT), Column(_("Account title"), width=4)]
    of_advisor = [Column(_("Advisor"), width=5), Column(_("Accounts"), Sort.COUNT, 1)]
    return [
        *(of_advisor if asked.wish.is_by_advisor else of_account),
        *part,
        Column(_("Value at the beginning"), Sort.MONEY),
        Column(_("Paid in"), Sort.MONEY),
        Column(_("Taken out"), Sort.MONEY),
        Column(_("Gain or loss after costs"), Sort.MONEY),
        Column(_("Value at the end"), Sort.MONEY),
        Column(_("Currency"), Sort.CURRENCY, 1),
        Column(str(MEASURES[asked.wish.measure]), Sort.PERCENT),
        *broker,
        Column(_("Days without a value"), Sort.COUNT, 1),
    ]


def _is_compared(asked: Asked) -> bool:
    """The broker's returns are time-weighted, and of single accounts."""
    return asked.wish.measure == "twr" and not asked.wish.is_consolidated and not asked.wish.is_by_advisor


def _facts(asked: Asked) -> list[tuple[str, str]]:
    return [(_("Return"), str(MEASURES[asked.wish.measure])), (_("Sums in"), asked.currency)]


def _spans(asked: Asked, span: Span) -> list[Span]:
    return parts(span, asked.wish.frequency) if asked.wish.is_detailed else [span]


def _cells(asked: Asked, head: Sequence[Cell], one: Measured, currency: str, broker: Decimal | None) -> list[Cell]:
    return [
        *head,
        *(one.opening, one.came_in, one.went_out, one.gain, one.closing, currency),
        one.by_time if asked.wish.measure == "twr" else one.by_money,
        *([broker] if _is_compared(asked) else []),
        len(one.missing) or None,
    ]


def _alone(asked: Asked, span: Span, section: Section) -> Iterator[Row]:
    """Every account. What is missing or differs is counted and said below."""
    apart, gaps = 0, _Gaps()
    for batch in asked.batches():
        values, said = asked.values_of(batch, span, is_compared=_is_compared(asked))
        for account in batch:
            for row, is_apart, one in _of_account(asked, account, values.get(account.pk, []), span, said):
                apart += is_apart
                gaps.see(name_of(asked, account), one)
                if is_apart or not asked.wish.differing:
                    yield row
    if apart:
        section.notes.append(
            ngettext(
                "%(number)s return is more than 0.01 percentage points from the broker's.",
                "%(number)s returns are more than 0.01 percentage points from the broker's.",
                apart,
            )
            % {"number": number_words(Decimal(apart), 0)}
        )
    section.notes += gaps.words()
    yield from _all_as_one(asked, span, section)


def _of_account(
    asked: Asked, account: Account, values: Sequence[DayValue], span: Span, said: Said
) -> Iterator[tuple[Row, bool, Measured]]:
    currency = account.base_currency
    for part in _spans(asked, span):
        one = asked.measured(account, values, part)
        if one is None:
            continue
        starts = part.first if one.has_base else one.first
        broker = chained(said.get(account.pk, ()), starts, one.last, asked.days)
        is_apart = differs(one.by_time, broker)
        head = [name_of(asked, account), account.title, *([period_words(part)] if asked.wish.is_detailed else [])]
        cells = _cells(asked, head, one, currency, broker)
        yield Row(cells, currency, is_marked=is_apart, number=account.number), is_apart, one


def _of_advisors(asked: Asked, span: Span, section: Section) -> Iterator[Row]:
    """The accounts of each advisor as one; what one of them gives another is no flow."""
    found = advisors(asked, span)
    for advisor in found:
        for part in _spans(asked, span):
            one = advisor.measured(asked, part)
            if one is not None:
                head: list[Cell] = [advisor.name, advisor.number]
                head += [period_words(part)] if asked.wish.is_detailed else []
                yield Row(_cells(asked, head, one, asked.currency, None), asked.currency)
    yield from _all_as_one(asked, span, section, found)


def _all_as_one(asked: Asked, span: Span, section: Section, found: Sequence[Advisor] = ()) -> Iterator[Row]:
    """The last rows: every account in one set of figures, with its proof."""
    day, gaps = closing_day(asked, span), _Gaps()
    values, single = asked.proved(span, day)
    for part in _spans(asked, span):
        whole = asked.measured_together(values, part)
        if whole and not asked.wish.differing:
            head: list[Cell] = [_("All as one"), sum(one.number for one in found) if found else ""]
            head += [period_words(part)] if asked.wish.is_detailed else []
            yield Row(_cells(asked, head, whole, asked.currency, None), asked.currency, is_total=True)
            gaps.see(_("All as one"), whole)
    section.notes += gaps.words()
    if not asked.wish.differing:
        section.notes += proof(asked, day, values, single, found)


def _together(asked: Asked, span: Span, section: Section) -> Iterator[Row]:
    """Every account in one set of figures; what one gives another is no flow."""
    values, gaps = asked.together(span), _Gaps()
    for part in _spans(asked, span):
        one = asked.measured_together(values, part)
        if one is not None:
            head = [_("All as one"), "", *([period_words(part)] if asked.wish.is_detailed else [])]
            yield Row(_cells(asked, head, one, asked.currency, None), asked.currency)
            gaps.see(_("All as one"), one)
    section.notes += gaps.words()


class _Gaps:
    """The days that lack a value: named for the first few, counted for all."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.number = 0

    def see(self, name: str, one: Measured) -> None:
        if not one.missing:
            return
        self.number += 1
        if len(self.named) < DAYS_NAMED:
            days = ", ".join(day_text(day) for day in one.missing[:DAYS_NAMED])
            self.named.append(f"{name}: {days}{' …' if len(one.missing) > DAYS_NAMED else ''}")

    def words(self) -> list[str]:
        if not self.number:
            return []
        said = _("Business days without a value, or without a rate of exchange; no figure takes their place: %(days)s")
        more = [" …"] if self.number > len(self.named) else []
        return [said % {"days": "; ".join([*self.named]) + "".join(more)}]


def summary(asked: Asked, span: Span) -> Report:
    """One day of every account: its value, and its return of the month and of the year until then."""
    day = asked.days.on_or_before(span.last)
    of_account = [
        *(Column(_("Account ID"), Sort.ACCOUNT), Column(_("Account title"), width=4), Column(_("Advisor"), width=3)),
        *(Column(_("Value"), Sort.MONEY), Column(_("Currency"), Sort.CURRENCY, 1)),
    ]
    of_advisor = [Column(_("Advisor"), width=5), Column(_("Accounts"), Sort.COUNT, 1)]
    section = Section(
        _("Advisors") if asked.wish.is_by_advisor else _("Accounts"),
        [
            *(of_advisor if asked.wish.is_by_advisor else of_account),
            Column(_("Value in %(currency)s") % {"currency": asked.currency}, Sort.MONEY),
            Column(_("Month to date"), Sort.PERCENT),
            Column(_("Year to date"), Sort.PERCENT),
        ],
        (),
        empty=_("No account has a value on this day."),
    )
    section.rows = (_advisors_on_day if asked.wish.is_by_advisor else _on_day)(asked, day, section)
    return Report(asked.wish.title, day_text(day), [section], [(_("Sums in"), asked.currency)])


def _advisors_on_day(asked: Asked, day: date, section: Section) -> Iterator[Row]:
    month, year = Span(monthly(day).starts, day), Span(annual(day).starts, day)
    of_advisors = advisors(asked, year)
    for advisor in of_advisors:
        found = [advisor.measured(asked, one) for one in (month, year)]
        if any(found):
            returns = [one.by_time if one else None for one in found]
            yield Row([advisor.name, advisor.number, advisor.on(day), *returns], asked.currency)
    yield from _sum_on_day(asked, day, section, of_advisors)


def _on_day(asked: Asked, day: date, section: Section) -> Iterator[Row]:
    month, year = Span(monthly(day).starts, day), Span(annual(day).starts, day)
    gaps, unrated = _Gaps(), set[str]()
    for batch in asked.batches():
        values, _said = asked.values_of(batch, year)
        known = asked.rates_on(day, (one.base_currency for one in batch if one.pk in values))
        for account in batch:
            own = values.get(account.pk, [])
            value = next((one.nlv for one in own if one.day == day), None)
            rate = known.get(account.base_currency)
            of_month, of_year = asked.measured(account, own, month), asked.measured(account, own, year)
            if of_year is None and value is None:
                continue
            if rate is None:
                unrated.add(account.base_currency)
            if of_year:
                gaps.see(name_of(asked, account), of_year)
            yield Row(
                [
                    *(name_of(asked, account), account.title, account.practice.name, value, account.base_currency),
                    None if value is None or rate is None else value * rate,
                    of_month.by_time if of_month else None,
                    of_year.by_time if of_year else None,
                ],
                account.base_currency,
                number=account.number,
            )
    section.notes += gaps.words() + unrated_words(unrated, day)
    yield from _sum_on_day(asked, day, section)


def _sum_on_day(asked: Asked, day: date, section: Section, of_advisors: Sequence[Advisor] = ()) -> Iterator[Row]:
    month, year = Span(monthly(day).starts, day), Span(annual(day).starts, day)
    values, single = asked.proved(year, day)
    whole = next((one.nlv for one in values if one.day == day and one.is_complete), None)
    found = [asked.measured_together(values, one) for one in (month, year)]
    if any(found):
        head: list[Cell] = [_("All as one"), "", "", whole, asked.currency]
        if asked.wish.is_by_advisor:
            head = [_("All as one"), sum(one.number for one in of_advisors)]
        cells = [*head, whole, *(one.by_time if one else None for one in found)]
        yield Row(cells, asked.currency, is_total=True)
    section.notes += proof(asked, day, values, single, of_advisors)


def unrated_words(codes: set[str], day: date) -> list[str]:
    """Which currencies could not be converted, and so are not in the sums."""
    if not codes:
        return []
    words = _("There is no rate of exchange on %(day)s for %(currencies)s; such amounts are in no sum.")
    return [words % {"day": day_text(day), "currencies": ", ".join(sorted(codes))}]


def closing_day(asked: Asked, span: Span) -> date:
    """The last closed business day of a span: whose rates convert its amounts."""
    return asked.days.on_or_before(min(span.last, asked.sealed or span.last))
