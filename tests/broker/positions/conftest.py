"""Positions in the cast's accounts, saved brokers, and asking for positions to move in somebody's name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.broker.activity.models import PositionTransfer
from accounts.broker.funding import actions
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.closing import complete
from accounts.broker.funding.models import FundingRequest
from accounts.broker.holdings.models import Position
from accounts.broker.positions.rules import Part
from accounts.ground.access.context import acting, as_role
from tests.broker.funding.conftest import FRIDAY, Till, till  # noqa: F401

HELD_ON = date(2026, 4, 30)
CONIDS = {"AAPL": 265598, "MSFT": 272093, "SAP": 14204}


@dataclass
class Depot:
    """Asks in the cast's names; `factor` is what has confirmed the asker."""

    till: Till

    def hold(self, number: str, symbol: str, quantity: str, price: str = "100", *, day: date = HELD_ON, **more: Any):
        """What the broker's last statement has of a contract."""
        said = {"currency": "USD", "asset": "STK", "side": "Long", **more}
        return Position.unscoped.create(
            account=self.till.world[number], day=day, key=f"{symbol}:{said['side']}", level="SUMMARY", symbol=symbol,
            conid=CONIDS.get(symbol), quantity=Decimal(quantity), price=Decimal(price),
            value=Decimal(quantity) * Decimal(price), file=self.till.file, **said,
        )  # fmt: skip

    def broker(self, person: str, number: str, **more: Any) -> Any:
        """An account at another broker, as somebody saves it."""
        said = {"name": "Old broker", "method": "ACATS", "bank_name": "Harborlight", "holder": "The Holder"}
        return self.till.bank(person, number, **{**said, "code": "0123", "number": "HL-778899", **more})

    def ask(
        self, name: str, number: str, kind: str, parts: dict[str, str], *, at: datetime = FRIDAY, **more: Any
    ) -> FundingRequest:
        """Any of the three ways."""
        world, other = self.till.world, more.pop("other", "")
        factor = more.pop("factor", "phone")
        currency = more.pop("currency", "USD")
        with acting(world.users[name].pk) as who:
            assert who is not None
            account = world[number]
            if other:
                account, more["counter"] = actions.ends_of(who, number, other)
            listed = tuple(Part(one, Decimal(many), CONIDS.get(one), "STK", currency) for one, many in parts.items())
            method = "INTERNAL" if other else more["bank"].method
            asked = Asked(kind, "USD", more.pop("key", None) or uuid4(), method=method, parts=listed, **more)
            return actions.transfer_positions(who=who, account=account, asked=asked, factor=factor, at=at)

    def row(self, number: str, symbol: str, quantity: str, direction: str, *, day: date, **more: Any):
        """A row of the statement's transfers, as the night takes it."""
        account = self.till.world[number]
        said = {"kind": "ACATS", "currency": "USD", "report_on": day, "description": "", **more}
        made = PositionTransfer.unscoped.create(
            firm_id=account.firm_id, account=account, key=str(uuid4()), direction=direction, symbol=symbol,
            quantity=Decimal(quantity), conid=CONIDS.get(symbol), file=self.till.file, **said,
        )  # fmt: skip
        with as_role("night"):
            complete(accounts=[account.pk], at=FRIDAY + timedelta(days=3))
        return made


@pytest.fixture
def depot(till):  # noqa: F811
    return Depot(till)


def now(found: FundingRequest) -> FundingRequest:
    """As it stands."""
    return FundingRequest.unscoped.get(pk=found.pk)
