"""The owner's own pages: what they show, and what they never show."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.ground.people import actions as people
from accounts.ground.requests.actions import ask, finish
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from fees.posting.models import Charge
from tests.house import rights
from tests.house.scenery import dress
from tests.world import CANARIES

pytestmark = pytest.mark.django_db

DAY = date(2025, 9, 30)


@pytest.fixture
def stage(world):
    dress(world)
    return world


def wait(world, number, title, status=RequestStatus.AWAITING_CLIENT, kind=RequestKind.CLIENT_APPROVAL):
    return ask(account=world[number], kind=kind, title=title, natural_key=title, day=DAY, status=status)


def page(browse, name, address="/"):
    answer = browse(name).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_client_sees_what_they_have_and_nothing_of_an_advisors_day(stage, browse):
    text = page(browse, "ana")

    assert "Your accounts" in text
    assert "250,000.00" in text
    assert "Ruiz, Ana Kestrel" in text
    for word in ("Cut-off", "cut-off", "Assets under management", "Pending Items", "Structure", "sealed"):
        assert word not in text


@pytest.mark.parametrize("name", ["ana", "ken", "chidi", "dana", "sam", "nina"])
@pytest.mark.parametrize("address", ["/", "/approvals/", "/statements/", "/accounts/", "/fees/", "/pending/"])
def test_no_owner_reads_a_word_of_anybody_else(stage, browse, name, address):
    text = page(browse, name, address)

    assert [
        number for number, word in CANARIES.items() if word in text and not rights.may_read_word(name, number)
    ] == []


def test_an_stl_master_sees_its_subs_and_a_sub_only_itself(stage, browse, world):
    one = people.create_user(username="una", password="a long enough pass phrase")
    people.seat_stl(user=one, account=world["U4000001"])
    world.users["una"] = one

    assert all(word in page(browse, "sam") for word in ("Osprey", "Merlin", "Curlew"))
    text = page(browse, "una")
    assert "Merlin" in text
    assert "Osprey" not in text
    assert "Curlew" not in text
    assert browse("una").get("/approvals/").status_code == 403
    assert "/approvals/" not in text
    assert browse("una").get("/accounts/U4000002/statements/2025-09/").status_code == 404


def test_the_last_charge_leads_to_its_receipt(stage, browse, world):
    charge = Charge.unscoped.get(pk=world.rows["charge"]["U1000001"])
    Charge.unscoped.filter(pk=charge.pk).update(state="posted", posted_on=DAY)

    text = page(browse, "ana")

    assert f"/fees/proofs/{charge.pk}/" in text
    assert "How this was worked out" in text


def test_what_waits_for_the_client_stands_first_and_what_waits_for_others_does_not(stage, browse, world):
    wait(world, "U1000001", "New fee: 1.00 % a year")
    wait(world, "U1000001", "Address under review", status=RequestStatus.AWAITING_BROKER)
    wait(world, "U1000002", "Somebody else's fee")

    home, list_page = page(browse, "ana"), page(browse, "ana", "/approvals/")

    assert "New fee: 1.00 % a year" in home
    assert "Address under review" not in home
    assert list_page.index("New fee") < list_page.index("Under way") < list_page.index("Address under review")
    assert "Somebody else" not in home + list_page


def test_what_has_been_decided_is_kept(stage, browse, world):
    request = wait(world, "U1000001", "Old fee")
    finish(request=request, status=RequestStatus.REJECTED, at=timezone.now())

    text = page(browse, "ana", "/approvals/")

    assert text.index("Decided") < text.index("Old fee")
    assert "Rejected" in text


def test_holds_of_the_house_are_not_the_clients_business(stage, browse, world):
    """The scenery lays a pending statement on every account, and what waits for its owner's signature."""
    assert Request.unscoped.filter(account=world["U1000001"], kind=RequestKind.STATEMENT).exists()

    for address in ("/", "/approvals/", "/pending/", "/activity/"):
        assert "Kestrel waits" not in page(browse, "ana", address)
    waiting = browse("ana").get("/api/v1/pending/").json()["results"]
    assert {one["kind"] for one in waiting} == {"client_approval", "funding", "trading_permission"}
    assert "Kestrel waits" in page(browse, "alice", "/pending/")


def test_approvals_are_for_those_who_sign(stage, browse, world):
    wait(world, "U1000001", "New fee")

    for name in ("alice", "bob"):
        assert browse(name).get("/approvals/").status_code == 403
        assert browse(name).get("/api/v1/approvals/").status_code == 403
    told = browse("ana").get("/api/v1/approvals/").json()["results"]
    assert {one["title"] for one in told} == {
        "New fee", "Fee proposal", "Streamlined authority of the advisor", "Investment in a hedge fund",
    }  # fmt: skip
    assert "New fee" not in str(browse("ken").get("/api/v1/approvals/").json()["results"])


def test_before_the_first_night_the_page_says_so(world, browse):
    text = page(browse, "ana")

    assert "Figures appear after the first day has been closed." in text
    assert "No value yet" in text
