"""Search everywhere: what a few letters find, for whom, and at what price."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.find.rules import offered
from tests.crm.contacts.test_contacts import added
from tests.crm.vault.people import begun, unlock
from tests.house import rights
from tests.world import CANARIES

pytestmark = pytest.mark.django_db

API = "/api/v1/search/"
# What only tests send: they share one connection between the logins.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")


def titles(browser, text, kind):
    return [one["title"] for one in browser.get(API, {"q": text}).json()["results"] if one["kind"] == kind]


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


@pytest.mark.parametrize("name", ["alice", "bob", "sam", "ana"])
def test_everything_that_is_offered_opens(world, browse, name):
    browser = browse(name)
    who = browser.get("/notifications/").wsgi_request.seat
    broken = {
        one.address: answer.status_code
        for one in offered(who.role, who.abilities)
        # What needs the client book or a device says so on a page of its own.
        if (answer := browser.get(one.address, follow=True)).status_code != 200
        and b"storage password" not in answer.content
        and b"secure login" not in answer.content.lower()
    }
    assert broken == {}


def test_pages_settings_and_actions_are_found_by_name_and_by_section(browse, world):
    alice = browse("alice")
    assert "New client application" in titles(alice, "new cl", "action")
    assert titles(alice, "white br", "setting") == ["White branding"]
    assert "Structure" in titles(alice, "settings struc", "setting")
    assert titles(alice, "dashb", "page")[0] == "Dashboard"
    # A client has neither an advisor's pages nor what an advisor begins.
    ana = browse("ana")
    assert titles(ana, "structure", "setting") == titles(ana, "new client", "action") == []


@pytest.mark.parametrize("name", ["alice", "bob", "mallory", "sam", "suki", "ana", "vera"])
def test_accounts_are_those_that_one_may_see(world, browse, name):
    browser = browse(name)
    for number, word in CANARIES.items():
        answer = browser.get(API, {"q": number})
        assert (number in {one["key"] for one in answer.json()["results"]}) == rights.sees(name, number), number
        assert rights.may_read_word(name, number) or word not in answer.content.decode(), number


def test_contacts_are_found_while_the_book_is_open_and_only_by_its_practice(alice, world, browse):
    added(alice, "Ben", "Quillmarsh")
    added(alice, "Quillan", "Ode")
    added(alice, "Ada", "Quill")

    assert titles(alice, "quill", "contact") == ["Quill, Ada", "Quillmarsh, Ben", "Ode, Quillan"]
    assert "Quillmarsh, Ben" in alice.get("/find/?for=palette&q=quillm").content.decode()
    assert "Quillmarsh, Ben" in alice.get("/find/?q=quillm").content.decode()
    assert alice.get("/find/?for=top&q=quillm")["Cache-Control"] == "private, no-store"

    bob = browse("bob")
    begun(bob)
    unlock(bob)
    assert titles(bob, "quill", "contact") == []

    alice.post("/lock/")
    answer = alice.get(API, {"q": "quill"}).json()
    assert answer["book_is_open"] is False and [one for one in answer["results"] if one["kind"] == "contact"] == []
    assert "unlock it to find contacts" in alice.get("/find/?for=palette&q=quill").content.decode()


def test_a_client_is_told_nothing_of_a_client_book(world, browse):
    answer = browse("ana").get(API, {"q": "u1"}).json()
    assert answer["book_is_open"] is None
    assert "client book" not in browse("ana").get("/find/?q=zzz").content.decode()


def test_the_page_works_without_script(world, browse):
    bob = browse("bob")
    assert bob.get("/find/?q=u2000001")["Location"] == "/accounts/U2000001/"
    foreign = bob.get("/find/?q=U1000001")
    assert foreign.status_code == 200 and 'href="/accounts/U1000001/"' not in foreign.content.decode()
    page = bob.get("/find/?q=okafor").content.decode()
    assert 'href="/accounts/U2000001/"' in page and 'href="/accounts/?q=okafor"' in page
    assert "Nothing is called that" in bob.get("/find/?q=%3Cscript%3E").content.decode()
    assert "<script>" not in bob.get("/find/?q=%3Cscript%3Ex").content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("text", ["", "%00", "%25_", "a" * 5000, "😀", "'; drop table", "ан"])
def test_odd_letters_find_nothing_and_break_nothing(alice, text):
    for address in ("/find/", "/find/?for=palette", API):
        assert (
            alice.get(address, {"q": text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}).status_code
            == 200
        )


def test_nobody_else_is_let_in(world, browse):
    assert browse("").get(API).status_code == 401
    assert browse("").get("/find/?q=a").status_code == 302
    assert browse("frank").get(API).status_code == 403


def test_it_costs_as_many_queries_however_long_the_book_is(alice):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            alice.get("/find/?for=palette&q=qu")
        return [one["sql"] for one in captured if not TEST_ONLY.search(one["sql"])]

    added(alice, "Ben", "Quillmarsh")
    queries()
    few = queries()
    for number in range(12):
        added(alice, "Ada", f"Quince {number}")
    assert len(queries()) <= len(few) <= 12, "\n".join(few)
