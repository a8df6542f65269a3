"""What is typed before a colon narrows the list by what the broker and the notes know: value, silence, standing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.broker.feed.job import ensure_partitions
from accounts.broker.feed.models import FxRate, NavDaily, StatementFile
from crm.contacts import filters
from crm.contacts.models import Contact
from crm.notes.models import Note
from tests.crm.contacts.test_contacts import API, PLACE, added, post_json
from tests.crm.vault.people import begun, unlock

DAY = date(2025, 1, 2)


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.fixture
def book(world, alice, monkeypatch):
    """Ana Ruiz has 2,000.00 USD, Ken Ito 300,000 JPY, which at 0.01 are 3,000.00 USD; Ben Cole has no account."""
    ensure_partitions(DAY, DAY)
    file = StatementFile.unscoped.create(
        sha256="0" * 64, name="x", kind="flex", size=1, imported_at="2025-01-02T00:00Z"
    )
    FxRate.unscoped.create(day=DAY, from_currency="JPY", to_currency="USD", rate=Decimal("0.01"), file=file)
    for number, nlv in (("U1000001", "2000.00"), ("U1000002", "300000")):
        account = world[number]
        own = {"account_id": account.pk, "file": file, "currency": account.base_currency}
        NavDaily.unscoped.create(nav_date=DAY, nlv=nlv, **own)
    monkeypatch.setattr(filters, "sealed_day", lambda: DAY)
    post_json(alice, API + "bring-in/", {})
    added(alice, "Ben", "Cole")
    return {one.title.split(",")[0]: one for one in Contact.unscoped.select_related("party")}


def names(browser, typed):
    found = browser.get(API, {"q": typed}).json()["results"]
    return sorted(one["title"].split(",")[0] for one in found)


def test_a_value_is_compared_in_the_currency_of_the_firm(alice, book):
    assert names(alice, "aum:>2k") == ["Ito"]
    assert names(alice, "aum:>=2000.00") == ["Ito", "Ruiz"] == names(alice, "aum:<1m")
    assert names(alice, "AUM:<=2K") == ["Ruiz"] == names(alice, "aum:<3k ruiz")
    assert names(alice, "aum:>1bn") == []
    page = alice.get(PLACE, {"q": "aum:>2k"}).content.decode()
    assert "AUM &gt; 2,000" in page and "Ito" in page
    for slip in ("aum:2k", "aum:>", "aum:>-1", "aum:>1e9", "aum:>1;", "quiet:0", "quiet:x", "quiet:99999"):
        assert names(alice, slip) == [] and "Not understood" in alice.get(PLACE, {"q": slip}).content.decode(), slip


def test_quiet_clients_are_those_of_whom_nobody_wrote_for_so_long(world, alice, book):
    assert names(alice, "quiet:40") == ["Ito", "Ruiz"]
    assert alice.post("/accounts/U1000001/notes/", {"title": "Called", "body": "x"}).status_code == 302
    assert names(alice, "quiet:40d") == ["Ito"]
    Note.unscoped.update(created_at=timezone.now() - timedelta(days=41))
    assert names(alice, "quiet:40") == ["Ito", "Ruiz"] and names(alice, "quiet:42") == ["Ito"]


def test_other_words_for_what_there_is(alice, book):
    Contact.unscoped.filter(pk=book["Cole"].pk).update(state="other")
    assert names(alice, "status:other") == ["Cole"] == names(alice, "state:other advisor:me")
    assert names(alice, "status:O") == names(alice, "status:open") != []
    assert names(alice, "status:incomplete") == []


def test_a_group_may_keep_them(alice, book):
    answer = post_json(alice, "/api/v1/groups/", {"name": "Large", "query": "q=aum:>2k"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["contacts"] == [str(book["Ito"].pk)]
