"""Events go to another day by a number of days, as the month sends it: the time stays, and what others changed too."""

from datetime import UTC, datetime

from crm.calendar.models import EventContact
from tests.crm.calendar.test_events import PLACE, added, alice, contact, listed, text  # noqa: F401 (a fixture)


def test_an_event_is_moved_by_days_and_nobodys_change_is_lost(world, browse, alice):  # noqa: F811
    """At the same time of its own clock, whatever New York's clock does meanwhile: 10:00 is 14:00 and 15:00 UTC."""
    ana = contact(alice)
    contact(alice)  # another of the same name: whom it is about stays the one
    event = added(alice, "Review", "2026-10-30", contacts=str(ana.pk), place="Zoom", remind_minutes="10")
    place = f"{PLACE}events/{event.pk}/"
    assert event.begins_at == datetime(2026, 10, 30, 14, tzinfo=UTC)

    answer = alice.post(place, {"by": "7", "version": "1", "next": f"{PLACE}?day=2026-11-01"})

    assert answer.url == f"{PLACE}?day=2026-11-01&just={event.pk}&did=changed"
    page = text(alice.get(answer.url))
    assert "Undo" in page and f"/email/write/?contact={ana.pk}" in page
    event.refresh_from_db()
    assert (event.begins_at, event.ends_at) == (
        datetime(2026, 11, 6, 15, tzinfo=UTC),
        datetime(2026, 11, 6, 16, tzinfo=UTC),
    )
    assert EventContact.unscoped.get(event=event).contact_id == ana.pk and event.remind_minutes == 10
    assert "Zoom" in text(alice.get(place))
    # Who has not seen that move is shown it, with the day that was wanted in the form.
    late = alice.post(place, {"by": "-1", "version": "1"})
    assert late.status_code == 409 and 'value="2026-11-05"' in text(late)
    for by in ("9999", "x", "", "1.5", "-"):
        assert alice.post(place, {"by": by, "version": "2"}).status_code == 422, by
    assert alice.post(place + "undo/").status_code == 302
    event.refresh_from_db()
    assert event.begins_at == datetime(2026, 10, 30, 14, tzinfo=UTC)
    whole = added(alice, "Fair", "2026-11-24", ends_day="2026-11-25", is_all_day="1")
    assert alice.post(f"{PLACE}events/{whole.pk}/", {"by": "-3", "version": "1"}).status_code == 302
    whole.refresh_from_db()
    assert (whole.starts.isoformat(), whole.ends.isoformat()) == ("2026-11-21", "2026-11-23")
    far = added(alice, "Far", "2199-12-31")
    assert alice.post(f"{PLACE}events/{far.pk}/", {"by": "9", "version": "1"}).status_code == 422
    # Others move nothing: another practice, a client, a locked book.
    private = added(alice, "Dentist", visibility="private")
    for name in ("bob", "carol", "ana", "mallory"):
        answer = browse(name).post(f"{PLACE}events/{private.pk}/", {"by": "1", "version": "1"})
        assert answer.status_code in (403, 404), name
    alice.post("/lock/")
    assert alice.post(f"{PLACE}events/{private.pk}/", {"by": "1", "version": "1"}).status_code == 403
    private.refresh_from_db()
    assert private.version == 1 and private.begins_at == datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_of_a_series_one_day_is_moved(alice):  # noqa: F811
    series = added(alice, "Stand-up", "2026-11-23", every="DAILY", until="2026-11-25")
    place, days = f"{PLACE}events/{series.pk}/", ("2026-11-23", "2026-11-29")
    assert alice.post(place, {"by": "1", "version": "1"}).status_code == 422  # which day?
    page = text(alice.get(PLACE + "?day=2026-11-23"))
    assert f'data-event="{series.pk}" data-version="1" data-on="2026-11-24T10:00"' in page

    assert alice.post(place, {"by": "4", "version": "1", "on": "2026-11-24T10:00"}).status_code == 302

    at = [f"2026-11-{day}T10:00:00-05:00" for day in (23, 25, 28)]
    assert listed(alice, *days) == [("Stand-up", one) for one in at]
    assert alice.post(place, {"by": "1", "version": "1", "on": "2026-11-25T10:00"}).status_code == 409
    assert alice.post(place + "undo/").status_code == 302
    assert [one[1][8:10] for one in listed(alice, *days)] == ["23", "24", "25"]
