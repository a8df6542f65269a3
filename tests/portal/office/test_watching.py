"""Who is woken when a night stops, the budget beside its duration, and the log of what happened in it."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.ground.access.context import as_role
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from accounts.ground.runs.models import NightDecision, NightWatch, Run, RunStage
from portal import tasks
from portal.office.watching import tell_stopped, watcher
from tests.portal.office.conftest import LAST
from tests.portal.office.test_decisions_api import sure
from tests.portal.office.test_nights import ADDRESS, text_of

WATCH, API = "/office/nights/watch/", "/api/v1/nights/watch/"
BEGAN = datetime(2026, 11, 19, 2, 30, tzinfo=UTC)
LATER = BEGAN + timedelta(minutes=10)


@pytest.fixture
def olga(world) -> User:
    user = world.users["olga"]
    User.objects.filter(pk=user.pk).update(email="olga@office.test")
    return user


def mails() -> list[OutboxMessage]:
    with as_role("owner"):
        return list(OutboxMessage.unscoped.filter(natural_key__startswith="night stopped").order_by("created_at", "pk"))


def stopped(problem: str, *, feed: str = "done") -> None:
    Run.unscoped.filter(day=LAST).update(state="held", problem=problem, started_at=BEGAN)
    run = Run.unscoped.get(day=LAST)
    RunStage.unscoped.update_or_create(run=run, name="feed", defaults={"ordinal": 0, "state": feed})


def test_somebody_is_named_and_nobody_again(office, nights, olga):
    page = text_of(office.get(ADDRESS))
    assert '<option value="">Nobody</option>' in page

    office.post(WATCH, {"user": olga.pk, "day": "2026-11-19"})
    assert watcher() == olga
    assert f'value="{olga.pk}" selected' in text_of(office.get(ADDRESS))

    assert office.post(WATCH, {"user": "", "day": "2026-11-19"})["Location"] == ADDRESS
    assert watcher() is None
    assert list(NightWatch.unscoped.order_by("pk").values_list("user_id", "by_id")) == [
        (olga.pk, olga.pk), (None, olga.pk),
    ]  # fmt: skip


@pytest.mark.parametrize("user", ["alice", "0", "-1", "x", "9" * 30])
def test_only_somebody_of_the_back_office_is_woken(office, world, nights, user):
    wanted = world.users[user].pk if user in world.users else user

    page = office.post(WATCH, {"user": wanted, "day": "2026-11-19"}, follow=True)

    assert "Nobody of the back office was chosen" in text_of(page)
    assert not NightWatch.unscoped.exists()


@pytest.mark.parametrize("name", ["alice", "bob", "mallory", "ana", ""])
def test_nobody_else_names_anybody_or_reads_the_log(client, browse, world, nights, olga, name):
    visitor = browse(name)

    assert visitor.post(WATCH, {"user": olga.pk}).status_code in (302, 403, 404)
    assert visitor.get(f"{ADDRESS}log/").status_code in (302, 403, 404)
    assert sure(visitor, API, {"user": "olga"}).status_code in (401, 403, 404)

    assert not NightWatch.unscoped.exists()


def test_the_api_names_somebody_by_user_name(browse, nights, olga):
    office = browse("olga")

    assert office.post(API, {"user": "olga"}, content_type="application/json").status_code == 403
    assert sure(office, API, {"user": "alice"}).status_code == 400
    assert not NightWatch.unscoped.exists()
    assert sure(office, API, {"user": "olga"}).status_code == 204
    assert watcher() == olga
    assert sure(office, API, {"user": ""}).status_code == 204
    assert watcher() is None


def test_a_night_that_stops_wakes_once_for_each_problem(office, nights, olga):
    stopped("reconcile: the books do not balance")
    assert tell_stopped(at=LATER) == 1
    assert mails() == [], "nobody was to be woken"

    office.post(WATCH, {"user": olga.pk})
    tell_stopped(at=LATER)
    tell_stopped(at=LATER + timedelta(hours=1))
    [mail] = mails()
    assert (mail.recipient, mail.subject) == ("olga@office.test", "The night of 2026-11-19 has stopped")
    assert "the books do not balance" in mail.body
    assert ADDRESS in mail.body

    stopped("seal: I02")
    tell_stopped(at=LATER)
    assert len(mails()) == 2


def test_statements_that_have_not_come_wake_after_three_hours(office, nights, olga):
    office.post(WATCH, {"user": olga.pk})
    stopped("no statements of 2026-11-19 have come", feed="held")

    assert tell_stopped(at=BEGAN + timedelta(hours=2, minutes=59)) == 0
    assert mails() == []
    assert tell_stopped(at=BEGAN + timedelta(hours=3)) == 1
    assert len(mails()) == 1


def test_who_has_left_is_not_woken_and_a_paused_or_finished_night_wakes_nobody(office, nights, olga):
    office.post(WATCH, {"user": olga.pk})
    assert tell_stopped(at=LATER) == 0
    stopped("seal: I02")
    Run.unscoped.filter(day=LAST).update(paused_at=BEGAN)
    assert tell_stopped(at=LATER) == 0
    Run.unscoped.filter(day=LAST).update(paused_at=None)
    User.objects.filter(pk=olga.pk).update(is_active=False)
    assert tell_stopped(at=LATER) == 1

    assert mails() == []


def test_a_worker_whose_night_fails_tells_before_it_gives_up(office, nights, olga, monkeypatch):
    office.post(WATCH, {"user": olga.pk})

    def fails(**_how):
        stopped("accrue: OperationalError")
        raise RuntimeError("gone")

    monkeypatch.setattr(tasks.nightly, "claim_due_nights", fails)
    with pytest.raises(RuntimeError, match="gone"):
        tasks.take_part()

    assert [one.recipient for one in mails()] == ["olga@office.test"]


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 of 1 min budget"), (20, "1 of 20 min budget")])
def test_the_budget_stands_beside_the_duration(office, nights, settings, minutes, words):
    settings.NIGHT_BUDGET_MINUTES = minutes

    text = text_of(office.get(ADDRESS))

    assert words in text
    assert "over budget" not in text
    Run.unscoped.filter(day=LAST).update(finished_at=BEGAN + timedelta(days=1, minutes=13, seconds=1))
    longer = text_of(office.get(ADDRESS))
    assert "over budget" in longer


def test_the_front_page_tells_the_last_night_in_one_sentence(office, nights):
    """Two currencies were posted, in their own units, and one of two firms is sealed."""
    text = text_of(office.get("/office/"))

    assert "The night of 2026-11-19: billed 42, nothing to pay 0, held 1; posted 500 JPY, 46.00 USD" in text
    assert "firms sealed: 1 of 2." in text
    assert f'<a href="{ADDRESS}">Proof</a>' in text

    Run.unscoped.create(day=LAST + timedelta(days=1))
    assert "firms sealed" not in text_of(office.get("/office/")), "nothing of it is sealed yet"


def test_the_log_tells_what_happened_in_its_order(office, nights, olga):
    office.post(WATCH, {"user": olga.pk})
    NightDecision.unscoped.create(day=LAST, night=LAST, kind="pause", reason="Look", user_id=olga.pk, at=LATER)
    stopped("seal: I02")
    tell_stopped(at=LATER)

    text = text_of(office.get(f"{ADDRESS}log/"))

    order = ["A worker took it up", "Accrue fees: began", "Accrue fees: done", "The night stopped", "Paused"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    for words in ("seal: I02", "Account U1000001 was held", "The statement has no value", "olga@office.test was mailed",
                  "The day of Northgate Advisors was sealed", "43 rows"):  # fmt: skip
        assert words in text
    assert office.get("/office/nights/2026-11-21/log/").status_code == 404
