"""Starting, changing and deleting applications by action, page and API: what the rules refuse moves nothing."""

from datetime import date, datetime

import pytest

from accounts.ground.applications import actions
from accounts.ground.consents.models import Consent
from accounts.ground.requests.models import Request, RequestKind, RequestStatus
from accounts.ground.trail.models import TrailEntry
from accounts.ground.tree import actions as tree
from accounts.ground.tree.models import Account, Firm, Kind, Practice, Status
from accounts.ground.tree.rules import StatusProblem, TreeProblem
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

DAY = date(2025, 1, 10)
CLIENT = {
    "kind": "client",
    "number": "U5000001",
    "title": "Amsel, Ida",
    "customer_type": "Individual",
    "holder_born_on": "1980-05-17",
    "base_currency": "USD",
    "margin_kind": "margin",
}
ADVISOR = {
    "name": "Harbour LLC", "number": "F200009", "base_currency": "USD", "is_registered": "on", "is_organisation": "on"
}  # fmt: skip


def start(parent, number="U5000001", **more):
    fields = {"kind": Kind.CLIENT, "title": "Amsel, Ida", "base_currency": "USD", **more}
    return actions.start(parent=parent, number=number, day=DAY, **fields)


def api(client, path, body):
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def both(browse, name, body, *, page="/applications/new/", path="applications/"):
    """The answers of the page and of the API to the same wish, and whether any row of a tenant has changed."""
    before = fingerprint_of_rows()
    answers = browse(name).post(page, body), api(browse(name), path, {**body})
    return answers, fingerprint_of_rows() == before


def test_an_application_waits_until_the_account_is_open(world):
    account = start(world["F100001"])

    waiting = Request.unscoped.get(account=account)
    assert (account.status, account.application_started_on) == (Status.NEW, DAY)
    assert (waiting.kind, waiting.status) == (RequestKind.APPLICATION, RequestStatus.INCOMPLETE)

    for status in (Status.PENDING, Status.OPEN):
        account = actions.change(account=account, status=status, day=DAY)
    waiting.refresh_from_db()
    assert waiting.status == RequestStatus.APPROVED


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_each_advisor_starts_below_itself_by_page_and_api(browse, world, name):
    page = browse(name).post("/applications/new/", CLIENT)
    answer = api(browse(name), "applications/", {**CLIENT, "number": "u5000002"})

    assert page.status_code == 302
    assert page["Location"].endswith("?node=U5000001")
    assert answer.status_code == 201
    assert answer.json()["number"] == "U5000002"
    made = Account.unscoped.filter(number__startswith="U500000")
    practices = {world["F100001" if name == "alice" else "F200002"].practice_id}
    assert set(made.values_list("practice_id", flat=True)) == practices
    assert Request.unscoped.filter(account__in=made).count() == 2


def test_the_trail_says_who_started_it(browse, world):
    browse("bob").post("/applications/new/", CLIENT)

    account = Account.unscoped.get(number="U5000001")
    entry = TrailEntry.unscoped.get(table="accounts_account", row=account.pk, operation="insert")
    assert (entry.user_id, entry.practice_id) == (world.users["bob"].pk, account.practice_id)


def test_a_second_level_advisor_comes_with_its_practice(browse, world):
    page = browse("alice").post("/applications/second-level/", ADVISOR)

    master = Account.unscoped.get(number="F200009")
    assert page.status_code == 302
    assert (master.level, master.parent_id, master.status) == (2, world["F100001"].pk, "O")
    assert (master.practice.level, master.practice.name) == (2, "Harbour LLC")
    body = {**ADVISOR, "number": "F200010", "is_registered": True, "is_organisation": True}
    assert api(browse("alice"), "second-levels/", body).status_code == 201


def test_stl_master_and_sub_stand_where_they_should(browse, world):
    stl = {**CLIENT, "kind": "stl_master", "number": "I5000001"}
    sub = {**CLIENT, "kind": "stl_sub", "number": "U5000009", "below": "I5000001"}

    assert browse("alice").post("/applications/new/", stl).status_code == 302
    assert browse("alice").post("/applications/new/", sub).status_code == 302

    made = Account.unscoped.get(number="U5000009")
    assert (made.level, made.stl.number) == (3, "I5000001")


# ACC-1


@pytest.mark.parametrize("number", ["X123", "U1", "1234", "DX123"])
def test_what_is_no_account_id_is_refused_on_page_and_api(browse, world, number):
    (page, answer), stands = both(browse, "alice", {**CLIENT, "number": number})

    assert (page.status_code, answer.status_code) == (422, 400)
    assert "Invalid account id" in page.content.decode()
    assert answer.json()["errors"] == {"number": ["Invalid account id"]}
    assert stands


def test_a_number_that_is_taken_is_refused_even_by_another_firm(browse, world):
    (page, answer), stands = both(browse, "alice", {**CLIENT, "number": "U9000001"})

    assert (page.status_code, answer.status_code) == (422, 409)
    assert "There is an account with this number already." in page.content.decode()
    assert "Otter" not in page.content.decode() + answer.content.decode()
    assert stands


# ACC-2


@pytest.mark.parametrize(("day", "word"), [("2025-07-09", 302), ("2025-07-10", 409)])
def test_an_abandoned_application_is_reset_for_six_months(browse, world, monkeypatch, day, word):
    account = start(world["F100001"])
    tree.delete_application(account=account, day=DAY)
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.fromisoformat(f"{day}T16:00:00+00:00"))

    before = fingerprint_of_rows()
    page = browse("alice").post("/applications/U5000001/status/", {"status": "N"})
    if word == 409:
        answer = api(browse("alice"), "accounts/U5000001/status/", {"status": "N"})

    account.refresh_from_db()
    assert page.status_code == word
    assert account.status == ("N" if word == 302 else "A")
    if word == 409:
        assert "Application is older than 6 months" in page.content.decode()
        assert answer.status_code == 409
        assert answer.json()["title"] == "Application is older than 6 months"
        assert fingerprint_of_rows() == before


# ACC-3


def test_an_open_account_is_not_deleted(browse, world):
    before = fingerprint_of_rows()

    page = browse("alice").post("/applications/U1000001/delete/")
    answer = browse("alice").delete("/api/v1/accounts/U1000001/application/")

    assert (page.status_code, answer.status_code) == (409, 409)
    assert Account.unscoped.get(number="U1000001").status == Status.OPEN
    assert fingerprint_of_rows() == before
    with pytest.raises(StatusProblem):
        tree.delete_application(account=world["U1000001"], day=DAY)


@pytest.mark.parametrize("status", [Status.NEW, Status.PENDING])
def test_an_application_is_deleted_at_once_and_waits_no_more(browse, world, status):
    account = start(world["F100001"])
    if status == Status.PENDING:
        actions.change(account=account, status=status, day=DAY)

    assert browse("alice").delete("/api/v1/accounts/U5000001/application/").status_code == 204

    account.refresh_from_db()
    assert account.status == Status.ABANDONED
    assert Request.unscoped.get(account=account).status == RequestStatus.CANCELLED


# ACC-4


@pytest.mark.parametrize("below", ["F200002", "U2000001", "U1000001", "U4000001"])
def test_there_are_three_levels_and_no_more(browse, world, below):
    name = "bob" if below in ("F200002", "U2000001") else "alice"
    advisor = {**ADVISOR, "below": below, "is_registered": True, "is_organisation": True}
    (page, answer), stands = both(browse, name, advisor, page="/applications/second-level/", path="second-levels/")

    assert (page.status_code, answer.status_code) == (422, 400)
    assert "Maximum of three levels" in page.content.decode()
    assert answer.json()["errors"] == {"tree": ["Maximum of three levels"]}
    assert stands
    assert not Practice.unscoped.filter(name="Harbour LLC").exists()
    if below == "F200002":
        stl = {**CLIENT, "kind": "stl_master", "number": "I5000001"}
        (page, answer), stands = both(browse, "bob", stl)
        assert "Maximum of three levels" in page.content.decode()
        assert stands


# ACC-5


def test_a_friends_and_family_advisor_stops_at_fifteen_clients(browse, world):
    Firm.unscoped.filter(pk=world["F100001"].firm_id).update(is_professional=False)
    world["F100001"].firm.refresh_from_db()
    for place in range(13):  # with ana and ken fifteen
        start(world["F100001"], f"U70000{place:02}")

    (page, answer), stands = both(browse, "alice", CLIENT)

    assert (page.status_code, answer.status_code) == (422, 400)
    assert "at most 15 clients" in page.content.decode()
    assert stands
    with pytest.raises(TreeProblem, match="at most 15"):
        start(world["F100001"])


def test_reopening_counts_too(browse, world):
    Firm.unscoped.filter(pk=world["F100001"].firm_id).update(is_professional=False)
    world["F100001"].firm.refresh_from_db()
    tree.change_status(account=world["U1000001"], status=Status.CLOSED, day=DAY)
    for place in range(14):
        start(world["F100001"], f"U70000{place:02}")

    answer = api(browse("alice"), "accounts/U1000001/status/", {"status": "O"})

    assert answer.status_code == 400
    assert Account.unscoped.get(number="U1000001").status == Status.CLOSED


# An advisor's own account, money managers


def test_an_advisors_own_account_is_single_and_no_ira(browse, world):
    own = {**CLIENT, "is_own": True}
    (page, answer), stands = both(browse, "bob", {**own, "customer_type": "IRA Roth"})
    assert (page.status_code, answer.status_code) == (422, 400)
    assert "An advisor&#x27;s own account cannot be an IRA" in page.content.decode()
    assert stands

    assert browse("bob").post("/applications/new/", own).status_code == 302
    (page, answer), stands = both(browse, "bob", {**own, "number": "U5000002"})

    assert "An advisor can have one trading account of its own" in page.content.decode()
    assert (answer.status_code, stands) == (400, True)
    with pytest.raises(TreeProblem, match="client account"):
        start(world["F100001"], kind=Kind.STL_MASTER, is_own=True)


def test_money_managers_and_second_levels_exclude_one_another(world):
    manager = {"kind": Kind.CLIENT, "title": "x", "base_currency": "GBP", "account_type": "Money Manager", "day": DAY}
    with pytest.raises(TreeProblem, match="money-manager account cannot join"):
        tree.create_account(parent=world["F100001"], number="U5000001", **manager)

    tree.create_account(parent=world["F900001"], number="U5000001", **manager)

    with pytest.raises(TreeProblem, match="money-manager account cannot have"):
        tree.create_second_level(top=world["F900001"], name="x", number="F200009", base_currency="GBP", day=DAY)
    assert not Practice.unscoped.filter(firm=world["F900001"].firm, level=2).exists()


# Other people's


@pytest.mark.parametrize(
    ("name", "below", "expected"),
    [
        ("alice", "F200002", 403),  # a second level's clients are its own to start
        ("bob", "F200003", 404),
        ("bob", "F100001", 404),
        ("mallory", "F100001", 404),
        ("alice", "F900001", 404),
        ("alice", "U9999999", 404),
        ("sam", "I4000001", 403),
        ("ana", "U1000001", 403),
        ("chidi", "F200002", 403),
    ],
)
def test_nobody_starts_below_somebody_else(browse, world, name, below, expected):
    (page, answer), stands = both(browse, name, {**CLIENT, "below": below})

    assert (page.status_code, answer.status_code) == (expected, expected)
    assert stands
    refused = TrailEntry.unscoped.filter(table="refused", user_id=world.users[name].pk)
    assert {entry.new["status"] for entry in refused} == {expected}
    assert refused.count() == 2


@pytest.mark.parametrize(
    "field", ["firm", "firm_id", "practice", "practice_id", "level", "status", "parent_id", "opened_on", "moved_on"]
)
def test_what_no_page_asks_cannot_be_set(browse, world, field):
    (page, answer), stands = both(browse, "bob", {**CLIENT, field: "1"})

    assert (page.status_code, answer.status_code) == (400, 400)
    assert answer.json()["errors"] == {field: ["This field is not asked for."]}
    assert stands
    assert TrailEntry.unscoped.filter(table="refused", user_id=world.users["bob"].pk).count() == 2


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [("alice", "U2000001", 403), ("bob", "U3000001", 404), ("bob", "U1000001", 404), ("carol", "U2000001", 404),
     ("mallory", "U1000001", 404), ("ana", "U1000001", 403), ("sam", "U4000001", 403)],
)  # fmt: skip
def test_nobody_closes_what_is_not_theirs(browse, world, name, number, expected):
    before = fingerprint_of_rows()

    page = browse(name).post(f"/applications/{number}/status/", {"status": "C"})
    answer = api(browse(name), f"accounts/{number}/status/", {"status": "C"})

    assert (page.status_code, answer.status_code) == (expected, expected)
    assert fingerprint_of_rows() == before
    assert Account.unscoped.get(number=number).status == Status.OPEN


def closed_with_the_client(browse):
    """Bob asks, chidi agrees: an advisor alone closes no client's account (USR-7)."""
    assert browse("bob").post("/applications/U2000001/status/", {"status": "C"}).status_code == 302
    assert Account.unscoped.get(number="U2000001").status == Status.OPEN
    asked = Consent.unscoped.get()
    said = {"name": "Chidi Okafor", "read": "on", "seen": asked.document_hash, "_password": PASSWORD}
    assert browse("chidi").post(f"/approvals/changes/{asked.pk}/agree/", said).status_code == 302


def test_a_master_closes_after_what_stands_below_it(browse, world):
    for name in ("alice", "bob"):
        assert browse(name).post("/applications/F200002/status/", {"status": "C"}).status_code == 409
    closed_with_the_client(browse)
    assert browse("alice").post("/applications/F200002/status/", {"status": "C"}).status_code == 302

    assert Account.unscoped.get(number="F200002").status == Status.CLOSED
    assert browse("bob").post("/applications/new/", CLIENT).status_code == 422


def test_closing_and_reopening_by_page(browse, world):
    closed_with_the_client(browse)
    assert Account.unscoped.get(number="U2000001").status == "C"
    assert browse("bob").post("/applications/U2000001/status/", {"status": "O"}).status_code == 302
    assert Account.unscoped.get(number="U2000001").status == "O"


def test_a_top_master_is_never_applied_for(world):
    with pytest.raises(TreeProblem):
        start(world["F100001"], kind=Kind.TOP_MASTER, number="F5000001")


def test_a_page_cannot_move_an_account_even_past_its_own_code(world, as_role):
    """The second wall: the pages' login may change a status, but neither practice nor firm nor number."""
    from django.db import ProgrammingError, transaction

    from accounts.ground.access.context import acting

    for column in ("practice_id", "firm_id", "parent_id", "level"):
        with (
            acting(world.users["alice"].pk),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            Account.unscoped.filter(number="U1000001").update(**{column: 1})
    with acting(world.users["bob"].pk):
        assert Account.unscoped.filter(number="U3000001").update(status="C", closed_on=DAY) == 0
