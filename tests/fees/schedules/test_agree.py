"""Agreements are versions that follow one another; what was agreed is never edited."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.db.utils import IntegrityError

from fees.engine.registry import BY_NAME
from fees.engine.types import Range
from fees.schedules.models import Component, RunSchedule, Schedule
from fees.schedules.queries import billed_through, terms_of
from fees.schedules.rules import Figures, ScheduleRefused, Signature
from tests.fees.schedules.conftest import DOCUMENT, signed

MONTHLY = BY_NAME["PERCENTOFEQUITY_MONTHLY"].code
EOM = BY_NAME["PERCENTOFEQUITY_EOM"].code
BLENDED = BY_NAME["BLENDEDPERCENTOFEQUITY_MONTHLY"].code
FLAT = BY_NAME["ANNUALFLATFEE_MONTHLY"].code
FLAT_DAILY = BY_NAME["ANNUALFLATFEE"].code

ONE_PERCENT = Figures(method=MONTHLY, rate=Decimal("0.01"))
TWO_PERCENT = Figures(method=MONTHLY, rate=Decimal("0.02"))
STEPS = Figures(
    method=BLENDED,
    ranges=(Range(Decimal(0), Decimal(1_000_000), Decimal("0.01")), Range(Decimal(1_000_000), None, Decimal("0.0075"))),
)
YEARLY = Figures(method=FLAT, flat=Decimal(6000))

JANUARY, MARCH, JUNE = date(2025, 1, 2), date(2025, 3, 3), date(2025, 6, 2)


def refusal(agreed, *components, **more) -> set[str]:
    """The keys of what is wrong; nothing may have been written."""
    before = Schedule.unscoped.count()
    with pytest.raises(ScheduleRefused) as refused:
        agreed(*components, **more)
    assert Schedule.unscoped.count() == before
    return {problem.key for problem in refused.value.problems}


def test_a_new_version_begins_where_the_former_ends(agreed):
    first = agreed(ONE_PERCENT, starts=JANUARY)
    second = agreed(TWO_PERCENT, starts=MARCH)

    first.refresh_from_db()
    assert (first.version, first.starts, first.ends) == (1, JANUARY, MARCH)
    assert (second.version, second.starts, second.ends) == (2, MARCH, None)
    assert Component.unscoped.get(schedule=first).rate == Decimal("0.01")


def test_the_flattened_row_ends_with_its_schedule(agreed):
    first = agreed(ONE_PERCENT, starts=JANUARY)
    agreed(TWO_PERCENT, starts=MARCH)

    flattened = RunSchedule.unscoped.get(schedule=first)

    assert (flattened.starts, flattened.ends, flattened.rate) == (JANUARY, MARCH, Decimal("0.01"))
    assert flattened.open_from == date(2024, 1, 2)


def test_the_flattened_row_closes_with_its_account(agreed, world):
    from accounts.ground.tree.actions import change_status

    schedule = agreed(ONE_PERCENT, starts=JANUARY)
    change_status(account=world["U1000001"], status="C", day=JUNE)

    assert RunSchedule.unscoped.get(schedule=schedule).open_until == JUNE


def test_a_version_replaced_before_its_first_day_never_applied(agreed):
    first = agreed(ONE_PERCENT, starts=JANUARY)
    planned = agreed(TWO_PERCENT, starts=JUNE)
    earlier = agreed(STEPS, starts=MARCH)

    for schedule in (first, planned):
        schedule.refresh_from_db()
    assert (planned.starts, planned.ends) == (JUNE, JUNE)
    assert (first.ends, earlier.starts, earlier.version) == (MARCH, MARCH, 3)


def test_two_versions_in_force_at_once_are_refused_by_the_database(agreed):
    first = agreed(ONE_PERCENT, starts=JANUARY)
    copy = {field.attname: getattr(first, field.attname) for field in Schedule._meta.concrete_fields} | {"version": 9}
    del copy["id"]

    with pytest.raises(IntegrityError, match="schedule_one_in_force"), transaction.atomic():
        Schedule.unscoped.create(**copy | {"starts": MARCH})


@pytest.mark.parametrize(
    "change",
    [{"strategy": "none"}, {"starts": MARCH}, {"signed_name": "Somebody Else"}, {"document_hash": "0" * 64}],
    ids=lambda change: next(iter(change)),
)
def test_what_was_agreed_cannot_be_changed(agreed, change):
    schedule = agreed(ONE_PERCENT, starts=JANUARY)

    with pytest.raises(DatabaseError, match="can only be closed"), transaction.atomic():
        Schedule.unscoped.filter(pk=schedule.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Component.unscoped.filter(schedule=schedule).update(rate=Decimal("0.5"))


def test_a_closed_version_cannot_be_opened_again(agreed):
    first = agreed(ONE_PERCENT, starts=JANUARY)
    agreed(TWO_PERCENT, starts=MARCH)

    with pytest.raises(DatabaseError, match="can only be closed"), transaction.atomic():
        Schedule.unscoped.filter(pk=first.pk).update(ends=None)


def test_an_automatic_fee_needs_the_clients_signature(agreed):
    assert refusal(agreed, ONE_PERCENT, starts=JANUARY, signature=None) == {"required"}
    incomplete = Signature(name=" ", at=datetime(2025, 1, 2, tzinfo=UTC), document_hash=DOCUMENT)
    assert refusal(agreed, ONE_PERCENT, starts=JANUARY, signature=incomplete) == {"required"}
    assert refusal(agreed, ONE_PERCENT, starts=JANUARY, signature=signed(MARCH)) == {"before_signature"}


def test_the_database_refuses_an_automatic_fee_without_a_signature(agreed):
    schedule = agreed(strategy="direct", starts=JANUARY, signature=None)

    with pytest.raises(IntegrityError, match="schedule_automatic_is_signed"), transaction.atomic():
        Schedule.unscoped.create(
            firm_id=schedule.firm_id, account_id=schedule.account_id, practice_id=schedule.practice_id, version=7,
            strategy="automatic", starts=JANUARY, ends=JANUARY, agreed_at=schedule.agreed_at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("components", "keys"),
    [
        ([ONE_PERCENT, STEPS], {"several_nlv"}),
        ([ONE_PERCENT, Figures(method=EOM, rate=Decimal("0.01"))], {"several_nlv"}),
        ([YEARLY, Figures(method=FLAT_DAILY, flat=Decimal(1))], {"several_flat"}),
        ([], {"required"}),
        ([Figures(method=999)], {"unknown_method"}),
        ([Figures(method=MONTHLY, rate=Decimal("1.5"))], {"too_high"}),
        ([Figures(method=MONTHLY, rate=Decimal("NaN"))], {"not_a_number"}),
        ([Figures(method=MONTHLY, rate=Decimal("0.0123456"))], {"too_fine"}),
        ([ONE_PERCENT] * 6, {"too_many", "several_nlv"}),
    ],
    ids=["fixed and blended", "two frequencies", "two flat", "none", "unknown", "150 %", "NaN", "7 places", "six"],
)
def test_what_does_not_stand_together_is_refused(agreed, components, keys):
    assert refusal(agreed, *components, starts=JANUARY) == keys


def test_one_percentage_and_one_flat_fee_stand_together(agreed):
    schedule = agreed(STEPS, YEARLY, starts=JANUARY)

    terms = [terms_of(component) for component in Component.unscoped.filter(schedule=schedule)]
    assert [one.method for one in terms] == [BLENDED, FLAT]
    assert terms[0].ranges == STEPS.ranges
    assert terms[1].flat == 6000


def test_the_top_level_may_be_paid_beside_the_own_advisor_and_nobody_else(agreed, world):
    northgate, lakeside = world["F100001"].practice, world["F200003"].practice

    agreed(ONE_PERCENT, starts=JANUARY, number="U2000001")
    agreed(TWO_PERCENT, starts=JANUARY, number="U2000001", practice=northgate)

    assert refusal(agreed, ONE_PERCENT, starts=MARCH, number="U2000001", practice=lakeside) == {"foreign_payee"}
    foreign = world["F900001"].practice
    assert refusal(agreed, ONE_PERCENT, starts=MARCH, practice=foreign) == {"foreign_payee"}
    assert refusal(agreed, ONE_PERCENT, starts=MARCH, number="F200002") == {"not_holding"}


def test_a_schedule_cannot_reach_back_to_a_billed_day(agreed):
    from accounts.ground.runs.models import Run, RunStage

    run = Run.unscoped.create(day=MARCH)
    stage = RunStage.unscoped.create(run=run, ordinal=1, name="accrue")
    assert billed_through() is None

    RunStage.unscoped.filter(pk=stage.pk).update(state="running")

    assert refusal(agreed, ONE_PERCENT, starts=MARCH) == {"already_billed"}
    assert agreed(ONE_PERCENT, starts=date(2025, 3, 4)).version == 1


def test_a_schedule_starts_when_the_account_can_have_a_value(agreed, world):
    account = world["U1000001"]
    account.funded_on = MARCH
    account.save(update_fields=["funded_on"])

    assert refusal(agreed, ONE_PERCENT, starts=JANUARY) == {"before_funding"}
    assert agreed(ONE_PERCENT, starts=MARCH).starts == MARCH

    world["U1000002"].opened_on = None
    assert refusal(agreed, ONE_PERCENT, starts=MARCH, number="U1000002") == {"not_open"}
