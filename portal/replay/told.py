"""What was told at an instant, and how it is told again: in the same order, by the clock of the replay."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.ground.access.context import cursor

# When what is brought back is told, for the nights that run again: what was told together is told together.
NOW = "current_setting('replay.told')::timestamptz"


@dataclass
class Told:
    """What was told at an instant: a statement and its values."""

    at: datetime
    sql: str
    values: tuple[Any, ...]
    arrived: tuple[int, date] | None = None
    of_trades: bool = False


def tell(due: list[Told]) -> None:
    """Tell again what is due, in its order."""
    last = None
    with cursor() as cur:
        for one in sorted(due, key=lambda one: one.at):
            if one.at != last:
                cur.execute("SELECT set_config('replay.told', clock_timestamp()::text, true)")
                last = one.at
            cur.execute(one.sql, one.values)
