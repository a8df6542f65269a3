"""Events come out of other programs' files and the sealed inbox, and go out as files that these programs read."""

import json
from datetime import UTC, datetime
from uuid import UUID

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from crm.calendar.models import Event, EventContact
from crm.contacts.models import Contact
from crm.tasks.models import Task
from crm.vault.deposits import leave
from crm.vault.models import Deposit
from tests.crm.vault.people import begun, unlock

PLACE, API = "/calendar/", "/api/v1/events/"
FILE = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Elsewhere//EN
BEGIN:VEVENT
UID:series-1@elsewhere
DTSTART;TZID=America/New_York:20261102T100000
DTEND;TZID=America/New_York:20261102T103000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=America/New_York:20261109T100000
SUMMARY:Quillmarsh round
LOCATION:Harbour Street
ATTENDEE;CN=Ana:mailto:Ana@Example.com
END:VEVENT
BEGIN:VEVENT
UID:series-1@elsewhere
RECURRENCE-ID;TZID=America/New_York:20261116T100000
DTSTART;TZID=America/New_York:20261117T150000
DTEND;TZID=America/New_York:20261117T153000
SUMMARY:Quillmarsh round, moved
END:VEVENT
BEGIN:VEVENT
UID:days-1@elsewhere
DTSTART;VALUE=DATE:20261123
DTEND;VALUE=DATE:20261126
SUMMARY:Away
CLASS:PRIVATE
END:VEVENT
BEGIN:VEVENT
UID:broken@elsewhere
DTSTART:nonsense
SUMMARY:Broken
END:VEVENT
BEGIN:VTODO
UID:todo-1@elsewhere
DUE;VALUE=DATE:20261120
SUMMARY:Send the deed
END:VTODO
END:VCALENDAR
""".replace(b"\n", b"\r\n")
NOVEMBER = [
    ("Quillmarsh round", "2026-11-02T10:00:00-05:00"),
    ("Quillmarsh round, moved", "2026-11-17T15:00:00-05:00"),
    ("Away", "2026-11-23"),
    ("Quillmarsh round", "2026-11-23T10:00:00-05:00"),
]


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def listed(browser):
    found = browser.get(f"{API}?first=2026-11-01&last=2026-11-30").json()["results"]
    return [(one["event"]["title"], one["starts"]) for one in found]


def bring_in(browser, content=FILE):
    return browser.post(PLACE + "import/", {"file": SimpleUploadedFile("theirs.ics", content)})


def text(answer):
    return answer.content.decode()


def test_a_file_is_brought_in_once_with_its_series_moved_days_zones_and_tasks(alice):
    alice.post("/contacts/new/", {"kind": "person", "first_name": "Ana", "name": "Ruiz", "email": "ana@example.com"})
    page = text(bring_in(alice))
    assert "4 brought in, 0 were there already, 1 rejected." in page and "nonsense" in page
    assert listed(alice) == NOVEMBER
    assert Task.unscoped.count() == 1
    assert EventContact.unscoped.get().contact_id == Contact.unscoped.get(email="ana@example.com").pk
    assert Event.unscoped.get(is_all_day=True).visibility == "private"
    again = text(bring_in(alice))
    assert "were there already" in again and Event.unscoped.count() == 3 and listed(alice) == NOVEMBER


def test_what_is_no_calendar_or_hostile_brings_nothing_in(alice):
    assert bring_in(alice, b"nothing of the kind").status_code == 422
    assert alice.post(PLACE + "import/", {}).status_code == 422
    hourly = FILE.replace(b"FREQ=WEEKLY;COUNT=4", b"FREQ=HOURLY")
    bring_in(alice, hourly)
    assert Event.unscoped.filter(rule="").count() == Event.unscoped.count()  # taken once, not every hour


def test_what_a_command_left_is_taken_in_at_the_next_unlock(world, browse, alice, tmp_path):
    path = tmp_path / "theirs.ics"
    path.write_bytes(FILE)
    call_command("import_calendar", str(path), "--person", "alice")
    assert not Event.unscoped.exists() and Deposit.unscoped.count() == 1
    unlock(alice)
    assert listed(alice) == NOVEMBER and not Deposit.unscoped.exists()


def test_what_was_left_for_somebody_else_and_what_does_not_read_waits(world, alice):
    practice = world["F100001"].practice_id
    for content in (json.dumps({"user": world.users["bob"].pk, "entries": []}).encode(), b"no json", b"[]"):
        leave(practice_id=practice, kind="calendar", content=content, at=timezone.now())
    unlock(alice)
    assert alice.get(PLACE).status_code == 200
    assert Deposit.unscoped.count() == 3 and not Event.unscoped.exists()


def test_the_calendar_goes_out_as_a_file_and_comes_back_the_same(alice):
    bring_in(alice)
    answer = alice.get(PLACE + "export/")
    assert answer["Content-Type"].startswith("text/calendar") and "no-store" in answer["Cache-Control"]
    found = list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))
    assert sorted(str(one["SUMMARY"]) for one in found) == ["Away", "Quillmarsh round", "Quillmarsh round, moved"]
    moved = next(one for one in found if "RECURRENCE-ID" in one)
    assert str(moved["UID"]) == "series-1@elsewhere"
    assert moved["RECURRENCE-ID"].dt.astimezone(UTC) == datetime(2026, 11, 16, 15, tzinfo=UTC)
    series = next(one for one in found if "RRULE" in one)
    assert series["EXDATE"].dts[0].dt.astimezone(UTC) == datetime(2026, 11, 9, 15, tzinfo=UTC)
    Event.unscoped.all().update(trashed_at=timezone.now())
    EventContact.unscoped.all().delete()
    Event.unscoped.filter(series__isnull=False).delete()
    Event.unscoped.all().delete()
    bring_in(alice, answer.content)
    assert listed(alice) == NOVEMBER


def test_one_event_goes_out_with_its_moved_days(alice):
    bring_in(alice)
    series = Event.unscoped.get(rule__contains="WEEKLY")
    answer = alice.get(f"{PLACE}events/{series.pk}/ics/")
    assert answer.content.count(b"BEGIN:VEVENT") == 2 and b"Away" not in answer.content


def test_nobody_else_gets_a_file(world, browse, alice):
    bring_in(alice)
    pk = Event.unscoped.filter(rule__contains="WEEKLY").values_list("pk", flat=True).get()
    assert isinstance(pk, UUID)
    other = browse("bob")
    begun(other)
    unlock(other)
    assert other.get(f"{PLACE}events/{pk}/ics/").status_code == 404
    assert b"Quillmarsh" not in other.get(PLACE + "export/").content
    for name in ("ana", "vera", "olga"):
        for place in (PLACE + "export/", f"{PLACE}events/{pk}/ics/"):
            assert browse(name).get(place).status_code == 403
        assert bring_in(browse(name)).status_code == 403
    assert Event.unscoped.count() == 3
