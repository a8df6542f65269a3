"""What must still be taken out of retirement accounts and by when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.ground.access.context import Who
from accounts.ground.access.scope import scope
from accounts.ground.people.models import ClientRight
from accounts.ground.tree.models import Account
from portal.tools.rmd.queries import OWN, Sheet, retirement_accounts, sheets, together


@dataclass(frozen=True)
class Deadline:
    """What one account still owes of a year, and the last day for it."""

    account: Account
    year: int
    day: date
    remaining: Decimal


def days_of(first: date, last: date) -> list[tuple[int, date]]:
    """The years of distributions that end between two days: on their last day or, put off once, on 1 April."""
    found = [(year, date(year, 12, 31)) for year in range(first.year, last.year + 1)]
    found += [(year - 1, date(year, 4, 1)) for year in range(first.year, last.year + 1)]
    return sorted(one for one in found if first <= one[1] <= last)


def deadlines(who: Who, accounts: Sequence[Account], year: int) -> list[Deadline]:
    """What these accounts still owe of a year. What an owner has taken out of one own IRA counts for all of them at one
    practice: none learns what clients of another one have taken."""
    holders = dict(_holders(who, [one.pk for one in accounts]))
    known = {one.pk for one in accounts}
    others = retirement_accounts(who).filter(
        pk__in=scope(who, ClientRight).filter(party_id__in=set(holders.values()), may_sign=True).values("account_id"),
        customer_type__in=OWN,
    )
    beside = list(others.exclude(pk__in=known).order_by("pk")) if holders else []
    holders |= dict(_holders(who, [one.pk for one in beside])) if beside else {}
    found = sheets(who, [*accounts, *beside], year)
    owners: dict[object, list[Sheet]] = defaultdict(list)
    for one in found:
        if one.is_own:
            facts = (one.account.practice_id, one.account.base_currency, one.account.holder_born_on)
            owners[holders.get(one.account.pk, f"account {one.account.pk}"), *facts].append(one)
    done = {
        one.account.pk
        for every in owners.values()
        for sums in [together(every)]
        if sums is not None and not sums.remaining
        for one in every
    }
    return [
        Deadline(one.account, year, one.requirement.due, one.remaining)
        for one in found
        if one.account.pk in known - done and one.requirement.due is not None and one.remaining
    ]


def _holders(who: Who, keys: Sequence[int]) -> Iterable[tuple[int, int]]:
    rows = scope(who, ClientRight).filter(account_id__in=keys, may_sign=True)
    return rows.order_by("-party_id").values_list("account_id", "party_id")
