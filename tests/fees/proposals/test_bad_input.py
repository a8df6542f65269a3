"""Bad terms and bad signatures, by page and by API: a sentence that says what to do, and nothing has changed."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from auth2fa.stepup.rules import PASSWORD_FIELD
from portal.lib.exchange import exchange_day
from tests.fees.proposals.conftest import ANA, percent, wanted
from tests.fees.proposals.test_configuring import shown
from tests.fees.proposals.test_pages import CONFIGURE, PREVIEW, SEND, page, ranges, terms
from tests.world import PASSWORD

# What is no number to a person, and what JSON and Decimal would take for one.
EXOTIC = ["NaN", "Infinity", "-Infinity", "1e5", "1E-2", "１", "٣", "0x1", "1_0", "+1", "--1", "1.2.3", ".", "½"]
PAST = (exchange_day(timezone.now()) - timedelta(days=1)).isoformat()


def blended(*lines: tuple[str, str, str]) -> dict[str, object]:
    return {"strategy": "automatic", "on": ["blended"], "blended-method": "14", **ranges(*lines)}


SIX = [("", str(1000 * (n + 1)) if n < 5 else "", "1") for n in range(6)]
BY_PAGE = [
    *((terms(typed), "is not a number") for typed in EXOTIC),
    (terms("-1"), "above 0"),
    (terms("0"), "above 0"),
    (terms("100.01"), "may not be above 100"),
    (terms("0.00001"), "places"),
    (terms("9" * 64), "more than 15 digits"),
    (terms(asked_start=PAST), "lies in the past; choose"),
    (terms(asked_start="9999-12-31"), "more than a year ahead; choose"),
    (terms(asked_start="2026-02-30"), "Write the day like"),
    (blended(("0", "1000", "1"), ("900", "", "0.5")), "without gap or overlap"),
    (blended(("0", "1000", "1"), ("1100", "", "0.5")), "without gap or overlap"),
    (blended(("0", "1000", "1"), ("1000", "2000", "0.5")), "last range"),
    (blended(*SIX), "Enter 1 to 5"),
    (terms(cap_rate="NaN", cap_kind="PERCENTOFNLV_CAP"), "is not a number"),
    (terms(cap_rate="101", cap_kind="PERCENTOFNLV_CAP"), "may not be above 100"),
    (terms(cap_rate="2", cap_kind="GIFT"), "Choose what the invoice limit"),
]


@pytest.mark.parametrize(("data", "words"), BY_PAGE, ids=str)
def test_the_page_says_what_to_do_and_nothing_moves(browse, table, data, words):
    alice, before = browse("alice"), table.kept()

    assert words in shown(alice.post(PREVIEW, data))
    for address, more in ((CONFIGURE, {"do": "draft"}), (SEND, {PASSWORD_FIELD: PASSWORD})):
        answer = alice.post(address, {**data, **more})
        assert (answer.status_code, words in shown(answer)) == (422, True), shown(answer)
    assert table.kept() == before


def rated(rate: object) -> dict[str, object]:
    return {"components": [{"method": "PERCENTOFEQUITY_EOM", "rate": rate}]}


def ranged(*lines: tuple[str, str | None, str]) -> dict[str, object]:
    listed = [dict(zip(("low", "high", "rate"), line, strict=True)) for line in lines]
    return {"components": [{"method": "BLENDEDPERCENTOFEQUITY", "ranges": listed}]}


BY_API = [
    *(rated(typed) for typed in EXOTIC),
    *(rated(strange) for strange in (True, None, [], {}, 0.01, "0,01", "", "1.000001", "-0.01", "0.0000001")),
    ranged(("0", "1000", "0.01"), ("900", None, "0.005")),
    ranged(("0", "1000", "0.01"), ("1100", None, "0.005")),
    ranged(("0", "1000", "0.01"), ("1000", "2000", "0.005")),
    ranged(*((str(1000 * n), str(1000 * (n + 1)) if n < 5 else None, "0.01") for n in range(6))),
    {"asked_start": PAST},
    {"asked_start": "9999-12-31"},
    {"strategy": "gift"},
    {"components": "all"},
    {"components": [None]},
    {"cap_kind": "PERCENTOFNLV_CAP", "cap_rate": "NaN"},
    {"cap_kind": "PERCENTOFNLV_CAP", "cap_rate": "1e-2"},
    {"cap_kind": "PERCENTOFNLV_CAP", "cap_rate": "1.01"},
    {"cap_kind": "GIFT", "cap_rate": "0.01"},
]


@pytest.mark.parametrize("body", BY_API, ids=str)
def test_the_api_says_what_to_do_and_nothing_moves(browse, table, body):
    alice, before = browse("alice"), table.kept()
    good = {"strategy": "automatic", **rated("0.01")}

    for way in ("preview", "send"):
        answer = alice.post(
            f"/api/v1/accounts/{ANA}/fee-terms/{way}/",
            json.dumps(good | body),
            content_type="application/json",
            headers={"Confirm-Password": PASSWORD},
        )
        assert answer.status_code == 400, (way, answer.content)
        assert sentences(answer.json()), answer.content
    assert table.kept() == before


def sentences(told: object) -> list[str]:
    """Every text in an answer that has more than a word."""
    if isinstance(told, dict):
        return [words for one in told.values() for words in sentences(one)]
    if isinstance(told, list):
        return [words for one in told for words in sentences(one)]
    return [told] if isinstance(told, str) and " " in told else []


@pytest.fixture
def waiting(table):
    return table.propose("alice", ANA, wanted(percent("0.010")), on=timezone.now())


def test_a_version_that_was_replaced_while_it_was_read_cannot_be_signed(browse, table, waiting):
    """The older one says that a newer waits, the newer one refuses the older text; neither is in force."""
    newer = table.propose("alice", ANA, wanted(percent("0.011")), on=timezone.now())
    ana, before = browse("ana"), table.kept()

    hand = {"seen": waiting.document_hash, "name": "Ana Ruiz", "read": "on", PASSWORD_FIELD: PASSWORD}
    for proposal, words in ((waiting, "replaced by a newer one; open that one"), (newer, "open it again and read it")):
        answer = ana.post(page("sign_proposal", proposal), hand)
        assert (answer.status_code, words in shown(answer)) == (422, True), shown(answer)
        told = ana.post(
            f"/api/v1/fee-proposals/{proposal.pk}/sign/",
            json.dumps({"seen": waiting.document_hash, "name": "Ana Ruiz"}),
            content_type="application/json",
            headers={"Confirm-Password": PASSWORD},
        )
        assert (told.status_code, words in told.content.decode()) == (400, True), told.content
    assert table.kept() == before


@pytest.mark.parametrize(("name", "status"), [("ken", 404), ("chidi", 404), ("alice", 403), ("bob", 403)])
def test_somebody_elses_proposal_is_not_signed_over_the_api(browse, table, waiting, name, status):
    before = table.kept()
    answer = browse(name).post(
        f"/api/v1/fee-proposals/{waiting.pk}/sign/",
        json.dumps({"seen": waiting.document_hash, "name": "Ana Ruiz"}),
        content_type="application/json",
        headers={"Confirm-Password": PASSWORD},
    )
    assert answer.status_code == status
    assert table.kept() == before
