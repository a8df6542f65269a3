"""Fee terms are confirmed figure by figure: what the phone showed is what is stored, and nothing else is."""

import json

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role
from auth2fa.devices.models import Kind
from fees.patterns.models import FeeTemplate
from fees.proposals.models import Proposal
from tests.auth2fa.kit import enrolled, latest
from tests.fees.proposals.conftest import ANA, table
from tests.world import PASSWORD

__all__ = ["table"]
SEND = reverse("fees:send_proposal", args=[ANA])
TERMS = {
    "strategy": "automatic", "on": ["percent", "flat"], "percent-method": "2", "percent-rate": "1.25",
    "flat-method": "23", "flat-flat": "6000",
}  # fmt: skip
FIGURES = "1.25% a year (Percent of net liquidation value, monthly); 6,000.00 a year (Flat fee, quarterly)"


def sent() -> list[list[tuple[int, str | None, str | None]]]:
    with as_role("owner"):
        return [
            [(one["method"], one["rate"], one["flat"]) for one in proposal.components]
            for proposal in Proposal.unscoped.all()
        ]


def begin(browser, path, form):
    page = browser.post(path, {**form, "_username": "alice", "_password": PASSWORD})
    assert page.status_code == 403
    return page


@pytest.mark.parametrize(
    "changed",
    [{"percent-rate": "1.26"}, {"flat-flat": "6001"}, {"percent-method": "4"}, {"on": ["percent"]}, {"cap_rate": "3"}],
)
def test_what_the_phone_showed_is_stored_and_changed_figures_are_refused(browse, table, changed):
    alice = table.world.users["alice"]
    held = enrolled(alice, Kind.PHONE)
    browser = browse("alice")
    begin(browser, SEND, TERMS)
    one = latest(alice)
    assert one.told.startswith(f"Send these fee terms for account {ANA} Ruiz, Ana Kestrel: 1.25% a year")
    assert len(one.told) <= 140

    answer = {"_challenge": str(one.pk), "_code": held.answer(one, told=one.told)}
    refused = browser.post(SEND, {**TERMS, **changed, **answer})
    assert (refused.status_code, sent()) == (403, [])

    begin(browser, SEND, TERMS)
    one = latest(alice)
    done = browser.post(SEND, {**TERMS, "_challenge": str(one.pk), "_code": held.answer(one, told=one.told)})
    assert done.status_code == 302
    assert sent() == [[(2, "0.0125", None), (23, None, "6000")]]


def test_an_answer_to_other_words_is_none(browse, table):
    """A phone that was shown a lower rate gives a response that does not hold."""
    alice = table.world.users["alice"]
    held = enrolled(alice, Kind.PHONE)
    browser = browse("alice")
    begin(browser, SEND, TERMS)
    one = latest(alice)

    lower = held.answer(one, told=one.told.replace("1.25%", "0.25%"))
    assert browser.post(SEND, {**TERMS, "_challenge": str(one.pk), "_code": lower}).status_code == 403
    assert sent() == []


def test_a_program_and_a_form_are_told_the_same_figures(browse, table):
    body = {
        "strategy": "automatic",
        "components": [
            {"method": "PERCENTOFEQUITY_MONTHLY", "rate": "0.0125"},
            {"method": "ANNUALFLATFEE_QUATERLY", "flat": "6000"},
        ],
    }
    browser = browse("alice")

    asked = browser.post(f"/api/v1/accounts/{ANA}/fee-terms/send/", json.dumps(body), content_type="application/json")

    assert asked.status_code == 403
    assert asked.json()["detail"] == f"Send these fee terms for account {ANA} Ruiz, Ana Kestrel: {FIGURES}"
    assert FIGURES in browser.post(SEND, TERMS).content.decode()


def test_a_template_is_told_with_its_figures(browse, table):
    browser = browse("alice")
    new = reverse("fees:new_template")
    assert f"Keep the fee template Plain; no client&#x27;s fees change. Its terms: {FIGURES}" in (
        browser.post(new, {**TERMS, "name": "Plain"}).content.decode()
    )
    assert browser.post(new, {**TERMS, "name": "Plain", "_password": PASSWORD}).status_code == 302
    with as_role("owner"):
        plain = FeeTemplate.unscoped.get(name="Plain")
    place = reverse("fees:template", args=[plain.pk])
    lower = {**TERMS, "percent-rate": "1", "name": "Plain", "seen": "1"}

    changed = browser.post(place, lower).content.decode()
    assert "Change the terms of the fee template Plain: 1% a year" in changed
    called = browser.post(place, {**lower, "name": "Plainer"}).content.decode()
    assert "Call the fee template Plain Plainer, with these terms: 1% a year" in called
    default = browser.post(reverse("fees:default_template", args=[plain.pk])).content.decode()
    assert f"Let new clients begin with the fee template Plain: {FIGURES}" in default


def test_terms_that_will_be_refused_are_not_told(browse, table):
    page = browse("alice").post(SEND, {**TERMS, "percent-rate": "much"}).content.decode()
    assert "Send these fee terms" not in page
