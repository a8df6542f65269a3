"""Search everywhere: what a few letters find, for whom, and at what price."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import as_role
from portal.find.rules import offered
from portal.preferences.models import Preference
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


def test_what_was_used_last_stands_first_in_an_empty_palette(world, browse):
    """Places and accounts, each once, the newest first; nothing that is typed, nobody else's, and no client by name."""

    def use(browser, *addresses):
        for address in addresses:
            assert browser.post("/find/used/", {"address": address}).status_code == 204

    def first(browser, count, text=""):
        page = browser.get("/find/", {"for": "palette", "q": text}).content.decode()
        return re.findall(r'href="([^"]+)"', page)[:count], "Recently used" in page

    def kept(name):
        with as_role("owner"):
            found = Preference.unscoped.filter(pk=world.users[name].pk).first()
            return found.layout.get("used") if found else None

    alice, bob = browse("alice"), browse("bob")
    before, told = first(alice, 3)
    assert not told
    use(alice, "/structure/", "/accounts/U1000001/", "/tasks/", "/structure/")
    foreign = ("https://evil.example/", "/accounts/U9999999/", "/accounts/%2e%2e/", "/contacts/x/", "", "a" * 900)
    use(alice, *foreign)
    assert kept("alice") == ["/structure/", "/tasks/", "account U1000001"]

    assert first(alice, 3) == (["/structure/", "/tasks/", "/accounts/U1000001/"], True)
    assert not first(alice, 3, "fee")[1] and first(bob, 3) == (before, False)
    assert "Recently used" not in alice.get("/find/").content.decode()
    assert alice.get(API).json()["results"][0]["kind"] != "used"
    # Bob sees neither the account nor what Alice did, and what is no longer his is not offered.
    use(bob, "/accounts/U1000001/", "/accounts/U2000001/")
    assert kept("bob") == ["account U2000001"]
    with as_role("owner"):
        Preference.unscoped.filter(pk=world.users["bob"].pk).update(layout={"used": ["account U1000001", "/nowhere/"]})
    assert first(browse("bob"), 3) == (before, False)
    assert browse("").post("/find/used/", {"address": "/tasks/"}).status_code == 302
    assert alice.get("/find/used/").status_code == 405
    use(alice, *(one.address for one in offered("top", alice.get("/tasks/").wsgi_request.seat.abilities)))
    assert len(kept("alice")) == 12 and len(first(alice, 99)[0]) == len(set(first(alice, 99)[0]))


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
