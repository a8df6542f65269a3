"""What the tests of trading agree on: people acting, products granted down the tree, a day."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.ground.access.context import acting
from tests.world import World

DAY = date(2025, 9, 30)
AT = datetime(2025, 9, 30, 20, tzinfo=UTC)


@pytest.fixture
def approve(world: World) -> Callable[..., None]:
    """`approve("F100001", "stocks", "options:US")`: by the office for a top level, else by the advisor above."""
    above = {"F100001": "olga", "F900001": "olga", "U9000001": "mallory", "U2000001": "bob", "U3000001": "carol"}

    def give(number: str, *cells: str, by: str | None = None) -> None:
        name = by or above.get(number, "alice")
        alias = "office" if name == "olga" else "default"
        permissions = [Permission(*cell.split(":")) for cell in cells]
        with acting(world.users[name].pk, alias=alias) as who:
            grant(who=who, account=world[number], permissions=permissions, day=DAY, at=AT)

    return give


@pytest.fixture
def stocks_everywhere(approve: Callable[..., None]) -> None:
    """Everybody at Northgate and Southbank may trade stocks of all countries."""
    for number in (
        *("F100001", "F200002", "F200003", "I4000001", "U1000001", "U1000002", "U2000001", "U3000001"),
        *("U4000001", "U4000002", "F900001", "U9000001"),
    ):
        approve(number, "stocks")


@pytest.fixture
def seated(world: World) -> Callable[[str], Any]:
    """`with seated("bob") as who:` acts in the person's seat, under the pages' own database role."""
    return lambda name: acting(world.users[name].pk)
