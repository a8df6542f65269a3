"""Single movements for tests, made by the same SQL as the night's."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.ground.access.context import current_alias, cursor
from accounts.ground.ledger.models import Book, BookKind, Transfer
from accounts.ground.ledger.sets import sql_post


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What one movement is: `source` names the row it settles and, with `kind`, makes it unique."""

    kind: str
    debit: Book
    credit: Book
    amount: Decimal
    day: date
    source: UUID
    account_id: int | None = None
    practice_id: int | None = None
    run_id: int | None = None


def client_book(*, firm_id: int, account_id: int, currency: str) -> Book:
    return _open(firm_id=firm_id, kind=BookKind.CLIENT, account_id=account_id, currency=currency)


def clearing_book(*, firm_id: int, currency: str) -> Book:
    return _open(firm_id=firm_id, kind=BookKind.CLEARING, currency=currency)


def payee_book(*, firm_id: int, practice_id: int, currency: str) -> Book:
    return _open(firm_id=firm_id, kind=BookKind.PAYEE, practice_id=practice_id, currency=currency)


def post(posting: Posting) -> Transfer | None:
    """Make one movement; None when its source has been settled by this kind before, and then nothing moves."""
    row = (
        "(SELECT %(firm)s::bigint AS firm_id, %(account)s::bigint AS account_id, %(practice)s::bigint AS practice_id,"
        " %(currency)s::varchar AS currency, %(amount)s::numeric AS amount, %(day)s::date AS day,"
        " %(source)s::uuid AS source, %(source)s::uuid AS txn, %(run)s::bigint AS run_id, NULL::bigint AS chunk_id)"
    )
    kinds = BookKind(posting.debit.kind), BookKind(posting.credit.kind)
    with transaction.atomic(using=current_alias.get()), cursor() as cur:
        cur.execute(
            sql_post(row, kind=posting.kind, debit=kinds[0], credit=kinds[1]),
            {
                "firm": posting.debit.firm_id,
                "account": posting.account_id,
                "practice": posting.practice_id,
                "currency": posting.debit.currency,
                "amount": posting.amount,
                "day": posting.day,
                "source": posting.source,
                "run": posting.run_id,
            },
        )
        moved = cur.fetchone()
    return Transfer.unscoped.get(pk=moved[0]) if moved else None


def _open(**owners: object) -> Book:
    return Book.unscoped.get_or_create(**owners)[0]
