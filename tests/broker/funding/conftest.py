"""Cash in the cast's accounts, mail addresses, saved banks, and asking in somebody's name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.broker.feed.models import StatementFile
from accounts.broker.funding import actions
from accounts.broker.funding.actions import BankAsked
from accounts.broker.funding.checking import Asked
from accounts.broker.funding.models import FundingKind, FundingRequest
from accounts.broker.holdings.models import CashBalance
from accounts.ground.access.context import acting
from accounts.ground.consents import actions as consents
from accounts.ground.signatures.rules import Hand
from portal.lib.exchange import EXCHANGE_ZONE
from tests.world import World

# Friday noon in New York, as the spec has it.
FRIDAY = datetime(2026, 5, 1, 12, tzinfo=EXCHANGE_ZONE)
ROUTING = "021000021"


# What only the tests ask: roles are switched on one connection, and a transaction is a savepoint.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")


def questions(asked: Iterable[dict[str, str]]) -> int:
    """How many questions a page asks of the database."""
    return sum(not TEST_ONLY.search(one["sql"]) for one in asked)


@dataclass
class Till:
    """Asks in the cast's names; `factor` is what has confirmed the asker."""

    world: World
    file: StatementFile

    def cash(self, number: str, amount: str, *, currency: str = "USD", day: date = date(2026, 4, 30)) -> None:
        """What the broker's last statement has as settled cash."""
        CashBalance.unscoped.update_or_create(
            account=self.world[number],
            day=day,
            currency=currency,
            is_total=False,
            defaults={"ending": Decimal(amount), "settled": Decimal(amount), "file": self.file},
        )

    def bank(
        self, person: str, account: str, *, factor: str = "phone", at: datetime = FRIDAY, **more: str
    ) -> FundingRequest:
        """A saved bank of an account."""
        said = {"name": "Savings", "method": "WIRE", "bank_name": "Corner Bank", "holder": "The Holder"}
        said |= {"code": ROUTING, "number": "12345678", **more}
        with acting(self.world.users[person].pk) as who:
            assert who is not None
            return actions.save_bank(
                who=who, account=self.world[account], bank=BankAsked(**said), key=uuid4(), factor=factor, at=at
            )

    def withdraw(
        self, name: str, number: str, amount: str, *, factor: str = "phone", at: datetime = FRIDAY, **more: Any
    ) -> FundingRequest:
        """By check, which needs no bank, unless one is given."""
        said = {"currency": "USD", "key": uuid4(), "method": "CHECK", **more}
        with acting(self.world.users[name].pk) as who:
            assert who is not None
            asked = Asked(FundingKind.WITHDRAWAL, amount=Decimal(amount), **said)
            return actions.withdraw(who=who, account=self.world[number], asked=asked, factor=factor, at=at)

    def deposit(self, name: str, number: str, amount: str, *, at: datetime = FRIDAY, **more: Any) -> FundingRequest:
        """A wire that is coming."""
        said = {"currency": "USD", "key": uuid4(), "method": "WIRE", **more}
        with acting(self.world.users[name].pk) as who:
            assert who is not None
            asked = Asked(FundingKind.DEPOSIT, amount=Decimal(amount), **said)
            return actions.notify_deposit(who=who, account=self.world[number], asked=asked, at=at)

    def move(self, name: str, payer: str, payee: str, amount: str, *, at: datetime = FRIDAY) -> FundingRequest:
        """Cash inside the firm."""
        with acting(self.world.users[name].pk) as who:
            assert who is not None
            one, other = actions.ends_of(who, payer, payee)
            asked = Asked(FundingKind.INTERNAL, "USD", uuid4(), Decimal(amount), "INTERNAL", counter=other)
            return actions.move(who=who, payer=one, asked=asked, factor="phone", at=at)

    def streamline(self, advisor: str, owner: str, number: str, *, at: datetime = FRIDAY) -> None:
        """The owner lets the advisor move money without asking each time."""
        with acting(self.world.users[advisor].pk) as who:
            assert who is not None
            asked = consents.ask(who=who, account=self.world[number], kind="streamlined", at=at)
        with acting(self.world.users[owner].pk) as who:
            assert who is not None
            hand = Hand(name="The Owner")
            consents.agree(who=who, consent=asked, hand=hand, seen=asked.document_hash, at=at)


@pytest.fixture
def till(world):
    for name, user in world.users.items():
        user.email = f"{name}@example.test"
        user.save(update_fields=["email"])
    file = StatementFile.unscoped.create(
        sha256="2" * 64, name="cash", kind="flex", size=1, imported_at="2026-04-30T20:00Z"
    )
    return Till(world, file)
