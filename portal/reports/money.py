"""Income and fee reports: amounts by account, converted at the rates on which the period closed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.broker.activity.models import CashLine
from accounts.ground.access.scope import scope
from accounts.ground.dates import day_text
from accounts.ground.ledger.models import Transfer, TransferKind
from fees.invoicing.models import Invoice
from fees.posting.models import TAKEN, Charge, ChargeState
from fees.reimbursements.models import Reimbursement
from fees.sending.models import State
from portal.lib.csvtext import Cell
from portal.reports.lines import LEDGER, LEDGER_BACK
from portal.reports.performance import closing_day, name_of, period_words, unrated_words
from portal.reports.periods import Span
from portal.reports.queries import Asked
from portal.reports.table import Column, Report, Row, Section, Sort
from portal.transactions.sources import INCOME

ZERO = Decimal(0)
WITHHELD = "Withholding Tax"
# The broker's words, so that they can be read in the reader's language.
WORDS = (
    *(gettext_noop("Dividends"), gettext_noop("Payment In Lieu Of Dividends"), gettext_noop("Withholding Tax")),
    *(gettext_noop("Broker Interest Received"), gettext_noop("Broker Interest Paid")),
    *(gettext_noop("Bond Interest Received"), gettext_noop("Bond Interest Paid")),
)


def income(asked: Asked, span: Span) -> Report:
    """Dividends, interest and what was withheld, by account and kind, and the sum of each kind."""
    in_sum = Column(_("In %(currency)s") % {"currency": asked.currency}, Sort.MONEY)
    amounts = [
        *(Column(_("Times"), Sort.COUNT, 1), Column(_("Amount"), Sort.MONEY), Column(_("Currency"), Sort.CURRENCY, 1)),
        in_sum,
    ]
    by_account = Section(
        _("By account"),
        [
            Column(_("Account ID"), Sort.ACCOUNT),
            Column(_("Account title"), width=4),
            Column(_("Kind"), width=4),
            *amounts,
        ],
        (),
        empty=_("Nothing of the kind came in."),
    )
    by_kind = Section(_("By kind"), [Column(_("Kind"), width=4), *amounts], (), empty=by_account.empty)
    day = closing_day(asked, span)
    by_account.rows = _income_rows(asked, span, day)
    by_kind.rows = _income_sums(asked, span, day, by_kind)
    facts = [(_("Rates of exchange of"), day_text(day)), (_("Sums in"), asked.currency)]
    return Report(asked.wish.title, period_words(span), [by_kind, by_account], facts)


def _lines(asked: Asked, accounts: Any, span: Span) -> "QuerySet[CashLine]":
    kinds = Q(kind=WITHHELD)
    for word in INCOME:
        kinds |= Q(kind__startswith=word)
    inside = {"account_id__in": accounts, "report_on__gte": span.first, "report_on__lte": span.last}
    return scope(asked.who, CashLine).filter(kinds, **inside).order_by()


def _income_rows(asked: Asked, span: Span, day: date) -> Iterator[Row]:
    for batch in asked.batches():
        sums = _lines(asked, [one.pk for one in batch], span).values_list("account_id", "kind", "currency")
        found: dict[int, list[tuple[str, str, int, Decimal]]] = defaultdict(list)
        for account, kind, currency, number, amount in sums.annotate(Count("pk"), Sum("amount")):
            found[account].append((kind, currency, number, amount))
        known = asked.rates_on(day, (one[1] for every in found.values() for one in every))
        for account in batch:
            for kind, currency, number, amount in sorted(found.get(account.pk, [])):
                rate = known.get(currency)
                worth = None if rate is None else amount * rate
                cells: list[Cell] = [name_of(asked, account), account.title, _(kind), number, amount, currency, worth]
                yield Row(cells, currency, number=account.number)


def _income_sums(asked: Asked, span: Span, day: date, section: Section) -> Iterator[Row]:
    sums = _lines(asked, asked.rows.order_by().values("pk"), span).values_list("kind", "currency")
    found = sorted(sums.annotate(Count("pk"), Sum("amount")))
    known = asked.rates_on(day, (currency for _kind, currency, _number, _amount in found))
    total, unrated = ZERO, set[str]()
    for kind, currency, number, amount in found:
        rate = known.get(currency)
        if rate is None:
            unrated.add(currency)
        else:
            total += amount * rate
        yield Row([_(kind), number, amount, currency, None if rate is None else amount * rate], currency)
    if found:
        number = sum(one[2] for one in found)
        yield Row([_("Total"), number, None, asked.currency, total], asked.currency, is_total=True)
    section.notes += unrated_words(unrated, day)


@dataclass
class Sums:
    """What somebody's accounts paid in one currency: fees and invoices, less what came back."""

    fees: Decimal = Decimal("0.00")
    invoices: Decimal = Decimal("0.00")
    back: Decimal = Decimal("0.00")
    accounts: int = 0

    @property
    def total(self) -> Decimal:
        return self.fees + self.invoices - self.back

    def add(self, other: "Sums") -> None:
        self.fees += other.fees
        self.invoices += other.invoices
        self.back += other.back
        self.accounts += other.accounts


def fees(asked: Asked, span: Span) -> Report:
    """What clients paid their advisors, by advisor or by client; both ways, and the ledger, come to one total."""
    amounts = [
        *(Column(_("Fees"), Sort.MONEY), Column(_("Invoices"), Sort.MONEY), Column(_("Given back"), Sort.MONEY)),
        *(Column(_("Total"), Sort.MONEY), Column(_("Currency"), Sort.CURRENCY, 1)),
    ]
    paid = Paid(asked, span)
    nothing = _("Nothing was charged in this period.")
    if asked.wish.by == "advisor":
        head = [Column(_("Advisor"), width=5), Column(_("Clients who paid"), Sort.COUNT)]
        main = Section(_("By advisor"), [*head, *amounts], _by_advisor(asked, paid), empty=nothing)
    else:
        head = [
            Column(_("Account ID"), Sort.ACCOUNT),
            Column(_("Account title"), width=4),
            Column(_("Advisor"), width=3),
        ]
        main = Section(_("By client"), [*head, *amounts], _by_client(asked, span, paid), empty=nothing)
    proof = Section(
        _("Proof"),
        [
            *(Column(_("Currency"), Sort.CURRENCY, 1), Column(_("Added up by advisor"), Sort.MONEY)),
            *(Column(_("Added up by client"), Sort.MONEY), Column(_("In the ledger"), Sort.MONEY)),
            Column(_("Difference"), Sort.MONEY),
        ],
        (),
        empty=nothing,
    )
    proof.rows = _proof(asked, span, paid, proof)
    return Report(asked.wish.title, period_words(span), [main, proof])


def _sums(asked: Asked, accounts: Any, span: Span, *keys: str) -> dict[tuple[Any, ...], Sums]:
    """Fees, invoices and what came back, by these columns of the account and by currency."""
    found: dict[tuple[Any, ...], Sums] = defaultdict(Sums)
    for *key, value, number, name in _paid(asked, accounts, span, *keys):
        one = found[tuple(key)]
        setattr(one, name, getattr(one, name) + value)
        one.accounts = max(one.accounts, number)
    return found


def _paid(asked: Asked, accounts: Any, span: Span, *keys: str, with_ledger: bool = False) -> Iterator[tuple[Any, ...]]:
    """The same column by column, one question for all tables: columns, currency, amount, accounts, name. With the
    ledger, also what moved between the accounts and their advisors, less what moved back."""
    who, inside = asked.who, {"account_id__in": accounts}
    taken = Q(state=ChargeState.POSTED, posted_on__gte=span.first, posted_on__lte=span.last)
    processed = Q(state=State.PROCESSED, processed_on__gte=span.first, processed_on__lte=span.last)
    on = Q(day__gte=span.first, day__lte=span.last)
    signed = Case(When(kind__in=LEDGER, then=F("amount")), default=-F("amount"))
    sources: list[tuple[Any, Q, Any, str]] = [
        (Charge, taken, TAKEN, "fees"),
        (Invoice, processed, F("amount"), "invoices"),
        (Reimbursement, processed, F("amount"), "back"),
        (Transfer, on & Q(kind=TransferKind.REVERSAL), F("amount"), "back"),
    ]
    if with_ledger:
        sources.append((Transfer, on & Q(kind__in=(*LEDGER, *LEDGER_BACK)), signed, "ledger"))
    first, *rest = [
        scope(who, model)
        .filter(within, **inside)
        .order_by()
        .values_list(*keys, "currency")
        .annotate(value=Sum(amount), number=Count("account_id", distinct=True), name=Value(name))
        for model, within, amount, name in sources
    ]
    yield from first.union(*rest, all=True).iterator()


def _by_advisor(asked: Asked, paid: "Paid") -> Iterator[Row]:
    """The advisors of the accounts that paid, whoever the fee was for."""
    for (name, _practice, currency), one in sorted(paid.by_practice.items(), key=lambda item: item[0]):
        yield Row([name, one.accounts, *_amounts(one), currency], currency)
    for currency, one in paid.totals:
        yield Row([_("Total"), one.accounts, *_amounts(one), currency], currency, is_total=True)


def _by_client(asked: Asked, span: Span, paid: "Paid") -> Iterator[Row]:
    """Every account, also those that paid nothing."""
    for batch in asked.batches():
        found: dict[int, dict[str, Sums]] = defaultdict(dict)
        for (account, currency), one in _sums(asked, [one.pk for one in batch], span, "account_id").items():
            found[account][currency] = one
        for account in batch:
            for currency, one in sorted((found.get(account.pk) or {account.base_currency: Sums()}).items()):
                head = [name_of(asked, account), account.title, account.practice.name]
                yield Row([*head, *_amounts(one), currency], currency, number=account.number)
    for currency, one in paid.totals:
        yield Row([_("Total"), "", "", *_amounts(one), currency], currency, is_total=True)


def _amounts(one: Sums) -> list[Decimal]:
    return [one.fees, one.invoices, one.back, one.total]


class Paid:
    """The sums by practice of all accounts, asked for once and when they are first needed."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.asked, self.span = asked, span

    @cached_property
    def by_practice(self) -> dict[tuple[Any, ...], Sums]:
        """By name and key of the practice, and by currency."""
        accounts = self.asked.rows.order_by().values("pk")
        return _sums(self.asked, accounts, self.span, "account__practice__name", "account__practice_id")

    @property
    def totals(self) -> list[tuple[str, Sums]]:
        """By currency."""
        totals: dict[str, Sums] = defaultdict(Sums)
        for key, one in self.by_practice.items():
            totals[key[-1]].add(one)
        return sorted(totals.items())


def _proof(asked: Asked, span: Span, paid: Paid, section: Section) -> Iterator[Row]:
    """Three ways to one figure: two sums of the documents, and the movements of the ledger."""
    accounts = asked.rows.order_by().values("pk")
    by_advisor = {currency: one.total for currency, one in paid.totals}
    by_client: dict[str, Decimal] = defaultdict(Decimal)
    ledger: dict[str, Decimal] = defaultdict(Decimal)
    for _account, currency, amount, _number, name in _paid(asked, accounts, span, "account_id", with_ledger=True):
        if name == "ledger":
            ledger[currency] += amount
        else:
            by_client[currency] += -amount if name == "back" else amount
    broken = False
    for currency in sorted({*by_advisor, *by_client, *ledger}):
        three = [one.get(currency, ZERO) for one in (by_advisor, by_client, ledger)]
        apart = max(three) - min(three)
        broken = broken or bool(apart)
        yield Row([currency, *three, apart], currency, is_marked=bool(apart))
    if by_advisor or by_client or ledger:
        section.notes.append(
            _("The sums differ: tell the back office, and do not rely on this report.")
            if broken
            else _("By advisor, by client and in the ledger: the same to the cent.")
        )
