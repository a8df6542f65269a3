"""Who sees the list of the broker's charges that an advisor pays."""

import pytest

from tests.fees.borne.test_borne import ANA, DAY, NORTHGATE, commission, offer


@pytest.fixture
def decided(nights):
    offer(nights, ANA)
    nights.cash(NORTHGATE, DAY, "1001.00")
    commission(nights, "4.00")
    commission(nights, "2.00", key="2")
    nights.night(DAY)
    return nights


def signed_in(client, world, name):
    client.force_login(world.users[name])
    return client


def test_the_advisor_reads_who_paid_and_why(decided, client, world):
    page = signed_in(client, world, "alice").get("/fees/borne/").content.decode()

    assert "1,001.00 USD before it. That is at least 1,000 USD, so the advisor paid it." in page
    assert "997.00 USD before it. That is less than 1,000 USD, so the client paid it." in page
    only = signed_in(client, world, "alice").get("/fees/borne/?payer=client").content.decode()
    assert "997.00" in only
    assert "1,001.00" not in only


def test_the_api_says_the_same(decided, client, world):
    rows = signed_in(client, world, "alice").get("/api/v1/borne-charges/").json()["results"]

    assert {(row["amount"], row["payer"], row["account"]) for row in rows} == {
        ("4.00", "master", ANA),
        ("2.00", "client", ANA),
    }


@pytest.mark.parametrize("name", ["bob", "mallory"])
def test_another_advisor_finds_nothing(decided, client, world, name):
    assert (
        "No charge of the broker was yours to pay"
        in signed_in(client, world, name).get("/fees/borne/").content.decode()
    )
    assert signed_in(client, world, name).get("/api/v1/borne-charges/").json()["results"] == []


def test_a_client_is_told_what_the_page_is_for(decided, client, world):
    assert signed_in(client, world, "ana").get("/fees/borne/").status_code == 403
    assert signed_in(client, world, "ana").get("/api/v1/borne-charges/").status_code == 403
