"""What pages and the API answer about a money manager's lines and proposals: never an error of the server."""

import json
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role as in_role
from accounts.ground.assignments.models import Assignment
from accounts.ground.requests.models import Request
from fees.billing.actions import choose_threshold
from fees.proposals.models import Proposal
from portal.managed.actions import end
from tests.accounts.assignments.managed import CLIENT, NUMBER, OTHER
from tests.fees.invoicing.conftest import OCTOBER, at
from tests.fees.managers.conftest import proposed, row
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

GONE = "not assigned to this money manager any more"
NO_OTHERS = ("max", "alice", "bob", "olga", "")


def call(client, method, path, body=None):
    headers = {"Confirm-Password": PASSWORD}
    kept = json.dumps(body or {})
    return getattr(client, method)(f"/api/v1/{path}", kept, content_type="application/json", headers=headers)


def kept(desk):
    found = desk.sent(CLIENT)
    return [(one.state, one.amount, one.memo, one.changed_at, one.approved_by_id, one.needs_approval) for one in found]


def test_of_an_assignment_that_has_ended_nothing_is_changed_and_each_door_says_why(two_persons, browse, password_field):
    """From 5.00 on a second person approves; 10.00 waits as the assignment ends past the pages."""
    with two_persons.acting("mallory") as who:
        choose_threshold(who=who, threshold=D("5"), at=at(OCTOBER))
    two_persons.send("mallory", row(1, CLIENT, "10"))
    [invoice] = two_persons.sent(CLIENT)
    with in_role("owner"):
        Assignment.unscoped.update(state="ended", ended_at=datetime(2025, 10, 6, 17, tzinfo=UTC))
    before, mallory, molly = kept(two_persons), browse("mallory"), browse("molly")
    proof = {password_field: PASSWORD}

    cancelled = mallory.post(reverse("fees:cancel_invoice", args=[invoice.pk]), follow=True)
    changed = mallory.post(reverse("fees:invoice", args=[invoice.pk]), {"amount": "11", "memo": "", **proof})
    approved = molly.post(reverse("fees:approve_line", args=["invoice", invoice.pk]), proof, follow=True)
    assert [GONE in one.content.decode() for one in (cancelled, changed, approved)] == [True, True, True]
    assert [one.status_code for one in (cancelled, changed, approved)] == [200, 422, 200]
    for answer in (
        call(mallory, "patch", f"invoices/{invoice.pk}/", {"amount": "11"}),
        call(mallory, "delete", f"invoices/{invoice.pk}/"),
        call(molly, "post", f"billing/invoice/{invoice.pk}/approve/"),
    ):
        assert (answer.status_code, GONE in answer.content.decode()) == (400, True)
    assert kept(two_persons) == before


def stands():
    with in_role("owner"):
        return Proposal.unscoped.get().state, Request.unscoped.get(kind="client_approval").status


def test_the_api_reads_and_withdraws_the_money_managers_proposal(desk, browse):
    sent = proposed(desk)
    path = f"fee-proposals/{sent.pk}/"
    assert stands() == ("proposed", "awaiting_client")
    for name in (*NO_OTHERS, "nina"):
        assert call(browse(name), "post", f"{path}cancel/").status_code in (401, 403, 404), name
    assert stands() == ("proposed", "awaiting_client")

    mallory = browse("mallory")
    assert mallory.get(f"/api/v1/{path}").json()["state"] == "proposed"
    assert [one["id"] for one in mallory.get("/api/v1/fee-proposals/").json()["results"]] == [str(sent.pk)]
    for name in NO_OTHERS:
        assert browse(name).get(f"/api/v1/{path}").status_code in (401, 403, 404), name

    answer = call(mallory, "post", f"{path}cancel/", {"reason": "Too early"})
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert stands() == ("cancelled", "cancelled")
    again = call(mallory, "post", f"{path}cancel/", {"reason": "Too early"})
    assert again.status_code == 400


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_proposal_of_an_assignment_that_has_ended_is_not_an_error_of_the_server(desk, browse, door):
    sent = proposed(desk)
    with in_role("owner"):
        Assignment.unscoped.update(state="ended", ended_at=datetime(2025, 10, 6, 17, tzinfo=UTC))
    before = stands()
    if door == "api":
        answer = call(browse("mallory"), "post", f"fee-proposals/{sent.pk}/cancel/")
        assert answer.status_code == 400
    else:
        answer = browse("mallory").post(reverse("fees:cancel_proposal", args=[sent.pk]), follow=True)
        assert answer.status_code == 200
    assert GONE in answer.content.decode()
    assert stands() == before


@pytest.mark.parametrize("name", ["mallory", "max"])
def test_with_the_assignment_its_proposal_ends_on_both_lists(desk, name):
    proposed(desk)
    assert stands() == ("proposed", "awaiting_client")
    with desk.acting(name) as who:
        end(who=who, assignment=Assignment.unscoped.get(), at=at(OCTOBER, 13))
    assert stands() == ("cancelled", "cancelled")


TERMS = {
    "strategy": "automatic",
    "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.5"}],
    "payee": NUMBER.lower(),
}


def test_terms_for_the_money_manager_are_sent_over_the_api(desk, browse):
    """For whoever the page may be opened for; the proposal and every list names who would be paid."""
    mallory = browse("mallory")
    path = f"accounts/{CLIENT}/fee-terms"
    assert call(mallory, "post", f"{path}/preview/", TERMS).status_code == 200
    drafted = call(mallory, "put", f"{path}/draft/", TERMS)
    assert (drafted.status_code, drafted.json()["payee"]) == (200, "Gannet Trading")

    sent = call(mallory, "post", f"{path}/send/", TERMS)

    assert (sent.status_code, sent.json()["payee"]) == (201, "Gannet Trading"), sent.content
    with in_role("owner"):
        found = Proposal.unscoped.get(pk=sent.json()["id"])
        assert (found.practice_id, found.state) == (desk.world[NUMBER].practice_id, "proposed")
    [listed] = mallory.get("/api/v1/fee-proposals/").json()["results"]
    assert listed["payee"] == "Gannet Trading"


@pytest.mark.parametrize("name", ["max", "alice", "bob", "olga", "nina", ""])
def test_nobody_else_sends_terms_for_the_money_manager(desk, browse, name):
    before = fingerprint_of_rows()
    for method, step in (("post", "preview"), ("put", "draft"), ("post", "send")):
        answer = call(browse(name), method, f"accounts/{CLIENT}/fee-terms/{step}/", TERMS)
        assert answer.status_code in (400, 401, 403, 404), (name, step)
    assert fingerprint_of_rows() == before


def test_terms_for_who_is_not_the_accounts_money_manager_are_refused(desk, browse):
    before = fingerprint_of_rows()
    for account, payee in ((OTHER, NUMBER), (CLIENT, "A1111111"), (CLIENT, "F900001")):
        answer = call(browse("mallory"), "post", f"accounts/{account}/fee-terms/send/", {**TERMS, "payee": payee})
        assert (answer.status_code, "not assigned to this money manager" in answer.content.decode()) == (400, True)
    assert fingerprint_of_rows() == before


def test_invoices_over_the_api_name_their_payee(limited, browse, monkeypatch):
    monkeypatch.setattr("fees.invoicing.actions.clock", lambda: at(OCTOBER))
    mallory = browse("mallory")
    asked = [{"account": CLIENT, "amount": "10.00", "money_manager": NUMBER}]
    sent = mallory.post(
        "/api/v1/invoices/send/", json.dumps(asked), content_type="application/json",
        headers={"Confirm-Password": PASSWORD, "Idempotency-Key": "one"},
    )  # fmt: skip
    assert (sent.status_code, sent.json()["rows"][0]["verdict"]) == (200, "ok"), sent.content

    [listed] = mallory.get("/api/v1/invoices/").json()["results"]
    assert (listed["payee"], listed["amount"]) == ("Gannet Trading", "10.00")
    mallory_sees = mallory.get(reverse("fees:invoicing")).content.decode()
    assert "Of that your own:" in mallory_sees
    changed = call(mallory, "patch", f"invoices/{listed['id']}/", {"amount": "11"})
    assert changed.status_code in (200, 400)
    file = mallory.get(reverse("fees:download_invoices") + "?as=csv").content.decode()
    assert "Payable to" in file and "Gannet Trading" in file
