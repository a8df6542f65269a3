"""Fees on hedge funds in the night: agreements, values as the back office tells them, and statements."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role, cursor
from fees.engine.registry import EVERY_BY_NAME
from fees.funds.actions import record_value
from fees.funds.models import FundValue
from fees.schedules.rules import Figures
from tests.fees.posting.nights import Nights, night_role

ANA = "U1000001"
MONTHLY, QUARTERLY = EVERY_BY_NAME["HEDGEFUND_MONTHLY"].code, EVERY_BY_NAME["HEDGEFUND_QUARTERLY"].code


def fund(name: str = "ALPHA", rate: str | None = None, share: str | None = None) -> dict:
    given = {"fund": name}
    return given | ({"rate": rate} if rate else {}) | ({"profit_share": share} if share else {})


def on_funds(*funds: dict, method: int = MONTHLY) -> Figures:
    return Figures(method=method, more={"funds": list(funds)})


@dataclass
class Funds(Nights):
    """Nights with investments."""

    def told(self, day: date, value: str | None, *, number: str = ANA, name: str = "ALPHA", at: datetime | None = None,
             **flows: str) -> FundValue:  # fmt: skip
        """The back office enters what an investment was worth."""
        account = self.account(number)
        with as_role("owner"):
            return record_value(
                account=account,
                fund=name,
                day=day,
                value=None if value is None else Decimal(value),
                source="The administrator's statement",
                by=self.world.users["olga"].pk,
                at=at or datetime.combine(date(2026, 1, 5), time(15), tzinfo=UTC),
                **{name: Decimal(amount) for name, amount in flows.items()},
            )

    def position(self, day: date, value: str, *, number: str = ANA, name: str = "ALPHA", currency: str = "USD",
                 rate: str | None = None) -> None:  # fmt: skip
        """A statement shows the investment."""
        account = self.world[number]
        with night_role(), cursor() as cur:
            cur.execute("SELECT broker_ensure_partitions(%s, %s)", [day, day])
            cur.execute(
                "INSERT INTO broker_position (account_id, day, key, level, side, asset, symbol, currency, rate,"
                " quantity, price, value, file_id)"
                " VALUES (%s, %s, %s, 'SUMMARY', 'Long', 'FUND', %s, %s, %s, 1, %s, %s, 0)"
                " ON CONFLICT (account_id, day, key) DO UPDATE SET value = excluded.value",
                [account.pk, day, name, name, currency, rate, value, value],
            )

    def month(self, first: date, last: date, number: str = ANA) -> None:
        """The account itself has a value on every day."""
        self.values(number, "400000", first, last)


@pytest.fixture
def nights(world):
    return Funds(world)
