"""A night that is run again: what statements told while it ran the first time, where they tell something else now.

Positions and trades keep no history.  What no later statement touched is worked out from them again; of the rest stands
what that night kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from accounts.broker.feed.queries import FILE_TOLD


class Kept(NamedTuple):
    """One investment on one day, as a night took it from statements."""

    account: int
    fund: str
    day: date
    value: Decimal | None
    put_in: Decimal | None
    taken_out: Decimal | None


class Then(NamedTuple):
    """What a night kept; statements and rates that came after `since` may tell something else."""

    since: datetime
    kept: Sequence[Kept] = ()

    def rows(self) -> list[dict[str, str | int | None]]:
        """For JSON; of one day what was kept last."""
        last = {one[:3]: one for one in self.kept}
        return [
            {name: value if value is None or name == "account" else str(value) for name, value in one._asdict().items()}
            for one in last.values()
        ]


_then: ContextVar[Then | None] = ContextVar("fees_funds_then", default=None)


def run_again() -> Then | None:
    """What the night that is run again knew; None in every other night."""
    return _then.get()


@contextmanager
def as_told_then(then: Then) -> Iterator[None]:
    """Inside the block statements tell what they told then."""
    token = _then.set(then)
    try:
        yield
    finally:
        _then.reset(token)


_FILES = f"JOIN broker_statementfile f ON f.id = x.file_id AND {FILE_TOLD} > %(told_since)s"
_LATER = f"""
    (EXISTS (SELECT 1 FROM broker_position x {_FILES} WHERE x.account_id = q.account_id AND x.day = q.day)
     OR EXISTS (SELECT 1 FROM broker_trade x {_FILES} WHERE x.account_id = q.account_id AND x.symbol = q.fund)
     OR EXISTS (SELECT 1 FROM broker_positiontransfer x {_FILES}
                 WHERE x.account_id = q.account_id AND x.symbol = q.fund)
     OR EXISTS (SELECT 1 FROM broker_fxrate x {_FILES} WHERE x.day = q.day)
     OR EXISTS (SELECT 1 FROM broker_ratecorrection x WHERE x.day = q.day AND x.at > %(told_since)s))"""

# Stands behind the relations of fees.funds.statements: `told` and `kept` are theirs.
NOW = f"""
    once AS (
        SELECT o.account AS account_id, o.fund, o.day, o.value, o.put_in, o.taken_out
          FROM jsonb_to_recordset(%(told_then)s)
               AS o (account bigint, fund text, day date, value numeric(20,4), put_in numeric(20,4),
                     taken_out numeric(20,4))
          JOIN span w ON w.account = o.account AND w.fund = o.fund AND o.day > w.since AND o.day <= w.last
    ), now AS (
        SELECT * FROM told q WHERE NOT {_LATER}
        UNION ALL
        SELECT q.*, k.day IS NOT NULL, k.value, k.put_in, k.taken_out
          FROM once q LEFT JOIN kept k USING (account_id, fund, day) WHERE {_LATER}
    )"""
