"""What people are told, and how: their own choice, but for what is about money and their sign-in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.ground.access.context import as_role as acting_as
from accounts.ground.notifications.actions import News, notify, notify_many
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.actions import owe_people
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from portal.news.actions import seats_to_tell, tell_seat
from portal.news.models import NewsChoice
from portal.news.queries import wanting
from portal.news.rules import has_morning_come, zone_of
from tests.crm.tasks.test_tasks import PLACE as TASKS
from tests.crm.vault.people import begun, unlock
from tests.world import CANARIES

pytestmark = pytest.mark.django_db

PAGE, API = "/settings/notifications/", "/api/v1/notifications/choices/"
BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Seven in the morning of New York, in winter, is noon in Greenwich.
MORNING = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def mailed(world):
    """Alice and Bob have addresses and New York's clock."""
    for name in ("alice", "bob", "ana"):
        User.objects.filter(pk=world.users[name].pk).update(email=f"{name}@example.com", timezone="America/New_York")
    return world


def wants(world, name, kind, by_mail, is_counted=True, since=BEGAN):
    seat = world.seats[name]
    return NewsChoice.unscoped.create(
        firm_id=seat.firm_id,
        user_id=seat.user_id,
        seat_id=seat.pk,
        kind=kind,
        by_mail=by_mail,
        is_counted=is_counted,
        since=since,
        told_until=since,
    )


def told(world, number, title, at, kind="corporate_action"):
    one = notify(account=world[number], kind=kind, title=title, natural_key=f"{title} {at}", day=at.date())
    Notification.unscoped.filter(pk=one.pk).update(created_at=at)
    return one


def tell(world, name, at):
    return tell_seat(world.users[name].pk, world.seats[name].pk, at)


def test_a_digest_comes_once_in_the_persons_own_morning(mailed):
    wants(mailed, "alice", "corporate_action", "daily")
    told(mailed, "U1000001", "Split 3:1", BEGAN + timedelta(hours=2))
    told(mailed, "U1000002", "Held back", BEGAN + timedelta(hours=3), kind="statement")

    assert seats_to_tell() == [(mailed.users["alice"].pk, mailed.seats["alice"].pk)]
    assert tell(mailed, "alice", MORNING - timedelta(minutes=1)) == 0
    assert tell(mailed, "alice", MORNING) == 1
    assert tell(mailed, "alice", MORNING + timedelta(minutes=15)) == 0
    mail = OutboxMessage.unscoped.get(natural_key__startswith="news of")
    assert (mail.recipient, mail.subject) == ("alice@example.com", "1 piece of news")
    assert "Split 3:1" in mail.body and "Held back" not in mail.body and "/settings/notifications/" in mail.body
    # A morning without news brings no mail.
    assert tell(mailed, "alice", MORNING + timedelta(days=1)) == 0
    assert OutboxMessage.unscoped.filter(natural_key__startswith="news of").count() == 1


def test_what_appeared_late_with_an_earlier_moment_is_in_the_next_digest(mailed):
    """A chunk of the night shows its news when it ends, with the moment at which it began."""
    wants(mailed, "alice", "corporate_action", "daily")
    assert tell(mailed, "alice", MORNING) == 0
    told(mailed, "U1000001", "Split 3:1", MORNING - timedelta(minutes=30))
    assert tell(mailed, "alice", MORNING + timedelta(days=1)) == 1
    assert tell(mailed, "alice", MORNING + timedelta(days=2)) == 0


def test_each_comes_once_and_nothing_of_before_the_choice(mailed):
    wants(mailed, "alice", "corporate_action", "each")
    told(mailed, "U1000001", "Old", BEGAN - timedelta(minutes=5))
    told(mailed, "U1000001", "Split 3:1", BEGAN + timedelta(minutes=5))
    for minutes in (15, 30, 45):
        tell(mailed, "alice", BEGAN + timedelta(minutes=minutes))
    assert [one.subject for one in OutboxMessage.unscoped.filter(natural_key__startswith="news ")] == ["Split 3:1"]


def test_nobody_is_mailed_what_is_not_theirs_and_a_former_employee_nothing(mailed):
    wants(mailed, "bob", "corporate_action", "each")
    for number in CANARIES:
        told(mailed, number, f"News of {number}", BEGAN + timedelta(minutes=5))
    tell(mailed, "bob", BEGAN + timedelta(minutes=15))
    subjects = set(OutboxMessage.unscoped.filter(recipient="bob@example.com").values_list("subject", flat=True))
    assert subjects == {"News of F200002", "News of U2000001"}

    mailed.seats["bob"].is_active = False
    mailed.seats["bob"].save()
    told(mailed, "U2000001", "Later", BEGAN + timedelta(hours=2))
    assert tell(mailed, "bob", BEGAN + timedelta(hours=3)) == 0


def test_nothing_sealed_and_no_name_stands_in_a_mail(mailed, browse):
    wants(mailed, "alice", "message", "daily")
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    alice.post(f"{TASKS}new/", {"title": "Quillmarsh wants a divorce", "due_on": "2026-11-20"})
    seat = mailed.seats["alice"]
    with acting_as("night"):
        news = [News(seat.firm_id, seat.practice_id, mailed["U1000001"].pk, "due", body="the body stays")]
        notify_many(
            news=news, kind="message", title="Tasks are due; the list of tasks says which", day=date(2026, 11, 20)
        )
    Notification.unscoped.filter(natural_key="due").update(created_at=BEGAN + timedelta(hours=1))
    assert tell(mailed, "alice", MORNING) == 1
    body = OutboxMessage.unscoped.get(natural_key__startswith="news of").body
    assert "Tasks are due" in body
    secrets = ("Quillmarsh", "the body stays", "U1000001", *CANARIES.values(), mailed["U1000001"].title)
    assert [one for one in secrets if one in body] == []


def test_the_bell_counts_what_was_chosen_and_always_what_is_about_money(mailed, browse):
    told(mailed, "U1000001", "Split 3:1", BEGAN)
    told(mailed, "U1000001", "Held back", BEGAN, kind="statement")
    alice = browse("alice")
    assert "2 unread notifications" in alice.get("/pending/").content.decode()
    said = {"corporate_action-mail": "no", "statement-mail": "no", "message-mail": "no"}
    said |= {"conversation-mail": "each", "report-mail": "no", "reminder-mail": "each"}
    assert alice.post(PAGE, said).status_code == 302
    page = alice.get("/pending/").content.decode()
    assert "1 unread notification" in page and "Split 3:1" in page
    assert alice.get(API).json()["kinds"][1] == {"kind": "statement", "is_counted": True, "by_mail": "no"}


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "statement", "is_counted": False, "by_mail": "no"},
        {"kind": "report", "is_counted": False, "by_mail": "daily"},
        {"kind": "report", "is_counted": True, "by_mail": "no"},
        {"kind": "security", "is_counted": False, "by_mail": "no"},
        {"kind": "message", "is_counted": True, "by_mail": "always"},
    ],
)
def test_what_cannot_be_chosen_is_refused_whole(mailed, browse, wish):
    good = {"kind": "message", "is_counted": False, "by_mail": "daily"}
    answer = browse("alice").put(API, {"kinds": [good, wish]}, content_type="application/json")
    assert answer.status_code == 400 and not NewsChoice.unscoped.exists()


def test_only_kinds_that_may_be_turned_off_are_and_only_for_who_said_so(mailed, browse):
    put = {"kinds": [{"kind": "report", "is_counted": False, "by_mail": "no"}]}
    assert browse("alice").put(API, put, content_type="application/json").status_code == 200
    both = [mailed.users["alice"].pk, mailed.users["bob"].pk]
    firm_id = mailed.seats["alice"].firm_id
    for kind in ("report", "reminder", ""):
        owe_people(
            users=both,
            subject=kind or "money",
            text="",
            said={},
            path="/",
            natural_key=f"x {kind}",
            firm_id=firm_id,
            kind=kind,
        )
    mails = OutboxMessage.unscoped.filter(natural_key__startswith="x ").values_list("subject", "recipient")
    assert {subject for subject, recipient in mails if recipient.startswith("alice")} == {"reminder", "money"}
    assert {subject for subject, recipient in mails if recipient.startswith("bob")} == {"report", "reminder", "money"}


def test_a_job_that_acts_for_nobody_heeds_the_choices_too(mailed, as_role):
    wants(mailed, "alice", "reminder", "no", is_counted=False)
    both = [mailed.users["alice"].pk, mailed.users["bob"].pk]
    with as_role("portal_worker"):
        assert wanting("reminder", both, mailed.seats["alice"].firm_id) == {mailed.users["bob"].pk}


def test_choices_are_ones_own(mailed, browse):
    wants(mailed, "alice", "message", "daily")
    assert all(one["by_mail"] != "daily" for one in browse("bob").get(API).json()["kinds"])
    assert browse("").get(API).status_code == 401 and browse("frank").get(API).status_code == 403
    assert browse("frank").post(PAGE, {}).status_code == 403 and NewsChoice.unscoped.count() == 1


@pytest.mark.parametrize(
    ("zone", "told_until", "at", "expected"),
    [
        ("America/New_York", "2026-11-20 12:00", "2026-11-21 11:59", False),
        ("America/New_York", "2026-11-20 12:00", "2026-11-21 12:00", True),
        ("Asia/Tokyo", "2026-11-20 12:00", "2026-11-20 21:59", False),
        ("Asia/Tokyo", "2026-11-20 12:00", "2026-11-20 22:00", True),
        # The clocks of New York go forward on 8 March 2026: seven is eleven in Greenwich from then on.
        ("America/New_York", "2026-03-07 12:00", "2026-03-08 11:00", True),
        ("No/Such", "2026-11-20 00:00", "2026-11-22 00:00", True),
    ],
)
def test_a_morning_is_seven_by_the_persons_clock(zone, told_until, at, expected):
    moments = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (told_until, at)]
    assert has_morning_come(*moments, zone_of(zone)) is expected
