"""An STL group pays on what its accounts are worth together; its master's schedule is the group's.

The night reads that from `fees_base` (migration 0045). Whoever doubts the night adds the accounts up here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from accounts.ground.access.context import cursor
from accounts.ground.runs.queries import sql_held_back
from accounts.ground.tree.models import Kind, Margin, Status
from fees.engine.draw import Collected


class Worth(NamedTuple):
    """What a whole group was worth at the end of a day, and what came into it from outside."""

    day: date
    nlv: Decimal
    flow: Decimal


def masters(cur, within: str) -> list[int]:
    """The STL masters in a range: `within` is a condition on `id`."""
    cur.execute(f"SELECT id FROM accounts_account WHERE kind = '{Kind.STL_MASTER.value}' AND {within} ORDER BY id")
    return [account for (account,) in cur.fetchall()]


def base_between(accounts: Collection[int], first: date, last: date) -> dict[int, list[Worth]]:
    """By account, each known day's value on which its fees are worked out, for whoever sees the accounts."""
    with cursor() as cur:
        cur.execute(
            "SELECT account_id, nav_date, nlv, flow FROM fees_base"
            " WHERE account_id = ANY(%s) AND nav_date >= %s AND nav_date <= %s ORDER BY nav_date",
            [list(accounts), first, last],
        )
        return _by_account(cur.fetchall())


def base_on(accounts: Collection[int], days: Collection[date]) -> dict[int, list[Worth]]:
    """The same on some days only."""
    with cursor() as cur:
        cur.execute(
            "SELECT account_id, nav_date, nlv, flow FROM fees_base"
            " WHERE account_id = ANY(%s) AND nav_date = ANY(%s) ORDER BY nav_date",
            [list(accounts), list(days)],
        )
        return _by_account(cur.fetchall())


def worth_together(cur, groups: Collection[int], first: date, last: date) -> dict[int, list[Worth]]:
    """By master, each day on which it and every account that owes a value has one, the oldest first."""
    if not groups:
        return {}
    asked = {"masters": list(groups), "first": first, "last": last}
    cur.execute(
        "SELECT id, coalesce(stl_id, id) FROM accounts_account"
        " WHERE id = ANY(%(masters)s) OR stl_id = ANY(%(masters)s)",
        asked,
    )
    asked["members"] = list(master_of := dict(cur.fetchall()))
    cur.execute(
        "SELECT account_id, nav_date, nlv, flow FROM broker_navdaily"
        " WHERE nav_date >= %(first)s AND nav_date <= %(last)s AND account_id = ANY(%(members)s)",
        asked,
    )
    known = {(account, day): (nlv, flow) for account, day, nlv, flow in cur.fetchall()}
    cur.execute(
        "SELECT account_id, day FROM accounts_hold WHERE stage = 'accrue' AND resolved_at IS NULL"
        " AND day >= %(first)s AND day <= %(last)s AND account_id = ANY(%(members)s)",
        asked,
    )
    lacking = {(master_of[account], day) for account, day in cur.fetchall() if (account, day) not in known}
    sums: dict[tuple[int, date], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for (account, day), value in known.items():
        sums[master_of[account], day].append(value)
    found: dict[int, list[Worth]] = {master: [] for master in groups}
    for (master, day), values in sorted(sums.items()):
        if (master, day) in known and (master, day) not in lacking:
            nlv, flow = (sum(column, Decimal(0)) for column in zip(*values, strict=True))
            found[master].append(Worth(day, nlv, flow))
    return found


class Purses(NamedTuple):
    """What the accounts of a group have in one currency; `master` is None where no statement has told."""

    master: Decimal | None
    subs: dict[int, Decimal]
    may_borrow: bool

    @property
    def whole(self) -> Decimal | None:
        """What can be collected without borrowing."""
        if self.master is None:
            return None
        return sum((max(one, Decimal(0)) for one in self.subs.values()), max(self.master, Decimal(0)))

    def after(self, amount: Decimal, collected: Collected) -> "Purses":
        """What is left once an amount was collected in that way."""
        drawn = {one.account: one.amount for one in collected.draws}
        has = None if self.master is None else self.master + sum(drawn.values(), Decimal(0)) - amount
        subs = {account: cash - drawn.get(account, Decimal(0)) for account, cash in self.subs.items()}
        return self._replace(master=has, subs=subs)


def purses_of(cur, master: int, currency: str, day: date) -> Purses:
    """Before the fees of the night of `day`; a sub that is closed, or held back by the office, gives nothing."""
    cur.execute(
        f"""
        SELECT a.id, a.margin_kind, f.settled + f.pending
          FROM accounts_account a
          LEFT JOIN LATERAL broker_available_cash(a.id, a.id + 1, %(day)s, %(currency)s) f ON true
         WHERE a.id = %(master)s
            OR a.stl_id = %(master)s AND a.status = '{Status.OPEN.value}' AND a.id NOT IN ({sql_held_back(day)})
        """,
        {"master": master, "currency": currency, "day": day},
    )
    rows = {account: (margin, cash) for account, margin, cash in cur.fetchall()}
    margin, cash = rows.pop(master)
    subs = {account: has for account, (_, has) in rows.items() if has is not None}
    return Purses(cash, subs, may_borrow=margin != Margin.CASH)


def _by_account(rows: Iterable[tuple]) -> dict[int, list[Worth]]:
    found: dict[int, list[Worth]] = defaultdict(list)
    for account, *value in rows:
        found[account].append(Worth(*value))
    return found
