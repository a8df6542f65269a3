"""The night's SQL about accruals, composed from the engine's own expressions. Days and ranges are literals on purpose:
a day as a join clause is misjudged a hundredfold by the planner, and a nested loop over every schedule follows.
"""

from datetime import date

from accounts.ground.tree.models import HOLDING_KINDS
from fees.engine import sql
from fees.engine.registry import ACCRUED_CODES

HOLDING = ", ".join(f"'{kind.value}'" for kind in HOLDING_KINDS)
ACCRUED = ", ".join(map(str, ACCRUED_CODES))

# The planner thinks too few schedules are in force and would loop over them; chunks are parallel already.
PLANNING = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0"


def day_literal(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def in_force(day: date, *, row: str = "s") -> str:
    """Whether a flattened component was agreed on the day."""
    return _within(day, f"{row}.starts", f"{row}.ends")


def open_on(day: date, *, row: str = "a") -> str:
    """Whether an account could be charged for the day, whatever has become of it since."""
    return _within(day, f"{row}.opened_on", f"{row}.closed_on")


def valued_on(day: date, *, row: str = "a") -> str:
    """Whether an account must have a value for the day: not before its first money came in."""
    return _within(day, f"coalesce({row}.funded_on, {row}.opened_on)", f"{row}.closed_on")


def _within(day: date, begin: str, end: str) -> str:
    literal = day_literal(day)
    return f"{begin} <= {literal} AND ({end} IS NULL OR {end} > {literal})"


def kept_out(day: date, account: str) -> str:
    """Accounts held out of the accruals of a day; a handful, so the set is hashed once."""
    return (
        f"{account} IN (SELECT h.account_id FROM accounts_hold h WHERE h.day = {day_literal(day)}"
        " AND h.stage = 'accrue' AND h.resolved_at IS NULL)"
    )


def billable(day: date, *, lo: int | None = None, hi: int | None = None) -> str:
    """FROM and WHERE of the lines a day must have: flattened component `s`, value `n`."""
    within = ""
    if lo is not None and hi is not None:
        within = "".join(f" AND {key} >= {lo} AND {key} < {hi}" for key in ("n.account_id", "s.account_id"))
    return (
        "FROM broker_navdaily n JOIN fees_runschedule s ON s.account_id = n.account_id"
        f" WHERE n.nav_date = {day_literal(day)} AND s.method IN ({ACCRUED}) AND {in_force(day)}"
        f" AND {_within(day, 's.open_from', 's.open_until')} AND NOT {kept_out(day, 'n.account_id')}{within}"
    )


def accrue(run_id: int, day: date, lo: int, hi: int) -> str:
    """One statement for a chunk: a million accounts are a join, not a loop."""
    return (
        "INSERT INTO fees_accrual (account_id, accrual_date, component_id, run_id, method, base, rate, amount) "
        f"SELECT n.account_id, n.nav_date, s.component_id, {run_id}, s.method,\n"
        f" {sql.BASE},\n {sql.RATE},\n {sql.AMOUNT}\n{billable(day, lo=lo, hi=hi)}"
    )
