"""Who is taken out of the book, or whose seat ends, has no part in what is written afterwards."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.leaving.actions import leave
from accounts.ground.people.models import Seat
from crm.calendar.models import Event
from crm.feeds import views as feed_views
from crm.feeds.models import Feed, FeedCopy
from crm.vault.models import Epoch, Grant, Member, MemberState, Unlocked
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import HOME, SURE, begun, colleague, let_in, unlock

FEEDS = "/calendar/feeds/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def abel(world, browse, alice):
    colleague(world)
    browser = browse("abel")
    let_in(alice, browser, world)
    unlock(browser, OTHER_PASSWORD)
    return browser


def event(browser, title, **more):
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    said = {"title": title, "starts_day": day, "starts_time": "10:00", "ends_day": day, "ends_time": "11:00"}
    answer = browser.post("/calendar/new/", {**said, "zone": "UTC", "visibility": "practice", **more})
    assert answer.status_code == 302, answer.content.decode()
    return Event.unscoped.latest("created_at")


def feed_of(browser):
    page = browser.post(FEEDS, {"tells": "all"}).content.decode()
    return "/" + re.search(r'value="[^"]*?/(calendar/feed/[^"]+\.ics)"', page)[1]


def test_who_is_taken_out_keeps_the_seat_and_no_feed(world, client, alice, abel):
    address, mine = feed_of(abel), feed_of(alice)
    event(alice, "Before")
    assert "Before" in client.get(address).content.decode()
    member = Member.unscoped.get(user=world.users["abel"], state=MemberState.MEMBER)
    out = alice.post(f"{HOME}members/{member.pk}/out/", {"storage_password": PASSWORD}, **SURE)
    assert out.status_code == 302, out.content.decode()
    assert client.get(address).status_code == 404
    unlock(alice)
    event(alice, "Afterwards")
    his = Feed.unscoped.get(user=world.users["abel"])
    assert his.ended_at and not bytes(his.wrapped) and not FeedCopy.unscoped.filter(feed=his).exists()
    assert "Afterwards" in client.get(mine).content.decode()


def test_whose_seat_ends_is_out_and_the_next_to_unlock_begins_a_new_key(world, browse, client, alice, abel):
    user = world.users["abel"]
    meeting = event(alice, "Meeting", people=["abel"])
    private = event(abel, "His own", visibility="private", remind_minutes="60")
    assert user.pk in meeting.people and private.remind_at
    address = feed_of(abel)
    with acting(world.users["alice"].pk) as who:
        leave(who=who, seat=Seat.unscoped.get(pk=world.seats["abel"].pk), heir=world.seats["alice"], at=timezone.now())
    member = Member.unscoped.get(user=user)
    assert (member.state, Grant.unscoped.filter(member=member).exists()) == (MemberState.LEFT, False)
    assert not Unlocked.unscoped.filter(user=user).exists() and client.get(address).status_code == 404
    meeting.refresh_from_db()
    private.refresh_from_db()
    assert user.pk not in meeting.people and (private.remind_at, private.remind_minutes) == (None, None)
    assert Epoch.unscoped.count() == 1
    assert unlock(alice).status_code == 302
    newest = Epoch.unscoped.get(number=2).stored()
    assert member.stored().print not in newest.prints
    assert Member.unscoped.get(user=world.users["alice"]).stored().print in newest.prints
    # What was written before opens still, and a second unlocking begins nothing.
    assert "Meeting" in alice.get(f"/calendar/events/{meeting.pk}/").content.decode()
    unlock(alice)
    assert Epoch.unscoped.count() == 2


def test_a_feed_that_is_read_too_often_waits_and_is_not_gone(alice, client, monkeypatch):
    address = feed_of(alice)
    monkeypatch.setattr(feed_views, "CALLS_AN_HOUR", 1)
    assert client.get(address).status_code == 200
    busy = client.get(address)
    assert busy.status_code == 429 and int(busy["Retry-After"]) > 0
