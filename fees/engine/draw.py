"""Where the fee of an STL group comes from: the master's cash, then that of its subs, largest first."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

NOTHING = Decimal(0)


class Draw(NamedTuple):
    """What one sub hands to its master for a fee."""

    account: int
    amount: Decimal


class Collected(NamedTuple):
    """How one fee of a master is collected; a fee that a whole cash group does not cover waits, and nothing moves."""

    draws: tuple[Draw, ...]
    waits: bool = False


def collect(
    fees: Sequence[Decimal], *, master: Decimal | None, subs: Mapping[int, Decimal], may_borrow: bool
) -> list[Collected]:
    """The fees of one master in one currency, in the order in which they are tried.

    `master` and `subs` are what the accounts have; None where no statement ever told of the master's cash: then nothing
    says that it lacks the money.  Of equal subs the one with the lower key comes first.  A group that `may_borrow`
    debits its master into margin once its subs are drawn dry.
    """
    has, left = master, dict(subs)
    found = []
    for fee in fees:
        lacking = NOTHING if has is None else fee - max(has, NOTHING)
        draws = _from_subs(left, lacking)
        drawn = sum((one.amount for one in draws), NOTHING)
        if drawn < lacking and not may_borrow:
            found.append(Collected((), waits=True))
            continue
        for one in draws:
            left[one.account] -= one.amount
        has = None if has is None else has + drawn - fee
        found.append(Collected(draws))
    return found


def _from_subs(cash: Mapping[int, Decimal], lacking: Decimal) -> tuple[Draw, ...]:
    draws = []
    for account, has in sorted(cash.items(), key=lambda one: (-one[1], one[0])):
        amount = min(has, lacking)
        if amount <= 0:
            break
        draws.append(Draw(account, amount))
        lacking -= amount
    return tuple(draws)
