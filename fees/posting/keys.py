"""The identifiers of charges and sweeps: they follow from what they name, so a second attempt meets the first."""

from datetime import date
from uuid import UUID

from accounts.ground.ledger.keys import sql_uuid, uuid_of

FIRST_REVISION = 0


def charge_id(*, account_id: int, practice_id: int, method: int, starts: date, revision: int = FIRST_REVISION) -> UUID:
    return uuid_of("charge", account_id, practice_id, method, starts, revision)


def trades_charge_id(
    *, account_id: int, practice_id: int, starts: date, currency: str, revision: int = FIRST_REVISION
) -> UUID:
    """A day's trades may be charged, and adjusted, in several currencies."""
    named = ("trades", account_id, practice_id, starts, currency)
    return uuid_of(*named, revision) if revision else uuid_of(*named)


def sql_charge_id(row: str, *, revision: int = FIRST_REVISION) -> str:
    """SQL for `charge_id` of a row with account_id, practice_id, method and starts."""
    return sql_uuid(
        "'charge'",
        f"{row}.account_id::text",
        f"{row}.practice_id::text",
        f"{row}.method::int::text",
        f"{row}.starts::date::text",
        f"'{revision}'",
    )


def sql_sweep_txn(row: str) -> str:
    """SQL for what all sweeps of a firm on a day share."""
    return sql_uuid("'sweep'", f"{row}.firm_id::text", f"{row}.day::date::text")


def sql_sweep_source(row: str) -> str:
    return sql_uuid(
        "'sweep'",
        f"{row}.firm_id::text",
        f"{row}.day::date::text",
        f"{row}.practice_id::text",
        f"{row}.currency::text",
    )
