"""Who may agree for whom, by the database alone: the pages' own login, with and without a seat."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError

from accounts.ground.access.context import acting
from fees.schedules.actions import agree
from fees.schedules.models import Component, RunSchedule, Schedule
from fees.schedules.queries import in_force, versions
from fees.schedules.rules import Figures
from tests.fees.schedules.conftest import signed

JANUARY, MARCH = date(2025, 1, 2), date(2025, 3, 3)
DAILY = Figures(method=1, rate=Decimal("0.01"))


@pytest.mark.parametrize(
    ("person", "number", "sees"),
    [
        ("alice", "U1000001", 1),
        ("alice", "U2000001", 1),
        ("bob", "U2000001", 1),
        ("ana", "U1000001", 1),
        ("bob", "U1000001", 0),
        ("carol", "U2000001", 0),
        ("ana", "U2000001", 0),
        ("mallory", "U1000001", 0),
        ("frank", "U1000001", 0),
    ],
)
def test_an_agreement_is_seen_by_payee_top_level_and_client(agreed, world, person, number, sees):
    schedule = agreed(DAILY, starts=JANUARY, number=number)

    with acting(world.users[person].pk):
        assert Schedule.unscoped.filter(pk=schedule.pk).count() == sees
        assert Component.unscoped.filter(schedule_id=schedule.pk).count() == sees
        assert RunSchedule.unscoped.filter(schedule_id=schedule.pk).count() == sees


def test_the_second_level_does_not_see_what_the_top_level_is_paid(agreed, world):
    agreed(DAILY, starts=JANUARY, number="U2000001", practice=world["F100001"].practice)

    with acting(world.users["bob"].pk):
        assert not Schedule.unscoped.exists()


@pytest.mark.parametrize(("person", "number"), [("alice", "U1000001"), ("bob", "U2000001")])
def test_an_advisor_agrees_for_the_own_client_through_the_pages_login(world, person, number):
    account = world[number]

    with acting(world.users[person].pk) as who:
        for starts in (JANUARY, MARCH):
            agree(
                account=account, practice=account.practice, strategy="automatic", components=[DAILY], starts=starts,
                signature=signed(starts), by=who.user_id, at=datetime(2025, 1, 2, tzinfo=UTC),
            )  # fmt: skip

        assert [one.version for one in versions(who, account)] == [2, 1]
        assert [one.version for one in in_force(who, account, date(2025, 2, 3))] == [1]


@pytest.mark.parametrize(
    ("person", "number"), [("bob", "U1000001"), ("carol", "U2000001"), ("ana", "U1000001"), ("mallory", "U1000001")]
)
def test_the_database_refuses_whoever_may_not_agree(world, person, number):
    account, practice = world[number], world[number].practice

    with pytest.raises(DatabaseError), acting(world.users[person].pk):
        Schedule.unscoped.create(
            firm_id=account.firm_id, account=account, practice=practice, version=1, strategy="direct",
            starts=JANUARY, agreed_at=datetime(2025, 1, 2, tzinfo=UTC),
        )  # fmt: skip

    assert not Schedule.unscoped.exists()
