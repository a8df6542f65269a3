"""Restrictions are inherited and never lifted below; nobody restricts what is not theirs (cases HIE-4)."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404

from accounts.broker.instruments.rules import Traded
from accounts.broker.restrictions.actions import Match, end_restriction, restrict
from accounts.broker.restrictions.models import Restriction
from accounts.broker.restrictions.queries import in_force, visible
from accounts.broker.restrictions.rules import RestrictionRefused, matches, stopping
from accounts.ground.access.scope import NotAllowed, account_for
from tests.broker.trading.conftest import AT, DAY

XYZ = Traded("XYZ", "STK", "US")


@pytest.fixture
def block(world, seated):
    """`block("alice", "F200002", symbol="XYZ")` goes through the pages' login."""

    def make(name, number, *, reason="Insider list", starts=DAY, ends=None, **match):
        with seated(name) as who:
            return restrict(
                who=who, account=world[number], match=Match(**match), reason=reason, starts=starts, ends=ends, day=DAY
            )

    return make


@pytest.fixture
def holding(world, seated):
    """How many restrictions hold for an account, as the firm's top level sees it."""

    def of(number):
        with seated("alice") as who:
            return in_force(who, world[number], DAY).count()

    return of


def count():
    return Restriction.unscoped.count()


def test_what_the_top_level_blocks_holds_for_everything_below(block, world, holding):
    block("alice", "F200002", symbol="xyz")

    for number, stopped in (("F200002", 1), ("U2000001", 1), ("U1000001", 0), ("U3000001", 0), ("U9000001", 0)):
        assert holding(number) == stopped, number


def test_an_stl_master_and_the_top_level_restrict_the_subs(block, holding):
    block("alice", "I4000001", asset="OPT")
    block("sam", "U4000001", country="RU")

    assert holding("U4000001") == 2
    assert holding("U4000002") == 1
    assert holding("I4000001") == 1


def test_what_was_set_above_cannot_be_lifted_below(block, seated):
    row = block("alice", "F200002", symbol="XYZ")

    with pytest.raises(NotAllowed), seated("bob") as who:
        end_restriction(who=who, pk=row.pk, day=DAY, at=AT)

    row.refresh_from_db()
    assert row.ended_at is None and row.ends is None


def test_what_the_top_level_set_on_the_very_client_is_not_the_second_levels_to_lift(block, seated):
    row = block("alice", "U2000001", symbol="XYZ")

    with pytest.raises(NotAllowed), seated("bob") as who:
        end_restriction(who=who, pk=row.pk, day=DAY, at=AT)

    row.refresh_from_db()
    assert row.ended_at is None


@pytest.mark.parametrize("name", ["carol", "mallory", "dana", "nina"])
def test_for_a_sibling_and_for_strangers_it_does_not_exist(block, seated, name):
    row = block("alice", "F200002", symbol="XYZ")

    with seated(name) as who:
        assert not visible(who).exists()
        assert not Restriction.unscoped.exists()
        with pytest.raises(Http404):
            end_restriction(who=who, pk=row.pk, day=DAY, at=AT)


def test_the_second_level_blocks_its_own_client_and_nobody_elses(block, world, seated):
    assert block("bob", "U2000001", symbol="ABC").set_by == "second"
    before = count()

    for number in ("U1000001", "U3000001", "F100001"):
        with seated("bob") as who, pytest.raises(Http404):
            account_for(who, number, "restrict")
    for name, number in (("bob", "F200002"), ("bob", "U1000001"), ("alice", "F100001"), ("ana", "U1000001"),
                         ("sam", "I4000001"), ("sam", "U1000001"), ("mallory", "U1000001")):  # fmt: skip
        with pytest.raises(NotAllowed):
            block(name, number, symbol="ABC")
    assert count() == before


@pytest.mark.parametrize(
    ("name", "number"),
    [("bob", "F200002"), ("bob", "U1000001"), ("bob", "U3000001"), ("alice", "F100001"), ("alice", "U9000001"),
     ("ana", "U1000001"), ("sam", "U1000001"), ("sam", "I4000001"), ("mallory", "U1000001")],
)  # fmt: skip
def test_the_database_refuses_whoever_may_not_restrict(world, seated, name, number):
    account = world[number]
    practice = account.practice_id if account.kind in ("top_master", "second_master") else None

    with pytest.raises(DatabaseError, match="row-level security"), seated(name) as who:
        Restriction.unscoped.create(
            firm_id=account.firm_id, account=account, node_kind=account.kind, practice_id=practice,
            reason="x", starts=DAY, set_by=who.role,
        )  # fmt: skip

    assert count() == 0


def test_the_database_lets_nobody_below_end_what_was_set_above(block, seated):
    """Not even with our own rules out of the way: bob's update meets no row."""
    for number in ("F200002", "U2000001"):
        row = block("alice", number, symbol="XYZ")
        with seated("bob"):
            assert Restriction.unscoped.filter(pk=row.pk).update(ends=DAY, ended_at=AT) == 0
        row.refresh_from_db()
        assert row.ended_at is None


def test_the_level_above_ends_what_was_set_below(block, seated):
    row = block("bob", "U2000001", symbol="XYZ")

    with seated("alice") as who:
        end_restriction(who=who, pk=row.pk, day=DAY + timedelta(days=1), at=AT)

    row.refresh_from_db()
    assert (row.ends, row.ended_by_id is not None) == (DAY + timedelta(days=1), True)


def test_a_restriction_is_ended_once_and_then_stays_as_it_is(block, seated):
    row = block("bob", "U2000001", symbol="XYZ", starts=DAY + timedelta(days=7))
    with seated("bob") as who:
        end_restriction(who=who, pk=row.pk, day=DAY, at=AT)
    row.refresh_from_db()
    assert row.ends == row.starts

    with pytest.raises(RestrictionRefused), seated("bob") as who:
        end_restriction(who=who, pk=row.pk, day=DAY, at=AT)
    for change in ({"symbol": "ABC"}, {"reason": "other"}, {"ends": None}):
        with pytest.raises(DatabaseError, match="can only be ended"), transaction.atomic():
            Restriction.unscoped.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="can only be ended"), transaction.atomic():
        Restriction.unscoped.filter(pk=row.pk).delete()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "  "}, "why"),
        ({"starts": DAY - timedelta(days=1)}, "before today"),
        ({"ends": DAY}, "ends after"),
    ],
)
def test_what_a_restriction_must_say(block, fields, words):
    with pytest.raises(RestrictionRefused, match=words):
        block("alice", "U1000001", symbol="XYZ", **fields)

    assert count() == 0


@pytest.mark.parametrize(
    ("match", "traded", "side", "stops"),
    [
        ({}, XYZ, "buy", True),
        ({"symbol": "XYZ"}, XYZ, "sell", True),
        ({"symbol": "XYZ"}, Traded("XYZA", "STK", "US"), "buy", False),
        ({"asset": "OPT"}, XYZ, "buy", False),
        ({"asset": "STK", "symbol": "XYZ"}, XYZ, "buy", True),
        ({"asset": "OPT", "symbol": "XYZ"}, XYZ, "buy", False),
        ({"country": "US"}, XYZ, "buy", True),
        ({"country": "RU"}, XYZ, "buy", False),
        ({"country": "RU"}, Traded("XYZ", "STK", ""), "buy", True),
        ({"side": "buy"}, XYZ, "buy", True),
        ({"side": "buy"}, XYZ, "sell", False),
        ({"side": "sell"}, XYZ, "short", True),
        ({"side": "short"}, XYZ, "sell", False),
    ],
)
def test_what_a_restriction_matches(match, traded, side, stops):
    assert matches(Restriction(**match), traded, side) is stops


def test_it_holds_from_its_first_day_until_before_its_last():
    row = Restriction(pk=uuid.uuid4(), starts=date(2025, 3, 3), ends=date(2025, 3, 5))

    held = [bool(stopping([row], XYZ, "buy", date(2025, 3, day))) for day in (2, 3, 4, 5)]

    assert held == [False, True, True, False]
