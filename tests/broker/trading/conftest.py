"""What the tests of trading agree on: people acting, products granted down the tree, a day."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.broker.activity.models import Trade
from accounts.broker.allocation.actions import Order, allocate, open_block
from accounts.broker.allocation.queries import Asked, Entry, block_for, plan
from accounts.broker.feed.models import StatementFile
from accounts.broker.instruments.rules import Traded
from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.ground.access.context import acting
from accounts.ground.tree.actions import create_account, open_account
from tests.world import World

DAY = date(2025, 9, 30)
XYZ = Traded("XYZ", "STK", "US")
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


@pytest.fixture
def clients(world, approve):
    """Three clients of Bright: chidi's and two more."""
    for number in ("U2000002", "U2000003"):
        account = create_account(parent=world["F200002"], kind="client", number=number, title=f"More {number}",
                                 base_currency="USD", day=date(2024, 1, 2))  # fmt: skip
        world.accounts[number] = open_account(account=account, day=date(2024, 1, 2))
        approve(number, "stocks", by="bob")
    return ("U2000001", "U2000002", "U2000003")


@pytest.fixture
def block(seated):
    def make(name="bob", quantity="100", *, lot="1", executions=(), side="buy"):
        with seated(name) as who:
            order = Order(XYZ, side, DAY, Decimal(quantity), Decimal(lot))
            return open_block(who=who, order=order, executions=executions, day=DAY, at=AT)

    return make


@pytest.fixture
def share(seated):
    """Previews and saves in one go; answers what everybody got."""

    def make(block, numbers, *, name="bob", method="equal", figures=(), minimum="0"):
        entries = tuple(
            Entry(number, Decimal(figures[place]) if figures else None) for place, number in enumerate(numbers)
        )
        asked = Asked(method, entries, Decimal(minimum))
        with seated(name) as who:
            made = plan(who, block_for(who, block.pk), asked, valued_on=DAY)
            allocate(who=who, pk=block.pk, asked=asked, digest=made.digest, valued_on=DAY, day=DAY, at=AT)
        return {one.number: one.quantity for one in made.shares}

    return make


@pytest.fixture
def file(db):
    return StatementFile.unscoped.create(
        sha256="0" * 64, name="x", kind="flex", size=1, imported_at="2025-01-02T00:00Z"
    )


@pytest.fixture
def execution(world, file):
    def make(number, quantity, *, key="1", order="77", symbol="XYZ", side="BUY", price="10"):
        account = world[number]
        return Trade.unscoped.create(
            firm_id=account.firm_id, account=account, key=key, trade_id=key, side=side, trade_on=DAY, asset="STK",
            symbol=symbol, currency="USD", quantity=Decimal(quantity), price=Decimal(price), order_id=order, file=file,
        )  # fmt: skip

    return make
