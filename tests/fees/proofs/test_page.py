"""The proof page: the same for advisor and client, for nobody else, whole without script."""

from datetime import date
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.ground.ledger.models import Transfer
from fees.posting.models import Charge

ANA = "U1000001"


def page(charge):
    return reverse("fees:proof", args=[charge.pk])


@pytest.mark.parametrize("name", ["alice", "ana"])
def test_who_sees_the_account_sees_the_proof(browse, month_end, name):
    answer = browse(name).get(page(month_end))

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "208.33" in text
    assert "The agreed fee is 1 % a year of the account’s net liquidation value.".replace("’", "&#x27;") in text
    assert month_end.fingerprint in text


@pytest.mark.parametrize("name", ["bob", "carol", "chidi", "ken", "sam", "mallory", "nina"])
def test_nobody_else_does_and_it_looks_missing(browse, month_end, name):
    client = browse(name)

    hidden, missing = client.get(page(month_end)), client.get(reverse("fees:proof", args=[UUID(int=1)]))

    assert hidden.status_code == missing.status_code == 404
    assert hidden.content.decode().replace(str(month_end.pk), "") == missing.content.decode().replace(
        str(UUID(int=1)), ""
    )


def test_a_visitor_is_sent_to_sign_in(browse, month_end):
    assert browse("").get(page(month_end)).status_code == 302


def test_a_client_is_not_told_who_is_paid(browse, month_end):
    assert "Paid to" not in browse("ana").get(page(month_end)).content.decode()
    assert "Paid to" in browse("alice").get(page(month_end)).content.decode()


def test_a_fee_of_a_night_that_is_not_sealed_is_not_shown(browse, nights, month_end):
    nights.value(ANA, date(2025, 10, 31), "250000")
    nights.close(date(2025, 10, 31))
    october = nights.charge(ANA, starts=date(2025, 10, 1))

    assert browse("alice").get(page(october)).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole page", "fragment"])
def test_recompute_says_that_it_agrees(browse, month_end, headers):
    answer = browse("ana").post(reverse("fees:recompute", args=[month_end.pk]), headers=headers)

    text = answer.content.decode()
    assert "It agrees: again 208.33333333 USD before rounding" in text
    assert ("<html" in text) is not bool(headers)


def test_recompute_is_refused_to_others_and_moves_nothing(browse, nights, month_end):
    before = list(Charge.unscoped.values()), list(Transfer.unscoped.values())

    assert browse("bob").post(reverse("fees:recompute", args=[month_end.pk])).status_code == 404
    assert browse("alice").get(reverse("fees:recompute", args=[month_end.pk])).status_code == 405

    assert (list(Charge.unscoped.values()), list(Transfer.unscoped.values())) == before


def test_an_accrued_fee_lists_its_days(browse, accrued):
    text = browse("alice").get(page(accrued)).content.decode()

    assert text.count('<th scope="row" class="nowrap">') == 21
    assert "4.76190476" in text
    assert "110.48" in text


def test_the_account_page_leads_to_the_proof(browse, month_end):
    assert page(month_end) in browse("alice").get(reverse("records:account", args=[ANA])).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_days(browse, accrued, django_assert_max_num_queries):
    client = browse("alice")
    client.get(page(accrued))

    with django_assert_max_num_queries(25):
        client.get(page(accrued))
