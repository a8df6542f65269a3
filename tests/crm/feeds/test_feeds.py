"""An address tells a calendar program what it may, from a locked book too, and nobody without it anything."""

import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.addresses.models import AddressRule
from accounts.ground.leaving.actions import leave
from accounts.ground.people.models import Seat
from crm.calendar.models import Event
from crm.feeds.models import Feed, FeedCopy
from portal.shell.redaction import Redaction
from tests.crm.vault.kit import OTHER_PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE = "/calendar/feeds/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def add(browser, title="Quillmarsh", day=None, **more):
    day = day or (timezone.localdate() + timedelta(days=3)).isoformat()
    said = {"title": title, "starts_day": day, "starts_time": "10:00", "ends_day": day, "ends_time": "11:00"}
    answer = browser.post("/calendar/new/", {**said, "zone": "UTC", "visibility": "practice", **more})
    assert answer.status_code == 302, answer.content.decode()


def made(browser, **said):
    page = browser.post(PLACE, said).content.decode()
    return "/" + re.search(r'value="[^"]*?/(calendar/feed/[^"]+\.ics)"', page)[1]


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_full_feed_is_read_from_a_locked_book_and_the_database_alone_reads_nothing(world, browse, client, alice):
    add(alice, "Quillmarsh", place="Harbour Street", details="Bring the deed", guests="gus@guest.example")
    address = made(alice, tells="all")
    add(alice, "Written later")
    alice.post("/lock/")
    answer = client.get(address)
    for words in ("Quillmarsh", "Harbour Street", "Bring the deed", "Written later"):
        assert words in text(answer), words
    assert "guest.example" not in text(answer)
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM crm_feed f UNION ALL SELECT c::text FROM crm_feedcopy c")
        stored = "".join(row[0] for row in cursor.fetchall())
    secret = address.split("/")[-1].removesuffix(".ics")
    assert secret not in stored
    for words in ("Quillmarsh", "Harbour Street", "the deed"):
        assert words not in stored and words.encode().hex() not in stored


def test_the_usual_feed_tells_only_when_somebody_is_busy(alice, client):
    add(alice, "Quillmarsh")
    add(alice, "Free walk", is_free="1")
    found = text(client.get(made(alice)))
    assert "Busy" in found and "Quillmarsh" not in found and "Free walk" not in found
    assert found.count("BEGIN:VEVENT") == 1 and not FeedCopy.unscoped.exists()


def test_a_changed_event_is_copied_anew_and_what_does_not_fit_tells_only_busy(alice, client):
    add(alice, "First")
    add(alice, "Second")
    address = made(alice, tells="all")
    one, two = FeedCopy.unscoped.order_by("pk")
    FeedCopy.unscoped.filter(pk=one.pk).update(sealed=two.sealed)
    found = text(client.get(address))
    assert "Second" in found and "First" not in found and "Busy" in found
    event = Event.unscoped.get(pk=one.event_id)
    day = event.begins_at.date().isoformat()
    said = {"title": "First, renamed", "starts_day": day, "starts_time": "10:00", "ends_day": day, "ends_time": "11:00"}
    alice.post(f"/calendar/events/{event.pk}/", {**said, "zone": "UTC", "visibility": "practice", "version": "1"})
    assert "First\\, renamed" in text(client.get(address))
    alice.post(f"/calendar/events/{event.pk}/trash/", {"confirm": "yes"})
    assert "renamed" not in text(client.get(address))


def test_an_ended_an_old_and_an_unknown_address_are_not_there(alice, client):
    add(alice)
    address = made(alice, tells="all")
    feed = Feed.unscoped.get()
    assert client.get(address).status_code == 200
    for wrong in ("x", "A" * 43, address.split("/")[-1].removesuffix(".ics")[:-1], "%00", "Ö"):
        assert client.get(f"/calendar/feed/{wrong}.ics").status_code == 404
    assert client.post(address).status_code in (403, 405)
    Feed.unscoped.update(used_at=timezone.now() - timedelta(days=91))
    assert client.get(address).status_code == 404
    Feed.unscoped.update(used_at=timezone.now())
    assert alice.post(f"{PLACE}{feed.pk}/end/").status_code == 302
    assert client.get(address).status_code == 404
    feed.refresh_from_db()
    assert bytes(feed.wrapped) == b"" and not FeedCopy.unscoped.exists()


def test_a_feed_ends_with_the_seat_of_its_owner_and_tells_no_private_event_of_a_colleague(world, browse, client, alice):
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    address = made(abel, tells="all")
    add(alice, "Shared words")
    add(alice, "Her doctor", visibility="private")
    found = text(client.get(address))
    assert "Shared words" in found and "Her doctor" not in found and found.count("BEGIN:VEVENT") == 1
    feed = Feed.unscoped.get()
    assert alice.post(f"{PLACE}{feed.pk}/end/").status_code == 404  # a feed is its owner's alone
    assert client.get(address).status_code == 200
    with acting(world.users["alice"].pk) as who:
        seat = Seat.unscoped.get(user=world.users["abel"])
        leave(who=who, seat=seat, heir=world.seats["alice"], at=timezone.now())
    assert client.get(address).status_code == 404


def test_ip_restrictions_count_unless_one_says_otherwise(world, alice, client):
    add(alice)
    address, anywhere = made(alice, tells="all"), made(alice, is_open="1")
    now = timezone.now()
    seat, yesterday = world.seats["alice"], now - timedelta(days=1)
    whose = {"seat": seat, "firm_id": seat.firm_id, "added_by": world.users["alice"]}
    AddressRule.unscoped.create(**whose, network="203.0.113.7/32", added_at=yesterday, starts_at=yesterday)
    assert client.get(address).status_code == 404
    assert client.get(anywhere).status_code == 200


def test_nobody_else_makes_or_sees_feeds(world, browse, alice):
    made(alice)
    assert browse("bob").get(PLACE).status_code == 403  # no open book
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(PLACE).status_code == 403 and browse(name).post(PLACE).status_code == 403
    assert Feed.unscoped.count() == 1


def test_no_log_holds_an_address():
    path = "/calendar/feed/s3cr3t.ics"
    record = logging.LogRecord("x", logging.ERROR, "", 1, "Internal Server Error: %s", (path,), None)
    assert Redaction().filter(record) and "s3cr3t" not in record.getMessage()
    assert "/calendar/feed/" in record.getMessage()
