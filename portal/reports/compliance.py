"""What an advisor files: the worksheet of Form 13F and that of Form ADV, of the accounts it looks after, in dollars.

They list what the statements hold; whether and what is filed stays the advisor's decision.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.broker.feed.models import NavDaily
from accounts.broker.holdings.models import Instrument, Position
from accounts.broker.instruments.rules import Asset
from accounts.broker.rates.queries import rates
from accounts.ground.access.scope import scope
from accounts.ground.amounts import money_words
from accounts.ground.dates import day_text
from portal.lib.money import CONTEXT
from portal.reports.performance import unrated_words
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.table import Column, Report, Row, Section, Sort

ZERO = Decimal(0)
DOLLARS = "USD"
FILES_FROM = Decimal(100_000_000)
LISTED = (Asset.STOCK, Asset.FUND)
AMERICAN = "US"


def form_13f(asked: Asked, span: Span) -> Report:
    """Long positions in shares and funds at the end of the period, each security once over all accounts."""
    day = asked.days.on_or_before(span.last)
    section = Section(
        _("Holdings"),
        [
            Column(_("Name of the issuer"), width=5),
            Column(_("Symbol")),
            Column(_("CUSIP")),
            Column(_("ISIN")),
            Column(_("Value in %(currency)s") % {"currency": DOLLARS}, Sort.MONEY),
            Column(_("Shares"), Sort.QUANTITY),
            Column(_("Accounts"), Sort.COUNT, 1),
        ],
        (),
        empty=_("No shares or funds were held on this day."),
    )
    section.rows = _holdings(asked, day, section)
    return Report(asked.wish.title, day_text(day), [section], [(_("Sums in"), DOLLARS)])


def held(asked: Asked, day: date) -> "QuerySet[Position]":
    """A contract's own summary line counts; where a file gave lots only, they are added up."""
    rows = scope(asked.who, Position).filter(
        account_id__in=asked.rows.order_by().values("pk"), day=day, asset__in=LISTED, quantity__gt=0
    )
    summary = Position.unscoped.filter(
        account_id=OuterRef("account_id"), day=OuterRef("day"), level=Position.SUMMARY, symbol=OuterRef("symbol")
    )
    return rows.filter(Q(level=Position.SUMMARY) | ~Exists(summary)).order_by()


def _holdings(asked: Asked, day: date, section: Section) -> Iterator[Row]:
    sums = held(asked, day).values_list("conid", "symbol", "currency")
    found = list(sums.annotate(Sum("value"), Sum("quantity"), Count("account_id", distinct=True)))
    known = rates((one[2], DOLLARS, day) for one in found)
    named = Instrument.unscoped.in_bulk({one[0] for one in found if one[0] is not None})
    unrated, listed = set[str](), []
    for conid, symbol, currency, value, quantity, accounts in found:
        rate = known.get((currency, DOLLARS, day))
        if rate is None:
            unrated.add(currency)
        worth = None if rate is None or value is None else CONTEXT.multiply(value, rate)
        instrument = named.get(conid)
        listed.append((instrument.description if instrument else symbol, symbol, instrument, worth, quantity, accounts))
    total = ZERO
    for name, symbol, instrument, worth, quantity, accounts in sorted(listed, key=lambda one: (one[0], one[1])):
        isin = instrument.isin if instrument else ""
        total += worth or ZERO
        yield Row([name, symbol, cusip_of(isin), isin, worth, quantity, accounts], DOLLARS)
    if listed:
        yield Row([_("Total"), "", "", "", total, None, None], DOLLARS, is_total=True)
        section.notes += _about_13f(total)
    section.notes += unrated_words(unrated, day)


def _about_13f(total: Decimal) -> list[str]:
    least = money_words(FILES_FROM, DOLLARS)
    reached = _("The sum reaches %(least)s.") if total >= FILES_FROM else _("The sum is below %(least)s.")
    return [
        reached % {"least": least},
        _("Compare with the SEC's official list of the quarter. Options and bonds that convert are not listed here."),
    ]


def cusip_of(isin: str) -> str:
    """The nine characters inside an American or Canadian number; other countries have none."""
    return isin[2:11] if len(isin) == 12 and isin[:2] in (AMERICAN, "CA") else ""


def form_adv(asked: Asked, span: Span) -> Report:
    """Accounts and assets under management by type of client at the end of the period."""
    day = asked.days.on_or_before(span.last)
    section = Section(
        _("Clients and assets"),
        [
            Column(_("Type of client"), width=5),
            Column(_("Accounts"), Sort.COUNT),
            Column(_("Assets in %(currency)s") % {"currency": DOLLARS}, Sort.MONEY),
            Column(_("Part of all"), Sort.PERCENT),
        ],
        (),
        empty=_("No account has a value on this day."),
    )
    section.rows = _by_type(asked, day, section)
    return Report(asked.wish.title, day_text(day), [section], [(_("Sums in"), DOLLARS)])


def _by_type(asked: Asked, day: date, section: Section) -> Iterator[Row]:
    navs = scope(asked.who, NavDaily).filter(account_id__in=asked.rows.order_by().values("pk"), nav_date=day)
    sums = (
        navs.order_by().values_list(F("account__customer_type"), "currency").annotate(Count("account_id"), Sum("nlv"))
    )
    found: list[tuple[Any, ...]] = list(sums)
    known = rates((one[1], DOLLARS, day) for one in found)
    number, assets, unrated = defaultdict[str, int](int), defaultdict[str, Decimal](Decimal), set[str]()
    for kind, currency, accounts, value in found:
        rate = known.get((currency, DOLLARS, day))
        number[kind] += accounts
        if rate is None:
            unrated.add(currency)
        else:
            assets[kind] += CONTEXT.multiply(value, rate)
    total = sum(assets.values(), ZERO)
    for kind in sorted(number):
        part = assets[kind] / total if total else None
        yield Row([_(kind) if kind else _("Not stated"), number[kind], assets[kind], part], DOLLARS)
    if found:
        yield Row([_("Total"), sum(number.values()), total, None], DOLLARS, is_total=True)
        section.notes.append(
            _("Values are net of what was borrowed; regulatory assets under management are counted without that.")
        )
    section.notes += unrated_words(unrated, day)
