"""Reading the books: balances and the lines of a statement."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, Sum, When

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Book, Transfer, TransferKind
from accounts.ground.tree.models import Account

ZERO = Decimal("0.00")
# What leaves an account for its advisors; what advisors share among themselves is not the account's, and what the
# broker or the provider of mailboxes charges is no fee of theirs; the rest comes back to it.
PAID = (TransferKind.FEE, TransferKind.INVOICE)
INSIDE = (
    *(TransferKind.SWEEP, TransferKind.DRAW, TransferKind.BORNE, TransferKind.BORNE_BACK),
    *(TransferKind.MAILBOX, TransferKind.MAILBOX_BACK, TransferKind.MAILBOX_OFF),
)
# Amounts by currency.
Sums = dict[str, Decimal]


@dataclass(frozen=True)
class Line:
    """One line of a book's statement: what it added to the book (or took, below zero) and what was in it afterwards."""

    transfer: Transfer
    amount: Decimal
    balance: Decimal


def paid_in(who: Who, accounts: Iterable[int], first: date, last: date) -> dict[int, Sums]:
    """What accounts have paid their advisors on the days of a span, less what came back, by account; one question."""
    rows = scope(who, Transfer, "report").filter(account_id__in=accounts, day__gte=first, day__lte=last)
    signed = Case(When(kind__in=PAID, then=F("amount")), default=-F("amount"))
    sums = rows.exclude(kind__in=INSIDE).order_by("account_id", "currency").values_list("account_id", "currency")
    found: dict[int, Sums] = defaultdict(dict)
    for account, currency, amount in sums.annotate(paid=Sum(signed)):
        found[account][currency] = amount
    return found


def balance(book: Book, *, before: date | None = None) -> Decimal:
    """What came in less what went out; with `before`, only the movements of earlier days."""
    with cursor() as cur:
        cur.execute(
            """
            SELECT coalesce(sum(amount) FILTER (WHERE credit_id = %(book)s), 0)
                 - coalesce(sum(amount) FILTER (WHERE debit_id = %(book)s), 0)
              FROM accounts_transfer
             WHERE %(book)s IN (debit_id, credit_id) AND (%(before)s::date IS NULL OR day < %(before)s)
            """,
            {"book": book.pk, "before": before},
        )
        return ZERO + cur.fetchone()[0]


def statement(book: Book, *, starts: date, ends: date) -> list[Line]:
    """The book's movements from `starts` until `ends` (not included), oldest first, with a running balance."""
    moves = (
        Transfer.unscoped.filter(Q(debit=book) | Q(credit=book), day__gte=starts, day__lt=ends)
        .select_related("account", "practice")
        .order_by("day", "posted_at", "id")
    )
    lines, running = [], balance(book, before=starts)
    for transfer in moves:
        amount = transfer.amount if transfer.credit_id == book.pk else -transfer.amount
        running += amount
        lines.append(Line(transfer, amount, running))
    return lines


def movements(who: Who, account: Account) -> "QuerySet[Transfer]":
    """What moved on an account's book, of what this person may see; newest first."""
    return scope(who, Transfer).filter(account=account).select_related("practice").order_by("-day", "-id")
