"""Who may agree for whom, by the database alone: the pages' own login, with and without a seat."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.ground.access.context import acting, enter
from accounts.ground.runs.models import Run, RunChunk, RunStage
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


def inserted(as_role, world, person, sql, values):
    """Whether the pages' login may write this in a person's name."""
    try:
        with transaction.atomic(), as_role("portal_web"):
            enter(world.users[person].pk)
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.rowcount == 1
    except DatabaseError:
        return False


@pytest.mark.parametrize(
    ("person", "number", "payee", "may"),
    [
        ("bob", "U2000001", "F200002", True),
        ("bob", "U3000001", "F200002", False),
        ("bob", "U1000001", "F200002", False),
        ("alice", "U1000001", "F100001", True),
        ("alice", "U2000001", "F100001", True),
        ("alice", "U2000001", "F200002", True),
        ("alice", "U2000001", "F200003", False),
        ("vera", "U2000001", "F100001", True),
        ("vera", "U3000001", "F100001", False),
        ("ana", "U1000001", "F100001", False),
    ],
)
def test_a_fee_is_agreed_by_the_accounts_advisor_or_for_the_top_level(world, as_role, person, number, payee, may):
    account = world[number]
    sql = (
        "INSERT INTO fees_schedule (firm_id, account_id, practice_id, version, strategy, starts, signed_name,"
        " document_hash, agreed_at) VALUES (%s, %s, %s, 1, 'direct', '2026-11-23', '', '', now())"
    )

    assert inserted(as_role, world, person, sql, [account.firm_id, account.pk, world[payee].practice_id]) is may


@pytest.mark.parametrize(
    ("person", "may"), [("bob", True), ("alice", True), ("chidi", False), ("carol", False), ("mallory", False)]
)
def test_nobody_else_adds_to_an_agreement(world, agreed, as_role, person, may):
    schedule = agreed(DAILY, starts=JANUARY, number="U2000001")
    sql = "INSERT INTO fees_component (schedule_id, method, rate, tiers, mode) VALUES (%s, 97, 0, '[]', 'marginal')"

    assert inserted(as_role, world, person, sql, [schedule.pk]) is may


@pytest.mark.parametrize("wrong", [{}, {"account": "U9000001"}, {"payee": "F100001"}, {"starts": MARCH}, {"method": 2}])
def test_a_flattened_row_says_what_was_agreed(world, agreed, as_role, wrong):
    schedule = agreed(DAILY, starts=JANUARY, number="U2000001")
    flat = RunSchedule.unscoped.get(schedule_id=schedule.pk)
    component = Component.unscoped.get(schedule_id=schedule.pk)
    flat.delete()
    values = [
        component.pk,
        schedule.pk,
        world[wrong.get("account", "U2000001")].pk,
        world[wrong.get("payee", "F200002")].practice_id,
        wrong.get("method", component.method),
        wrong.get("starts", JANUARY),
    ]
    sql = (
        "INSERT INTO fees_runschedule (component_id, schedule_id, account_id, practice_id, method, starts)"
        " VALUES (%s, %s, %s, %s, %s, %s)"
    )

    assert inserted(as_role, world, "bob", sql, values) is (wrong == {})


def test_nights_are_asked_about_accounts_that_one_sees(world, as_role):
    run = Run.unscoped.create(day=date(2025, 9, 30), state="done")
    stage = RunStage.unscoped.create(run=run, ordinal=1, name="accrue", state="done")
    RunChunk.unscoped.create(stage=stage, lo=0, hi=10**9, state="done", done_at=datetime(2025, 10, 1, tzinfo=UTC))
    answers = {}
    for person in ("alice", "bob", "chidi", "carol", "mallory", ""):
        with as_role("portal_web"):
            if person:
                enter(world.users[person].pk)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT fees_known_at(%s, %s) IS NOT NULL, fees_billed_through() IS NOT NULL, app_leave()",
                    [run.pk, world["U2000001"].pk],
                )
                answers[person] = cursor.fetchone()[:2]

    assert {person for person, (known, _through) in answers.items() if known} == {"alice", "bob", "chidi"}
    assert not answers[""][1]
