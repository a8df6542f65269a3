"""What the back office may do besides looking: decide a day, try again, give up, stop."""

from datetime import date, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.ground.days.models import CalendarDay
from accounts.ground.days.queries import calendar
from accounts.ground.jobs.models import Job
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Hold, RunStage
from accounts.ground.trail.models import TrailEntry
from accounts.ground.trail.tables import TABLES
from tests.accounts.admin.rows import FIRST_DAY

CLOSED = {"day": "2026-06-10", "is_business": "no", "name": "Flood"}


def act(office, model, action, *rows):
    address = reverse(f"admin:accounts_{model}_changelist")
    form = {"action": action, "_selected_action": [row.pk for row in rows], "index": "0"}
    return office.post(address, form, follow=True).content.decode()


def test_an_emergency_closure_is_decided_by_a_person(office, world):
    assert calendar().is_business_day(date(2026, 6, 10))

    office.post(reverse("admin:accounts_calendarday_add"), CLOSED)

    row = CalendarDay.objects.get(day=date(2026, 6, 10))
    assert (row.is_override, row.decided_by_id, row.name) == (True, world.users["olga"].pk, "Flood")
    assert not calendar().is_business_day(date(2026, 6, 10))
    entry = TrailEntry.unscoped.filter(table="accounts_calendarday").latest("pk")
    assert (entry.user_id, entry.new["name"]) == (world.users["olga"].pk, "Flood")


def test_a_closing_may_be_opened_again(office, world):
    office.post(
        reverse("admin:accounts_calendarday_add"), {"day": "2026-12-25", "is_business": "yes", "name": "Open after all"}
    )

    assert calendar().is_business_day(date(2026, 12, 25))


def test_a_sealed_day_is_decided_for_good(office, filled):
    day = (FIRST_DAY + timedelta(days=1)).isoformat()

    answer = office.post(reverse("admin:accounts_calendarday_add"), {**CLOSED, "day": day})

    assert "sealed" in answer.content.decode()
    assert not CalendarDay.objects.filter(day=day).exists()


def test_a_hold_whose_stage_has_passed_waits_for_the_next_night(office, filled):
    hold = Hold.unscoped.first()

    text = act(office, "hold", "retry", hold)

    hold.refresh_from_db()
    assert hold.retry_asked_at and not hold.resolved_at
    assert "1 account will be tried again." in text
    assert "0 accounts" in act(office, "hold", "retry", hold)


def test_a_hold_whose_stage_is_ahead_is_let_in(office, filled):
    RunStage.unscoped.update(state="waiting")
    hold = Hold.unscoped.first()

    act(office, "hold", "retry", hold)

    hold.refresh_from_db()
    assert hold.resolved_at
    assert Request.unscoped.get(account=hold.account, kind="statement").finished_at


def test_a_failed_message_is_owed_again_and_a_delivered_one_is_not(office, filled):
    failed, delivered, _waiting = OutboxMessage.unscoped.order_by("natural_key")
    OutboxMessage.unscoped.filter(pk=failed.pk).update(failed_at=timezone.now(), attempts=8)
    OutboxMessage.unscoped.filter(pk=delivered.pk).update(delivered_at=timezone.now(), attempts=1)

    act(office, "outboxmessage", "retry", failed, delivered)

    failed.refresh_from_db()
    delivered.refresh_from_db()
    assert (failed.failed_at, failed.attempts) == (None, 0)
    assert delivered.attempts == 1 and delivered.delivered_at


def test_a_request_is_given_up_once(office, filled):
    row = Request.unscoped.filter(kind="application").first()

    assert "1 request was cancelled." in act(office, "request", "give_up", row)
    assert "0 requests were cancelled." in act(office, "request", "give_up", row)
    row.refresh_from_db()
    assert row.status == "cancelled" and row.finished_at


def test_a_job_is_stopped(office, filled):
    job = Job.unscoped.first()

    act(office, "job", "stop", job)

    job.refresh_from_db()
    assert job.state == "cancelled"


def test_the_trail_reads_old_and_new(office, world):
    office.post(
        reverse("admin:accounts_party_change", args=[world.parties["ana"].pk]),
        {"legal_name": "Ruiz-Lang, Ana", "language": "en", "born_on": "1980-05-06"},
    )
    entry = TrailEntry.unscoped.filter(table="accounts_party", operation="update").latest("pk")

    text = office.get(reverse("admin:accounts_trailentry_changelist")).content.decode()
    page = office.get(reverse("admin:accounts_trailentry_change", args=[entry.pk])).content.decode()

    assert "Kestrel → Ruiz-Lang, Ana" in text
    assert "Ruiz-Lang, Ana</td>" in page
    assert "1980" not in text + page
    assert "olga" in page


def test_every_table_with_a_trail_has_words(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%%_trail'")
        kept = {row[0] for row in cursor.fetchall()}

    assert kept == set(TABLES)


def test_the_front_page_says_what_waits(office, filled):
    text = office.get("/office/").content.decode()

    assert '?state=open">3</a>' in text
    assert '?ended=no">6</a>' in text
    assert "2026-03-03" in text
