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
    with cursor() as cur:
        cur.execute(
            "SELECT number, id, firm_id, base_currency, kind <> ALL(%s) FROM accounts_account WHERE number = ANY(%s)",
            [[kind.value for kind in HOLDING_KINDS], list(numbers)],
        )
        return {row[0]: Holder(row[1], row[2], row[0], row[3], is_master=row[4]) for row in cur.fetchall()}


def is_master(number: str) -> bool:
    """Whether a number is that of an advisor's master account."""
    found = holders([number.upper()])
    return bool(found) and next(iter(found.values())).is_master
