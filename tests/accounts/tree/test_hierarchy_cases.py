"""Who sees whom on three levels (HIE-1), through pages and API."""

import pytest

NORTHGATE_BELOW = {"U1000001", "U1000002", "F200002", "U2000001", "F200003", "U3000001"}


def listed(client):
    return {row["number"] for row in client.get("/api/v1/accounts/").json()["results"]}


def test_hie_1_the_top_level_sees_the_tree_and_the_second_level_its_own(browse, world):
    assert listed(browse("alice")) >= NORTHGATE_BELOW
    assert listed(browse("bob")) == {"F200002", "U2000001"}
    for address in ("/accounts/U1000001/", "/api/v1/accounts/U1000001/", "/structure/?node=U1000001"):
        assert browse("bob").get(address).status_code == 404
        assert browse("alice").get(address).status_code == 200


@pytest.mark.parametrize("number", ["F200002", "U2000001"])
def test_hie_1_a_sibling_is_not_there(browse, world, number):
    assert browse("carol").get(f"/accounts/{number}/").status_code == 404
    assert browse("carol").get(f"/api/v1/accounts/{number}/").status_code == 404
