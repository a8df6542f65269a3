"""Statements with trades, written as the broker writes them, and people who run the Tax Optimizer."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.ground.access.context import acting
from tests.broker.flex import ANA, Desk, document, element, nav, section, statement
from tests.world import World


def trade(key: int, day: str, quantity: int, net: str, **more: object) -> str:
    """One execution; `net` is what it cost (below zero) or brought, with its commission."""
    facts = {
        "tradeID": key, "transactionID": key + 1000, "tradeDate": day, "reportDate": day, "dateTime": f"{day};103000",
        "assetCategory": "STK", "symbol": "XYZ", "conid": 77, "currency": "USD", "fxRateToBase": 1,
        "quantity": quantity, "netCash": net, "transactionType": "ExchTrade", "levelOfDetail": "EXECUTION",
        "openCloseIndicator": "O" if quantity > 0 else "C", "buySell": "BUY" if quantity > 0 else "SELL",
        "fifoPnlRealized": 0, "multiplier": 1,
    }  # fmt: skip
    return element("Trade", **{**facts, **more})


def position(quantity: int, cost: str, day: str, **more: object) -> str:
    facts = {
        "reportDate": day, "assetCategory": "STK", "symbol": "XYZ", "conid": 77, "currency": "USD", "fxRateToBase": 1,
        "position": quantity, "costBasisMoney": cost, "markPrice": 25, "positionValue": quantity * 25, "side": "Long",
        "levelOfDetail": "SUMMARY",
    }  # fmt: skip
    return element("OpenPosition", **{**facts, **more})


# The sheet of test_matching in a statement: four lots of a hundred, 150 sold at 25. First in, first out that is a gain
# of 1250: what the broker says.
TRADES = (
    trade(1, "20240110", 100, "-1000"),
    trade(2, "20240603", 100, "-3000"),
    trade(3, "20250203", 100, "-2000"),
    trade(4, "20250303", 100, "-4000"),
    trade(5, "20250616", -150, "3750", fifoPnlRealized=1250),
)
HELD = position(250, "7500", "20250616")
SOLD_ON = datetime(2025, 6, 16, tzinfo=UTC).date()


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def told(desk: Desk) -> Callable[..., None]:
    """`told(*TRADES, held=HELD)`: one statement of an account."""

    def load(*trades: str, held: str = "", account: str = ANA, others: tuple[str, ...] = ()) -> None:
        report = desk.load(
            document(
                statement(
                    nav("1", "20250616"),
                    section("Trades", *trades),
                    section("OpenPositions", held),
                    *others,
                    account=account,
                    first="20250616",
                    generated="20250617;053012",
                )
            )
        )
        assert (report.unreadable.total, report.held.total, report.rejected.total) == (0, 0, 0)

    return load


@pytest.fixture
def seated(world: World) -> Callable[[str], Any]:
    return lambda name: acting(world.users[name].pk)
