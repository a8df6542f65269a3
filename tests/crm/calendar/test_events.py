"""Events are written, shown, moved, undone and thrown away behind the unlocked vault, by the practice's own people."""

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.context import acting
from accounts.ground.leaving.actions import leave, owned
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Seat, User
from crm.calendar.models import Event, EventContact
from crm.calendar.reminding import remind_due
from crm.contacts.models import Contact
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock

PLACE, API = "/calendar/", "/api/v1/events/"
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")
NEW_YORK = {"zone": "America/New_York"}


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def form(title="Review", day="2026-11-24", **more):
    usual = {"starts_day": day, "starts_time": "10:00", "ends_day": day, "ends_time": "11:00", "visibility": "practice"}
    return {"title": title, **NEW_YORK, **usual, **more}


def add(browser, *args, **more):
    return browser.post(PLACE + "new/", form(*args, **more))


def added(browser, *args, **more):
    known = set(Event.unscoped.values_list("pk", flat=True))
    answer = add(browser, *args, **more)
    assert answer.status_code == 302, answer.content.decode()
    return Event.unscoped.exclude(pk__in=known).get()


def contact(browser, first="Ana", last="Ruiz", **more):
    answer = browser.post("/contacts/new/", {"kind": "person", "first_name": first, "name": last, **more})
    return Contact.unscoped.get(pk=answer.url.split("/")[2])


def send_json(browser, place, said, method="post"):
    return getattr(browser, method)(place, json.dumps(said), content_type="application/json")


def listed(browser, first, last):
    """Title and beginning of what comes, over the API."""
    found = browser.get(f"{API}?first={first}&last={last}").json()["results"]
    return [(one["event"]["title"], one["starts"]) for one in found]


def text(answer):
    return answer.content.decode()


def test_evt_1_an_event_ends_after_it_begins_and_a_whole_day_ignores_times(alice):
    refused = add(alice, starts_time="10:00", ends_time="09:30")
    assert refused.status_code == 422 and "It must end after it begins." in text(refused)
    assert not Event.unscoped.exists()
    assert add(alice, ends_time="10:00").status_code == 422
    whole = added(alice, starts_time="10:00", ends_time="09:30", is_all_day="1")
    assert whole.is_all_day and (whole.ends_at - whole.begins_at) == timedelta(days=1)


def test_evt_2_a_whole_day_never_shifts(world, alice):
    added(alice, "Conference", "2026-03-29", is_all_day="1")
    for zone in ("America/Bogota", "Australia/Brisbane"):  # UTC-5, UTC+10
        User.objects.filter(username="alice").update(timezone=zone)
        assert listed(alice, "2026-03-29", "2026-03-29") == [("Conference", "2026-03-29")]
        assert listed(alice, "2026-03-28", "2026-03-28") == listed(alice, "2026-03-30", "2026-03-30") == []
        page = text(alice.get(f"{PLACE}days/?day=2026-03-29"))
        assert "Conference" in page and "Conference" not in text(alice.get(f"{PLACE}days/?day=2026-03-30"))


def test_times_stay_on_the_clock_of_the_series_over_a_change_of_the_clock(world, alice):
    """New York leaves summer time on 1 November 2026: ten o'clock stays ten there, and moves by an hour in UTC."""
    User.objects.filter(username="alice").update(timezone="America/New_York")
    added(alice, "Weekly", "2026-10-27", every="WEEKLY", times="3")
    assert listed(alice, "2026-10-20", "2026-11-30") == [
        ("Weekly", "2026-10-27T10:00:00-04:00"),
        ("Weekly", "2026-11-03T10:00:00-05:00"),
        ("Weekly", "2026-11-10T10:00:00-05:00"),
    ]
    spring = added(alice, "Spring", "2026-03-08", starts_time="02:30", ends_time="04:00")  # no such time that night
    assert spring.begins_at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_dsh_9_without_an_open_vault_nothing_is_shown_or_written(world, browse):
    """The widget says what to do, the endpoints answer 403."""
    alice = browse("alice")
    assert "Set your storage password" in text(alice.get("/"))
    for state in ("none", "locked"):
        if state == "locked":
            begun(alice)
        for place in (
            PLACE,
            PLACE + "week/",
            PLACE + "days/",
            PLACE + "agenda/",
            PLACE + "new/",
            PLACE + "trash/",
            API,
        ):
            assert alice.get(place).status_code == 403, place
        assert add(alice).status_code == 403 and send_json(alice, API, {"title": "x"}).status_code == 403
    assert not Event.unscoped.exists()


def test_an_event_says_everything_that_is_wrong_with_it_at_once(alice):
    refused = add(
        alice, " ", starts_day="tomorrow", zone="Mars/Base", contacts="Nobody", people="bob", every="SECONDLY"
    )
    page = text(refused)
    assert refused.status_code == 422 and not Event.unscoped.exists()
    for words in ("A title is required.", "YYYY-MM-DD", "time zone of the list", "No contact of the book", "colleague"):
        assert words in page
    assert 'value="tomorrow"' in page
    hostile = (
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;COUNT=99999",
    )
    for rule in (*hostile, "FREQ=DAILY;INTERVAL=0", "nonsense", "FREQ=DAILY;UNTIL=x"):
        assert add(alice, every="kept", rule=rule).status_code == 422, rule
    for day in ("1026-01-01", "2926-01-01", "9999-12-31", "0001-01-01"):
        assert add(alice, "Far", day).status_code == 422
    assert add(alice, "x" * 201).status_code == 422 and add(alice, details="x" * 20_001).status_code == 422
    assert not Event.unscoped.exists()


def test_what_an_event_says_is_sealed_and_reads_again(alice):
    event = added(alice, "Quillmarsh", place="Harbour Street 9", details="Bring the deed", guests="gus@guest.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_event::text FROM crm_event")
        row = cursor.fetchone()[0]
    said = ("Quillmarsh", "Harbour Street", "the deed", "gus@guest")
    for words in said:
        assert words not in row and words.encode().hex() not in row
    page = alice.get(f"{PLACE}events/{event.pk}/")
    assert all(words in text(page) for words in said)
    assert page["Cache-Control"] == "private, no-store"
    assert "Quillmarsh" in text(alice.get(f"{PLACE}?q=harbour+QUILL"))
    assert "Quillmarsh" not in text(alice.get(f"{PLACE}?q=nothing+such"))


def test_month_week_day_and_agenda_show_the_same(alice):
    ana = contact(alice)
    added(alice, "Three days", "2026-11-24", is_all_day="1", ends_day="2026-11-26", contacts="Ruiz, Ana")
    added(alice, "Talk", "2026-11-25")
    for place in ("", "week/", "agenda/"):
        page = text(alice.get(f"{PLACE}{place}?day=2026-11-24"))
        assert "Three days" in page and "Talk" in page, place
    assert text(alice.get(f"{PLACE}?day=2026-11-24")).count("Three days") == 3
    for day, words in (("23", False), ("24", True), ("26", True), ("27", False)):
        assert ("Three days" in text(alice.get(f"{PLACE}days/?day=2026-11-{day}"))) is words
    assert "No events to display" in text(alice.get(f"{PLACE}days/?day=2031-02-05"))
    for day in ("nonsense", "9999-12-31", "0001-01-01", "2026-02-30"):
        assert alice.get(f"{PLACE}?day={day}").status_code == 200
    today = timezone.localdate().isoformat()
    added(alice, "Now", today, contacts=str(ana.pk), is_all_day="1")
    assert "Now" in text(alice.get(f"/contacts/{ana.pk}/agenda/")) and "Now" in text(alice.get(f"/?day={today}&book=1"))
    assert EventContact.unscoped.filter(contact=ana).count() == 2


def test_layers_stand_beside_the_events_and_are_taken_away(world, alice):
    contact(alice, born_on="1980-11-25")
    alice.post("/tasks/new/", {"title": "Send papers", "due_on": "2026-11-24"})
    added(alice, "Own", "2026-11-24")
    page = text(alice.get(f"{PLACE}?day=2026-11-24"))
    for words in ("Send papers", "Ruiz, Ana turns 46", "The exchange is closed", "monthly fees close", "Own"):
        assert words in page, words
    bare = text(alice.get(f"{PLACE}?day=2026-11-24&hide=tasks&hide=birthdays&hide=market"))
    for words in ("Send papers", "turns 46", "The exchange is closed", "monthly fees close"):
        assert words not in bare
    assert "Own" in bare


def test_what_overlaps_is_said(alice):
    first = added(alice, "First", starts_time="10:00", ends_time="11:00")
    answer = add(alice, "Second", starts_time="10:30", ends_time="11:30")
    assert "At the same time" in text(alice.get(answer.url))
    assert "Overlaps with something else" in text(alice.get(f"{PLACE}days/?day=2026-11-24"))
    alice.post(f"{PLACE}events/{first.pk}/", {**form("First"), "is_free": "1", "version": "1"})
    assert "Overlaps with something else" not in text(alice.get(f"{PLACE}days/?day=2026-11-24"))


def test_an_event_is_changed_undone_thrown_away_and_taken_back(alice):
    ana = contact(alice)
    event = added(alice, "Review", contacts="Ruiz, Ana")
    place = f"{PLACE}events/{event.pk}/"
    said = {**form("Moved review", "2026-11-25", place="Zoom"), "version": "1"}
    answer = alice.post(place, said)
    assert answer.status_code == 302 and "Undo" in text(alice.get(answer.url))
    late = alice.post(place, {**said, "title": "typed for long"})
    assert late.status_code == 409 and "typed for long" in text(late) and "Moved review" in text(late)
    assert alice.post(place + "undo/").status_code == 302
    assert listed(alice, "2026-11-24", "2026-11-25") == [("Review", "2026-11-24T10:00:00-05:00")]
    assert EventContact.unscoped.get(event=event).contact_id == ana.pk
    assert alice.post(place + "undo/").status_code == 422  # once
    kept = alice.post(place + "trash/")
    event.refresh_from_db()
    assert kept.status_code == 422 and event.trashed_at is None  # without a word of confirmation it stays
    assert alice.post(place + "trash/", {"confirm": "yes"}).status_code == 302
    assert alice.get(place).status_code == 404 and listed(alice, "2026-11-24", "2026-11-24") == []
    assert "Review" in text(alice.get(PLACE + "trash/"))
    assert alice.post(place + "back/").status_code == 302
    assert len(listed(alice, "2026-11-24", "2026-11-24")) == 1


def test_one_day_of_a_series_is_moved_or_left_out_and_that_is_undone(alice):
    series = added(alice, "Stand-up", "2026-11-23", every="DAILY", until="2026-11-27")
    place, days = f"{PLACE}events/{series.pk}/", ("2026-11-23", "2026-11-27")
    assert len(listed(alice, *days)) == 5
    gone = alice.post(place + "trash/", {"confirm": "yes", "which": "one", "on": "2026-11-24T10:00"})
    assert gone.status_code == 302 and len(listed(alice, *days)) == 4
    assert alice.post(place + "undo/").status_code == 302 and len(listed(alice, *days)) == 5
    series.refresh_from_db()
    said = form("Stand-up, late", "2026-11-25", starts_time="15:00", ends_time="15:30")
    said |= {"which": "one", "on": "2026-11-25T10:00", "version": str(series.version)}
    assert alice.post(place, said).status_code == 302
    found = listed(alice, *days)
    assert ("Stand-up, late", "2026-11-25T15:00:00-05:00") in found and len(found) == 5
    assert ("Stand-up", "2026-11-25T10:00:00-05:00") not in found
    assert alice.post(place + "undo/").status_code == 302
    assert ("Stand-up", "2026-11-25T10:00:00-05:00") in listed(alice, *days) and len(listed(alice, *days)) == 5
    # A day on which it does not come is none of the series.
    assert "only this day" not in text(alice.get(place + "?on=2026-12-24T10:00"))
    assert "only this day" in text(alice.get(place + "?on=2026-11-24T10:00"))
    alice.post(place + "trash/", {"confirm": "yes", "which": "all", "on": "2026-11-24T10:00"})
    assert listed(alice, *days) == []


def test_the_api_does_the_same(alice):
    ana = contact(alice)
    said = {
        "title": "T",
        "starts": "2026-11-24T10:00",
        "ends": "2026-11-24T11:00",
        "contacts": [str(ana.pk)],
        **NEW_YORK,
    }
    made = send_json(alice, API, {**said, "rule": "FREQ=WEEKLY;COUNT=2"})
    assert made.status_code == 201, made.json()
    place, first = f"{API}{made.json()['id']}/", made.json()
    assert (first["owner"], first["contacts"], first["rule"]) == ("alice", [str(ana.pk)], "FREQ=WEEKLY;COUNT=2")
    moved = send_json(alice, place, {**said, "title": "T2", "version": 1, "on": "2026-12-01T10:00"}, "put").json()
    assert moved["series"] == first["id"] and moved["rule"] == ""
    assert send_json(alice, place, {**said, "version": 1}, "put").status_code == 409
    assert send_json(alice, place, {**said, "version": 2, "on": "2026-12-02T10:00"}, "put").status_code == 400
    assert alice.post(place + "undo/").status_code == 200
    for wrong in ({"ends": "2026-11-24T09:00"}, {"contacts": [str(uuid4())]}, {"people": ["bob"]}, {"rule": "FREQ=X"}):
        assert send_json(alice, API, {**said, **wrong}).status_code == 400, wrong
    assert send_json(alice, place, {}, "delete").status_code == 400  # not confirmed
    assert send_json(alice, place, {"confirm": True}, "delete").status_code == 204
    assert alice.get(place).status_code == 404
    assert alice.post(place + "back/").json()["title"] == "T"
    assert alice.get(f"{API}?first=2026-01-01&last=2029-01-01").status_code == 400


def test_doc_2_events_are_the_practices_own_and_private_ones_their_peoples(world, browse, alice, caplog):
    """A colleague who was let in reads and changes; nobody else finds one, and nothing moves."""
    event = added(alice, "Secret walk")
    own = added(alice, "My doctor", visibility="private")
    colleague(world)
    abel = browse("abel")
    assert add(alice, people="abel").status_code == 422  # who cannot read the book yet takes part in nothing
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    both = added(alice, "Our plan", visibility="private", people="abel")
    page = text(abel.get(f"{PLACE}?day=2026-11-24"))
    assert "Secret walk" in page and "Our plan" in page and "My doctor" not in page
    assert abel.get(f"{PLACE}events/{own.pk}/").status_code == 404
    assert abel.post(f"{PLACE}events/{own.pk}/trash/", {"confirm": "yes"}).status_code == 404
    assert "My doctor" not in text(abel.get(f"{PLACE}?q=doctor"))
    with acting(world.users["abel"].pk):  # the second wall alone
        seen = set(Event.unscoped.values_list("pk", flat=True))
        assert seen == {event.pk, both.pk}
    taken = abel.post(f"{PLACE}events/{event.pk}/", {**form("Mine now", visibility="private"), "version": "1"})
    assert taken.status_code == 422 and "Only its owner" in text(taken)
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        for place in (f"{PLACE}events/{event.pk}/", f"{API}{event.pk}/"):
            assert other.get(place).status_code == 404
        for part in ("", "trash/", "back/", "undo/"):
            answer = other.post(f"{PLACE}events/{event.pk}/{part}", {**form(), "confirm": "yes", "version": "1"})
            assert answer.status_code == 404
        assert "Secret walk" not in text(other.get(f"{PLACE}?day=2026-11-24"))
    for name in ("ana", "vera", "olga"):
        assert browse(name).get(PLACE).status_code == 403 and browse(name).get(API).status_code == 403
        assert browse(name).post(f"{PLACE}events/{event.pk}/trash/", {"confirm": "yes"}).status_code == 403
    event.refresh_from_db()
    assert (event.trashed_at, event.version, event.visibility) == (None, 1, "practice")
    assert "Secret walk" not in caplog.text


def test_shared_events_move_to_the_heir_and_private_ones_stay_private(world, browse, alice):
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    shared, private = added(abel, "Open house"), added(abel, "Dentist", visibility="private")
    seat = Seat.unscoped.get(user=world.users["abel"])
    with acting(world.users["alice"].pk) as who:
        assert ["1 event"] in [one.things for one in owned(seat)]
        leave(who=who, seat=seat, heir=world.seats["alice"], at=timezone.now())
    shared.refresh_from_db()
    private.refresh_from_db()
    assert (shared.owner.username, private.owner.username) == ("alice", "abel")
    assert "Dentist" not in text(alice.get(f"{PLACE}?day=2026-11-24"))


def test_a_reminder_leaves_once_and_says_nothing_that_is_sealed(world, alice, as_role):
    User.objects.filter(username="alice").update(email="alice@northgate.example")
    begins = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=8)
    local = begins.astimezone(UTC)
    said = {"starts_time": local.strftime("%H:%M"), "ends_time": "", "ends_day": "", "zone": "UTC"}
    event = added(alice, "Quillmarsh", local.date().isoformat(), remind_minutes="10", every="WEEKLY", **said)
    assert event.remind_at is None or event.remind_at > timezone.now()  # this week's is past already
    due = begins - timedelta(minutes=10)
    Event.unscoped.filter(pk=event.pk).update(remind_at=due)
    with as_role("portal_worker"):
        assert remind_due(at=timezone.now()) == 1
        assert remind_due(at=timezone.now()) == 0
    event.refresh_from_db()
    assert event.remind_at == due + timedelta(days=7)
    mail = OutboxMessage.unscoped.get(natural_key__startswith=f"event-{event.pk}")
    assert mail.recipient == "alice@northgate.example" and local.strftime("%H:%M") in mail.body
    assert "Quillmarsh" not in mail.subject + mail.body
    with as_role("portal_worker"), pytest.raises(ProgrammingError), transaction.atomic():
        list(Event.unscoped.values_list("title_sealed"))


def test_the_pages_ask_few_questions_however_many_events_there_are(alice):
    ana = contact(alice)
    for number in range(12):
        added(alice, f"Event {number}", f"2026-11-{number + 10}", contacts=str(ana.pk))
    for place in (f"{PLACE}?day=2026-11-24", f"{PLACE}agenda/?day=2026-11-10", f"{PLACE}days/?day=2026-11-12"):
        alice.get(place)
        with CaptureQueriesContext(connection) as found:
            assert alice.get(place).status_code == 200
        asked = [query["sql"] for query in found if not TEST_ONLY.search(query["sql"])]
        assert len(asked) <= 12, (place, len(asked), "\n".join(asked))


def test_an_event_that_was_changed_from_outside_says_so(alice):
    one, two = added(alice, "First words"), added(alice, "Second words")
    Event.unscoped.filter(pk=one.pk).update(title_sealed=two.title_sealed)
    page = text(alice.get(f"{PLACE}days/?day=2026-11-24"))
    assert "does not open" in page and "First words" not in page and "Second words" in page
    assert alice.get(f"{PLACE}events/{one.pk}/").status_code == 200


def test_contacts_that_become_one_keep_their_events(alice):
    ana, twin = contact(alice), contact(alice, "Anna")
    only, both = added(alice, "Hers", contacts=str(twin.pk)), added(alice, "Both", contacts=f"{ana.pk}\n{twin.pk}")
    answer = alice.post(f"/contacts/duplicates/{ana.pk}/{twin.pk}/", {"kept": str(ana.pk)})
    assert answer.status_code == 302
    assert set(EventContact.unscoped.filter(contact=ana).values_list("event_id", flat=True)) == {only.pk, both.pk}


def test_a_colleague_undoes_no_event_into_a_private_one(world, browse, alice):
    colleague(world)
    abel = browse("abel")
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    event = added(alice, visibility="private", people=["abel"])
    place = f"{PLACE}events/{event.pk}/"
    assert alice.post(place, {**form(people=["abel"]), "version": "1"}).status_code == 302
    answer = abel.post(place + "undo/")
    event.refresh_from_db()
    assert answer.status_code == 422 and event.visibility == "practice"
    assert "Only its owner makes an event private." in text(answer)
    assert alice.post(place + "undo/").status_code == 302
    event.refresh_from_db()
    assert event.visibility == "private"
