"""A line as somebody says it becomes an event that is seen before it is kept."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.calendar.models import Event
from crm.calendar.typed import understood
from tests.crm.vault.people import begun, unlock

ZONE = ZoneInfo("America/New_York")
# A Friday, ten in the morning.
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)


def said(text):
    found = understood(text, NOW)
    clock = f"{found.begins:%H:%M}-{found.ends:%H:%M}" if found.begins else ""
    return found.title, found.day.isoformat(), clock


@pytest.mark.parametrize(
    ("text", "title", "day", "clock"),
    [
        ("Lunch with Chen Thu 12", "Lunch with Chen", "2026-11-26", "12:00-13:00"),
        ("Call Okafor tomorrow 3pm 45m", "Call Okafor", "2026-11-21", "15:00-15:45"),
        ("Review, Lee on Monday at 9:30", "Review, Lee", "2026-11-23", "09:30-10:30"),
        ("Signing 24 Nov 10-11:30", "Signing", "2026-11-24", "10:00-11:30"),
        ("Notary 2026-12-01 14:00 for 2 hours", "Notary", "2026-12-01", "14:00-16:00"),
        ("Planning days 3.12.", "Planning days", "2026-12-03", ""),
        ("Tax talk 5 Jan 4", "Tax talk", "2027-01-05", "16:00-17:00"),
        ("Standup 8:00", "Standup", "2026-11-21", "08:00-09:00"),
        ("Night shift today 23:30-1:00", "Night shift", "2026-11-20", "23:30-01:00"),
        ("Звонок Окафору завтра в 15:30, 45 мин", "Звонок Окафору", "2026-11-21", "15:30-16:15"),
        ("Обед с Чэнь в четверг в 12", "Обед с Чэнь", "2026-11-26", "12:00-13:00"),
        ("Встреча 24 ноября 10:00", "Встреча", "2026-11-24", "10:00-11:00"),
        ("Think about 401k rules", "Think about 401k rules", "2026-11-20", ""),
        ("Read 99:99 bottles 31.02.", "Read 99:99 bottles 31.02", "2026-11-20", ""),
    ],
)
def test_what_is_said_is_understood(text, title, day, clock):
    assert said(text) == (title, day, clock)


def test_a_weekday_that_is_today_and_over_is_next_week():
    assert said("Call Fri 9:00")[1:] == ("2026-11-27", "09:00-10:00")
    assert said("Call Fri 11:00")[1:] == ("2026-11-20", "11:00-12:00")


@pytest.mark.parametrize("text", ["", " ", "12", "Thu", "-", "x" * 5000, "1" * 300, "at at at", "31 feb 25:00 pm"])
def test_anything_can_be_typed(text):
    found = understood(text, NOW)
    assert found.day >= date(2026, 11, 20) and len(found.title) <= 200


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        # Letters that are matched whatever their case, and that no lower case makes the usual ones.
        ("Call 12 \u017fep 10:00", "2027-09-12", "10:00-11:00"),
        ("\u0437\u0430\u1c80\u0442\u0440\u0430 10:00", "2026-11-21", "10:00-11:00"),
        ("12 \u0430\u0432\u0433\u0443\u1c83\u0442\u0430 10:00", "2027-08-12", "10:00-11:00"),
        # No day of a calendar of ours: as if none had been said.
        ("Lunch 9999-12-31 at 23:30", "2026-11-20", "23:30-00:30"),
        ("Lunch 0001-01-01 at 0:30", "2026-11-21", "00:30-01:30"),
        ("Lunch 31.12.2200 at 23:30", "2200-12-31", "23:30-00:30"),
    ],
)
def test_odd_letters_and_far_days_are_read_or_left(text, day, clock):
    assert said(text)[1:] == (day, clock)


WORDS = (
    *("12", "31", "9999-12-31", "0001-01-01", "31.12.9999", "Thu", "at", "for", "999", "hours", "m", "23:59", "12pm"),
    *("-", "\u0664", "\u017fep", "\u0430\u0432\u0433\u0443\u1c83\u0442", "\u0437\u0430\u1c80\u0442\u0440\u0430"),
)


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=8).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_no_words_at_all_raise(text):
    found = understood(text, NOW)
    assert found.begins is None or found.begins < found.ends


def test_the_parsed_event_is_seen_before_it_is_kept(world, browse):
    alice = browse("alice")
    begun(alice)
    unlock(alice)
    alice.post("/contacts/new/", {"kind": "person", "first_name": "Mei", "name": "Chen"})

    page = alice.post("/calendar/new/", {"typed": "Lunch with Chen 2027-01-14 12"})

    shown = page.content.decode()
    assert page.status_code == 200 and not Event.unscoped.exists()
    for words in ('value="Lunch with Chen"', 'value="2027-01-14"', 'value="12:00"', 'value="13:00"', "Chen, Mei"):
        assert words in shown, words
