"""Signing and giving the application up at the same moment: one comes first, and the other is told so calmly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.db import connections, transaction

from accounts.ground.access.context import acting, as_role
from accounts.ground.applications import actions as applications
from accounts.ground.people import actions as people
from accounts.ground.requests.models import Request
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import Account, Kind, Status
from fees.proposals import signing
from fees.proposals.actions import ProposalRefused, propose
from fees.proposals.models import Proposal
from fees.schedules.models import Schedule
from tests.fees.proposals.conftest import MONDAY, at, percent, wanted
from tests.world import PASSWORD

NEW = "U1000088"
A_MOMENT = 1.0


@pytest.fixture
def sent(own_world):
    """Eve has applied, and alice has proposed 1 % to her."""
    world = own_world
    with as_role("owner"):
        account = applications.start(
            parent=world["F100001"], kind=Kind.CLIENT, number=NEW, title="Moreau, Eve", base_currency="USD", day=MONDAY
        )
        party = people.create_party(practice=account.practice, legal_name=account.title)
        people.give_right(party=party, account=account)
        user = world.users["eve"] = people.create_user(username="eve", password=PASSWORD, party=party)
        people.seat_client(user=user, party=party)
    with acting(world.users["alice"].pk) as who:
        return propose(who=who, account=account, wanted=wanted(percent("0.010")), at=at())


def give_up(held: Event | None = None, go: Event | None = None) -> None:
    with as_role("owner"), transaction.atomic(using="owner"):
        applications.change(account=Account.unscoped.get(number=NEW), status=Status.ABANDONED, day=date(2025, 10, 6))
        if held and go:
            held.set()
            go.wait(A_MOMENT)


def sign(world, proposal) -> str:
    """What became of it, in a word or in the sentence of the refusal."""
    try:
        with acting(world.users["eve"].pk) as who:
            hand = Hand(name="Eve Moreau")
            return signing.sign(who=who, proposal=proposal, hand=hand, seen=proposal.document_hash, at=at()).state
    except ProposalRefused as refused:
        return str(refused)


def alone(work, *given):
    """On connections of its own."""
    try:
        return work(*given)
    finally:
        connections.close_all()


def left() -> tuple[str, list[str], list[bool]]:
    with as_role("owner"):
        items = Request.unscoped.filter(kind="client_approval").values_list("status", flat=True)
        empty = [one.starts == one.ends for one in Schedule.unscoped.filter(account__number=NEW)]
        return Proposal.unscoped.get().state, list(items), empty


def test_who_signs_while_it_is_given_up_waits_and_is_told(own_world, sent):
    held, go = Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        ending = pool.submit(alone, give_up, held, go)
        assert held.wait(30)
        signed = pool.submit(alone, sign, own_world, sent)
        ending.result(60)
        assert signed.result(60) == "This proposal was withdrawn; there is nothing to sign."

    assert left() == ("cancelled", ["cancelled"], [])


def test_giving_up_waits_for_a_signature_that_is_being_written_and_ends_it(own_world, sent, monkeypatch):
    """The signer has been found in order and goes on only after the other side has tried: neither sees an error."""
    reading, tried = Event(), Event()
    check = signing._check

    def checked(*given):
        check(*given)
        reading.set()
        tried.wait(A_MOMENT)

    def end():
        reading.wait(30)
        give_up()
        tried.set()

    monkeypatch.setattr(signing, "_check", checked)
    with ThreadPoolExecutor(2) as pool:
        signed = pool.submit(alone, sign, own_world, sent)
        ending = pool.submit(alone, end)
        assert signed.result(60) == "approved"
        ending.result(60)

    # Its item had ended with the signature; the agreement never applies.
    assert left() == ("approved", ["approved"], [True])
