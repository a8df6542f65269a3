"""Money in and out, for the access matrix: every owner has saved a bank that bears the account's word, awaits a wire,
and another one every month."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

from accounts.broker.funding import actions
from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.checking import Asked
from accounts.broker.recurring.actions import Wanted, set_up
from accounts.ground.access.context import acting
from tests.world import CANARIES, World

AT = datetime(2025, 9, 30, 20, tzinfo=UTC)
SOON = date(2025, 10, 31)
OWNERS = {
    "ana": "U1000001",
    "ken": "U1000002",
    "chidi": "U2000001",
    "dana": "U3000001",
    "nina": "U9000001",
    "sam": "I4000001",
}


def dress(world: World) -> None:
    """A saved bank, an announced deposit and a recurring one for every account that has an owner to fund it."""
    requests, banks, recurring = world.rows["funding"], world.rows["bank"], world.rows["recurring"] = {}, {}, {}
    for name, number in OWNERS.items():
        account, word = world[number], CANARIES[number]
        bank = BankAsked(f"{word} bank", "WIRE", f"{word} Savings", f"{word} Owner", "DEUTDEFF", "12345678")
        with acting(world.users[name].pk) as who:
            assert who is not None
            saved = actions.save_bank(who=who, account=account, bank=bank, key=uuid4(), factor="phone", at=AT)
            asked = Asked("deposit", account.base_currency, uuid4(), Decimal(100), "WIRE")
            made = actions.notify_deposit(who=who, account=account, asked=asked, at=AT)
            often = Wanted(
                f"{word} month", "deposit", "WIRE", Decimal(100), account.base_currency, "month", SOON, uuid4()
            )
            again = set_up(who=who, account=account, wanted=often, factor="phone", at=AT)
        banks[number], requests[number], recurring[number] = saved.bank_id, made.pk, again.pk
