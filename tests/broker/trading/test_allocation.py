"""Blocks are shared out by the practice that placed them, to its own clients, once, and never edited (HIE-2)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404

from accounts.broker.allocation.actions import (
    PreviewIsOld,
    allocate,
    attach,
    cancel,
    take_executed,
    withdraw_block,
)
from accounts.broker.allocation.models import Allocation, AllocationShare, Block
from accounts.broker.allocation.queries import Asked, Entry, block_for, plan
from accounts.broker.allocation.rules import AllocationRefused
from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import FxRate, NavDaily
from accounts.broker.restrictions.actions import Match, restrict
from accounts.ground.access.context import acting
from accounts.ground.access.scope import NotAllowed
from accounts.ground.tree.actions import change_status, create_account, open_account
from tests.broker.trading.conftest import AT, DAY

pytestmark = pytest.mark.usefixtures("stocks_everywhere")


def nothing_allocated():
    return not Allocation.unscoped.exists() and not AllocationShare.unscoped.exists()


def test_the_second_level_allocates_to_its_own_clients(block, share, clients):
    assert share(block(), clients) == {"U2000001": 34, "U2000002": 33, "U2000003": 33}

    assert sum(AllocationShare.unscoped.values_list("quantity", flat=True)) == 100


@pytest.mark.parametrize(
    ("name", "numbers", "error"),
    [
        ("alice", ["U2000001"], NotAllowed),
        ("alice", ["U1000001", "U2000001"], NotAllowed),
        ("alice", ["F200002"], NotAllowed),
        ("alice", ["U9000001"], Http404),
        ("alice", ["U9999999"], Http404),
        ("bob", ["U1000001"], Http404),
        ("bob", ["U2000001", "U3000001"], Http404),
        ("bob", ["F200002"], NotAllowed),
        ("mallory", ["U1000001"], Http404),
    ],
)
def test_nobody_allocates_to_clients_of_somebody_else(block, share, name, numbers, error):
    own = block(name)

    with pytest.raises(error):
        share(own, numbers, name=name)

    assert nothing_allocated()


@pytest.mark.parametrize(("name", "error"), [("alice", NotAllowed), ("carol", Http404), ("mallory", Http404)])
def test_nobody_allocates_the_block_of_another_practice(block, share, seated, name, error):
    bobs = block("bob")

    with pytest.raises(error):
        share(bobs, ["U2000001"], name=name)
    for act in (cancel, take_executed, withdraw_block, attach):
        with pytest.raises(error), seated(name) as who:
            more = {"why": "x"} if act is cancel else {}
            act(who=who, pk=bobs.pk, day=DAY, at=AT, **more)

    assert nothing_allocated()
    bobs.refresh_from_db()
    assert bobs.withdrawn_at is None


@pytest.mark.parametrize("name", ["sam", "ana"])
def test_only_advisors_place_blocks(block, name):
    with pytest.raises(NotAllowed):
        block(name)


def test_the_database_lets_nobody_allocate_for_another_practice(block, world, seated):
    bobs = block("bob")

    for name in ("alice", "carol", "mallory", "chidi"):
        with pytest.raises(DatabaseError, match="row-level security"), seated(name):
            Allocation.unscoped.create(
                firm_id=bobs.firm_id, practice_id=bobs.practice_id, block_id=bobs.pk, version=1, method="equal",
                quantity=100, minimum=0, digest="0" * 64, made_at=AT,
            )  # fmt: skip
    with seated("chidi"):
        assert not Block.unscoped.exists()
    assert nothing_allocated()


def test_the_database_refuses_a_share_for_a_client_of_somebody_else(block, world, seated):
    bobs = block("bob")

    with pytest.raises(DatabaseError, match="row-level security"), seated("bob"):
        made = Allocation.unscoped.create(
            firm_id=bobs.firm_id, practice_id=bobs.practice_id, block_id=bobs.pk, version=1, method="equal",
            quantity=100, minimum=0, digest="0" * 64, made_at=AT,
        )  # fmt: skip
        AllocationShare.unscoped.create(
            firm_id=bobs.firm_id, practice_id=bobs.practice_id, allocation=made, account=world["U3000001"],
            number="U3000001", quantity=100,
        )  # fmt: skip


def test_shares_that_do_not_add_up_are_refused_by_the_database(block, world):
    bobs = block("bob")
    with pytest.raises(IntegrityError, match="do not add up"), transaction.atomic():
        made = Allocation.unscoped.create(
            firm_id=bobs.firm_id, practice_id=bobs.practice_id, block_id=bobs.pk, version=1, method="equal",
            quantity=100, minimum=0, digest="0" * 64, made_at=AT,
        )  # fmt: skip
        AllocationShare.unscoped.create(
            firm_id=bobs.firm_id, practice_id=bobs.practice_id, allocation=made, account=world["U2000001"],
            number="U2000001", quantity=99,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_was_allocated_is_never_edited(block, share, clients, seated):
    share(block(), clients)
    row, one = Allocation.unscoped.get(), AllocationShare.unscoped.order_by("pk").first()

    for change in ({"quantity": 5}, {"method": "nlv"}, {"made_at": AT}):
        with pytest.raises(DatabaseError, match="cancelled or replaced"), transaction.atomic():
            Allocation.unscoped.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AllocationShare.unscoped.filter(pk=one.pk).update(quantity=1)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        Block.unscoped.update(quantity=99)


def test_cancel_and_replace_keep_the_history(block, share, clients, seated):
    bobs = block()
    share(bobs, clients)
    share(bobs, clients[:2])
    with pytest.raises(AllocationRefused, match="Say why"), seated("bob") as who:
        cancel(who=who, pk=bobs.pk, why=" ", day=DAY, at=AT)
    with seated("bob") as who:
        cancel(who=who, pk=bobs.pk, why="Wrong clients", day=DAY, at=AT)
    with pytest.raises(AllocationRefused, match="Nothing is allocated"), seated("bob") as who:
        cancel(who=who, pk=bobs.pk, why="again", day=DAY, at=AT)
    share(bobs, clients[2:])

    told = [(one.version, one.state, one.why_ended) for one in Allocation.unscoped.order_by("version")]
    assert told == [
        (1, "replaced", "Replaced by a newer allocation"),
        (2, "cancelled", "Wrong clients"),
        (3, "current", ""),
    ]


def test_restricted_and_unapproved_accounts_are_left_out_with_their_reason(block, share, clients, world, seated):
    with seated("alice") as who:
        restrict(who=who, account=world["U2000002"], match=Match(symbol="XYZ"), reason="r", starts=DAY, day=DAY)
    world.accounts["U2000003"] = change_status(account=world["U2000003"], status="C", day=DAY)

    assert share(block(), clients) == {"U2000001": 100, "U2000002": 0, "U2000003": 0}

    reasons = dict(AllocationShare.unscoped.exclude(left_out="").values_list("number", "left_out"))
    assert "Restricted: XYZ" in reasons["U2000002"]
    assert "not open" in reasons["U2000003"]


def test_a_client_without_the_product_takes_nothing(block, share, world, seated, approve):
    account = create_account(parent=world["F200002"], kind="client", number="U2000009", title="N", base_currency="USD",
                             day=DAY)  # fmt: skip
    world.accounts["U2000009"] = open_account(account=account, day=date(2024, 1, 2))

    assert share(block(), ["U2000001", "U2000009"]) == {"U2000001": 100, "U2000009": 0}
    assert "not approved for this account" in AllocationShare.unscoped.get(number="U2000009").left_out


def test_by_value_by_percent_and_by_hand(block, share, clients, world, file):
    ensure_partitions(DAY, DAY)
    for number, nlv in zip(clients, ("3000", "1000", "-5"), strict=True):
        NavDaily.unscoped.create(nav_date=DAY, account_id=world[number].pk, nlv=nlv, currency="USD", file=file)

    assert share(block(), clients, method="nlv") == {"U2000001": 75, "U2000002": 25, "U2000003": 0}
    assert share(block(), clients, method="percent", figures=("50", "30", "20")) == {
        "U2000001": 50, "U2000002": 30, "U2000003": 20,
    }  # fmt: skip
    assert share(block(), clients, method="manual", figures=("1", "0", "99")) == {
        "U2000001": 1, "U2000002": 0, "U2000003": 99,
    }  # fmt: skip


def test_values_are_compared_in_the_firms_currency(share, block, world, file):
    """Ana has 1000 dollars, Ken 50,000 yen at a hundred for a dollar: two to one."""
    ensure_partitions(DAY, DAY)
    FxRate.unscoped.create(day=DAY, from_currency="JPY", to_currency="USD", rate=Decimal("0.01"), file=file)
    for number, nlv, currency in (("U1000001", "1000", "USD"), ("U1000002", "50000", "JPY")):
        NavDaily.unscoped.create(nav_date=DAY, account_id=world[number].pk, nlv=nlv, currency=currency, file=file)

    got = share(block("alice", "90"), ["U1000001", "U1000002"], name="alice", method="nlv")

    assert got == {"U1000001": 60, "U1000002": 30}


def test_the_least_an_account_may_get(block, share, clients):
    got = share(block(quantity="10"), clients, method="percent", figures=("60", "30", "10"), minimum="2")

    assert got == {"U2000001": 7, "U2000002": 3, "U2000003": 0}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"method": "percent", "figures": ("50", "30", "19")}, "add up to 99"),
        ({"method": "manual", "figures": ("50", "30", "19")}, "but 100 were executed"),
        ({"method": "lottery"}, "no such method"),
    ],
)
def test_a_wish_that_does_not_fit_is_refused(block, share, clients, more, words):
    with pytest.raises(AllocationRefused, match=words):
        share(block(), clients, **more)

    assert nothing_allocated()


def test_an_account_is_named_once(block, share):
    with pytest.raises(AllocationRefused, match="named twice"):
        share(block(), ["U2000001", "U2000001"])
    with pytest.raises(AllocationRefused, match="at least one"):
        share(block(), [])


def test_what_changed_since_the_preview_is_looked_at_again(block, clients, world, seated):
    bobs, asked = block(), Asked("equal", tuple(Entry(number) for number in clients))
    with seated("bob") as who:
        digest = plan(who, block_for(who, bobs.pk), asked, valued_on=None).digest
    with seated("alice") as who:
        restrict(who=who, account=world["F200002"], match=Match(side="buy", symbol="XYZ", asset="STK", country="US"),
                 reason="r", starts=DAY, day=DAY)  # fmt: skip
    with pytest.raises(AllocationRefused), seated("bob") as who:
        allocate(who=who, pk=bobs.pk, asked=asked, digest=digest, valued_on=None, day=DAY, at=AT)
    with pytest.raises((PreviewIsOld, AllocationRefused)), seated("bob") as who:
        allocate(who=who, pk=bobs.pk, asked=asked, digest="0" * 64, valued_on=None, day=DAY, at=AT)

    assert nothing_allocated()


def test_a_client_that_moved_is_no_longer_the_old_advisors_to_allocate_to(block, share, world):
    bobs = block()
    account, lake = world["U2000001"], world["F200003"]
    type(account).unscoped.filter(pk=account.pk).update(parent=lake, practice_id=lake.practice_id)

    with pytest.raises(Http404):
        share(bobs, ["U2000001"])

    assert nothing_allocated()


def test_a_former_advisor_does_nothing(world):
    with acting(world.users["frank"].pk) as who:
        assert who is None
        assert not Block.unscoped.exists()
