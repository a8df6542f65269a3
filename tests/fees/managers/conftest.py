"""Nina's account with its money manager, and limits on invoices of both; molly is a second person of Southbank."""

from decimal import Decimal as D

import pytest

from accounts.ground.assignments.actions import as_payee
from accounts.ground.people import actions as people
from accounts.ground.signatures.rules import Hand
from fees.proposals import signing
from fees.proposals.actions import propose
from fees.proposals.models import Proposal
from fees.proposals.rules import Wanted
from fees.sending.rules import Asked
from tests.accounts.assignments.managed import CLIENT, NUMBER, assign, employ
from tests.fees.invoicing.conftest import OCTOBER, SEPTEMBER, Desk, at, password_field
from tests.fees.posting.nights import figures
from tests.world import PASSWORD

__all__ = ["CLIENT", "NUMBER", "password_field"]


@pytest.fixture
def desk(world, as_role):
    employ(world)
    assign(world)
    return Desk(world, as_role)


@pytest.fixture
def limited(desk):
    """166.67 a month for Southbank, 83.33 for its money manager."""
    desk.cap(CLIENT, "0.02")
    desk.cap(CLIENT, "0.01", practice=desk.world[NUMBER].practice)
    desk.values(CLIENT, "100000", *SEPTEMBER)
    return desk


@pytest.fixture
def two_persons(limited):
    """Southbank has two people, of whom one approves what the other sends."""
    world = limited.world
    world.users["molly"] = people.create_user(username="molly", password=PASSWORD)
    world.seats["molly"] = people.seat_advisor(user=world.users["molly"], master=world["F900001"])
    return limited


def row(line, account, amount, manager=NUMBER):
    return Asked(line, account, amount, "", manager)


def proposed(desk, rate="0.005"):
    """Mallory's, for the money manager."""
    wanted = Wanted(
        strategy="automatic",
        components=(figures("PERCENTOFEQUITY_EOM", rate=rate),),
        cap_kind="PERCENTOFNLV_CAP",
        cap_rate=D("0.01"),
    )
    with desk.acting("mallory") as who:
        account = desk.account(CLIENT)
        with as_payee(who, [account.pk], desk.world[NUMBER]) as payee:
            return propose(who=payee, account=account, wanted=wanted, at=at(OCTOBER))


def signed(desk, proposal):
    with desk.acting("nina") as who:
        held = Proposal.unscoped.get(pk=proposal.pk)
        hand = Hand(name="Nina Novak", address="192.0.2.1", agent="test", session="0" * 64)
        return signing.sign(who=who, proposal=held, hand=hand, seen=held.document_hash, at=at(OCTOBER, 13))


def amounts(desk):
    """What has been sent for nina's account: amount, whether a second person is asked, and whether one approved."""
    return [(one.amount, one.needs_approval, one.approved_at is not None) for one in desk.sent(CLIENT)]
