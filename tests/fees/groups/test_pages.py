"""What people see of a group's fees: the terms of its master, the reason a sub has none, the proof by account."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role
from fees.schedules.models import Schedule
from tests.fees.groups.conftest import MASTER, ONE, TWO
from tests.fees.posting.nights import figures

LAST, DUE = date(2025, 9, 30), date(2025, 10, 1)


@pytest.fixture
def paid(group):
    """166.67 on 200,000; 100.00 of it from the second sub, 26.67 from the first."""
    group.agree(MASTER, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    group.worth(LAST, "100000", "60000", "40000")
    group.night(LAST)
    group.has(LAST, "40.00", "90.00", "100.00")
    group.worth(DUE, "100000", "60000", "40000")
    group.night(DUE)
    return group.charge(MASTER)


def test_the_terms_of_a_master_say_what_they_are_worked_out_on_and_who_pays(browse, world):
    page = browse("alice").get(reverse("fees:configure_account", args=[MASTER])).content.decode()

    assert "One fee for the whole group" in page
    assert all(number in page for number in (MASTER, ONE, TWO))
    assert "What it lacks comes from the subs, the one with the most cash first." in page


def test_a_client_has_no_group(browse, world):
    page = browse("alice").get(reverse("fees:configure_account", args=["U1000001"])).content.decode()

    assert "One fee for the whole group" not in page


def test_a_sub_has_no_terms_and_is_told_why(browse, world):
    answer = browse("alice").get(reverse("fees:configure_account", args=[ONE]))

    assert answer.status_code == 403
    assert "Fee schedules are entered on the STL master" in answer.content.decode()


@pytest.mark.parametrize("name", ["bob", "sam", "suki", "ana", "frank", "mallory", ""])
def test_nobody_else_sets_a_groups_fees(browse, world, name):
    for number in (MASTER, ONE):
        answer = browse(name).post(reverse("fees:send_proposal", args=[number]), {"strategy": "none"})
        assert answer.status_code in (302, 403, 404)
    with as_role("owner"):
        assert not Schedule.unscoped.filter(account__number__in=[MASTER, ONE]).exists()


@pytest.mark.parametrize("name", ["alice", "sam"])
def test_the_proof_shows_each_account(browse, paid, name):
    """166.67 by 100 : 60 : 40 is 83.335, 50.001 and 33.334: cut to 83.33, 50.00 and 33.33, and the cent that is left
    goes to the largest remainder, the master's."""
    page = browse(name).get(reverse("fees:proof", args=[paid.pk])).content.decode()

    for words in ("100,000.00", "60,000.00", "40,000.00", "200,000.00", "83.34", "50.00", "33.33", "26.67", "126.67"):
        assert words in page


def test_the_proof_over_the_api_says_the_same(browse, paid):
    told = browse("sam").get(f"/api/v1/charges/{paid.pk}/proof/").json()

    assert told["agrees"] is True
    assert told["group"]["members"] == [
        {"account": MASTER, "part": "83.34", "drawn": "0.00"},
        {"account": ONE, "part": "50.00", "drawn": "26.67"},
        {"account": TWO, "part": "33.33", "drawn": "100.00"},
    ]
    assert [Decimal(one) for one in told["group"]["days"][0]["values"]] == [100000, 60000, 40000]


@pytest.mark.parametrize("name", ["suki", "bob", "ana", "frank", "mallory"])
def test_who_does_not_see_the_master_does_not_see_its_fee(browse, paid, name):
    assert browse(name).get(reverse("fees:proof", args=[paid.pk])).status_code in (403, 404)
    assert browse(name).get(f"/api/v1/charges/{paid.pk}/proof/").status_code in (401, 403, 404)
