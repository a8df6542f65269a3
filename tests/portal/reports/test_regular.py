"""Reports that are made regularly: when they come, in whose name, and that each comes once."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.ground.access.context import as_role
from accounts.ground.days.queries import calendar
from accounts.ground.jobs.models import Job, JobState
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat
from accounts.ground.runs.models import Run, Seal
from portal.lib.periods import Frequency
from portal.reports.regular import actions, tasks
from portal.reports.regular.models import RegularReport
from portal.reports.regular.rules import due_for, next_on
from portal.reports.tasks import make_report
from tests.fees.posting.nights import Nights

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2025, 9, 30), date(2025, 10, 7)
REPORT = "report=performance&period=previous_month"


def sealed(world, day):
    figures = {"billable": 0, "billed": 0, "zero": 0, "held": 0}
    run = Run.unscoped.get_or_create(day=day)[0]
    Seal.unscoped.create(firm_id=world["F100001"].firm_id, day=day, run=run, digest="0" * 64, **figures)


@pytest.fixture
def valued(world, settings, tmp_path):
    """A year-old account with two values, of a firm whose September is closed."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    nights = Nights(world)
    nights.value("U1000001", date(2025, 8, 29), "100")
    nights.value("U1000001", FIRST, "110")
    sealed(world, FIRST)
    return world


def asked(client, world, name, query=REPORT, **more):
    client.force_login(world.users[name])
    return client.post(f"/reports/regular/?{query}", {"often": "monthly", "format": "csv", **more}, follow=True)


@pytest.mark.parametrize(
    ("frequency", "closed", "expected", "following"),
    [
        ("daily", date(2025, 9, 30), date(2025, 9, 30), date(2025, 10, 1)),
        # The fifth business day of October 2025 is Tuesday the 7th.
        ("monthly", date(2025, 10, 6), date(2025, 9, 1), date(2025, 10, 7)),
        ("monthly", date(2025, 10, 7), date(2025, 10, 1), date(2025, 11, 7)),
        ("quarterly", date(2025, 10, 6), date(2025, 7, 1), date(2025, 10, 7)),
        ("quarterly", date(2025, 10, 7), date(2025, 10, 1), date(2026, 1, 8)),
        # New Year's Day is no business day: 2, 5, 6, 7, 8 January 2026.
        ("annual", date(2026, 1, 7), date(2025, 1, 1), date(2026, 1, 8)),
        ("annual", date(2026, 1, 8), date(2026, 1, 1), date(2027, 1, 8)),
    ],
)
def test_a_period_is_answered_when_it_has_settled(frequency, closed, expected, following):
    assert due_for(Frequency(frequency), closed, calendar()) == expected
    assert next_on(Frequency(frequency), expected, calendar()) == following


def test_it_comes_once_with_the_night_that_settles_the_month_and_is_mailed(client, valued):
    alice = valued.users["alice"]
    alice.email = "alice@example.com"
    alice.save(update_fields=["email"])
    answer = asked(client, valued, "alice")
    kept = RegularReport.unscoped.get()

    assert (kept.user_id, kept.frequency, kept.made_for) == (valued.users["alice"].pk, "monthly", date(2025, 9, 1))
    assert "Made regularly" in answer.content.decode() and "2025-10-07" in answer.content.decode()
    assert [actions.submit_due(one, timezone.now()) for one in actions.due(FIRST)] == []

    sealed(valued, SECOND)
    [one] = actions.due(SECOND)
    job = actions.submit_due(one, timezone.now())
    assert actions.submit_due(one, timezone.now()) is None and actions.due(SECOND) == []

    make_report(str(job.pk), kept.user_id, kept.seat_id)
    job = Job.unscoped.get()
    assert (job.state, job.user_id, job.result["name"]) == (JobState.DONE, kept.user_id, "performance-2025-10-07.csv")
    with as_role("office"):
        assert OutboxMessage.unscoped.filter(natural_key__contains=f"report {job.pk}").exists()


def test_one_that_goes_wrong_stops_no_other_and_is_tried_again(client, valued, monkeypatch):
    asked(client, valued, "alice")
    asked(client, valued, "bob")
    sealed(valued, SECOND)
    bad = RegularReport.unscoped.order_by("pk").first()
    called = []
    monkeypatch.setattr(tasks.make_report, "delay", lambda *given: called.append(given))
    submit_report = actions.submit

    def fails(*, who, **more):
        if who.user_id == bad.user_id:
            raise OSError("the storage does not answer")
        return submit_report(who=who, **more)

    with monkeypatch.context() as broken:
        broken.setattr(actions, "submit", fails)
        with pytest.raises(ExceptionGroup) as raised:
            tasks.submit_regular()
    assert [type(one) for one in raised.value.exceptions] == [OSError]
    assert [one.user_id for one in Job.unscoped.all()] == [user for _job, user, _seat in called] != [bad.user_id]

    assert tasks.submit_regular() == 1
    assert len(called) == Job.unscoped.count() == 2
    assert tasks.submit_regular() == 0


def test_the_clock_alone_makes_nothing_while_the_month_is_not_closed(client, valued):
    asked(client, valued, "alice")

    [one] = actions.due(SECOND)  # it may be due by the calendar

    assert actions.submit_due(one, timezone.now()) is None
    assert not Job.unscoped.exists()


def test_asked_twice_it_is_one_and_days_of_ones_own_do_not_move_along(client, valued):
    asked(client, valued, "alice")
    asked(client, valued, "alice")
    assert RegularReport.unscoped.count() == 1

    said = asked(client, valued, "alice", "report=performance&period=custom&first=2025-09-01&last=2025-09-30")
    assert "Choose a period that moves with the days" in said.content.decode()
    assert RegularReport.unscoped.count() == 1


def test_foreign_accounts_and_unknown_words_are_refused(client, valued):
    assert asked(client, valued, "bob", f"{REPORT}&accounts=U1000001").status_code == 404
    assert asked(client, valued, "alice", "report=nothing").status_code == 400
    assert asked(client, valued, "alice", often="hourly").status_code == 400
    assert not RegularReport.unscoped.exists()


def test_nobody_removes_the_report_of_somebody_else(client, valued):
    asked(client, valued, "alice")
    kept = RegularReport.unscoped.get()

    for name in ("bob", "carol", "chidi"):
        client.force_login(valued.users[name])
        assert client.post(f"/reports/regular/{kept.pk}/remove/").status_code == 404
        assert "Made regularly" not in client.get("/reports/").content.decode()
    client.force_login(valued.users["alice"])
    assert client.post(f"/reports/regular/{uuid4()}/remove/").status_code == 404
    assert RegularReport.unscoped.count() == 1

    assert client.post(f"/reports/regular/{kept.pk}/remove/").status_code == 302
    assert not RegularReport.unscoped.exists()


def test_whoever_has_left_gets_nothing(client, valued):
    asked(client, valued, "alice")
    sealed(valued, SECOND)
    Seat.unscoped.filter(user=valued.users["alice"]).update(is_active=False)

    [one] = actions.due(SECOND)

    assert actions.submit_due(one, timezone.now()) is None
    assert not Job.unscoped.exists()


def test_over_the_api(client, valued):
    client.force_login(valued.users["alice"])
    body = {"report": "performance", "period": "previous_month", "often": "daily"}

    made = client.post("/api/v1/regular-reports/", body, content_type="application/json")
    wrong = client.post("/api/v1/regular-reports/", {**body, "period": "custom"}, content_type="application/json")
    listed = client.get("/api/v1/regular-reports/").json()

    assert (made.status_code, wrong.status_code) == (201, 400)
    assert [(one["often"], one["format"], one["next_on"]) for one in listed] == [("daily", "csv", "2025-10-01")]
    client.force_login(valued.users["bob"])
    assert client.delete(f"/api/v1/regular-reports/{listed[0]['id']}/").status_code == 404
    client.force_login(valued.users["alice"])
    assert client.delete(f"/api/v1/regular-reports/{listed[0]['id']}/").status_code == 204
    assert client.get("/api/v1/regular-reports/").json() == []
