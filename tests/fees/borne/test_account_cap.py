"""What a client reads of the rolling cap: the engine's figures of their own account, and of nobody else's."""

import pytest
from django.urls import reverse

from tests.fees.headroom.conftest import nights
from tests.fees.headroom.test_cap import ANA, CHIDI, DUE, LAST, fee, young

__all__ = ["nights", "young"]
PAGE = reverse("fees:account_cap", args=[ANA])
API = f"/api/v1/accounts/{ANA}/fee-cap/"


@pytest.fixture
def capped(young):
    """P08: 10,000 for 30 days allow 721.69; 50 and the 671.69 that were left of a fee of 1,000 have been charged."""
    fee(young)
    young.night(LAST)
    young.night(DUE)
    return young


@pytest.mark.parametrize("name", ["ana", "alice"])
def test_the_owner_and_the_advisor_read_the_same_figures(capped, browse, name):
    reader = browse(name)

    page = reader.get(PAGE)
    assert page.status_code == 200
    words = page.content.decode()
    assert "The window of 30 days decides: 721.69\N{NO-BREAK SPACE}USD of 721.69\N{NO-BREAK SPACE}USD" in words

    found = reader.get(API).json()
    assert (found["account"], found["day"], found["left"]) == (ANA, DUE.isoformat(), "0.00")
    [window] = found["windows"]
    assert (window["days"], window["allowed"][:8], window["paid"]) == (30, "721.6878", "721.69000000")
    assert window["is_tightest"] is True


def test_the_page_links_from_the_account(capped, browse):
    assert PAGE in browse("ana").get(reverse("records:account", args=[ANA])).content.decode()


@pytest.mark.parametrize("name", ["bob", "carol", "ken", "chidi", "nina", "mallory"])
def test_nobody_else_learns_that_it_is_there(capped, browse, name):
    reader = browse(name)

    assert reader.get(PAGE).status_code == 404
    assert reader.get(API).status_code == 404


def test_strangers_are_asked_to_sign_in(capped, client):
    assert client.get(PAGE).status_code == 302
    assert client.get(API).status_code == 401


def test_a_former_employee_finds_nothing(capped, browse):
    for address in (PAGE, API):
        assert browse("frank").get(address).status_code in (302, 401, 403, 404)


def test_an_account_without_values_has_no_cap_yet(capped, browse):
    page = browse("chidi").get(reverse("fees:account_cap", args=[CHIDI]))

    assert page.status_code == 200 and "No cap yet" in page.content.decode()


def test_the_page_asks_as_much_for_a_year_as_for_a_month(capped, browse, django_assert_max_num_queries):
    reader = browse("ana")
    reader.get(PAGE)
    with django_assert_max_num_queries(12 + 6):  # the frame's own, and the context of the transaction
        assert reader.get(PAGE).status_code == 200
