"""One set of terms for several accounts: chosen, named or all; worked out first, then sent to those looked at."""

import json
from datetime import date

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role
from accounts.ground.jobs.models import Job
from fees.invoicing.models import InvoiceCap
from fees.proposals.models import Proposal
from tests.fees.patterns.test_templates import keep, send, work
from tests.fees.proposals.conftest import ANA, CHIDI, KEN, percent
from tests.fees.proposals.test_configuring import shown
from tests.fees.proposals.test_pages import terms
from tests.world import PASSWORD

CONFIGURE = reverse("fees:configure")


@pytest.fixture
def two(table):
    """Ken, whose account is in yen, pays 1.2 % and was worth 100,000."""
    table.agree(KEN, percent("0.012"), starts=date(2025, 1, 2))
    table.value(KEN, date(2025, 9, 30), "100000")
    return table


def ask(browser, **fields) -> tuple[str, dict]:
    asked = browser.post(CONFIGURE, {**terms("1"), **fields})
    assert asked.status_code == 302, shown(asked)
    return asked["Location"], work(asked["Location"])


def test_each_account_has_its_own_consequence_before_anything_is_sent(browse, two):
    """1 % is more for Ana (168.00 becomes 210.00) and less for Ken (100 yen become 83)."""
    alice = browse("alice")

    page, rows = ask(alice, chosen=[ANA], numbers=f" {KEN.lower()}, ")

    assert [(rows[one]["outcome"], rows[one].get("before"), rows[one].get("after")) for one in (ANA, KEN)] == [
        ("waits", "168.00", "210.00"),
        ("applies", "100", "83"),
    ]
    assert two.kept()["states"] == []
    assert "+42.00" in shown(alice.get(page))

    rows = send(alice, page, ANA, KEN)
    assert (rows[ANA]["outcome"], rows[KEN]["outcome"]) == ("waits", "applies")
    assert sorted(two.kept()["states"]) == ["approved", "proposed"]


def test_accounts_ticked_in_a_list_arrive_ticked(browse, two):
    answer = browse("alice").post(CONFIGURE, {"do": "choose", "chosen": [KEN]})

    assert answer.status_code == 200
    assert f'value="{KEN}" checked' in shown(answer) and f'value="{ANA}" checked' not in shown(answer)


def test_everything_on_the_form_arrives(browse, two):
    page, _rows = ask(browse("alice"), chosen=[KEN], commissions="advisor", cap_rate="2", cap_kind="PERCENTOFNLV_CAP")
    send(browse("alice"), page, KEN)

    with as_role("owner"):
        found = Proposal.unscoped.get()
    assert (found.commissions_to_master, found.other_fees_to_master) == (True, False)
    assert (found.cap_kind, str(found.cap_rate)) == ("PERCENTOFNLV_CAP", "0.020000")


def test_all_means_every_account_whose_fees_one_sets(browse, two):
    _page, rows = ask(browse("alice"), of="all")
    assert {ANA, KEN} <= set(rows)
    _page, rows = ask(browse("bob"), of="all")
    assert CHIDI in rows and ANA not in rows


def test_a_template_is_remembered_where_its_terms_were_changed_on_the_way(browse, two):
    template = keep(two)
    assert 'name="percent-rate" value="1"' in shown(browse("alice").get(CONFIGURE, {"template": str(template.pk)}))

    page, _rows = ask(browse("alice"), chosen=[KEN], template=str(template.pk), **{"percent-rate": "0.9"})
    send(browse("alice"), page, KEN)

    with as_role("owner"):
        assert Proposal.unscoped.get().template_id == template.pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose at least one account"),
        ({"chosen": ["U9000001"]}, "is not an account whose fees you set"),
        ({"numbers": "U1000001 <b>"}, "&lt;B&gt; is not an account"),
        ({"chosen": [ANA], "percent-rate": "１"}, "is not a number"),
        ({"chosen": [ANA], "asked_start": "2020-01-02"}, "lies in the past"),
        ({"chosen": [ANA], "on": ""}, "Add at least one fee"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_no_job_begins(browse, two, fields, words):
    answer = browse("alice").post(CONFIGURE, {**terms("1"), **fields})

    assert (answer.status_code, words in shown(answer)) == (422, True), shown(answer)
    with as_role("owner"):
        assert Job.unscoped.filter(kind="fee_review").count() == 0


@pytest.mark.parametrize("name", ["ana", "sam", "tess"])
def test_who_sets_no_fees_configures_none(browse, two, name):
    assert browse(name).get(CONFIGURE).status_code == 403
    assert browse(name).post(CONFIGURE, {**terms("1"), "chosen": [ANA]}).status_code == 403


def test_the_api_works_it_out_and_sends(browse, two):
    alice = browse("alice")

    def call(path: str, body: object, **headers):
        return alice.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    body = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.01"}]}
    assert call("fee-terms/review/", {**body, "accounts": []}).status_code == 409
    assert call("fee-terms/review/", {**body, "components": [], "accounts": [ANA]}).status_code == 400
    asked = call("fee-terms/review/", {**body, "accounts": [ANA, KEN], "commissions_to_master": True})
    assert asked.status_code == 202
    job = f"fee-template-jobs/{asked.json()['id']}/"
    work(job)
    assert alice.get(f"/api/v1/{job}").json()["rows"][KEN]["outcome"] == "applies"
    assert call(f"{job}send/", {"accounts": [KEN]}).status_code == 403
    sent = call(f"{job}send/", {"accounts": [KEN]}, **{"Confirm-Password": PASSWORD})
    work(sent.json()["id"])
    assert two.kept()["states"] == ["approved"]
    with as_role("owner"):
        assert InvoiceCap.unscoped.count() == 0
        assert Proposal.unscoped.get().commissions_to_master
