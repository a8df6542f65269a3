"""Sharing out a block by page and by API: preview, save once, refusals that move nothing."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.allocation.models import Allocation, AllocationShare, Block
from accounts.ground.clock import exchange_today

pytestmark = pytest.mark.usefixtures("stocks_everywhere")
JSON = "application/json"
ORDER = {"symbol": "XYZ", "asset": "STK", "country": "US", "side": "buy", "quantity": "100", "lot": "1"}


def order():
    return {**ORDER, "traded_on": exchange_today().isoformat()}


@pytest.fixture
def block(browse):
    """A block of Bright, through the API."""

    def make(name="bob", key="one"):
        answer = browse(name).post("/api/v1/blocks/", order(), content_type=JSON, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    return make


def hidden(page, name):
    return re.search(rf'name="{name}"\s+value="([^"]*)"', page).group(1)


def test_from_the_order_to_the_shares_by_page(browse):
    bob = browse("bob")
    answer = bob.post("/trading/allocation/new/", order())
    assert answer.status_code == 302
    address = answer["Location"]

    wish = {"method": "equal", "account": ["U2000001"]}
    preview = bob.post(address, {**wish, "step": "preview"}).content.decode()
    assert "Nothing is saved yet" in preview and not Allocation.unscoped.exists()
    saving = {**wish, "step": "save", "digest": hidden(preview, "digest"), "key": hidden(preview, "key")}
    first, again = bob.post(address, saving, follow=True), bob.post(address, saving)

    assert "The block is allocated." in first.content.decode()
    assert again.status_code == 302
    assert Allocation.unscoped.count() == 1
    assert AllocationShare.unscoped.get().quantity == 100
    assert "Equal shares" in bob.get("/trading/allocation/").content.decode()


def test_saving_without_the_preview_is_refused(browse, block):
    pk, bob = block(), browse("bob")

    answer = bob.post(f"/trading/allocation/{pk}/allocate/", {"method": "equal", "account": "U2000001", "step": "save"})

    assert answer.status_code == 409
    assert "Please look at it again" in answer.content.decode()
    assert not Allocation.unscoped.exists()


def test_by_api_preview_then_save_once(browse, block):
    pk, bob = block(), browse("bob")
    wish = {"method": "manual", "accounts": [{"account": "U2000001", "figure": "100"}]}

    plan = bob.post(f"/api/v1/blocks/{pk}/preview/", wish, content_type=JSON).json()
    body = {**wish, "digest": plan["digest"]}
    answers = [
        bob.post(f"/api/v1/blocks/{pk}/allocate/", body, content_type=JSON, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    other = bob.post(
        f"/api/v1/blocks/{pk}/allocate/", {**body, "minimum": "1"}, content_type=JSON, headers={"Idempotency-Key": "k"}
    )
    none = bob.post(f"/api/v1/blocks/{pk}/allocate/", body, content_type=JSON)

    assert [share["quantity"] for share in plan["shares"]] == ["100.0000000000"]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (other.status_code, none.status_code) == (409, 400)
    assert Allocation.unscoped.count() == 1
    assert bob.get(f"/api/v1/blocks/{pk}/").json()[0]["state"] == "current"


def test_a_block_is_written_down_once_for_each_key(block):
    assert block(key="same") == block(key="same")
    assert block(key="other") != block(key="same")
    assert Block.unscoped.count() == 2


@pytest.mark.parametrize(
    ("owner", "name", "number", "status"),
    [
        ("alice", "alice", "U2000001", 403),
        ("bob", "alice", "U2000001", 403),
        ("alice", "alice", "U1000001", 200),
        ("bob", "bob", "U2000001", 200),
        ("bob", "bob", "U1000001", 404),
        ("bob", "bob", "U3000001", 404),
        ("bob", "carol", "U2000001", 404),
        ("bob", "mallory", "U2000001", 404),
        ("alice", "bob", "U1000001", 404),
        ("alice", "sam", "U4000001", 403),
        ("alice", "ana", "U1000001", 403),
        ("alice", "frank", "U1000001", 403),
    ],
)
def test_who_allocates_what_to_whom(browse, block, owner, name, number, status):
    pk, client = block(owner), browse(name)

    page = client.post(f"/trading/allocation/{pk}/allocate/", {"method": "equal", "account": number, "step": "preview"})
    wish = {"method": "equal", "accounts": [{"account": number}]}
    preview = client.post(f"/api/v1/blocks/{pk}/preview/", wish, content_type=JSON)
    forged = client.post(
        f"/api/v1/blocks/{pk}/allocate/", {**wish, "digest": "0" * 64}, content_type=JSON,
        headers={"Idempotency-Key": "x"},
    )  # fmt: skip

    assert (page.status_code, preview.status_code) == (status, status)
    assert forged.status_code == (409 if status == 200 else status)
    assert not Allocation.unscoped.exists()


@pytest.mark.parametrize("what", ["cancel", "take", "attach", "withdraw"])
@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("carol", 404), ("mallory", 404), ("sam", 403)])
def test_nobody_changes_the_block_of_another_practice(browse, block, what, name, status):
    pk = block("bob")

    assert browse(name).post(f"/trading/allocation/{pk}/{what}/", {"why": "x"}).status_code == status
    if what == "cancel":
        address = f"/api/v1/blocks/{pk}/cancel/"
        assert browse(name).post(address, {"why": "x"}, content_type=JSON).status_code == status

    assert Block.unscoped.get().withdrawn_at is None


@pytest.mark.parametrize(
    "fields",
    [{"quantity": "0"}, {"quantity": "-5"}, {"quantity": "NaN"}, {"lot": "3"}, {"side": "hold"},
     {"asset": "GOLD"}, {"country": "USA"}, {"traded_on": "2999-01-01"}, {"like": "999999"}, {"symbol": ""}],
    ids=str,
)  # fmt: skip
def test_an_order_that_says_nonsense_is_given_back(browse, fields):
    bob = browse("bob")

    page = bob.post("/trading/allocation/new/", {**order(), **fields})
    api = bob.post("/api/v1/blocks/", {**order(), **fields}, content_type=JSON, headers={"Idempotency-Key": "n"})

    expected = {404} if "like" in fields else {400, 422}
    assert {page.status_code, api.status_code} <= expected
    assert not Block.unscoped.exists()


def test_figures_that_are_no_numbers_are_named(browse, block):
    pk = block()

    answer = browse("bob").post(
        f"/trading/allocation/{pk}/allocate/",
        {"method": "percent", "account": "U2000001", "figure-U2000001": "1,5", "step": "preview"},
    )

    assert answer.status_code == 422
    assert "U2000001" in answer.content.decode() and "has a comma" in answer.content.decode()


def test_mass_assignment_moves_nothing(browse, world):
    bob = browse("bob")
    more = {"practice": world["F100001"].practice_id, "firm": 1, "account": "F100001", "withdrawn_at": "2025-01-01"}

    bob.post("/trading/allocation/new/", {**order(), **more})

    made = Block.unscoped.get()
    assert (made.practice_id, made.account.number, made.withdrawn_at) == (world["F200002"].practice_id, "F200002", None)


def test_the_pages_cost_few_queries(browse, block):
    pk, bob = block(), browse("bob")
    for address in ("/trading/allocation/", f"/trading/allocation/{pk}/", f"/trading/allocation/{pk}/allocate/"):
        bob.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert bob.get(address).status_code == 200
        ours = [one for one in asked if "SAVEPOINT" not in one["sql"] and "SET ROLE" not in one["sql"]]
        assert len(ours) <= 14, (address, [one["sql"][:100] for one in ours])
