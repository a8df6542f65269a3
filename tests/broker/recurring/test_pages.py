"""Recurring movements on the pages and over the API, and who meets a closed door."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.recurring.models import RecurringInstruction
from tests.broker.funding.conftest import questions
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

FORM = {"name": "Rent", "what": "to CHECK", "amount": "100", "currency": "USD", "every": "month",
        "starts_on": "2040-05-15", "_password": PASSWORD}  # fmt: skip


def moved(before):
    return [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE]


def test_set_up_paused_resumed_and_ended(browse, till):
    ana = browse("ana")
    page = ana.get("/accounts/U1000001/transfer/recurring/").content.decode()
    assert "A check to the holder" in page
    place = "/accounts/U1000001/transfer/recurring/"
    asks = ana.post(place, {**FORM, "key": str(uuid4()), "_password": ""}).content.decode()
    assert "Every month from 2040-05-15 on, for account U1000001" in asks
    assert "withdraw by check" in asks
    assert RecurringInstruction.unscoped.count() == 0
    assert ana.post(place, {**FORM, "key": str(uuid4())}).status_code == 302
    found = RecurringInstruction.unscoped.get()
    one = f"/transfer/recurring/{found.pk}/"
    assert "Rent" in ana.get("/transfer/recurring/").content.decode()
    assert "It was not due yet" in ana.get(one).content.decode()
    for step, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        sure = {"_password": PASSWORD} if step == "resume" else {}
        assert ana.post(f"{one}{step}/", sure).status_code == 302
        found.refresh_from_db()
        assert found.state == state
        assert ana.post(f"{one}{step}/", sure).status_code == 409
    assert "Ended" in ana.get(one).content.decode()


def test_the_same_over_the_api(browse, till):
    ana, sure = browse("ana"), {"Confirm-Password": PASSWORD}
    said = {"name": "Rent", "kind": "withdrawal", "amount": "100.00", "currency": "USD", "every": "quarter"}
    path = "/api/v1/accounts/U1000001/recurring-instructions/"

    def post(key, **more):
        headers = {"Idempotency-Key": key, **sure}
        body = {**said, "starts_on": "2040-05-15", **more}
        return ana.post(path, body, content_type="application/json", headers=headers)

    made = post("a")
    assert (made.status_code, made.json()["next_on"], made.json()["state"]) == (201, "2040-05-15", "active")
    assert post("a").json()["id"] == made.json()["id"]
    assert post("a", amount="5.00").status_code == 409
    assert post("b", every="week").status_code == 400
    assert post("c", kind="internal_cash", to="U2000001").status_code == 400
    one = f"/api/v1/recurring-instructions/{made.json()['id']}/"
    assert ana.get(one).json()["turns"] == []
    assert ana.post(f"{one}pause/").json()["state"] == "paused"
    assert ana.post(f"{one}pause/").status_code == 409
    assert ana.post(f"{one}resume/").status_code == 403
    assert ana.get(one).json()["state"] == "paused"
    assert ana.post(f"{one}resume/", headers=sure).json()["state"] == "active"
    assert ana.post(f"{one}resume/", headers=sure).status_code == 409
    assert ana.delete(one).status_code == 204
    assert [row["state"] for row in ana.get("/api/v1/recurring-instructions/").json()] == ["ended"]


def test_what_was_paused_goes_on_only_with_a_proof(browse, recur):
    ana, found = browse("ana"), recur("ana", "U1000001")
    one = f"/transfer/recurring/{found.pk}/"
    ana.post(f"{one}pause/")

    asks = ana.post(f"{one}resume/").content.decode()

    assert "Let “Rent” of account U1000001" in asks
    assert "Every month, " in asks
    found.refresh_from_db()
    assert found.state == "paused"


@pytest.mark.parametrize("name", ["ken", "bob", "chidi", "alice", "sam"])
def test_what_is_anothers_is_not_there_and_nothing_moves(browse, recur, name, world):
    found = recur("ana", "U1000001")
    client, one = browse(name), f"/transfer/recurring/{found.pk}/"
    api = f"/api/v1/recurring-instructions/{found.pk}/"
    before = fingerprint_of_rows()
    missing = 200 if name == "alice" else 404
    assert client.get(one).status_code == missing
    assert client.get(api).status_code == missing
    for step in ("pause", "resume", "end"):
        assert client.post(f"{one}{step}/", {"_password": PASSWORD}).status_code == (409 if name == "alice" else 404)
    for step in ("pause", "resume"):
        answer = client.post(f"{api}{step}/", headers={"Confirm-Password": PASSWORD})
        assert answer.status_code == (409 if name == "alice" else 404)
    assert client.delete(api).status_code == (409 if name == "alice" else 404)
    if name != "alice":
        assert client.post("/accounts/U1000001/transfer/recurring/", {**FORM, "key": str(uuid4())}).status_code == 404
        assert "Rent" not in client.get("/transfer/recurring/").content.decode()
        assert json.loads(client.get("/api/v1/recurring-instructions/").content) == []
    assert moved(before) == []


def test_pages_ask_the_same_few_questions(browse, recur):
    client, counted = browse("ana"), {}
    found = recur("ana", "U1000001")
    for turn in (0, 1):
        for path in ("/transfer/recurring/", f"/transfer/recurring/{found.pk}/"):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            counted.setdefault(path, []).append(questions(asked))
        for _more in range(3 if turn == 0 else 0):
            recur("ana", "U1000001")
    assert all(one == other and one <= 12 for one, other in counted.values()), counted
