"""Moving money between two books, one movement at a time; `sets` holds the same for a whole night.

A movement that has been made is never made twice.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.ledger.keys import transfer_id
from accounts.ground.ledger.models import Book, BookKind, Transfer
from portal.lib.money import UnknownCurrency, minor_unit


class BadPosting(ValueError):
    """A movement the ledger does not take; the message is a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What one movement is: `source` names the row it settles and, with `kind`, makes it unique."""

    kind: str
    debit: Book
    credit: Book
    amount: Decimal
    day: date
    source: UUID
    txn: UUID | None = None
    account_id: int | None = None
    practice_id: int | None = None
    run_id: int | None = None


def open_book(
    *, firm_id: int, kind: str, currency: str, account_id: int | None = None, practice_id: int | None = None
) -> Book:
    """The book of these owners in that currency, made when it is first needed."""
    return Book.unscoped.get_or_create(
        firm_id=firm_id, kind=kind, currency=currency, account_id=account_id, practice_id=practice_id
    )[0]


def client_book(*, firm_id: int, account_id: int, currency: str) -> Book:
    return open_book(firm_id=firm_id, kind=BookKind.CLIENT, account_id=account_id, currency=currency)


def clearing_book(*, firm_id: int, currency: str) -> Book:
    return open_book(firm_id=firm_id, kind=BookKind.CLEARING, currency=currency)


def payee_book(*, firm_id: int, practice_id: int, currency: str) -> Book:
    return open_book(firm_id=firm_id, kind=BookKind.PAYEE, practice_id=practice_id, currency=currency)


def post(posting: Posting) -> Transfer | None:
    """Make one movement; None when this source has been settled by this kind before, and then nothing moves."""
    _check(posting)
    transfer = transfer_id(posting.kind, posting.source)
    with transaction.atomic(using=current_alias.get()):
        with cursor() as cur:
            cur.execute(
                """
                INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id,
                                               amount, currency, day, source, run_id)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT DO NOTHING RETURNING id
                """,
                [
                    transfer,
                    posting.txn or transfer,
                    posting.debit.firm_id,
                    posting.account_id,
                    posting.practice_id,
                    posting.kind,
                    posting.debit.pk,
                    posting.credit.pk,
                    posting.amount,
                    posting.debit.currency,
                    posting.day,
                    posting.source,
                    posting.run_id,
                ],
            )
            moved = cur.fetchone()
        return Transfer.unscoped.get(pk=moved[0]) if moved else None


def _check(posting: Posting) -> None:
    """Raises BadPosting for what could unbalance the books or could not be paid."""
    debit, credit, amount = posting.debit, posting.credit, posting.amount
    if debit.firm_id != credit.firm_id:
        raise BadPosting(_("Money does not move between firms."))
    if debit.currency != credit.currency:
        raise BadPosting(_("Both books of a movement have the same currency."))
    if debit.pk == credit.pk:
        raise BadPosting(_("A movement needs two different books."))
    if not amount.is_finite() or amount <= 0:
        raise BadPosting(_("An amount that moves is above zero."))
    try:
        unit = minor_unit(debit.currency)
    except UnknownCurrency as error:
        raise BadPosting(_("%(currency)s is not a currency of the books.") % {"currency": error.currency}) from error
    if amount % unit:
        raise BadPosting(
            _("%(amount)s has a smaller unit than %(currency)s has.") % {"amount": amount, "currency": debit.currency}
        )
