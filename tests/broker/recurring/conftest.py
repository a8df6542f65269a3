"""Recurring instructions of the cast; the till of tests/broker/funding pays for them."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.broker.recurring import actions
from accounts.broker.recurring.actions import Wanted
from accounts.ground.access.context import acting
from tests.broker.funding.conftest import FRIDAY, till

__all__ = ["till"]


@pytest.fixture
def recur(world):
    """Sets one up in somebody's name: by check, 100 dollars, every month from 15 May 2026, unless said otherwise."""

    def set_up(person, number, *, factor="phone", at=FRIDAY, **more):
        said = {"name": "Rent", "kind": "withdrawal", "method": "CHECK", "amount": Decimal(100), "currency": "USD",
                "every": "month", "starts_on": date(2026, 5, 15), "key": uuid4(), **more}  # fmt: skip
        with acting(world.users[person].pk) as who:
            return actions.set_up(who=who, account=world[number], wanted=Wanted(**said), factor=factor, at=at)

    return set_up
