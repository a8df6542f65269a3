"""An STL group's part in a fee, for a person: what each account was worth, what of the fee that makes, what it handed
to the master. Accounts that the person does not see stand together as the others.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from accounts.ground.access.context import Who, cursor
from accounts.ground.access.scope import scope
from accounts.ground.ledger.models import Transfer, TransferKind
from accounts.ground.tree.models import Account, Kind
from fees.engine.registry import EVERY
from fees.posting.models import Charge
from portal.lib.money import split

ZERO = Decimal(0)
# What is worked out on values; a flat fee has no base, and trades and funds have their own.
ON_VALUES = ("percent", "blended", "profit")


@dataclass(frozen=True)
class Member:
    """One account of a group; None where it is all those that the person does not see."""

    account: Account | None
    part: Decimal | None
    drawn: Decimal


@dataclass(frozen=True)
class Shared:
    """The accounts, the master first, and what each was worth on the days that the fee was worked out on."""

    members: tuple[Member, ...]
    days: tuple[tuple[date, tuple[Decimal, ...], Decimal], ...]

    @property
    def drawn(self) -> Decimal:
        """What all of them handed to the master."""
        return sum((one.drawn for one in self.members), ZERO)


def members_of(who: Who, master: Account) -> list[Account]:
    """The master and its subs, as far as the person sees them."""
    rows = scope(who, Account).filter(Q(pk=master.pk) | Q(stl_id=master.pk))
    return list(rows.order_by("level", "sort_key", "pk"))


def shared(who: Who, charge: Charge, bases: Sequence[tuple[date, Decimal]]) -> Shared | None:
    """`bases` are the days of the fee with what it was worked out on; None where the payer is no STL master."""
    if charge.account.kind != Kind.STL_MASTER:
        return None
    accounts = members_of(who, charge.account)
    known = _values(charge, accounts, [day for day, _ in bases]) if EVERY[charge.method].family in ON_VALUES else {}
    days = []
    for day, base in bases if known else ():
        values = [known.get((one.pk, day), ZERO) for one in accounts]
        days.append((day, (*values, base - sum(values, ZERO)), base))
    drawn = _drawn(who, charge)
    shown = [*accounts, None] if any(values[-1] for _, values, _ in days) else accounts
    days = [(day, values[: len(shown)], base) for day, values, base in days]
    parts: Sequence[Decimal | None] = _parts(charge, [values for _, values, _ in days]) or [None] * len(shown)
    members = [Member(one, part, drawn.get(one.pk, ZERO) if one else ZERO)
               for one, part in zip(shown, parts, strict=True)]  # fmt: skip
    return Shared(tuple(members), tuple(days))


def _parts(charge: Charge, days: Sequence[Sequence[Decimal]]) -> list[Decimal]:
    """What was taken, in proportion to what the accounts were worth, to the last cent."""
    weights = [sum((max(value, ZERO) for value in column), ZERO) for column in zip(*days, strict=True)]
    return split(charge.taken, weights, charge.currency) if any(weights) else []


def _values(charge: Charge, accounts: Sequence[Account], days: Sequence[date]) -> dict[tuple[int, date], Decimal]:
    """As they were known when the fee was worked out."""
    with cursor() as cur:
        cur.execute(
            """
            SELECT n.account_id, n.nav_date, coalesce(old.nlv, n.nlv)
              FROM unnest(%(days)s::date[]) AS d (day)
              JOIN broker_navdaily n ON n.nav_date = d.day AND n.account_id = ANY(%(accounts)s)
              LEFT JOIN LATERAL (SELECT l.run_id FROM fees_accrual l
                                  WHERE l.accrual_date = d.day AND l.account_id = %(master)s
                                    AND l.method = %(method)s ORDER BY l.component_id LIMIT 1) l ON true
              LEFT JOIN LATERAL (SELECT h.nlv FROM broker_navhistory h
                                  WHERE h.account_id = n.account_id AND h.nav_date = n.nav_date
                                    AND h.replaced_at > coalesce(
                                        CASE WHEN %(first)s THEN fees_known_at(l.run_id, %(master)s) END, %(at)s)
                                  ORDER BY h.replaced_at LIMIT 1) old ON true
            """,
            {
                "days": list(days),
                "accounts": [one.pk for one in accounts],
                "master": charge.account_id,
                "method": charge.method,
                "first": charge.revision == 0,
                "at": charge.created_at,
            },
        )
        return {(account, day): nlv for account, day, nlv in cur.fetchall()}


def _drawn(who: Who, charge: Charge) -> dict[int, Decimal]:
    rows = scope(who, Transfer).filter(kind=TransferKind.DRAW, txn=charge.pk)
    found: dict[int, Decimal] = defaultdict(Decimal)
    for account, amount in rows.values_list("account_id", "amount"):
        found[account] += amount
    return found
