"""The pages and the API of restrictions, permissions and the check: the HIE cases, forged posts, strangers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.products.models import ProductApproval
from accounts.broker.products.queries import approvals, by_node
from accounts.broker.products.rules import Permission
from accounts.broker.restrictions.models import Restriction
from accounts.ground.clock import exchange_today

FORM = {"symbol": "XYZ", "reason": "Insider list"}


@pytest.fixture
def add(browse):
    """`add("bob", "U2000001")` posts the form as the page has it."""

    def post(name, number, **fields):
        data = {**FORM, "starts": exchange_today().isoformat(), **fields}
        return browse(name).post(f"/accounts/{number}/restrictions/add/", data)

    return post


@pytest.fixture
def add_by_api(browse):
    def post(name, number, **fields):
        address = f"/api/v1/accounts/{number}/restrictions/add/"
        return browse(name).post(address, {**FORM, **fields}, content_type="application/json")

    return post


def own(account) -> set[Permission]:
    return by_node(approvals(account))[account.pk]


CASES = [
    ("alice", "F200002", 302),
    ("alice", "U2000001", 302),
    ("bob", "U2000001", 302),
    ("bob", "U1000001", 404),
    ("bob", "U3000001", 404),
    ("bob", "F200002", 403),
    ("alice", "F100001", 403),
    ("alice", "U9000001", 404),
    ("sam", "U4000001", 302),
    ("sam", "I4000001", 403),
    ("sam", "U1000001", 404),
    ("ana", "U1000001", 403),
    ("frank", "U1000001", 403),
    ("mallory", "U1000001", 404),
]


@pytest.mark.parametrize(("name", "number", "status"), CASES)
def test_who_may_restrict_whom(add, add_by_api, name, number, status):
    by_page, by_api = add(name, number), add_by_api(name, number)

    assert by_page.status_code == status
    assert by_api.status_code == (201 if status == 302 else status)
    assert Restriction.unscoped.count() == (2 if status == 302 else 0)


def test_a_restriction_set_above_is_shown_below_and_stays(add, browse):
    add("alice", "F200002")
    row = Restriction.unscoped.get()
    bob = browse("bob")

    page = bob.get("/accounts/U2000001/restrictions/").content.decode()
    assert "XYZ" in page and "Insider list" in page and "Inherited" in page and "Brightwell" in page
    assert f"/trading/restrictions/{row.pk}/end/" not in page
    assert bob.post(f"/trading/restrictions/{row.pk}/end/").status_code == 403
    assert bob.post(f"/api/v1/restrictions/{row.pk}/end/").status_code == 403
    assert browse("carol").post(f"/trading/restrictions/{row.pk}/end/").status_code == 404
    assert browse("mallory").post(f"/api/v1/restrictions/{row.pk}/end/").status_code == 404

    row.refresh_from_db()
    assert row.ended_at is None


def test_whoever_set_it_ends_it_on_the_page(add, browse):
    add("bob", "U2000001")
    row = Restriction.unscoped.get()
    bob = browse("bob")
    assert f"/trading/restrictions/{row.pk}/end/" in bob.get("/accounts/U2000001/restrictions/").content.decode()

    answer = bob.post(f"/trading/restrictions/{row.pk}/end/", follow=True)

    row.refresh_from_db()
    assert row.ends == exchange_today()
    assert "The restriction is ended." in answer.content.decode()
    assert "Nothing is restricted" in answer.content.decode()
    assert "Insider list" in bob.get("/trading/restrictions/?state=ended").content.decode()


def test_a_client_reads_what_is_stopped_and_not_why(add, browse):
    add("alice", "U1000001")

    page = browse("ana").get("/accounts/U1000001/restrictions/").content.decode()
    told = browse("ana").get("/api/v1/accounts/U1000001/restrictions/").json()

    assert "XYZ" in page and "Insider" not in page
    assert (told[0]["symbol"], told[0]["reason"], told[0]["may_end"]) == ("XYZ", "", False)


@pytest.mark.parametrize(
    "fields",
    [{"reason": ""}, {"country": "USA"}, {"side": "hold"}, {"asset": "GOLD"}, {"starts": "2020-01-01"}, {"ends": "x"}],
    ids=str,
)
def test_a_form_that_says_nonsense_is_given_back(add, add_by_api, fields):
    assert add("alice", "U1000001", **fields).status_code == 422
    assert add_by_api("alice", "U1000001", **fields).status_code == 400
    assert Restriction.unscoped.count() == 0


def test_mass_assignment_of_the_author_changes_nothing(add, world):
    add(
        "bob", "U2000001", set_by="top", author=str(world.users["alice"].pk), account="U1000001", node_kind="top_master"
    )

    row = Restriction.unscoped.get()
    assert (row.set_by, row.author_id, row.account.number) == ("second", world.users["bob"].pk, "U2000001")


def test_the_matrix_of_the_second_level_stops_at_the_top_levels(approve, browse, world):
    approve("F100001", "stocks", "options")
    alice = browse("alice")

    page = alice.get("/accounts/F200002/products/").content.decode()
    assert 'value="stocks:ALL"' in page
    forged = alice.post("/accounts/F200002/products/change/", {"permission": ["stocks:ALL", "futures:ALL"]})
    by_api = alice.post(
        "/api/v1/accounts/F200002/products/set/",
        {"permissions": [{"product": "futures"}]},
        content_type="application/json",
    )

    assert forged.status_code == 422 and by_api.status_code == 400
    assert "Futures: not approved for the top-level advisor" in forged.content.decode()
    assert "Futures: not approved for the top-level advisor" in by_api.content.decode()
    assert own(world["F200002"]) == set()


def test_a_box_that_is_not_approved_above_cannot_be_ticked(approve, browse):
    approve("F100001", "stocks")

    page = browse("alice").get("/accounts/F200002/products/").content.decode()

    def box(value):
        return page[page.index(f'value="{value}"') :].split(">", 1)[0]

    assert "disabled" in box("futures:ALL")
    assert "disabled" not in box("stocks:ALL") and "disabled" not in box("stocks:US")


def test_permissions_are_saved_and_withdrawn_below(approve, browse, world):
    """Of a client's account only what is taken is taken at once; what is given waits for the client (USR-7)."""
    approve("F100001", "stocks", "options")
    alice, bob = browse("alice"), browse("bob")
    assert (
        alice.post("/accounts/F200002/products/change/", {"permission": ["stocks:ALL", "options:US"]}).status_code
        == 302
    )
    approve("U2000001", "options:US")

    alice.post("/accounts/F200002/products/change/", {"permission": ["stocks:ALL"]})

    assert own(world["F200002"]) == {Permission("stocks")}
    assert own(world["U2000001"]) == set()
    assert "Withdrawn from the level above" in bob.get("/accounts/U2000001/products/").content.decode()


@pytest.mark.parametrize(
    ("name", "number", "status"),
    [("bob", "F200002", 403), ("bob", "U1000001", 404), ("bob", "U3000001", 404), ("alice", "F100001", 403),
     ("ana", "U1000001", 403), ("sam", "U4000001", 403), ("frank", "U1000001", 403), ("mallory", "U1000001", 404)],
)  # fmt: skip
def test_nobody_changes_permissions_that_are_not_theirs(stocks_everywhere, browse, name, number, status):
    before = list(ProductApproval.unscoped.order_by("pk").values())
    client = browse(name)

    assert client.post(f"/accounts/{number}/products/change/", {"permission": []}).status_code == status
    body = {"permissions": []}
    address = f"/api/v1/accounts/{number}/products/set/"
    assert client.post(address, body, content_type="application/json").status_code == status

    assert list(ProductApproval.unscoped.order_by("pk").values()) == before


def test_nonsense_in_the_matrix_is_refused_whole(stocks_everywhere, browse, world):
    for value in ("gold:ALL", "stocks:usa", "stocks", "", "stocks:"):
        answer = browse("alice").post("/accounts/U1000001/products/change/", {"permission": ["stocks:ALL", value]})
        assert answer.status_code == 422, value

    assert own(world["U1000001"]) == {Permission("stocks")}


QUESTION = {"symbol": "XYZ", "asset": "STK", "country": "US", "side": "buy"}


@pytest.mark.parametrize(
    ("name", "number", "status", "allowed"),
    [("alice", "U2000001", 200, True), ("bob", "U2000001", 200, True), ("bob", "F200002", 200, False),
     ("bob", "U1000001", 404, None), ("sam", "U4000001", 200, True), ("ana", "U1000001", 403, None),
     ("carol", "U2000001", 404, None), ("frank", "U1000001", 403, None)],
)  # fmt: skip
def test_can_i_trade_this(stocks_everywhere, browse, name, number, status, allowed):
    page = browse(name).get("/trading/check/", {**QUESTION, "account": number})
    api = browse(name).get("/api/v1/may-trade/", {**QUESTION, "account": number})

    assert (page.status_code, api.status_code) == (status, status)
    if status == 200:
        assert api.json()["allowed"] is allowed
        assert all(check["words"] in page.content.decode() for check in api.json()["checks"])


def test_a_question_that_cannot_be_understood_is_given_back(stocks_everywhere, browse):
    alice = browse("alice")

    assert alice.get("/api/v1/may-trade/", {"account": "U1000001"}).status_code == 400
    assert alice.get("/api/v1/may-trade/", {**QUESTION, "account": "U1000001", "side": "x"}).status_code == 400
    shown = alice.get("/trading/check/", {"account": "U1000001", "side": "x"})
    assert shown.status_code == 200 and "Please look at the marked fields." in shown.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/trading/restrictions/", "/trading/permissions/", "/accounts/U2000001/restrictions/",
     "/accounts/U2000001/products/", "/trading/check/?account=U2000001&symbol=XYZ&asset=STK&country=US&side=buy"],
)  # fmt: skip
def test_a_page_costs_few_queries(stocks_everywhere, add, browse, address):
    for number in ("U2000001", "F200002", "U1000001"):
        add("alice", number)
    alice = browse("alice")
    alice.get(address)

    with CaptureQueriesContext(connection) as asked:
        assert alice.get(address).status_code == 200

    own_queries = [one for one in asked if "SAVEPOINT" not in one["sql"] and "SET ROLE" not in one["sql"]]
    assert len(own_queries) <= 14, [one["sql"][:120] for one in own_queries]
