"""Transfer & Pay in the browser and over the API, from the form to the history; TRX-2, TRX-5, and queries a page."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.sending import send_due
from accounts.ground.clock import exchange_today
from tests.broker.funding.conftest import questions
from tests.world import PASSWORD

SURE = {"_password": PASSWORD}


@pytest.fixture
def rich(till):
    for number in ("U1000001", "U2000001", "I4000001"):
        till.cash(number, "10000", day=exchange_today())
    return till


def form(amount="10", **more):
    return {"amount": amount, "currency": "USD", "key": str(uuid4()), **more}


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_a_client_withdraws_with_a_mailed_number_and_its_advisor_consents(browse, rich):
    ana, alice = browse("ana"), browse("alice")
    assert "10,000.00" in page(ana, "/accounts/U1000001/transfer/")
    said = form("8000.01", to="CHECK")
    asks = ana.post("/accounts/U1000001/transfer/withdraw/", said)
    assert asks.status_code == 403
    assert "Withdraw 8,000.01\N{NO-BREAK SPACE}USD from account U1000001" in asks.content.decode()
    assert FundingRequest.unscoped.count() == 0

    assert ana.post("/accounts/U1000001/transfer/withdraw/", {**said, **SURE}).status_code == 302
    assert ana.post("/accounts/U1000001/transfer/withdraw/", {**said, **SURE}).status_code == 302

    found = FundingRequest.unscoped.get()
    place = f"/transfer/requests/{found.pk}/"
    assert (found.status, found.factor) == ("pending_confirmation", "password")
    assert "Confirm with the mailed number" in page(ana, place)
    assert "Confirm with the mailed number" not in page(alice, place)
    assert ana.post(f"{place}number/", {"number": "1"}).status_code == 422
    found.refresh_from_db()
    assert found.wrong_numbers == 1
    assert alice.post(f"{place}number/", {"number": actions.number_of(found)}).status_code == 422
    assert ana.post(f"{place}number/", {"number": actions.number_of(found)}).status_code == 302
    assert "It cannot be refused" in page(alice, place)
    assert "It cannot be refused" not in page(ana, place)
    assert "/transfer/requests/" in page(alice, "/pending/")
    for asked in ("pending_advisor", "Pending Advisor", "PENDING ADVISOR"):
        (row,) = alice.get("/api/v1/transactions/", {"status": asked}).json()["results"]  # TRX-2
        assert (row["type"], row["amount"], row["status"], row["method"]) == (
            *("withdrawal", "-8000.01", "pending_advisor"),
            "Check",
        )
    assert alice.post(f"{place}cancel/", {"reason": "no"}).status_code == 409
    assert alice.post(f"{place}consent/").status_code == 302
    assert alice.post(f"{place}consent/").status_code == 409
    assert "Pending" in page(ana, place)
    assert f"funding-{found.pk}" in page(ana, "/transactions/")
    assert "Open the request" in page(ana, f"/transactions/funding-{found.pk}/")


def test_trx_5_cancelling_asks_for_a_reason_and_comes_too_late(browse, rich):
    ana = browse("ana")
    found = rich.withdraw("ana", "U1000001", "100", at=timezone.now())
    place, api = f"/transfer/requests/{found.pk}/cancel/", f"/api/v1/funding-requests/{found.pk}/cancel/"
    for reason in ("", "  ", "x" * 257):
        assert ana.post(place, {"reason": reason}).status_code == 400
        assert ana.post(api, {"reason": reason}, content_type="application/json").status_code == 400
    found.refresh_from_db()
    assert found.status == "pending_advisor"
    browse("alice").post(f"/transfer/requests/{found.pk}/consent/")
    send_due(at=timezone.now())
    assert ana.post(place, {"reason": "late"}).status_code == 409
    assert ana.post(api, {"reason": "late"}, content_type="application/json").status_code == 409
    other = rich.withdraw("ana", "U1000001", "100", at=timezone.now())
    assert ana.post(f"/transfer/requests/{other.pk}/cancel/", {"reason": "changed my mind"}).status_code == 302
    other.refresh_from_db()
    assert (other.status, other.reason) == ("cancelled", "changed my mind")


def test_the_same_over_the_api(browse, rich):
    bob, chidi = browse("bob"), browse("chidi")
    sure = {"Confirm-Password": PASSWORD}

    def post(client, path, said=None, key="", **headers):
        more = {"Idempotency-Key": key} if key else {}
        return client.post(f"/api/v1{path}", said or {}, content_type="application/json", headers={**headers, **more})

    bank = {"name": "Main", "method": "ACH", "bank_name": "Corner", "holder": "Chidi", "code": "021000021"}
    saves = "/accounts/U2000001/bank-instructions/"
    assert post(chidi, saves, {**bank, "number": "12345"}, "b").status_code == 403
    made = post(chidi, saves, {**bank, "number": "12345"}, "b", **sure)
    assert (made.status_code, made.json()["status"]) == (201, "pending_confirmation")
    found = FundingRequest.unscoped.get(pk=made.json()["id"])
    number = f"/funding-requests/{found.pk}/number/"
    assert post(chidi, number, {"number": "0"}).status_code == 400
    assert post(chidi, number, {"number": actions.number_of(found)}).json()["status"] == "approved"
    (saved,) = chidi.get("/api/v1/bank-instructions/").json()
    assert (saved["name"], saved["ending"], "12345" in str(saved)) == ("Main", "…2345", False)
    wanted = {"amount": "50.00", "currency": "USD", "bank": saved["id"]}
    assert post(bob, "/accounts/U2000001/withdrawals/", wanted, **sure).status_code == 400  # no key
    asked = post(bob, "/accounts/U2000001/withdrawals/", wanted, "w", **sure)
    again = post(bob, "/accounts/U2000001/withdrawals/", wanted, "w", **sure)
    assert asked.json()["id"] == again.json()["id"]
    place = f"/funding-requests/{asked.json()['id']}/"
    held = FundingRequest.unscoped.get(pk=asked.json()["id"])
    assert post(bob, f"{place}number/", {"number": actions.number_of(held)}).json()["status"] == "pending_verification"
    assert post(bob, f"{place}answer/", {"approve": True}, **sure).status_code == 403
    assert post(chidi, f"{place}answer/", {"approve": True}).status_code == 403
    assert post(chidi, f"{place}answer/", {"approve": True}, **sure).json()["status"] == "pending"
    told = chidi.get("/api/v1/accounts/U2000001/funding/").json()
    assert (told["available"], told["promised"], len(told["requests"])) == ("9950.00", "50.00", 1)
    assert chidi.delete(f"/api/v1/bank-instructions/{saved['id']}/", headers=sure).status_code == 204
    assert chidi.get("/api/v1/bank-instructions/").json() == []
    deposit = post(chidi, "/accounts/U2000001/deposits/", {"amount": "5", "currency": "USD", "method": "WIRE"}, "d")
    one = f"/api/v1/funding-requests/{deposit.json()['id']}/"
    changed = chidi.patch(one, {"amount": "6.50"}, content_type="application/json")
    assert (changed.status_code, changed.json()["amount"]) == (200, "6.50")


@pytest.mark.parametrize("said", [
    {"amount": "0"}, {"amount": "-5"}, {"amount": "1e3"}, {"amount": "NaN"}, {"amount": "1.001"}, {"amount": "9" * 40},
    {"currency": "XXX"}, {"method": "INTERNAL"}, {"method": "ACH", "currency": "EUR"}, {"key": "x"}, {"amount": "٣"},
    {"amount": "1.50", "currency": "JPY"},
])  # fmt: skip
def test_strange_input_is_refused_in_words(browse, rich, said):
    answer = browse("ana").post("/accounts/U1000001/transfer/deposit/", {**form(method="WIRE"), **said})
    assert answer.status_code == 422
    assert FundingRequest.unscoped.count() == 0


def test_who_may_not_is_told_why(browse, rich):
    for name, number, words in (
        ("alice", "U2000001", "A top-level advisor cannot fund second-level advisors or their clients."),
        ("alice", "F100001", "A master account is a shell"),
        ("sam", "U4000001", "Fund the STL master account"),
    ):
        answer = browse(name).get(f"/accounts/{number}/transfer/")
        assert (answer.status_code, words in answer.content.decode()) == (403, True), (name, number)


def test_pages_ask_the_same_few_questions_however_many_rows(browse, rich):
    for name, number in (("ana", "U1000001"), ("alice", "U1000001"), ("sam", "I4000001")):
        client = browse(name)
        counted = {}
        paths = ["/transfer/funds/", "/transfer/saved/", f"/accounts/{number}/transfer/"]
        for turn in (0, 1):
            for path in paths:
                page(client, path)
                with CaptureQueriesContext(connection) as asked:
                    page(client, path)
                counted.setdefault(path, []).append(questions(asked))
            if turn == 0:
                owner = "sam" if name == "sam" else "ana"
                for place in range(3):
                    rich.bank(owner, number, name=f"{name} {place}")
                    rich.deposit(owner, number, "5")
        assert all(one == other for one, other in counted.values()), counted
        assert max(one for one, _other in counted.values()) <= 12
