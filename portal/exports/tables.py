"""The lists that can be written to a file: their headings and rows for one person, as the page shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.ground.access.context import Who
from accounts.ground.access.gates import Gate, may_pass, refused
from accounts.ground.access.scope import sees
from accounts.ground.amounts import money_words
from accounts.ground.clock import exchange_today
from accounts.ground.runs.queries import sealed_day
from accounts.ground.tree.models import Account
from accounts.ground.tree.queries import typed
from fees.differences.models import Difference
from fees.differences.queries import listed as listed_differences
from fees.differences.words import told
from fees.proofs.words import method_title
from fees.whatif import queries as whatif
from fees.whatif.models import WhatIfLine
from fees.whatif.rules import REFUSALS
from portal.fee_list.listing import FeeListing
from portal.lib.csvtext import Cell
from portal.records.listing import Listing
from portal.records.queries import values_of
from portal.shell.tags import percent
from portal.structure import queries as tree
from portal.tools.inquiries import queries as inquiry
from portal.tools.inquiries.criteria import Criteria
from portal.tools.inquiries.criteria import read as read_criteria
from portal.tools.inquiries.views import ASKERS
from portal.tools.inquiries.words import COLUMNS as QUERY_COLUMNS
from portal.transactions.listing import TransactionListing

CHUNK = 1000
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Table:
    """What goes into a file; `rows` are made while they are written."""

    name: str
    headings: Sequence[str]
    rows: Iterator[Sequence[Cell]]
    of: int


def accounts(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """The account list. By advisor, each section ends with its subtotal; both ways end with the same grand total."""
    listing = Listing.of(who, query)
    listing.is_asked_for_sums = True
    if chosen:
        listing.rows = listing.rows.filter(number__in=chosen)
    headings = [
        *(_("Account ID"), _("Account title"), _("Alias"), _("Advisor"), _("Kind"), _("Type"), _("Status")),
        *(_("Opened"), _("Funded"), _("Closed"), _("Currency"), _("Value"), _("Value on"), _("Value in firm currency")),
    ]
    return Table("accounts", headings, _account_rows(listing), listing.rows.count())


def _account_rows(listing: Listing) -> Iterator[Sequence[Cell]]:
    totals = listing.totals
    if totals is None:
        return
    rates = totals.rates
    section: int | None = None
    for batch in _batches(listing.ordered()):
        values = values_of(batch, listing.sealed)
        for one in batch:
            if listing.by_advisor and section not in (None, one.practice_id):
                yield _sum(_("Subtotal"), listing.sections[section].name, listing.sections[section].value)
            section = one.practice_id
            nlv = values.get(one.pk)
            rate = rates.get(one.base_currency)
            worth = None if nlv is None or rate is None else round(nlv * rate, 2)
            yield [
                *(one.number, one.title, one.alias, one.practice.name, one.get_kind_display(), one.account_type),
                *(one.get_status_display(), one.opened_on, one.funded_on, one.closed_on, one.base_currency, nlv),
                *(listing.sealed if nlv is not None else None, worth),
            ]
    if listing.by_advisor and section is not None:
        yield _sum(_("Subtotal"), listing.sections[section].name, listing.sections[section].value)
    yield _sum(_("Total"), totals.currency, totals.value)


def _batches(rows: "QuerySet[Account]") -> Iterator[list[Account]]:
    batch: list[Account] = []
    for one in rows.iterator(chunk_size=CHUNK):
        batch.append(one)
        if len(batch) == CHUNK:
            yield batch
            batch = []
    if batch:
        yield batch


def _sum(word: str, name: str, value: Decimal) -> list[Cell]:
    return [word, name, *[None] * 11, round(value, 2)]


def fees(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """The fee list with its filters, fee by fee; reports are for who may see reports."""
    mark = Gate("report")
    if not may_pass(who, mark):
        raise refused(who, mark)
    listing = FeeListing.of(who, query)
    headings = [
        *(_("Account ID"), _("Account title"), _("From"), _("Until"), _("Method"), _("Payee"), _("Amount")),
        *(_("Currency"), _("Status"), _("Posted"), _("Proof")),
    ]
    return Table("fees", headings, _fee_rows(listing, who), listing.rows.count())


def _fee_rows(listing: FeeListing, who: Who) -> Iterator[Sequence[Cell]]:
    for one in listing.ordered().iterator(chunk_size=CHUNK):
        yield [
            *(one.account.number, one.account.title, one.starts, one.period_end_day, method_title(one.method)),
            *(
                getattr(one, "payee_name", None) if who.is_advisor else None,
                one.shown,
                one.currency,
                one.get_state_display(),
            ),
            *(one.posted_on, str(one.pk)),
        ]
    for currency, amount in listing.total:
        yield [_("Total"), None, None, None, None, None, amount, currency, None, None, None]


def transactions(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """The transaction history with its filters; what leaves an account is negative."""
    mark = Gate("view", needs="transaction_history")
    if not may_pass(who, mark):
        raise refused(who, mark)
    listing = TransactionListing.of(who, query, today=exchange_today())
    headings = [
        *(_("Date"), _("Account ID"), _("Account title"), _("Type"), _("Method"), _("Status"), _("Amount")),
        *(_("Currency"), _("Description")),
    ]
    return Table("transactions", headings, _transaction_rows(listing), listing.rows.count(MOST_ROWS))


def _transaction_rows(listing: TransactionListing) -> Iterator[Sequence[Cell]]:
    for one in listing.lines():
        yield [
            *(one.day, one.number, one.title, str(one.kind.label), one.method, str(one.status.label)),
            *(one.amount.normalize() + 0, one.currency, one.words),
        ]


def structure(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """The tree with counts and values of the last sealed night and what is paid to whom, as far as one may see it."""
    wishes = tree.Wishes.of(query)
    headings = [
        *(_("Level"), _("Account ID"), _("Account title"), _("Kind"), _("Below"), _("Advisor"), _("Status")),
        *(_("Accounts"), _("Value"), _("Currency"), _("Value on"), _("Fee layers"), _("Fees accrued on the day")),
    ]
    rows = tree.whole(who, wishes)
    return Table("structure", headings, _tree_rows(who, rows, wishes), rows.count())


def _tree_rows(who: Who, rows: "QuerySet[Account]", wishes: tree.Wishes) -> Iterator[Sequence[Cell]]:
    sealed = sealed_day()
    books = tree.books(who, sealed)
    for batch in _batches(rows):
        values = values_of(batch, sealed) if wishes.aum else {}
        layers = tree.fee_layers(who, batch, sealed or exchange_today()) if wishes.fees else {}
        for one in batch:
            book = books.get(one.practice_id) if one.kind in tree.MASTERS else None
            worth = (book.nlv if book and wishes.aum else None) if one.kind in tree.MASTERS else values.get(one.pk)
            accrued = getattr(book, tree.accrued_column(who)) if book and wishes.fees else None
            yield [
                *(one.level, one.number, one.title, one.get_kind_display()),
                *(one.parent.number if one.parent and sees(who, one.parent) else None, one.practice.name),
                *(one.get_status_display(), book.accounts if book else None, worth),
                *(book.currency if book else one.base_currency, sealed if worth is not None else None),
                "; ".join(_layer_words(who, one, layer) for layer in layers.get(one.pk, [])),
                None if accrued is None else round(accrued, 2),
            ]


def _layer_words(who: Who, account: Account, layer: tree.Layer) -> str:
    """Such as: 0.70% + 800.00, Northgate Advisors."""
    parts = []
    for part in layer.parts:
        if part.rate is not None:
            parts.append(percent(part.rate))
        elif part.flat is not None:
            parts.append(money_words(part.flat, account.base_currency))
        else:
            number = len(part.tiers)
            parts.append(ngettext("%(number)s range", "%(number)s ranges", number) % {"number": number})
    words = " + ".join(parts)
    return f"{words}, {layer.payee_name}" if layer.payee_name and not who.is_owner else words


def what_if(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """What a what-if has found, account by account, with its filters."""
    mark = Gate("set_fees")
    if not may_pass(who, mark):
        raise refused(who, mark)
    trial = whatif.trial_of(who, UUID(query.get("trial", "")))
    rows = whatif.lines(
        who, trial, show=query.get("show", ""), text=typed(query.get("q")), band=query.get("band", "")[:10]
    )
    if chosen:
        rows = rows.filter(account__number__in=chosen)
    headings = [
        *(_("Account ID"), _("Account title"), _("Currency"), _("Billed"), _("With these terms"), _("Difference")),
        *(_("Measured from"), _("Note")),
    ]
    return Table("what-if", headings, _what_if_rows(rows), rows.count())


def _what_if_rows(rows: "QuerySet[WhatIfLine]") -> Iterator[Sequence[Cell]]:
    for one in rows.order_by("account__number").iterator(chunk_size=CHUNK):
        known = not one.problem
        note = REFUSALS.get(one.problem, "")
        yield [
            *(one.account.number, one.account.title, one.currency),
            *(one.before if known else None, one.after if known else None, one.change if known else None),
            *(one.since, _(note) if note else ""),
        ]


def differences(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """The differences between agreements and bills with their filters; for who may set fees."""
    mark = Gate("set_fees")
    if not may_pass(who, mark):
        raise refused(who, mark)
    wanted = {"show": query.get("show", "open"), "reason": query.get("reason", ""), "text": typed(query.get("q"))}
    rows = listed_differences(who, **wanted).order_by("-day", "pk")
    headings = [
        *(_("Since"), _("Account ID"), _("Account title"), _("Payee"), _("Reason"), _("What differs"), _("Method")),
        *(_("Agreed"), _("Charged"), _("Currency"), _("Ended")),
    ]
    return Table("differences", headings, _difference_rows(rows), rows.count())


def _difference_rows(rows: "QuerySet[Difference]") -> Iterator[Sequence[Cell]]:
    for row in map(told, rows.iterator(chunk_size=CHUNK)):
        one = row.difference
        yield [
            *(one.day, one.account.number, one.account.title, getattr(one, "payee_name", None)),
            *(one.get_reason_display(), row.words, row.fee, one.expected, one.found, one.currency, one.ended_on),
        ]


def inquiries(who: Who, query: QueryDict, chosen: Sequence[str]) -> Table:
    """Everything that a query of client data finds; for those who may ask it."""
    mark = Gate("report")
    if not may_pass(who, mark) or who.role not in ASKERS:
        raise refused(who, mark)
    sealed = sealed_day()
    asked = read_criteria(query, sealed or exchange_today())
    headings = [_("Account ID"), _("Account title"), *(str(word) for word, _sort in QUERY_COLUMNS[asked.kind])]
    return Table(
        "queries",
        [*headings, _("Currency")],
        _inquiry_rows(who, asked, sealed),
        inquiry.candidates(who, asked).count(),
    )


def _inquiry_rows(who: Who, asked: Criteria, sealed: date | None) -> Iterator[Sequence[Cell]]:
    for row in inquiry.every(who, asked, sealed):
        figures: list[Cell] = [None if one is None else Decimal(str(one)) for one in row.figures]
        yield [row.account.number, row.account.title, *figures, row.account.base_currency]


TABLES = {
    "accounts": accounts,
    "fees": fees,
    "transactions": transactions,
    "structure": structure,
    "what_if": what_if,
    "inquiries": inquiries,
    "differences": differences,
}
