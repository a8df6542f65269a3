"""The night's SQL about accruals, composed from the engine's own expressions. Days and ranges are literals on purpose:
a day as a join clause is misjudged a hundredfold by the planner, and a nested loop over every schedule follows.
"""

from collections.abc import Sequence
from datetime import date

from accounts.ground.tree.models import HOLDING_KINDS, Kind
from fees.engine import sql
from fees.engine.registry import ACCRUED_CODES

HOLDING = ", ".join(f"'{kind.value}'" for kind in HOLDING_KINDS)
ACCRUED = ", ".join(map(str, ACCRUED_CODES))

# The planner thinks too few schedules are in force and would loop over them; chunks are parallel already.
# Below so many rows it loops, and may: that is what indexes are for.
FEW = 500
PLANNING = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0"


def guard_against_loops(cur, many: int) -> None:
    """Keep the planner, which thinks that almost nothing ever waits, from looping over `many` rows."""
    if many > FEW:
        cur.execute(PLANNING)


def day_literal(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def in_force(day: date, *, row: str = "s") -> str:
    """Whether a flattened component was agreed on the day."""
    return _within(day, f"{row}.starts", f"{row}.ends")


def open_on(day: date, *, row: str = "a") -> str:
    """Whether an account could be charged for the day, whatever has become of it since."""
    return _within(day, f"{row}.opened_on", f"{row}.closed_on")


def valued_on(day: date, *, row: str = "a") -> str:
    """Whether an account must have a value for the day: not before its first money came in.

    Where the broker never says when that was, the feed has decided it and holds the account that lacks a value.
    """
    held = f"{row}.id IN (SELECT h.account_id FROM accounts_hold h WHERE {_open_hold(day)})"
    return (
        f"({_within(day, f'coalesce({row}.funded_on, {row}.opened_on)', f'{row}.closed_on')}"
        f" AND ({row}.funded_on IS NOT NULL OR {held}))"
    )


def _within(day: date, begin: str, end: str) -> str:
    literal = day_literal(day)
    return f"{begin} <= {literal} AND ({end} IS NULL OR {end} > {literal})"


def kept_out(day: date, account: str) -> str:
    """Accounts held out of the accruals of a day; a handful, so the set is hashed once."""
    return f"{account} IN (SELECT h.account_id FROM accounts_hold h WHERE {_open_hold(day)})"


def _open_hold(day: date) -> str:
    return f"h.day = {day_literal(day)} AND h.stage = 'accrue' AND h.resolved_at IS NULL"


def agreed_and_valued(day: date, *, base: str = "fees_base") -> str:
    """FROM and WHERE of what a day would charge if nothing were held: flattened component `s`, value `n`."""
    return (
        f"FROM {base} n JOIN fees_runschedule s ON s.account_id = n.account_id"
        f" WHERE n.nav_date = {day_literal(day)} AND s.method IN ({ACCRUED}) AND {in_force(day)}"
        f" AND {_within(day, 's.open_from', 's.open_until')}"
    )


def array(values: Sequence[int] | Sequence[date]) -> str:
    if values and isinstance(values[0], date):
        return "ARRAY[" + ", ".join(f"'{value}'" for value in values) + "]::date[]"
    return "ARRAY[" + ", ".join(str(value) for value in values) + "]::bigint[]"


def among(account: str, lo: int, hi: int, only: Sequence[int] | None) -> str:
    """Whether an account lies in a chunk, lo <= id < hi; `only` narrows it to some of its accounts."""
    narrowed = "" if only is None else f" AND {account} = ANY ({array(only)})"
    return f"{account} >= {lo} AND {account} < {hi}{narrowed}"


def one_of(column: str, query: str) -> str:
    """Whether a column is one of what a query answers, by the column's index: kept from looping, the planner reads a
    whole table for each join that does not say its range."""
    return f"{column} = ANY (ARRAY({query}))"


def masters_among(cur, lo: int, hi: int, only: Sequence[int] | None) -> list[int]:
    """The STL masters of a chunk, each of which is charged on what its group is worth."""
    within = among("id", lo, hi, only)
    cur.execute(f"SELECT id FROM accounts_account WHERE kind = '{Kind.STL_MASTER.value}' AND {within} ORDER BY id")
    return [master for (master,) in cur.fetchall()]


def accrue(
    run_id: int,
    day: date,
    lo: int,
    hi: int,
    only: Sequence[int] | None = None,
    *,
    without_masters: Sequence[int] | None = None,
) -> str:
    """One statement for a chunk: a million accounts are a join, not a loop.

    Told who the masters are it leaves them out, and reads the values themselves, which costs a quarter less than the
    view that adds groups up.
    """
    within = " AND ".join(among(key, lo, hi, only) for key in ("n.account_id", "s.account_id"))
    base = "fees_base" if without_masters is None else "broker_navdaily"
    if without_masters:
        within += f" AND n.account_id <> ALL ({array(without_masters)})"
    return (
        "INSERT INTO fees_accrual (account_id, accrual_date, component_id, run_id, method, base, rate, amount) "
        f"SELECT n.account_id, n.nav_date, s.component_id, {run_id}, s.method,\n"
        f" {sql.BASE},\n {sql.RATE},\n {sql.AMOUNT}\n"
        f"{agreed_and_valued(day, base=base)} AND NOT {kept_out(day, 'n.account_id')} AND {within}"
    )


def unmatched(day: date) -> str:
    """Lines that nothing calls for, and what calls for a line and has none; an account may be held after its line."""
    return (
        "SELECT count(*) FILTER (WHERE called.account_id IS NULL),"
        " count(*) FILTER (WHERE line.account_id IS NULL AND NOT called.is_held)"
        f" FROM (SELECT n.account_id, s.component_id, s.method, {kept_out(day, 'n.account_id')} AS is_held"
        f" {agreed_and_valued(day)}) called"
        " FULL JOIN (SELECT account_id, component_id, method FROM fees_accrual"
        f" WHERE accrual_date = {day_literal(day)}) line USING (account_id, component_id, method)"
    )
