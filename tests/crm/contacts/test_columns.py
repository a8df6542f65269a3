"""The list tells what comes next, who has gone quiet, and what those that a filter lets through are worth together."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.contacts import views
from crm.contacts.models import Contact
from crm.notes.models import Note
from tests.crm.contacts.test_contacts import PLACE, added
from tests.crm.contacts.test_tokens import DAY, alice, book  # noqa: F401 (fixtures)


@pytest.fixture
def valued(book, monkeypatch):  # noqa: F811
    monkeypatch.setattr(views, "sealed_day", lambda: DAY)
    return book


def page(browser, query=""):
    answer = browser.get(PLACE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def choose(browser, *columns):
    browser.post("/preferences/columns/", {"list": "contacts", "column": columns, "next": PLACE})


def event(browser, contact, day, title="Quillmarsh", **more):
    said = {"title": title, "starts_day": day, "starts_time": "10:00", "ends_day": day, "ends_time": "11:00"}
    said |= {"zone": "UTC", "visibility": "practice", "contacts": str(contact.pk), **more}
    assert browser.post("/calendar/new/", said).status_code == 302


def test_a_filter_tells_what_it_lets_through_is_worth(alice, valued):  # noqa: F811
    """Ana's 2,000.00 USD and Ken's 300,000 JPY at 0.01 are 5,000.00 USD; Ben Cole has no account."""
    assert "5,000.00" in page(alice, "?q=aum:>1")
    assert "5,000.00" in page(alice, "?state=open")
    # The whole book is the dashboard's to sum, and who has no account is worth nothing that is told.
    assert "AUM" not in page(alice)
    assert "AUM" not in page(alice, "?q=cole")


def test_the_next_event_of_each_is_a_column(alice, valued):  # noqa: F811
    ana = valued["Ruiz"]
    later, sooner = (timezone.localdate() + timedelta(days=days) for days in (9, 5))
    event(alice, ana, later.isoformat())
    event(alice, ana, (sooner - timedelta(days=7)).isoformat(), every="WEEKLY")
    assert "Next event" in page(alice) and sooner.isoformat() not in page(alice)
    choose(alice, "email", "next")
    shown = page(alice)
    # The series comes again before the single one.
    assert sooner.isoformat() in shown and later.isoformat() not in shown


def test_who_has_gone_quiet_is_marked(alice, valued, world):  # noqa: F811
    mark = 'title="No note for 40 days"'
    # Clients are marked; Ben Cole, who has no account, is not.
    assert page(alice).count(mark) == 2
    alice.post(f"/contacts/{valued['Ruiz'].pk}/notes/", {"title": "Call", "body": "All well"})
    assert Note.unscoped.exists() and page(alice).count(mark) == 1


def test_the_columns_cost_the_same_for_any_number_of_rows(alice, valued):  # noqa: F811
    choose(alice, "email", "next", "noted")
    event(alice, valued["Ruiz"], (timezone.localdate() + timedelta(days=2)).isoformat())
    with CaptureQueriesContext(connection) as few:
        page(alice)
    for number in range(12):
        one = added(alice, first_name="Dora", name=f"Prospect {number}")
        event(alice, one, (timezone.localdate() + timedelta(days=3)).isoformat())
    with CaptureQueriesContext(connection) as many:
        page(alice)
    assert len(many) <= len(few)
    assert Contact.unscoped.count() > 12
