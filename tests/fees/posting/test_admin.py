"""The back office looks at charges and changes none."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.ground.runs.models import Run
from fees.posting.models import Charge
from tests.fees.posting.nights import figures

ANA = "U1000001"


@pytest.fixture
def charge(nights):
    """The worked case D01."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, date(2025, 9, 30), "250000")
    nights.night(date(2025, 9, 30))
    return nights.charge(ANA)


def page(charge):
    return reverse("admin:fees_charge_change", args=[charge.pk])


def test_the_list_names_amount_and_account(browse, charge):
    text = browse("olga").get(reverse("admin:fees_charge_changelist"), {"q": ANA, "method": "4"}).content.decode()

    assert "208.33" in text
    assert ANA in text


def test_the_page_explains_and_works_it_out_again(browse, charge):
    text = browse("olga").get(page(charge)).content.decode()

    assert "It agrees." in text
    assert "2025-09-30 250000.0000" in text
    assert charge.fingerprint in text


def test_nothing_is_changed_or_deleted_by_hand(browse, charge):
    olga = browse("olga")
    before = Charge.unscoped.values().get()

    assert olga.post(page(charge), {"amount": "1.00"}).status_code == 403
    assert olga.post(reverse("admin:fees_charge_delete", args=[charge.pk]), {"post": "yes"}).status_code == 403
    assert olga.get(reverse("admin:fees_charge_add")).status_code == 403
    assert Charge.unscoped.values().get() == before


@pytest.mark.parametrize("name", ["alice", "ana", "mallory"])
def test_nobody_else_finds_the_page(browse, charge, name):
    assert browse(name).get(page(charge)).status_code in (403, 404)
    assert Run.unscoped.exists()
