"""Calendars as other programs write them: times in their zones, repetitions over changes of the clock, broken ones."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.imports import calendars
from crm.imports.draft import ImportRefused
from portal.lib.words import english

NEW_YORK = ZoneInfo("America/New_York")


def read(content):
    content = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode()
    return calendars.read(content, zone=NEW_YORK)


def one(lines, *, kind="VEVENT", around=""):
    found = read(f"BEGIN:VCALENDAR\nVERSION:2.0\n{around}BEGIN:{kind}\nUID:1\n{lines}\nEND:{kind}\nEND:VCALENDAR\n")
    return found[0]


def told(found):
    return [english(remark) for remark in found.remarks]


def shown(days):
    return [day.isoformat() for day in days]


def test_a_weekly_event_stays_at_its_hour_when_the_clock_changes():
    found = one("DTSTART;TZID=America/New_York:20261030T083000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=3").entry

    assert shown(found.first) == ["2026-10-30T08:30:00-04:00", "2026-11-06T08:30:00-05:00", "2026-11-13T08:30:00-05:00"]
    assert (found.zone, found.rule) == ("America/New_York", "FREQ=WEEKLY;COUNT=3")
    assert found.end.isoformat() == "2026-10-30T09:00:00-04:00"


@pytest.mark.parametrize(
    ("start", "read_as", "zone"),
    [
        ("DTSTART:20261120T130000Z", "2026-11-20T13:00:00+00:00", "UTC"),
        ("DTSTART:20261120T130000", "2026-11-20T13:00:00-05:00", "America/New_York"),
        ("DTSTART;TZID=/Europe/Stockholm:20261120T130000", "2026-11-20T13:00:00+01:00", "Europe/Stockholm"),
        ("DTSTART;TZID=W. Europe Standard Time:20261120T130000", "2026-11-20T13:00:00+01:00", "Europe/Berlin"),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261120T130000",
            "2026-11-20T13:00:00+01:00",
            "Europe/Berlin",
        ),
    ],
)
def test_zones_by_the_names_that_programs_give_them(start, read_as, zone):
    found = one(start)

    assert (found.entry.start.isoformat(), found.entry.zone, found.remarks) == (read_as, zone, [])


def test_a_zone_of_the_files_own_is_taken_wherever_it_stands_and_stays_in_that_file():
    zone = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
    found = one("DTSTART;TZID=Ours:20261120T130000", around=f"{zone}END:STANDARD\nEND:VTIMEZONE\n")
    assert found.entry.start.isoformat() == "2026-11-20T13:00:00+03:00"

    other = one("DTSTART;TZID=Ours:20261120T130000")
    assert other.entry.start.isoformat() == "2026-11-20T13:00:00-05:00"
    assert told(other) == ["The time zone “Ours” is not known; the time is taken as America/New_York."]


def test_whole_days():
    found = one("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=2").entry
    assert (found.is_all_day, found.start, found.end) == (True, date(2024, 2, 29), date(2024, 3, 1))
    assert shown(found.first) == ["2024-02-29", "2028-02-29"]
    beside_a_zone = one("DTSTART;TZID=Europe/Berlin;VALUE=DATE:20120714\nDTEND;VALUE=DATE:20120715").entry
    assert (beside_a_zone.is_all_day, beside_a_zone.start) == (True, date(2012, 7, 14))


def test_days_left_out_and_a_day_that_was_moved():
    content = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Berlin:20261102T100000\nRRULE:FREQ=DAILY;COUNT=5\n"
        "EXDATE;TZID=Europe/Berlin:20261103T100000,20261104T100000\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\n"
        "RECURRENCE-ID;TZID=Europe/Berlin:20261105T100000\nDTSTART;TZID=Europe/Berlin:20261105T150000\nEND:VEVENT\n"
        "END:VCALENDAR\n"
    )
    series, moved = read(content)

    assert [day[:16] for day in shown(series.entry.first)] == [
        "2026-11-02T10:00",
        "2026-11-05T15:00",
        "2026-11-06T10:00",
    ]
    assert moved.entry.replaces == datetime(2026, 11, 5, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert moved.entry.first == []


def test_what_else_stands_in_an_event():
    found = one(
        "DTSTART:20261120T130000Z\nDTEND:20261120T140000Z\nSUMMARY:Review\\, with Ana\nLOCATION:Room 2\n"
        "ORGANIZER;CN=Bob:mailto:b@x.com\nATTENDEE;CN=Ana;PARTSTAT=ACCEPTED:MAILTO:a@x.com\nCATEGORIES:Work,Clients\n"
        "STATUS:TENTATIVE\nTRANSP:TRANSPARENT\nCLASS:PRIVATE\n"
        "BEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\nEND:VALARM"
    ).entry

    assert (found.summary, found.location, found.status) == ("Review, with Ana", "Room 2", "tentative")
    assert (found.organizer, found.attendees) == ("Bob <b@x.com>", ["Ana <a@x.com>"])
    assert (found.categories, found.is_free, found.is_private) == (["Work", "Clients"], True, True)
    assert found.reminders_minutes == [15]


def test_a_task():
    found = one("SUMMARY:Call\nDUE;VALUE=DATE:20261120\nPRIORITY:1\nPERCENT-COMPLETE:40", kind="VTODO")

    assert (found.problem, found.entry.kind, found.entry.end) == (None, "task", date(2026, 11, 20))
    assert (found.entry.priority, found.entry.percent_done) == (1, 40)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("DTSTART:20260230T100000", "“20260230T100000” is not a time of the calendar."),
        ("DTSTART:tomorrow", "“tomorrow” is not a time of the calendar."),
        ("SUMMARY:x", "The event does not say when it begins."),
    ],
)
def test_what_is_wrong_with_an_event(lines, words):
    assert english(one(lines).problem) == words


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("DTEND:garbage", "DTEND “garbage” cannot be read; it was left out."),
        ("DTEND:20261119T130000Z", "It would end before it begins; the end was left out."),
        ("RRULE:FREQ=FOO", "The repetition “FREQ=FOO” cannot be read; the event is taken once."),
        (
            "RRULE:FREQ=DAILY;INTERVAL=0",
            "The repetition “FREQ=DAILY;INTERVAL=0” cannot be read; the event is taken once.",
        ),
        ("RRULE:FREQ=SECONDLY", "The repetition “FREQ=SECONDLY” cannot be read; the event is taken once."),
    ],
)
def test_what_cannot_be_read_is_told_and_the_event_is_taken(lines, words):
    found = one(f"DTSTART:20261120T130000Z\n{lines}")

    assert (found.problem, told(found)) == (None, [words])
    assert found.entry.rule == ""


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2",
        "FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=4,6",
        "FREQ=DAILY;BYSETPOS=366",
        "FREQ=MONTHLY;BYMONTHDAY=99",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYYEARDAY=3",
    ],
)
def test_a_rule_that_never_comes_true_is_not_kept(rule):
    """Looking for its first day would go on to the year 9999."""
    found = one(f"DTSTART:20261120T130000Z\nRRULE:{rule}")

    assert (found.problem, found.entry.rule, found.entry.first) == (None, "", [])
    assert told(found)[0].endswith("cannot be read; the event is taken once.")


def test_days_of_the_week_counted_in_a_month():
    last_weekday = one("DTSTART:20261130T130000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2").entry
    assert [day[:10] for day in shown(last_weekday.first)] == ["2026-11-30", "2026-12-31"]
    second_monday = one("DTSTART:20261109T130000Z\nRRULE:FREQ=MONTHLY;BYDAY=2MO;COUNT=2").entry
    assert [day[:10] for day in shown(second_monday.first)] == ["2026-11-09", "2026-12-14"]


def test_zones_whose_clocks_change_by_the_second_and_odd_names_of_zones_hold_nobody_up():
    part = "DTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nRRULE:FREQ=SECONDLY\n"
    zone = f"BEGIN:VTIMEZONE\nTZID:Evil\nBEGIN:STANDARD\n{part}END:STANDARD\nEND:VTIMEZONE\n"
    found = one("DTSTART;TZID=Evil:20261120T130000", around=zone)
    assert told(found) == ["The time zone “Evil” is not known; the time is taken as America/New_York."]
    for name in ("Europe", "x" * 300, "../../etc/passwd", "posix/"):
        problem = one(f"DTSTART;TZID={name}:20261120T130000").problem
        assert problem is None or english(problem) == "The event cannot be read."
    assert one("DTSTART;VALUE=DATE:99991231").entry.start == date(9999, 12, 31)


def test_a_broken_event_stops_no_other():
    content = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261120T130000Z\nBEGIN:VEVENT\nUID:2\nDTSTART:20261120T130000Z\n"
        "no property at all\n;:\nEND:VEVENT\nBEGIN:VTIMEZONE\nTZID:Broken\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:3\n"
        "DTSTART;TZID=Broken:20261120T130000\nSUMMARY:a\0b\u2028c\nEND:VEVENT\n"
    )
    found = read(content)

    assert [(one.line, one.entry.uid, english(one.problem) if one.problem else "") for one in found] == [
        (2, "", "The event is never closed."),
        (5, "2", ""),
        (14, "3", ""),
    ]
    assert found[2].entry.summary == "abc"


@pytest.mark.parametrize("content", [b"", b"hello", b"BEGIN:VCARD\nEND:VCARD", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(ImportRefused, match="no calendar"):
        read(content)


def test_too_large_a_calendar_is_refused():
    with pytest.raises(ImportRefused, match="larger than 20 bytes"):
        calendars.read(b"BEGIN:VCALENDAR\nEND:VCALENDAR", zone=NEW_YORK, most_bytes=20)
