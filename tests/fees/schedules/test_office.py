"""Schedules in the back office: to read, by the back office alone."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fees.engine.types import Range
from fees.schedules.models import Schedule
from fees.schedules.rules import Figures

LIST = reverse("admin:fees_schedule_changelist")
STEPS = (Range(Decimal(0), Decimal(1_000_000), Decimal("0.01")), Range(Decimal(1_000_000), None, Decimal("0.0075")))
BLENDED = Figures(method=12, ranges=STEPS)


@pytest.fixture
def schedule(agreed) -> Schedule:
    return agreed(BLENDED, starts=date(2025, 1, 2))


def page(schedule: Schedule) -> str:
    return reverse("admin:fees_schedule_change", args=[schedule.pk])


def test_the_list_and_a_schedule_in_words(browse, schedule):
    olga = browse("olga")

    listed = olga.get(LIST, {"q": "U1000001"})
    shown = olga.get(page(schedule))

    assert listed.status_code == shown.status_code == 200
    assert "Kestrel" in listed.content.decode()
    assert "Blended percent of net liquidation value, monthly" in shown.content.decode()
    assert "Each part of the value is charged at the rate of the range it falls in." in shown.content.decode()


@pytest.mark.parametrize("name", ["alice", "ana", "mallory", ""])
def test_nobody_else_comes_in(browse, schedule, name):
    assert browse(name).get(page(schedule)).status_code in (302, 403, 404)


def test_a_forged_form_changes_nothing(browse, schedule):
    answer = browse("olga").post(page(schedule), {"strategy": "none", "starts": "2024-01-02"})

    assert answer.status_code == 403
    schedule.refresh_from_db()
    assert (schedule.strategy, schedule.starts) == ("automatic", date(2025, 1, 2))


def test_the_list_asks_as_often_for_many_as_for_few(browse, agreed):
    olga = browse("olga")
    agreed(BLENDED, starts=date(2025, 1, 2))
    olga.get(LIST)
    with CaptureQueriesContext(connection) as few:
        olga.get(LIST)

    for month in range(2, 12):
        agreed(BLENDED, starts=date(2025, month, 3))
    with CaptureQueriesContext(connection) as many:
        olga.get(LIST)

    assert len(many) == len(few)
