"""Accounts as the import needs them, looked up many at a time."""

from collections.abc import Iterable

from accounts.broker.feed.rows import Holder
from accounts.ground.access.context import cursor
from accounts.ground.tree.models import HOLDING_KINDS
from accounts.ground.tree.rules import TreeProblem, clean_number


def known(number: str | None) -> str | None:
    """The number in its stored form, None for what cannot be one."""
    try:
        return clean_number(number or "")
    except TreeProblem:
        return None


def holders(numbers: Iterable[str]) -> dict[str, Holder]:
    """Those of these numbers that are accounts of ours."""
    return {holder.number: holder for holder in _found("moved_on IS NULL AND number = ANY(%s)", list(numbers))}


def holders_by_id(accounts: Iterable[int]) -> list[Holder]:
    return _found("id = ANY(%s)", list(accounts))


def _found(condition: str, wanted: list) -> list[Holder]:
    with cursor() as cur:
        cur.execute(
            f"SELECT id, firm_id, number, base_currency, kind <> ALL(%s) FROM accounts_account WHERE {condition}",
            [[kind.value for kind in HOLDING_KINDS], wanted],
        )
        return [Holder(*row) for row in cur.fetchall()]


def is_master(number: str) -> bool:
    """Whether a number is that of an advisor's master account."""
    found = holders([number.upper()])
    return bool(found) and next(iter(found.values())).is_master
