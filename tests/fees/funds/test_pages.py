"""Who reads what investments are worth, and how the back office tells it."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.ground.access.context import as_role
from fees.funds.models import FundValue
from portal.preferences.models import Preference
from tests.fees.funds.conftest import ANA, fund, on_funds

PAGE, ADD = "/fees/hedge-funds/", "admin:fees_fundvalue_add"
AUG_END, SEP_END = date(2025, 8, 29), date(2025, 9, 30)


@pytest.fixture
def invested(nights):
    """Ana's ALPHA is known, her BETA is awaited."""
    nights.agree(ANA, on_funds(fund(rate="0.012"), fund("BETA", rate="0.01")), starts=date(2025, 9, 1))
    nights.told(SEP_END, "250000", put_in="5000")
    nights.night(SEP_END)
    return nights


def test_the_advisor_reads_values_with_their_source_and_what_is_awaited(invested, browse):
    page = browse("alice").get(PAGE).content.decode()

    for words in ("ALPHA", "250,000.00", "5,000.00", "The administrator", "These fees wait for a value", "BETA"):
        assert words in page, words
    rows = browse("alice").get("/api/v1/fund-values/").json()["results"]
    assert [(one["account"], one["fund"], one["value"], one["put_in"]) for one in rows] == [
        (ANA, "ALPHA", "250000.0000", "5000.0000")
    ]


def test_zero_is_told_from_what_is_not_known_and_days_are_the_readers(invested, browse, world):
    invested.told(date(2025, 9, 29), "245000", taken_out="0")
    with as_role("owner"):
        Preference.unscoped.update_or_create(user_id=world.users["alice"].pk, defaults={"dates": "day_first"})
    page = " ".join(re.sub("<[^>]+>", " ", browse("alice").get(PAGE).content.decode()).split())

    # Put in, and taken out, of both values; the day that is awaited, and since when a value is known.
    assert "245,000.00 USD not known 0.00 USD" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "250,000.00 USD 5,000.00 USD not known" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "BETA , 29.08.2025" in page or "BETA , 30.09.2025" in page
    assert re.search(r"known since \d\d\.\d\d\.2026", page)


def test_the_proof_shows_each_fund(nights, browse):
    """250,000 × 1.2 % × 21 ÷ 252 and 20 % of 10,000."""
    nights.agree(ANA, on_funds(fund(rate="0.012"), fund("BETA", share="0.2")), starts=date(2025, 9, 1))
    nights.told(SEP_END, "250000")
    nights.told(AUG_END, "100000", name="BETA")
    nights.told(SEP_END, "110000", name="BETA")
    nights.night(SEP_END)
    address = reverse("fees:proof", args=[nights.charge(ANA).pk])

    page = browse("ana").get(address).content.decode()
    for words in ("2,250.00", "ALPHA was worth 250,000.00 on 2025-09-30.", "10,000.00", "20 %", "2025-08-29"):
        assert words in page, words
    assert "It agrees:" in browse("ana").post(reverse("fees:recompute", args=[nights.charge(ANA).pk])).content.decode()


@pytest.mark.parametrize("name", ["bob", "mallory"])
def test_another_advisor_finds_nothing(invested, browse, name):
    page = browse(name).get(PAGE).content.decode()

    assert "No investment in a hedge fund is known" in page
    assert "wait for a value" not in page
    assert browse(name).get("/api/v1/fund-values/").json()["results"] == []


def test_a_client_has_no_such_page(invested, browse):
    assert browse("ana").get(PAGE).status_code == 403
    assert browse("ana").get("/api/v1/fund-values/").status_code == 403


def form(nights, **more: str) -> dict[str, str]:
    return {"account": str(nights.world[ANA].pk), "fund": "BETA", "day": "2025-09-30", "value": "1000.50",
            "source": "Letter of 3 October"} | more  # fmt: skip


def test_the_office_tells_a_value_and_who_did_it_is_kept(invested, office):
    answer = office.post(reverse(ADD), form(invested))

    assert answer.status_code == 302, answer.content.decode()
    told = FundValue.unscoped.get(fund="BETA")
    assert (told.value, told.put_in, told.source) == (Decimal("1000.5000"), None, "Letter of 3 October")
    assert told.recorded_by == invested.world.users["olga"]
    assert "Letter of 3 October" in office.get(reverse("admin:fees_fundvalue_changelist")).content.decode()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"value": "-1"}, "zero or above"),
        ({"value": ""}, "what the investment was worth"),
        ({"day": "2099-01-01"}, "has not come yet"),
        ({"source": " "}, "required"),
        ({"fund": "ALPHA", "value": "250000", "put_in": "5000"}, "known already"),
        ({"fund": "ALPHA", "value": "250000"}, "known already"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(invested, office, more, words):
    before = FundValue.unscoped.count()

    answer = office.post(reverse(ADD), form(invested, **more))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert FundValue.unscoped.count() == before


@pytest.mark.parametrize("name", ["alice", "ana"])
def test_nobody_else_tells_a_value(invested, browse, name):
    before = FundValue.unscoped.count()

    assert browse(name).post(reverse(ADD), form(invested)).status_code in (403, 404)
    assert FundValue.unscoped.count() == before


def test_a_corrected_value_stands_beside_the_first(invested, office):
    office.post(reverse(ADD), form(invested, fund="ALPHA", value="240000"))

    values = FundValue.unscoped.filter(fund="ALPHA").order_by("id").values_list("value", flat=True)
    assert list(values) == [Decimal(250000), Decimal(240000)]
