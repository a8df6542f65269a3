"""The API's habits: one shape of error, cursor pages, the same doors as the pages."""

import base64

import pytest

from accounts.ground.tree.models import Account
from tests.world import PASSWORD

PROBLEM = "application/problem+json"


def test_nobody_gets_401_in_problem_form_and_basic_is_no_way_in(browse):
    for headers in ({}, {"Authorization": "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()}):
        answer = browse("").get("/api/v1/accounts/", headers=headers)

        assert answer.status_code == 401
        assert answer["Content-Type"] == PROBLEM
        assert answer.json()["status"] == 401


@pytest.mark.parametrize("number", ["U3000001", "U9999999", "nonsense"])
def test_hidden_and_missing_answer_alike(browse, number):
    answer = browse("bob").get(f"/api/v1/accounts/{number}/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == PROBLEM
    assert answer.json() == {"type": "about:blank", "title": "Not found", "status": 404}


def test_pages_follow_one_another_without_gaps(browse):
    client, seen, url = browse("alice"), [], "/api/v1/accounts/?limit=4"
    while url:
        page = client.get(url).json()
        seen += [row["number"] for row in page["results"]]
        url = page["next"]

    assert len(seen) == len(set(seen)) == 10


def test_filters_and_search_narrow_the_list_and_refuse_nonsense(browse):
    client = browse("alice")

    def numbers(query):
        return {row["number"] for row in client.get(f"/api/v1/accounts/?{query}").json()["results"]}

    assert numbers("kind=stl_sub") == {"U4000001", "U4000002"}
    assert numbers("search=plover") == {"U2000001"}
    assert numbers("search=U100") == {"U1000001", "U1000002"}
    assert numbers("search=otter") == set()
    assert client.get("/api/v1/accounts/?kind=nonsense").status_code == 400


def test_what_may_i_do_and_why(browse):
    answers = {row["function"]: row for row in browse("alice").get("/api/v1/accounts/U2000001/may/").json()}

    assert answers["view"]["allowed"]
    assert not answers["fund"]["allowed"]
    assert "cannot fund" in answers["fund"]["why"]


def test_a_second_level_advisor_does_not_read_the_number_of_the_master_above(browse):
    bob = browse("bob")

    assert bob.get("/api/v1/accounts/F200002/").json()["parent"] is None
    assert bob.get("/api/v1/accounts/U2000001/").json()["parent"] == "F200002"


def test_reading_writes_nothing(browse):
    before = Account.unscoped.count()

    for method in ("post", "put", "patch", "delete"):
        assert getattr(browse("alice"), method)("/api/v1/accounts/").status_code == 405

    assert Account.unscoped.count() == before
