"""Contacts are written, found, changed, moved, linked and thrown away, behind the unlocked vault."""

import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ground.access.scope import scope
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Status
from crm.contacts.models import Contact
from tests.crm.vault.kit import OTHER_PASSWORD, PASSWORD
from tests.crm.vault.people import begun, colleague, let_in, unlock
from tests.world import OPENED

# What the test asks beside the page: roles, savepoints, and the end of the visit.
TEST_ONLY = re.compile("SAVEPOINT|^SELECT current_user|^SET ROLE|app_leave")
PLACE = "/contacts/"
API = "/api/v1/contacts/"


@pytest.fixture
def alice(world, browse):
    browser = browse("alice")
    begun(browser)
    unlock(browser)
    return browser


def add(browser, first="Ana", last="Ruiz", **more):
    return browser.post(PLACE + "new/", {"kind": "person", "first_name": first, "name": last, **more})


def added(browser, *args, **more):
    """The contact that was just written."""
    answer = add(browser, *args, **more)
    assert answer.status_code == 302, answer.content.decode()
    return Contact.unscoped.get(pk=answer.url.split("/")[2])


def post_json(browser, place, said, method="post"):
    return getattr(browser, method)(place, json.dumps(said), content_type="application/json")


def test_first_and_last_name_are_enough(alice):
    """CON-1."""
    contact = added(alice)
    assert (contact.state, contact.title, contact.version) == ("prospect", "Ruiz, Ana", 1)
    refused = add(alice, last="")
    page = refused.content.decode()
    assert refused.status_code == 422 and page.count('class="error"') == 1 and "A last name is required." in page
    assert 'value="Ana"' in page and Contact.unscoped.count() == 1


def test_what_is_known_is_sealed_and_reads_again(alice):
    said = {"home_address": "12 Quillmarsh Lane", "born_on": "1951-06-01", "marital": "widowed", "about": "Likes owls"}
    contact = added(alice, email="ana@example.org", phone="+34 600 123 456", **said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_contact::text FROM crm_contact")
        row = cursor.fetchone()[0]
    assert "Quillmarsh" not in row and b"owls".hex() not in row
    page = alice.get(f"{PLACE}{contact.pk}/").content.decode()
    for words in ("Quillmarsh", "1951-06-01", "Widowed", "Likes owls", "ana@example.org", "+34 600 123 456"):
        assert words in page
    assert alice.get(PLACE)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("born_on", "2026-13-01"),
        ("born_on", "01.02.1950"),
        ("born_on", "2999-01-01"),
        ("email", "ana@"),
        ("phone", "call me"),
        ("citizenship", "Spain"),
        ("dependents", "two"),
        ("marital", "happy"),
        ("about", "x" * 20_001),
        ("name", "x" * 201),
    ],
)
def test_what_no_field_holds_is_refused(alice, field, value):
    assert add(alice, **{"last": "Ruiz", field: value} if field != "name" else {"last": value}).status_code == 422
    assert not Contact.unscoped.exists()


def test_sources_of_wealth_total_100(alice):
    """CON-13."""
    contact = added(alice)
    place = f"{PLACE}{contact.pk}/edit/?form=financial"
    said = {"version": 1, "wealth_work": "60", "wealth_inheritance": "30", "income": "125,000.00"}
    refused = alice.post(place, said)
    assert refused.status_code == 422 and "must total 100" in refused.content.decode()
    assert alice.post(place, {**said, "wealth_inheritance": "40"}).status_code == 302
    page = alice.get(f"{PLACE}{contact.pk}/financial/").content.decode()
    assert "60 %" in page and "125,000.00" in page


def test_the_counts_follow_the_accounts_and_filter(world, alice):
    """CON-2 to CON-4, with the accounts that there are."""
    assert alice.post(PLACE + "bring-in/").status_code == 302
    added(alice)
    counts = alice.get(API).json()["counts"]
    assert (counts["total"], counts["open"], counts["prospect"]) == (3, 2, 1)
    tree.change_status(account=world["U1000001"], status=Status.CLOSED, day=OPENED)
    counts = alice.get(API).json()["counts"]
    assert (counts["total"], counts["open"], counts["closed"]) == (3, 1, 1)
    shown = alice.get(API + "?state=open").json()
    assert [one["title"] for one in shown["results"]] == [world.parties["ken"].legal_name]
    assert shown["counts"]["total"] == 3
    world["U1000002"].account_type = "Trust"
    world["U1000002"].save(update_fields=["account_type"])
    assert len(alice.get(API + "?type=Trust").json()["results"]) == 1
    assert alice.get(API + "?type=Joint").json()["results"] == []
    from accounts.ground.people.actions import give_right

    give_right(party=world.parties["ken"], account=world["U1000001"])
    assert alice.get(API).json()["counts"]["total"] == 3
    page = alice.get(PLACE + "?q=Lapwing").content.decode()
    assert ">2<span" in page


def test_a_name_of_the_broker_stays_the_brokers(world, alice):
    alice.post(PLACE + "bring-in/")
    contact = Contact.unscoped.get(party=world.parties["ana"])
    assert (contact.name, contact.first_name) == ("", "")
    world.parties["ana"].legal_name = "Zubiri, Ana"
    world.parties["ana"].save(update_fields=["legal_name"])
    assert "Zubiri, Ana" in alice.get(f"{PLACE}{contact.pk}/").content.decode()
    assert len(alice.get(API + "?q=zubiri").json()["results"]) == 1
    assert alice.post(f"{PLACE}{contact.pk}/edit/", {"version": 1, "name": "Other", "about": "x"}).status_code == 302
    contact.refresh_from_db()
    assert contact.name == ""


@pytest.mark.parametrize("words", ["muller", "MÜLLER", "jurgen mull", "mueler", "Mulller", "12 34 56", "firma.exa"])
def test_search_forgives(alice, words):
    added(alice, "Jürgen", "Müller", email="jm@firma.example", phone="+49 30 12 34 56")
    added(alice, "Zoe", "Quist")
    found = alice.get(API, {"q": words}).json()["results"]
    assert [one["title"] for one in found] == ["Müller, Jürgen"]


def test_search_looks_inside_when_asked(alice):
    added(alice, about="Sails a yacht in Trondheim")
    assert alice.get(API + "?q=trondheim").json()["results"] == []
    for words in ("trondheim", "Trondhiem", "yacht sails"):
        assert len(alice.get(API, {"q": words, "inside": "1"}).json()["results"]) == 1
    # The names of fields are not what somebody wrote.
    assert alice.get(API + "?q=about&inside=1").json()["results"] == []


def test_states_move_by_hand_only_where_no_account_says_so(world, alice):
    contact = added(alice)
    place = f"{API}{contact.pk}/state/"
    for state, status in (("other", 200), ("inactive", 200), ("prospect", 200), ("open", 409), ("pending", 409)):
        assert post_json(alice, place, {"state": state}).status_code == status
    contact.refresh_from_db()
    assert contact.state == "prospect"
    alice.post(PLACE + "bring-in/")
    client = Contact.unscoped.get(party=world.parties["ana"])
    assert post_json(alice, f"{API}{client.pk}/state/", {"state": "inactive"}).status_code == 409
    client.refresh_from_db()
    assert client.state == "open"


def test_two_who_change_at_once_lose_nothing(alice):
    contact = added(alice, about="first")
    place = f"{PLACE}{contact.pk}/edit/"
    said = {"version": 1, "kind": "person", "first_name": "Ana", "name": "Ruiz"}
    assert alice.post(place, {**said, "about": "theirs"}).status_code == 302
    late = alice.post(place, {**said, "about": "mine, typed for long"})
    page = late.content.decode()
    assert late.status_code == 409 and "mine, typed for long" in page and "theirs" in page
    assert 'name="version" value="2"' in page
    assert alice.get(f"{API}{contact.pk}/").json()["record"] == {"about": "theirs"}
    answer = post_json(alice, f"{API}{contact.pk}/", {**said, "record": {"about": "z"}}, "put")
    assert answer.status_code == 409 and "since you read it" in answer.json()["title"]
    assert alice.post(place, {**said, "version": 2, "about": "mine, typed for long"}).status_code == 302


def test_trash_and_back(world, alice):
    contact = added(alice)
    assert alice.post(f"{PLACE}{contact.pk}/trash/").status_code == 302
    assert alice.get(f"{PLACE}{contact.pk}/").status_code == 404
    assert "Ruiz" in alice.get(PLACE + "?trash=1").content.decode()
    assert alice.post(f"{PLACE}{contact.pk}/back/").status_code == 302
    assert alice.get(f"{PLACE}{contact.pk}/").status_code == 200
    alice.post(PLACE + "bring-in/")
    client = Contact.unscoped.get(party=world.parties["ana"])
    alice.delete(f"{API}{client.pk}/")
    alice.post(PLACE + "bring-in/")
    refused = alice.post(f"{API}{client.pk}/back/")
    assert refused.status_code == 409 and "has a contact already" in refused.json()["title"]


def test_linking_gives_the_name_and_the_state(world, alice):
    contact = added(alice, "Anna", "Ruis", about="kept")
    party = world.parties["ana"]
    page = alice.get(f"{PLACE}{contact.pk}/configuration/?client=ruiz").content.decode()
    assert f'value="{party.pk}"' in page
    assert alice.post(f"{PLACE}{contact.pk}/link/", {"client": party.pk}).status_code == 302
    contact.refresh_from_db()
    assert (contact.party_id, contact.state, contact.name) == (party.pk, "open", "")
    shown = alice.get(f"{API}{contact.pk}/").json()
    assert shown["title"] == party.legal_name and shown["record"] == {"about": "kept"}
    # Another practice's client is not offered, and not taken.
    other = added(alice, "Chidi", "Okafor")
    for key in (world.parties["chidi"].pk, world.parties["nina"].pk, party.pk, 10**12):
        assert post_json(alice, f"{API}{other.pk}/link/", {"client": key}).status_code == 400
    assert alice.post(f"{PLACE}{contact.pk}/link/", {"do": "unlink"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.party_id, contact.state) == (None, "other") and contact.name


def test_locked_says_so_and_nothing_moves(world, browse):
    alice = browse("alice")
    for state in ("none", "locked"):
        if state == "locked":
            begun(alice)
        page = alice.get(PLACE)
        assert page.status_code == 403 and ("/unlock/?next=" in page.content.decode()) == (state == "locked")
        assert add(alice).status_code == 403 and alice.post(PLACE + "bring-in/").status_code == 403
        answer = post_json(alice, API, {"first_name": "A", "name": "B"})
        assert answer.status_code == 403 and answer.json()["detail"]
        assert not Contact.unscoped.exists()


def test_the_book_is_the_practices_own(world, browse, alice):
    contact = added(alice)
    colleague(world)
    abel = browse("abel")
    assert abel.get(PLACE).status_code == 403
    let_in(alice, abel, world)
    unlock(abel, OTHER_PASSWORD)
    assert "Ruiz, Ana" in abel.get(PLACE).content.decode()
    pages = [f"{PLACE}{contact.pk}/{part}" for part in ("", "configuration/", "financial/", "agenda/", "peek/")]
    writes = [f"{PLACE}{contact.pk}/{part}/" for part in ("edit", "state", "link", "trash", "back")]
    for name in ("bob", "mallory"):
        other = browse(name)
        begun(other)
        unlock(other, PASSWORD)
        assert "Ruiz" not in other.get(PLACE).content.decode()
        assert other.get(API).json()["counts"]["total"] == 0
        assert other.get(API + "?q=ruiz&trash=1").json()["results"] == []
        for place in (*pages, f"{API}{contact.pk}/"):
            assert other.get(place).status_code == 404
        for place in (*writes, f"{API}{contact.pk}/back/"):
            assert other.post(place).status_code == 404
        assert post_json(other, f"{API}{contact.pk}/state/", {"state": "other"}).status_code == 404
        assert other.delete(f"{API}{contact.pk}/").status_code == 404
    for name in ("ana", "vera", "olga", "sam", "frank"):
        other = browse(name)
        for place in (PLACE, API, *pages):
            assert other.get(place).status_code == 403, (name, place)
        for place in writes:
            assert other.post(place).status_code == 403, (name, place)
    assert alice.get(f"{API}{uuid4()}/").status_code == 404
    before = (contact.version, contact.state, contact.trashed_at)
    contact.refresh_from_db()
    assert before == (contact.version, contact.state, contact.trashed_at)


def test_the_walls_alone_hold(world, alice, as_role):
    """Row-level security without the scope: another practice reads nothing and hangs nothing on a foreign party."""
    from django.db import ProgrammingError, transaction

    from accounts.ground.access import context

    contact = added(alice)
    with as_role("portal_web"):
        context.enter(world.users["bob"].pk)
        assert not Contact.unscoped.exists()
        assert Contact.unscoped.filter(pk=contact.pk).update(state="other") == 0
    with as_role("portal_web"):
        who = context.enter(world.users["alice"].pk)
        assert scope(who, Contact).count() == 1
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Contact.unscoped.filter(pk=contact.pk).update(party=world.parties["chidi"], name="", first_name="")
    for role in ("portal_office", "portal_worker", "portal_night"):
        with as_role(role), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Contact.unscoped.count()


def test_pages_ask_little_of_the_database(world, alice):
    alice.post(PLACE + "bring-in/")
    for place in range(60):
        added(alice, "Ana", f"Ruiz {place}")
    contact = Contact.unscoped.get(party=world.parties["ana"])
    edit = f"{PLACE}{contact.pk}/edit/"
    tabs = [f"{PLACE}{contact.pk}/{part}" for part in ("", "configuration/", "financial/", "agenda/", "peek/")]
    for place in (PLACE, PLACE + "?q=ruiz&inside=1&state=prospect&kind=person", edit, *tabs):
        alice.get(place)
        with CaptureQueriesContext(connection) as asked:
            assert alice.get(place).status_code == 200
        work = [one["sql"] for one in asked if not TEST_ONLY.search(one["sql"])]
        assert len(work) <= 12, (place, [sql[:120] for sql in work])
    page = alice.get(PLACE)
    after = page.content.decode().split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Ruiz 59" not in page.content.decode() or "Ruiz 59" not in alice.get(PLACE + after).content.decode()


def test_the_counters_read_an_index_alone(world):
    """Whatever column a policy looks at, the index of the counters holds."""
    with connection.cursor() as cur:
        cur.execute("""
            SELECT array_agg(DISTINCT d.refobjsubid) FROM pg_depend d JOIN pg_policy p ON p.oid = d.objid
             WHERE d.classid = 'pg_policy'::regclass AND d.refobjid = 'crm_contact'::regclass AND d.refobjsubid > 0
               AND p.polrelid = d.refobjid AND p.polcmd IN ('r', '*')
               AND 'portal_web'::regrole = ANY (p.polroles)""")
        looked_at = set(cur.fetchone()[0])
        cur.execute("SELECT indkey::text FROM pg_index WHERE indexrelid = 'contact_counted_as_seen'::regclass")
        held = {int(number) for number in cur.fetchone()[0].split()}
    assert looked_at and looked_at <= held


def test_a_list_turned_round_is_the_same_backwards(alice):
    """Also where many were changed at one moment, as an import does it."""
    for number in range(4):
        added(alice, "Ana", f"Ruiz {number}")
    Contact.unscoped.update(changed_at=timezone.now())
    onward, back = (
        [one["title"] for one in alice.get(f"{API}?sort={sort}").json()["results"]] for sort in ("changed", "-changed")
    )
    assert len(onward) == 4 and back == onward[::-1]


def test_a_record_that_was_changed_from_outside_says_so_and_is_replaced(alice):
    contact = added(alice, about="true words")
    broken = bytearray(contact.record_sealed)
    broken[-1] ^= 1
    Contact.unscoped.update(record_sealed=bytes(broken))
    page = alice.get(f"{PLACE}{contact.pk}/").content.decode()
    assert "changed from outside" in page and "true words" not in page
    assert alice.get(API + "?q=words&inside=1").status_code == 200
    said = {"version": 1, "first_name": "Ana", "name": "Ruiz", "about": "written anew"}
    assert alice.post(f"{PLACE}{contact.pk}/edit/", said).status_code == 302
    assert "written anew" in alice.get(f"{PLACE}{contact.pk}/").content.decode()
