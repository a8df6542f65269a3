"""Money in and out, for the access matrix: every owner has saved a bank that bears the account's word, and awaits a
wire."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from accounts.broker.funding import actions
from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.checking import Asked
from accounts.ground.access.context import acting
from tests.world import CANARIES, World

AT = datetime(2025, 9, 30, 20, tzinfo=UTC)
OWNERS = {
    "ana": "U1000001",
    "ken": "U1000002",
    "chidi": "U2000001",
    "dana": "U3000001",
    "nina": "U9000001",
    "sam": "I4000001",
}


def dress(world: World) -> None:
    """A saved bank and an announced deposit for every account that has an owner to fund it."""
    requests, banks = world.rows["funding"], world.rows["bank"] = {}, {}
    for name, number in OWNERS.items():
        account, word = world[number], CANARIES[number]
        bank = BankAsked(f"{word} bank", "WIRE", f"{word} Savings", f"{word} Owner", "DEUTDEFF", "12345678")
        with acting(world.users[name].pk) as who:
            assert who is not None
            saved = actions.save_bank(who=who, account=account, bank=bank, key=uuid4(), factor="phone", at=AT)
            asked = Asked("deposit", account.base_currency, uuid4(), Decimal(100), "WIRE")
            made = actions.notify_deposit(who=who, account=account, asked=asked, at=AT)
        banks[number], requests[number] = saved.bank_id, made.pk
