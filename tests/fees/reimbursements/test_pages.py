"""The pages and the API of reimbursements: what they show, what they refuse, and that a double click counts once."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role
from fees.reimbursements.models import Reimbursement
from tests.fees.reimbursements.conftest import ANA
from tests.world import PASSWORD

DESK, NEW, SEND = (reverse(f"fees:{name}") for name in ("reimburse", "new_reimbursements", "send_reimbursements"))


@pytest.fixture
def now(paid, monkeypatch):
    """The database's clock stays where the test's fees are."""
    from tests.fees.reimbursements.conftest import NEXT, at

    monkeypatch.setattr("fees.reimbursements.actions.clock", lambda: at(NEXT))
    return paid


def rows() -> list[str]:
    with as_role("owner"):
        return [str(one.amount) for one in Reimbursement.unscoped.order_by("amount")]


def test_a_form_is_reviewed_then_sent_and_a_double_click_counts_once(browse, now, password_field):
    alice = browse("alice")
    form = {"account": [ANA, ""], "amount": ["5000", ""], "memo": ["Goodwill", ""]}

    review = alice.post(NEW, form)
    assert review.status_code == 200
    assert "5,000.00" in review.content.decode()
    assert rows() == []

    body = {**form, "key": str(uuid4()), password_field: PASSWORD}
    assert alice.post(SEND, body).status_code == 302
    assert alice.post(SEND, body).status_code == 302
    assert rows() == ["5000.00"]
    assert "Goodwill" in alice.get(DESK).content.decode()


def test_a_review_names_the_most_that_can_go_back(browse, now):
    answer = browse("alice").post(NEW, {"account": ANA, "amount": "6000.01", "memo": ""})

    assert "at most 6,000.00 can go back" in answer.content.decode()


@pytest.mark.parametrize("name", ["ana", "tess", "olga"])
def test_who_may_not_set_fees_may_not_give_back(browse, now, password_field, name):
    body = {"account": ANA, "amount": "1", "memo": "", "key": str(uuid4()), password_field: PASSWORD}

    assert browse(name).post(SEND, body).status_code == 403
    assert rows() == []


def test_the_api_answers_the_same_and_twice_the_same(browse, now):
    alice = browse("alice")
    key = {"Idempotency-Key": "one", "Confirm-Password": PASSWORD}
    send = reverse("api_send_reimbursements")
    body = [{"account": ANA, "amount": "5000"}, {"account": ANA, "amount": "5000"}]

    first = alice.post(send, body, content_type="application/json", headers=key)
    again = alice.post(send, body, content_type="application/json", headers=key)

    assert [row["verdict"] for row in first.json()["rows"]] == ["ok", "over_50pct"]
    assert first.json()["rows"][1]["available"] == "1000.00"
    assert again.json() == first.json()
    assert rows() == ["5000.00"]
    [listed] = alice.get(reverse("api_reimbursements")).json()["results"]
    assert (listed["amount"], listed["state"]) == ("5000.00", "pending")


def test_without_the_password_nothing_leaves(browse, now):
    send = reverse("api_send_reimbursements")
    body = [{"account": ANA, "amount": "5000"}]

    answer = browse("alice").post(send, body, content_type="application/json", headers={"Idempotency-Key": "two"})

    assert answer.status_code in (401, 403)
    assert rows() == []
