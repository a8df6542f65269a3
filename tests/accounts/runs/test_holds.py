"""Accounts kept out and let back in: what waits for them is one item with the days it has waited for."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from accounts.ground.requests.models import Request, RequestStatus
from accounts.ground.runs.actions import answer, hold_accounts, release, release_many
from accounts.ground.runs.models import Hold, Run, RunStage
from accounts.ground.stored_words import said

ANA = "U1000001"
DAYS = [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]
AT = datetime(2026, 3, 5, 1, tzinfo=UTC)


@pytest.fixture
def held(world):
    account = world[ANA]
    for day in DAYS:
        hold_accounts(
            details={account.pk: f"no file of {day}"}, day=day, stage="accrue", reason="no_nav", title="No value"
        )
    return account


def item():
    request = Request.unscoped.get()
    return request.day, request.detail["days"], request.finished_at


def test_days_in_a_row_are_one_item_since_the_first_of_them(held):
    assert item() == (DAYS[0], 3, None)
    assert Request.unscoped.get().detail["detail"] == "no file of 2026-03-04"
    assert Request.unscoped.get().detail["until"] == "2026-03-04"


def test_each_day_that_comes_makes_it_shorter_and_the_last_one_ends_it(held):
    release(hold=Hold.unscoped.get(day=DAYS[0]), at=AT, resolution="Came")
    assert item() == (DAYS[1], 2, None)

    release_many(holds=Hold.unscoped.values_list("pk", flat=True), at=AT, resolution="Came")
    assert item()[2] == AT
    assert Request.unscoped.get().status == RequestStatus.APPROVED
    assert set(Hold.unscoped.values_list("resolved_at", flat=True)) == {AT}


def test_releasing_again_ends_nothing(held):
    assert release_many(holds=Hold.unscoped.values_list("pk", flat=True), at=AT, resolution="Came") == 3
    assert release_many(holds=Hold.unscoped.values_list("pk", flat=True), at=AT, resolution="Came") == 0
    assert release_many(holds=[], at=AT, resolution="Came") == 0


def test_a_day_that_is_retried_waits_for_the_night_and_for_nobody_else(held):
    run = Run.unscoped.create(day=DAYS[2])
    RunStage.unscoped.create(run=run, ordinal=3, name="accrue", state="done")

    answer(arrived=[(held.pk, DAYS[2])], stage="accrue", at=AT, resolution="Came")

    assert item() == (DAYS[0], 2, None)
    assert Hold.unscoped.get(day=DAYS[2]).resolved_at is None


def test_held_once_more_it_is_the_same_item_reopened(held):
    release_many(holds=Hold.unscoped.values_list("pk", flat=True), at=AT, resolution="Came")

    hold_accounts(details={held.pk: "again"}, day=DAYS[1], stage="accrue", reason="no_nav", title="No value")

    assert item() == (DAYS[1], 1, None)


def test_another_cause_is_an_item_of_its_own(held):
    hold_accounts(details={held.pk: "20 of 21"}, day=DAYS[2], stage="close", reason="missing_days", title="Fees wait")

    release_many(holds=Hold.unscoped.filter(stage="close").values_list("pk", flat=True), at=AT, resolution="Closed")

    left = Request.unscoped.get(finished_at=None)
    assert (left.title, left.detail["days"]) == ("No value", 3)


def test_stored_words_are_said_in_the_readers_language():
    with translation.override("ru"):
        assert said("Account status changed") == "Статус счёта изменён"
        assert "Анна" in said("Application of %(name)s", {"name": "Анна"})
    assert said("Application of %(name)s", {"name": "Ana"}) == "Application of Ana"
    assert said("100 %(off)", {}) == "100 %(off)", "somebody's own words stay"
    assert said("") == ""
