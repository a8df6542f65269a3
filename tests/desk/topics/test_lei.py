"""LEI elections by SET-1 and SET-2: check digits, who is asked, what is final, and who sees it."""

import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.desk.lei.actions import elect, issue
from accounts.desk.lei.models import LeiElection
from accounts.desk.lei.rules import LeiConflict, LeiProblem, clean_lei
from accounts.ground.access.context import acting
from accounts.ground.tree.models import Account
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

AT = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
SURE = {"_password": PASSWORD}
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
# SET-1, and the identifier that the foundation of the system itself has.
GOOD, OTHER = "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"
PAGE, ELECT = "/settings/account/U1000001/lei/", "/settings/account/U1000001/lei/elect/"
API, API_ELECT = "/api/v1/accounts/U1000001/lei/", "/api/v1/accounts/U1000001/lei/elect/"


@pytest.fixture
def reporting(world):
    """Ana's account is a corporation's at the Australian company, and may trade contracts for difference."""
    Account.unscoped.filter(number="U1000001").update(entity="IBAU", customer_type="Corporation")
    world["U1000001"].refresh_from_db()
    cfds = [Permission("cfds")]
    with acting(world.users["olga"].pk, alias="office") as who:
        grant(who=who, account=world["F100001"], permissions=cfds, day=AT.date(), at=AT)
    with acting(world.users["alice"].pk) as who:
        grant(who=who, account=world["U1000001"], permissions=cfds, day=AT.date(), at=AT)
    return world


def elected(world, choice, lei="", at=AT, name="ana"):
    with acting(world.users[name].pk) as who:
        return elect(who=who, account=world["U1000001"], choice=choice, lei=lei, at=at)


@pytest.mark.parametrize("text", [GOOD, OTHER, GOOD.lower(), " 5493 001KJTIIGC8Y 1R12 "])
def test_set_1_identifiers_that_hold(text):
    assert clean_lei(text) in (GOOD, OTHER)


@pytest.mark.parametrize(
    "text",
    [
        *("5493001KJTIIGC8Y1R17", "5493001KJTIIGC8Y1R21", "5493001KJTIIGC8YR112", "", "0" * 20),
        *(GOOD[:-1], f"{GOOD}1", "5493001KJTIIGC8Y1R1Z", "5493001KJTIIGC8Y1R1２", "5493001KJTIIGC8Y1R\x00"),
    ],
)
def test_set_1_identifiers_that_do_not(text):
    with pytest.raises(LeiProblem):
        clean_lei(text)


@pytest.mark.parametrize("kind", ["Individual", "IRA Roth", "UGMA/UTMA", ""])
def test_set_2_accounts_of_one_person_have_no_such_page(browse, reporting, kind):
    Account.unscoped.filter(number="U1000001").update(customer_type=kind)
    for name in ("ana", "alice"):
        assert browse(name).get(PAGE).status_code == 404
        assert browse(name).get(API).status_code == 404
    assert browse("ana").post(ELECT, {"choice": "none", **SURE}).status_code == 404
    assert browse("ana").get("/").status_code == 200
    assert not LeiElection.unscoped.exists()


@pytest.mark.parametrize(
    "change", [{"entity": "IBLLC-US"}, {"status": "C", "closed_on": AT.date()}, {"customer_type": "Individual"}]
)
def test_other_companies_and_closed_accounts_are_not_asked(browse, reporting, change):
    Account.unscoped.filter(number="U1000001").update(**change)
    assert browse("ana").get("/").status_code == 200
    assert browse("ana").get(PAGE).status_code == 404


def test_set_2_asked_at_the_first_sign_in_and_not_after_the_election(browse, reporting):
    ana = browse("ana")
    assert ana.get("/").headers["Location"] == PAGE
    assert "Not elected yet" in ana.get(PAGE).content.decode()
    # Once a sign-in; whoever wants to think about it goes on working.
    assert ana.get("/").status_code == 200
    assert ana.post(ELECT, {"choice": "held", "lei": GOOD.lower(), **SURE}).status_code == 302

    again = browse("ana")
    assert again.get("/").status_code == 200
    row = LeiElection.unscoped.get()
    assert (row.choice, row.lei, row.elected_by) == ("held", GOOD, reporting.users["ana"].pk)
    page = again.get(PAGE).content.decode()
    assert "LEI on file" in page and GOOD in page and "/elect/" not in page
    assert GOOD in browse("alice").get(PAGE).content.decode()


def test_a_joint_account_counts_as_an_entity(browse, reporting):
    Account.unscoped.filter(number="U1000001").update(customer_type="Joint")
    assert browse("ana").get("/").headers["Location"] == PAGE


def test_the_election_is_confirmed_first(browse, reporting):
    for answer in (
        browse("ana").post(ELECT, {"choice": "held", "lei": GOOD}),
        browse("ana").post(API_ELECT, {"choice": "held", "lei": GOOD}, content_type="application/json"),
    ):
        assert answer.status_code == 403
    assert "under the LEI" in browse("ana").post(ELECT, {"choice": "held", "lei": GOOD}).content.decode()
    assert not LeiElection.unscoped.exists()


def test_having_one_and_applying_are_final_and_wanting_none_is_not(browse, reporting):
    elected(reporting, "none")
    elected(reporting, "none", at=AT.replace(hour=16))
    elected(reporting, "apply", at=AT.replace(hour=17))
    for choice in ("held", "apply", "none"):
        with pytest.raises(LeiConflict):
            elected(reporting, choice, GOOD, at=AT.replace(hour=18))
        body = json.dumps({"choice": choice, "lei": GOOD})
        assert browse("ana").post(API_ELECT, body, **JSON).status_code == 409
        assert browse("ana").post(ELECT, {"choice": choice, "lei": GOOD, **SURE}).status_code == 422
    assert list(LeiElection.unscoped.order_by("elected_at").values_list("choice", flat=True)) == [
        *("none", "none", "apply"),
    ]
    assert "Applied for" in browse("ana").get(PAGE).content.decode()


def test_the_back_office_writes_down_what_was_applied_for(browse, reporting, office):
    address, said = "/office/desk/leielection/add/", {"account": reporting["U1000001"].pk, "lei": OTHER}
    assert office.post(address, said).status_code == 422
    elected(reporting, "apply")
    assert office.post(address, {**said, "lei": "5493001KJTIIGC8Y1R17"}).status_code == 422
    assert office.post(address, said).status_code == 302
    assert office.post(address, said).status_code == 422

    assert browse("ana").get(API).json()[0]["lei"] == OTHER
    assert LeiElection.unscoped.count() == 2


def test_what_the_office_wrote_down_wrongly_it_writes_down_again(browse, reporting, office):
    address, said = "/office/desk/leielection/add/", {"account": reporting["U1000001"].pk, "lei": OTHER}
    elected(reporting, "apply")
    assert office.post(address, said).status_code == 302
    assert office.post(address, {**said, "lei": GOOD}).status_code == 302

    assert [one["lei"] for one in browse("ana").get(API).json()] == [GOOD, OTHER, ""]
    page = browse("ana").get(PAGE).content.decode()
    assert "/elect/" not in page
    for choice in ("held", "apply", "none"):
        with pytest.raises(LeiConflict):
            elected(reporting, choice, OTHER)
    assert LeiElection.unscoped.count() == 3


def test_what_the_owner_has_elected_the_office_does_not_change(reporting, office):
    elected(reporting, "held", GOOD)
    said = {"account": reporting["U1000001"].pk, "lei": OTHER}
    assert office.post("/office/desk/leielection/add/", said).status_code == 422
    assert LeiElection.unscoped.get().lei == GOOD


@pytest.mark.parametrize(
    "said", [{}, {"choice": "issued", "lei": GOOD}, {"choice": "held"}, {"choice": "held", "lei": "x"}]
)
def test_what_is_no_election_is_refused(browse, reporting, said):
    before = fingerprint_of_rows()
    assert browse("ana").post(ELECT, {**said, **SURE}).status_code == 422
    assert browse("ana").post(API_ELECT, json.dumps(said), **JSON).status_code == 400
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("alice", 403), ("vera", 403), ("tess", 403), ("bob", 403), ("mallory", 403), ("ken", 404), ("nina", 404)),
        *(("chidi", 404), ("sam", 404), ("suki", 403), ("frank", 403), ("olga", 403), ("", 302)),
    ],
)
def test_nobody_elects_for_somebody_else(browse, reporting, name, status):
    before = fingerprint_of_rows()
    assert browse(name).post(ELECT, {"choice": "none", **SURE}).status_code == status
    api = browse(name).post(API_ELECT, json.dumps({"choice": "none"}), **JSON)
    assert api.status_code == (401 if not name else status)
    assert fingerprint_of_rows() == before


@pytest.mark.parametrize("name", ["bob", "mallory", "ken", "nina", "sam", "dora", "frank", ""])
def test_who_does_not_see_the_account_reads_no_election(browse, reporting, name):
    elected(reporting, "held", GOOD)
    for address in (PAGE, API):
        answer = browse(name).get(address)
        assert answer.status_code in (302, 401, 403, 404)
        assert GOOD not in answer.content.decode()


def test_the_database_alone_refuses_other_hands(reporting, as_role):
    made = elected(reporting, "none")
    fields = {"choice": "held", "lei": GOOD, "elected_at": AT.replace(hour=18), "firm_id": made.firm_id}
    fields |= {"practice_id": made.practice_id, "account_id": made.account_id}
    for name in ("alice", "ken", "bob", "mallory", "sam"):
        with as_role("portal_web"), acting(reporting.users[name].pk) as who:
            with pytest.raises(DatabaseError), transaction.atomic():
                LeiElection.unscoped.create(elected_by=who.user_id, **fields)
            seen = LeiElection.unscoped.count()
        assert seen == (name == "alice"), name
    with as_role("portal_web"), acting(reporting.users["ana"].pk) as who:
        for forged in ({"elected_by": 10**9}, {"choice": "issued"}, {"practice_id": reporting["F200002"].practice_id}):
            with pytest.raises(DatabaseError), transaction.atomic():
                LeiElection.unscoped.create(**{"elected_by": who.user_id, **fields, **forged})
        with pytest.raises(DatabaseError), transaction.atomic():
            LeiElection.unscoped.update(lei=GOOD)
    assert LeiElection.unscoped.count() == 1


def test_issuing_is_the_offices(reporting):
    elected(reporting, "apply")
    with acting(reporting.users["ana"].pk) as who, pytest.raises(Exception, match="sign|office|rule|give"):
        issue(who=who, account=reporting["U1000001"], lei=OTHER, at=AT)
    assert LeiElection.unscoped.count() == 1


def test_account_settings_lists_what_one_sees(browse, reporting):
    page = browse("ana").get("/settings/account/").content.decode()
    assert "Kestrel" in page and PAGE in page and "Lapwing" not in page
    assert "Otter" not in browse("alice").get("/settings/account/").content.decode()
    assert PAGE not in browse("bob").get("/settings/account/").content.decode()


def test_account_settings_asks_the_same_number_of_questions(browse, reporting):
    bob, alice = browse("bob"), browse("alice")
    counts = []
    for client in (bob, alice):
        client.get("/settings/account/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/settings/account/")
        counts.append(len([one for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]))
    assert counts[0] == counts[1] <= 12
