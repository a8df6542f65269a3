"""The hedge-fund programme, for the access matrix: every owner qualifies and was asked to invest."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.desk.hedge_funds import actions as hedge_funds
from accounts.desk.hedge_funds.models import HedgeFund
from accounts.ground.access.context import acting
from tests.world import World

DAY = date(2025, 9, 30)


def dress(world: World, senders: Mapping[str, str]) -> None:
    """Every owner qualifies and was asked to invest, in a text that holds the account's word."""
    fund = HedgeFund.unscoped.create(
        code="harrier",
        name="Harrier Fund",
        company="Harrier Capital",
        strategy="Long and short",
        share_class="A",
        investor="accredited",
        minimum=Decimal(100_000),
        subscription="Monthly",
        redemption="Quarterly",
    )
    asked = world.rows["fund_request"] = {}
    for number, name in senders.items():
        with acting(world.users[name].pk) as who:
            assert who is not None
            at, account = datetime(2025, 10, 1, 16, tzinfo=UTC), world[number]
            hedge_funds.answer(who=who, account=account, given="income", day=DAY, at=at)
            asked[number] = hedge_funds.ask(who=who, account=account, fund=fund, amount=Decimal(250_000), at=at).pk
