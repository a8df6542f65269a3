"""The ledger set-based: SQL text that opens books and moves a whole relation of rows at once.

A relation has the columns firm_id, account_id, practice_id, currency, amount, day, source, txn, run_id and chunk_id.
The texts hold no values from outside; a caller joins them into its own statement.
"""

from accounts.ground.ledger.keys import sql_transfer_id
from accounts.ground.ledger.models import BookKind
from portal.lib.fingerprint import sql_canonical, sql_digest

# Which column of a row owns a book of that kind; what is cleared and what the provider is owed is one book a firm.
OWNER = {
    BookKind.CLIENT: "account_id",
    BookKind.CLEARING: None,
    BookKind.PAYEE: "practice_id",
    BookKind.PROVIDER: None,
}


def sql_open_books(rows: str, kind: BookKind) -> str:
    """A statement that makes the missing books of one kind; sorted, so that two chunks at once cannot deadlock."""
    owner = OWNER[kind]
    columns = ", ".join(["firm_id", "currency", *([owner] if owner else [])])
    return f"""
INSERT INTO accounts_book (kind, {columns})
SELECT '{kind.value}', {columns}
  FROM (SELECT DISTINCT {columns} FROM {rows} w) r
 WHERE NOT EXISTS (SELECT 1 FROM accounts_book b WHERE {_matches("b", kind)})
 ORDER BY {columns}
ON CONFLICT DO NOTHING
"""


def sql_post(rows: str, *, kind: str, debit: BookKind, credit: BookKind, to: str | None = None) -> str:
    """A statement that moves the set and returns only what moved now; the books must be open.

    `to` is the column that owns the credit book where the usual one owns the debit.
    """
    return f"""
INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id, amount, currency,
                               day, source, run_id, chunk_id)
SELECT {sql_transfer_id(f"'{kind}'", "r.source")}, r.txn, r.firm_id, r.account_id, r.practice_id, '{kind}', debit.id,
       credit.id, r.amount, r.currency, r.day, r.source, r.run_id, r.chunk_id
  FROM {rows} r
  JOIN accounts_book debit ON {_matches("debit", debit)}
  JOIN accounts_book credit ON {_matches("credit", credit, to)}
ON CONFLICT DO NOTHING
RETURNING *
"""


# A movement `t` with its books, as digests write it.  Books are named by their owners and not by their numbers, which
# depend on which worker came first.
LINE = sql_canonical(
    "t.id::text",
    "t.txn::text",
    "t.kind",
    "t.firm_id::text",
    "t.account_id::text",
    "t.practice_id::text",
    "debit.kind",
    "debit.account_id::text",
    "debit.practice_id::text",
    "credit.kind",
    "credit.account_id::text",
    "credit.practice_id::text",
    "t.currency::text",
    "t.amount::text",
    "t.day::text",
    "t.source::text",
)
WITH_BOOKS = " t JOIN accounts_book debit ON debit.id = t.debit_id JOIN accounts_book credit ON credit.id = t.credit_id"
LINES = f"coalesce(string_agg({LINE}, E'\\n' ORDER BY t.id), '')"


def sql_digest_of(rows: str) -> str:
    """An expression: the digest of a relation of transfers in canonical order."""
    return f"(SELECT {sql_digest(LINES)} FROM {rows}{WITH_BOOKS})"


def _matches(book: str, kind: BookKind, owned_by: str | None = None) -> str:
    """Every column of the key, also those that are empty: by firm and currency alone all of a firm's books would be
    read for each row."""
    owner = OWNER[kind]
    owners = " AND ".join(
        f"{book}.{column} = r.{owned_by or column}" if column == owner else f"{book}.{column} IS NULL"
        for column in ("account_id", "practice_id")
    )
    return f"{book}.kind = '{kind.value}' AND {book}.firm_id = r.firm_id AND {book}.currency = r.currency AND {owners}"
