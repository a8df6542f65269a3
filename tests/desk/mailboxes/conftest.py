"""Mailboxes of Northgate, asked for by Alice at an instant of the test's choice."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.desk.mailboxes import actions
from accounts.desk.mailboxes.actions import Wish
from accounts.desk.mailboxes.rules import State
from accounts.ground.access.context import acting
from portal.lib.exchange import exchange_day
from tests.fees.posting.nights import Nights

OCTOBER = datetime(2025, 10, 15, 16, tzinfo=UTC)


class Boxes:
    """What people do with mailboxes, each in their own name."""

    def __init__(self, world):
        self.world = world

    def ask(self, *wishes, at=OCTOBER, name="alice", batch=None, total=None):
        """Addresses, or (address, archive), at what the review says unless it is another total."""
        said = [one if isinstance(one, tuple) else (one, False) for one in wishes]
        typed = [Wish(address, "Jane Roe", archive) for address, archive in said]
        with acting(self.world.users[name].pk) as who:
            if total is None:
                total = sum(one.total for one in actions.review(who, typed, exchange_day(at)))
            return actions.request(who=who, wishes=typed, accepts=True, total=total, batch=batch or uuid4(), at=at)

    def one(self, address="jane@northgate.com", *, archive=False, at=OCTOBER, name="alice"):
        return self.ask((address, archive), at=at, name=name)[0]

    def move(self, mailbox, *states, at=OCTOBER, reason=""):
        with acting(self.world.users["olga"].pk, alias="office") as who:
            for state in states:
                actions.advance(who=who, mailbox=mailbox, to=state, at=at, reason=reason)
        return mailbox

    def active(self, address="jane@northgate.com", *, archive=False, at=OCTOBER, name="alice"):
        mailbox = self.one(address, archive=archive, at=at, name=name)
        return self.move(mailbox, State.PROVISIONING, State.AWAITING_MX, State.ACTIVE, at=at)

    def archive(self, mailbox, on, *, at=OCTOBER, name="alice", charge=None):
        with acting(self.world.users[name].pk) as who:
            if charge is None:
                owed = actions.archive_due(mailbox, exchange_day(at)) if on else None
                charge = owed.amount if owed else Decimal(0)
            return actions.archive(who=who, mailbox=mailbox, on=on, charge=charge, at=at)

    def cancel(self, mailbox, *, at=OCTOBER, name="alice"):
        with acting(self.world.users[name].pk) as who:
            return actions.cancel(who=who, mailbox=mailbox, at=at)


@pytest.fixture
def boxes(world):
    return Boxes(world)


@pytest.fixture
def nights(world):
    return Nights(world)
