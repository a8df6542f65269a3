"""What a step of posting is: a piece of SQL that looks at the charges still going through and stops some of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

# The columns of a relation of charges that are going through; the ledger reads those it needs.
COLUMNS = (
    *(
        "id",
        "source",
        "txn",
        "firm_id",
        "account_id",
        "practice_id",
        "currency",
        "amount",
        "due_on",
        "starts",
        "method",
    ),
    *("revision", "day", "run_id", "chunk_id"),
)
TRIMMED = ", ".join("coalesce(t.amount, g.amount) AS amount" if name == "amount" else name for name in COLUMNS)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """The accounts lo <= id < hi of one posting, or `only` some of them, in the night of `day`."""

    run_id: int
    chunk_id: int
    day: date
    lo: int
    hi: int
    only: Sequence[int] | None = None


class Step(NamedTuple):
    """One decision at posting.  `stops(chunk, going)` is a query over the relation named `going`; it answers (id,
    reason) of the charges that pay nothing this night.  Reasons are those of fees.posting.models.

    `trims` answers (id, amount) of those that pay less than they come to.
    """

    name: str
    stops: Callable[[Chunk, str], str]
    trims: Callable[[Chunk, str], str] | None = None


def sql_through(steps: list[Step] | tuple[Step, ...], chunk: Chunk, going: str) -> str:
    """Common table expressions that lead from the relation `going` over every step to `paying` and `stopped`."""
    parts, stops = [], []
    for step in steps:
        stops.append(f"SELECT id, reason FROM stop_{step.name}")
        parts.append(f"stop_{step.name} AS ({step.stops(chunk, going)})")
        left = f"{going} WHERE id NOT IN (SELECT id FROM stop_{step.name})"
        if step.trims is None:
            parts.append(f"after_{step.name} AS (SELECT * FROM {left})")
        else:
            parts.append(f"trim_{step.name} AS ({step.trims(chunk, going)})")
            parts.append(
                f"after_{step.name} AS (SELECT {TRIMMED} FROM (SELECT * FROM {left}) g"
                f" LEFT JOIN trim_{step.name} t USING (id))"
            )
        going = f"after_{step.name}"
    parts.append(f"paying AS (SELECT * FROM {going})")
    parts.append("stopped AS (" + " UNION ALL ".join(stops) + ")")
    return ",\n".join(parts)
