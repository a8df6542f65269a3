"""What stands beside the terms of an account: its template, the rolling cap, other clients, who bears the broker."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.ground.access.context import as_role
from accounts.ground.clock import exchange_today
from auth2fa.stepup.rules import PASSWORD_FIELD
from fees.patterns import actions
from fees.patterns.models import FeeTemplate
from fees.proposals.models import Proposal
from fees.schedules.models import Schedule
from tests.fees.proposals.conftest import ANA, KEN, at, percent, wanted
from tests.fees.proposals.test_pages import CONFIGURE, PREVIEW, SEND, terms
from tests.world import PASSWORD


def shown(answer) -> str:
    return " ".join(answer.content.decode().split())


def list_of_newest() -> str:
    """What is sent on a business day before the cut-off applies from today, else from the next one: where it stands."""
    begins = Schedule.unscoped.filter(account__number=ANA).latest("starts").starts
    return "upcoming=1" if begins > exchange_today() else "upcoming="


@pytest.fixture
def standard(table) -> FeeTemplate:
    with table.acting("alice") as who:
        return actions.create(who=who, name="Standard", wanted=wanted(percent("0.010")), at=at())


def test_a_template_fills_the_form_and_the_draft_remembers_it(browse, table, standard):
    alice = browse("alice")

    text = shown(alice.get(CONFIGURE, {"template": str(standard.pk)}))
    assert 'name="percent-rate" value="1"' in text
    assert "As the template “Standard” says." in text

    alice.post(CONFIGURE, {**terms("1"), "template": str(standard.pk), "do": "draft"})
    with as_role("owner"):
        kept = Proposal.unscoped.get()
    assert (kept.template_id, kept.template_version) == (standard.pk, 1)


def test_what_differs_from_the_template_is_named(browse, table, standard):
    data = terms("1.1", template=str(standard.pk), commissions="advisor", cap_rate="2", cap_kind="PERCENTOFNLV_CAP")

    text = shown(browse("alice").post(PREVIEW, data))

    assert "3 fields differ from the template “Standard”:" in text
    assert "Annual percentage; Invoice limit; Broker commissions." in text


@pytest.mark.parametrize("key", ["x", "00000000-0000-4000-8000-000000000000", "bob's"])
def test_a_template_that_is_not_ones_own_begins_nothing(browse, table, standard, key):
    if key == "bob's":
        with table.acting("bob") as who:
            key = str(actions.create(who=who, name="Theirs", wanted=wanted(percent("0.03")), at=at()).pk)

    text = shown(browse("alice").get(CONFIGURE, {"template": key}))
    assert 'name="percent-rate" value="0.8"' in text and "Theirs" not in text

    assert browse("alice").post(CONFIGURE, {**terms("1"), "template": key, "do": "draft"}).status_code == 302
    with as_role("owner"):
        assert Proposal.unscoped.get().template_id is None


def test_the_rolling_cap_is_told_before_sending(browse, table):
    """A thirtieth-day window leaves 252,000 x 0.25 x sqrt(30 / 360) = 18,186.53; 100 % costs 252,000 x 21 / 252."""
    alice = browse("alice")

    assert "Far from the rolling cap on all fees: 18,186.53 USD are left." in shown(alice.post(PREVIEW, terms()))
    assert "The rolling cap on all fees leaves 18,186.53 USD." in shown(alice.post(PREVIEW, terms("60")))
    assert "would let only 18,186.53 USD of this through" in shown(alice.post(PREVIEW, terms("100")))


def test_other_clients_are_told_without_this_one(browse, table):
    """The page asks once it stands, because it reads the whole book; without a script a link does."""
    alice, asking = browse("alice"), {"usual": "1"}
    first = shown(alice.get(CONFIGURE))
    assert f'hx-get="{CONFIGURE}?usual=1"' in first and "Your other clients" not in first
    assert "Your other clients" not in shown(alice.get(CONFIGURE, asking))

    table.agree(KEN, percent("0.012"), starts=date(2025, 1, 2))
    table.value(KEN, date(2025, 9, 30), "100000")

    words = "half of them pay 1.20% to 1.20% of their value a year"
    assert words in shown(alice.get(CONFIGURE, asking))
    part = shown(alice.get(CONFIGURE, asking, headers={"HX-Request": "true"}))
    assert words in part and "<html" not in part


def test_who_bears_the_broker_is_typed_kept_and_signed_for_only_on_the_way_back(browse, table):
    alice = browse("alice")
    assert "Choose who bears" in shown(alice.post(PREVIEW, terms("0.8", commissions="nobody")))

    moved = alice.post(SEND, {**terms("0.8", commissions="advisor", other_fees="advisor"), PASSWORD_FIELD: PASSWORD})
    assert moved.status_code == 302
    with as_role("owner"):
        last = Schedule.unscoped.filter(account__number=ANA).latest("version")
        assert (last.commissions_to_master, last.other_fees_to_master) == (True, True)
    assert "Charges that the advisor paid move to the client" in shown(alice.post(PREVIEW, terms("0.8")))


def test_saving_a_figure_leaves_alone_who_bears_the_broker(browse, table):
    """The page begins with what applies, so what is sent back unchanged is no change."""
    with table.acting("alice"):
        pass
    browse("alice").post(SEND, {**terms("0.8", commissions="advisor"), PASSWORD_FIELD: PASSWORD})

    page = browse("alice").get(CONFIGURE)
    assert page.context["form"].data["commissions"] == "advisor"
    assert page.context["form"].data["other_fees"] == "client"


def test_the_page_stays_within_its_queries(browse, table, standard, django_assert_num_queries):
    """Twelve of its own; the rest is who asks, and the context of the transaction. A template costs none more."""
    alice = browse("alice")
    picked = f"{CONFIGURE.partition('?')[0]}?template={standard.pk}"
    plain = reverse("fees:configure_account", args=[ANA])
    alice.get(plain)
    for address in (plain, picked):
        with django_assert_num_queries(12 + 9):
            alice.get(address)
    for place in range(5):
        with table.acting("alice") as who:
            actions.create(who=who, name=f"Another {place}", wanted=wanted(percent("0.010")), at=at())
    for address in (plain, picked):
        with django_assert_num_queries(12 + 9):
            alice.get(address)


def test_how_clients_are_told_is_chosen_beside_the_terms(browse, table):
    """For all clients of the practice, by the same post as on the page of notices, after a proof of identity."""
    alice, address = browse("alice"), reverse("fees:configure_account", args=[ANA])
    assert 'hx-get="' + address + '?usual=1"' in alice.get(address).content.decode()

    page = alice.get(f"{address}?usual=1").content.decode()
    assert 'name="mode" form="notices"' in page
    assert f'action="{reverse("fees:notice_mode")}"' in page
    alice.post(reverse("fees:notice_mode"), {"mode": "mail", PASSWORD_FIELD: PASSWORD})

    fragment = alice.get(f"{address}?usual=1", headers={"HX-Request": "true"}).content.decode()
    assert '<option value="mail" selected>' in fragment
    assert browse("ana").get(f"{address}?usual=1").status_code == 403


def test_the_list_of_terms_says_what_moved_away_from_its_template(browse, table, standard):
    """Ana is given 0.7 %; the template then says 0.6 %."""
    cheap = replace_rate(table, standard, "0.007")
    browse("alice").post(SEND, {**terms("0.7"), "template": str(standard.pk), PASSWORD_FIELD: PASSWORD})
    coming = list_of_newest()
    listed = reverse("records:schedules") + f"?{coming}"
    assert "As the template “Standard” says." in shown(browse("alice").get(listed))
    assert "No account matches" in shown(browse("alice").get(f"{listed}&moved=1"))
    of_api = f"/api/v1/fee-schedules/?{coming}&moved=1"
    assert browse("alice").get(of_api).json()["results"] == []

    replace_rate(table, cheap, "0.006")
    assert ANA in shown(browse("alice").get(f"{listed}&moved=1"))
    assert [one["account"] for one in browse("alice").get(of_api).json()["results"]] == [ANA]
    text = shown(browse("alice").get(listed))
    assert "One field differs from the template “Standard”: Percent" in text, text


def test_what_moved_away_is_asked_for_by_terms_and_not_account_by_account(browse, table, standard):
    """Two accounts with the same terms make the question no longer than one does."""
    table.agree(KEN, percent("0.008"), starts=date(2025, 1, 2))
    lengths = []
    for number in (ANA, KEN):
        sent = {**terms("0.7"), "template": str(standard.pk), PASSWORD_FIELD: PASSWORD}
        browse("alice").post(SEND.replace(ANA, number), sent)
        listed = reverse("records:schedules") + f"?{list_of_newest()}&moved=1"
        with CaptureQueriesContext(connection) as asked:
            text = shown(browse("alice").get(listed))
        assert number in text and ANA in text
        lengths.append(max(len(one["sql"]) for one in asked if "MD5(" in one["sql"]))

    assert lengths[0] == lengths[1]


def test_the_api_remembers_the_template_and_tells_what_stands_beside(browse, table, standard):
    alice = browse("alice")
    body = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.012"}]}

    def call(path, template):
        return alice.generic(
            "PUT" if path == "draft" else "POST",
            f"/api/v1/accounts/{ANA}/fee-terms/{path}/",
            json.dumps(body | {"template": template}),
            content_type="application/json",
        )

    told = call("preview", str(standard.pk)).json()
    assert told["cap_left"] == "18186.53"
    assert [words.rpartition(", ")[2] for words in told["differs"]] == ["Annual percentage"]
    assert call("preview", "00000000-0000-4000-8000-000000000000").status_code == 400
    assert call("draft", str(standard.pk)).status_code == 200
    with as_role("owner"):
        assert Proposal.unscoped.get().template_id == standard.pk


def replace_rate(table, template: FeeTemplate, rate: str) -> FeeTemplate:
    with table.acting("alice") as who:
        return actions.change(
            who=who, template=template, name=template.name, wanted=wanted(percent(rate)), seen=template.version, at=at()
        )
