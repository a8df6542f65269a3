"""The pages and the API of money managers: assigning, answering, reading, ending; and who finds nothing there."""

import pytest
from django.urls import reverse

from accounts.ground.assignments.models import Assignment, AssignmentState
from tests.accounts.assignments.managed import CLIENT, NUMBER, OTHER, assign, employ
from tests.house.written import fingerprint_of_rows

LIST = "/money-managers/"


@pytest.fixture
def managed(world):
    employ(world)
    return world


def state() -> str:
    return Assignment.unscoped.get().state


def test_from_asking_to_the_end(managed, browse):
    mallory, manager = browse("mallory"), browse("max")
    asked = mallory.post(reverse("managed:assign"), {"account": CLIENT.lower(), "manager": NUMBER})
    assert asked.status_code == 302
    page = manager.get(LIST).content.decode()
    assert CLIENT in page
    assert "Southbank" in page
    assert manager.get(f"/money-managers/accounts/{CLIENT}/").status_code == 404

    pk = Assignment.unscoped.get().pk
    assert manager.post(reverse("managed:answer_assignment", args=[pk]), {"answer": "accept"}).status_code == 302
    assert state() == AssignmentState.ACCEPTED
    assert manager.get(f"/money-managers/accounts/{CLIENT}/").status_code == 200
    assert mallory.get(f"/money-managers/accounts/{CLIENT}/").status_code == 200
    assert manager.post(reverse("managed:answer_assignment", args=[pk]), {"answer": "accept"}).status_code == 409

    assert mallory.post(reverse("managed:end_assignment", args=[pk])).status_code == 302
    assert state() == AssignmentState.ENDED
    assert manager.get(f"/money-managers/accounts/{CLIENT}/").status_code == 404


def test_the_same_over_the_api(managed, browse):
    mallory, manager = browse("mallory"), browse("max")
    json = {"content_type": "application/json"}
    made = mallory.post("/api/v1/assignments/", {"account": CLIENT, "manager": NUMBER}, **json)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert [one["id"] for one in manager.get("/api/v1/assignments/").json()["results"]] == [pk]
    assert manager.post(f"/api/v1/assignments/{pk}/answer/", {"accept": True}, **json).status_code == 200
    assert manager.post(f"/api/v1/assignments/{pk}/answer/", {"accept": True}, **json).status_code == 409
    assert manager.delete(f"/api/v1/assignments/{pk}/").status_code == 204
    assert state() == AssignmentState.ENDED


@pytest.mark.parametrize("name", ["alice", "bob", "sam", "nina", "frank", ""])
def test_nobody_else_finds_or_moves_it(managed, browse, name):
    """A sibling advisor, another level, an owner, a former employee, nobody."""
    pk = assign(managed, accept=None).pk
    client, before = browse(name), fingerprint_of_rows()
    for url, said in (
        (reverse("managed:answer_assignment", args=[pk]), {"answer": "accept"}),
        (reverse("managed:end_assignment", args=[pk]), {}),
    ):
        assert client.post(url, said).status_code in (302, 403, 404)
    assert client.delete(f"/api/v1/assignments/{pk}/").status_code in (401, 403, 404)
    assert CLIENT not in client.get(LIST).content.decode()
    assert state() == AssignmentState.ASKED
    assert fingerprint_of_rows() == before


def test_the_advisor_takes_back_what_was_not_answered(managed, browse):
    pk = assign(managed, accept=None).pk
    assert browse("mallory").post(reverse("managed:end_assignment", args=[pk])).status_code == 302
    assert state() == AssignmentState.CANCELLED


def test_a_wrong_account_is_said_in_words_and_nothing_is_asked(managed, browse):
    for number in ("U1000001", "", "A.2", NUMBER):
        answer = browse("mallory").post(reverse("managed:assign"), {"account": number, "manager": NUMBER})
        assert answer.status_code == 409
    assert not Assignment.unscoped.exists()


def test_the_home_page_of_a_money_manager_is_its_accounts(managed, browse):
    answer = browse("max").get("/")
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert "No account is assigned to you" in browse("max").get(LIST).content.decode()


@pytest.mark.parametrize("name", ["mallory", "max"])
def test_the_list_asks_as_many_questions_whatever_its_length(managed, browse, name, django_assert_max_num_queries):
    assign(managed)
    assign(managed, number=OTHER)
    client = browse(name)
    client.get(LIST)
    with django_assert_max_num_queries(12 + 4):  # the frame's own and the context of the transaction are counted too
        assert client.get(LIST).content.decode().count("U900000") >= 2


def test_the_advisor_opens_the_money_managers_fees_and_its_invoice_form(managed, browse):
    assign(managed)
    mallory = browse("mallory")
    page = mallory.get(reverse("fees:configure_account", args=[CLIENT]) + f"?payee={NUMBER}")
    assert page.status_code == 200
    assert "paid to the money manager" in page.content.decode()
    assert NUMBER in mallory.get(reverse("fees:new_invoices")).content.decode()
    other = reverse("fees:configure_account", args=[OTHER]) + f"?payee={NUMBER}"
    assert mallory.get(other).status_code == 404
