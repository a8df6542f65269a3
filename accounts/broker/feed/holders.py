"""Accounts as the import needs them, looked up many at a time."""

from collections.abc import Iterable

from accounts.broker.feed.rows import Holder
from accounts.ground.tree.models import HOLDING_KINDS, Account
from accounts.ground.tree.rules import TreeProblem, clean_number


def known(number: str | None) -> str | None:
    """The number in its stored form, None for what cannot be one."""
    try:
        return clean_number(number or "")
    except TreeProblem:
        return None


def holders(numbers: Iterable[str]) -> dict[str, Holder]:
    """Those of these numbers that are accounts of ours."""
    rows = Account.unscoped.filter(number__in=list(numbers)).values_list(
        "id", "firm_id", "number", "base_currency", "kind"
    )
    return {
        number: Holder(account, firm, number, base, is_master=kind not in HOLDING_KINDS)
        for account, firm, number, base, kind in rows
    }


def is_master(number: str) -> bool:
    """Whether a number is that of an advisor's master account."""
    found = holders([number.upper()])
    return bool(found) and next(iter(found.values())).is_master
