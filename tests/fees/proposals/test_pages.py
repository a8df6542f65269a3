"""The pages and the API of proposals: live preview, sending after a proof of identity, signing, other people's."""

import base64
import json
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from auth2fa.stepup.rules import PASSWORD_FIELD
from fees.proposals.models import Proposal, Signature
from tests.fees.proposals.conftest import ANA, KEN, percent, wanted
from tests.world import PASSWORD

CONFIGURE = reverse("fees:configure_account", args=[ANA])
SEND = reverse("fees:send_proposal", args=[ANA])
PREVIEW = reverse("fees:fee_preview", args=[ANA])
BEFORE = ("automatic", date(2025, 1, 2), None)
DOT = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 40).decode()


def terms(rate: str = "1.00", **more) -> dict[str, object]:
    return {"strategy": "automatic", "on": ["percent"], "percent-method": "4", "percent-rate": rate, **more}


def ranges(*lines: tuple[str, str, str]) -> dict[str, str]:
    """From, to and percentage of each range, as the page names them."""
    names = ("low", "high", "rate")
    return {
        f"blended-ranges-{place}-{name}": cell
        for place, line in enumerate(lines)
        for name, cell in zip(names, line, strict=True)
    }


def page(name: str, proposal) -> str:
    return reverse(f"fees:{name}", args=[proposal.pk])


@pytest.fixture
def waiting(table):
    """Sent just now, so that it can be signed whatever the day of the test."""
    return table.propose("alice", ANA, wanted(percent("0.010")), on=timezone.now())


def test_the_page_begins_with_the_terms_that_apply(browse, table):
    text = browse("alice").get(CONFIGURE).content.decode()

    assert 'value="0.8"' in text
    assert "168.00" in text


def test_the_preview_is_worked_out_from_the_last_closed_month(browse, table):
    """252,000 over 21 of 252 days: 168.00 at 0.80 %, 210.00 at 1.00 %; a fifth less is 168.00, a fifth more 252.00."""
    text = browse("alice").post(PREVIEW, terms()).content.decode()

    for figure in ("168.00", "210.00", "42.00", "189.00", "231.00", "252.00"):
        assert figure in text, figure
    assert "252,000.00 × 1 % ÷ (252 ÷ 21) = 210.00" in text
    assert "must sign" in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (terms("abc"), "is not a number"),
        (terms("101"), "may not be above"),
        (terms(""), "Annual percentage: Fill this in"),
        (terms("0.8"), "apply already"),
        (terms(asked_start="2020-01-02"), "lies in the past"),
        (terms(asked_start="soon"), "Write the day"),
        (terms(on=["percent", "blended"], **{"blended-method": "11", **ranges(("", "", "1"))}), "at most one"),
        ({"strategy": "automatic"}, "Add at least one fee"),
        ({"strategy": "x"}, "Choose how fees are charged"),
        (
            {"strategy": "automatic", "on": ["blended"], "blended-method": "14",
             **ranges(("", "1000", "1"), ("", "500", "0.9"), ("", "", "0.8"))},
            "A range ends above its start",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_sentence_in_the_preview_and_refused_when_sent(browse, table, data, words):
    alice = browse("alice")

    assert words in alice.post(PREVIEW, data).content.decode()
    sent = alice.post(SEND, {**data, PASSWORD_FIELD: PASSWORD})

    assert sent.status_code == 422
    assert words in sent.content.decode()
    assert table.kept()["states"] == []


def test_numbers_are_read_as_people_write_them(browse, table):
    for typed in ("1,00", "1.00 %", "1"):
        assert "210.00" in browse("alice").post(PREVIEW, terms(typed)).content.decode(), typed


def test_sending_asks_who_is_there_and_the_client_finds_it(browse, table):
    alice = browse("alice")

    asked = alice.post(SEND, terms())
    assert (asked.status_code, table.kept()["states"]) == (403, [])

    sent = alice.post(SEND, {**terms(), PASSWORD_FIELD: PASSWORD})
    assert sent.status_code == 302
    assert table.kept()["states"] == ["proposed"]
    with as_role("owner"):
        found = Proposal.unscoped.get()
    approvals = browse("ana").get(reverse("clients:approvals")).content.decode()
    assert page("approval", found) in approvals


def test_a_draft_is_kept_without_a_proof_and_the_client_does_not_see_it(browse, table):
    assert browse("alice").post(CONFIGURE, {**terms(), "do": "draft"}).status_code == 302

    with as_role("owner"):
        found = Proposal.unscoped.get()
    assert found.state == "draft"
    assert browse("ana").get(page("approval", found)).status_code == 404


def test_the_client_reads_the_money_first_and_signs(browse, table, waiting):
    ana = browse("ana")
    text = ana.get(page("approval", waiting)).content.decode()
    assert text.index("42.00") < text.index("AGREEMENT ON ADVISORY FEES")

    hand = {"seen": waiting.document_hash, "name": "Ana Ruiz", "read": "on"}
    assert ana.post(page("sign_proposal", waiting), hand).status_code == 403
    assert table.kept()["signatures"] == [], "nothing moves before the proof of identity"

    done = ana.post(
        page("sign_proposal", waiting), {**hand, PASSWORD_FIELD: PASSWORD}, headers={"User-Agent": "Browser 7"}
    )

    assert done.status_code == 302
    assert table.kept()["states"] == ["approved"]
    with as_role("owner"):
        kept = Signature.unscoped.get()
    assert (kept.name, kept.agent, kept.address, len(kept.session)) == ("Ana Ruiz", "Browser 7", "127.0.0.1", 64)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"read": ""}, "tick that you have"),
        ({"name": ""}, "full name"),
        ({"seen": "f" * 64}, "another version"),
        ({"how": "draw", "drawing": "data:image/png;base64,AAAA"}, "Draw your signature"),
        ({"how": "draw", "drawing": "data:text/html,<script>"}, "Draw your signature"),
    ],
)
def test_what_cannot_be_signed_says_why(browse, table, waiting, change, words):
    hand = {"seen": waiting.document_hash, "name": "Ana Ruiz", "read": "on", **change}

    answer = browse("ana").post(page("sign_proposal", waiting), {**hand, PASSWORD_FIELD: PASSWORD})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert table.kept()["schedules"] == [BEFORE]


@pytest.mark.parametrize("name", ["ken", "chidi", "nina", "sam"])
def test_another_owners_proposal_does_not_exist(browse, table, waiting, name):
    hand = {"seen": waiting.document_hash, "name": "Ana Ruiz", "read": "on", PASSWORD_FIELD: PASSWORD}
    other = browse(name)

    assert other.get(page("approval", waiting)).status_code == 404
    assert other.post(page("sign_proposal", waiting), hand).status_code == 404
    assert other.post(page("decline_proposal", waiting)).status_code == 404
    assert table.kept()["states"] == ["proposed"]


def test_the_advisor_cannot_sign_for_the_client(browse, table, waiting):
    hand = {"seen": waiting.document_hash, "name": "Ana Ruiz", "read": "on", PASSWORD_FIELD: PASSWORD}

    assert browse("alice").post(page("sign_proposal", waiting), hand).status_code == 403
    assert table.kept()["states"] == ["proposed"]


def test_declining_takes_one_click_and_a_reason_if_one_likes(browse, table, waiting):
    assert browse("ana").post(page("decline_proposal", waiting), {"reason": "Too dear"}).status_code == 302

    assert table.kept()["states"] == ["declined"]
    assert "Too dear" in browse("alice").get(page("proposal", waiting)).content.decode()


def test_withdrawing_leaves_the_client_nothing_to_sign(browse, table, waiting):
    assert browse("alice").post(page("cancel_proposal", waiting)).status_code == 302

    answer = browse("ana").get(page("approval", waiting))
    assert answer.status_code == 200
    assert page("sign_proposal", waiting) not in answer.content.decode()


def test_a_question_opens_a_conversation_about_the_proposal(browse, table, waiting):
    ana = browse("ana")
    address = reverse("messages:new") + f"?account={ANA}&topic=fee_proposal&topic_id={waiting.pk}"
    form = ana.get(address).context["form"]
    said = {"account": ANA, "topic": "fee_proposal", "topic_id": str(waiting.pk), "subject": "Why?", "body": "Why?",
            "key": str(form["key"].value())}  # fmt: skip

    answer = ana.post(reverse("messages:new"), said)

    assert answer.status_code == 302
    assert page("approval", waiting) in ana.get(answer["Location"].partition("#")[0]).content.decode()


def test_both_sides_get_the_same_paper(browse, table, waiting):
    table.sign("ana", waiting, on=timezone.now(), hand={"address": "192.0.2.7"})

    papers = [browse(name).get(page("proposal_pdf", waiting)) for name in ("ana", "alice", "alice")]

    assert [one.status_code for one in papers] == [200, 200, 200]
    assert papers[0]["Content-Type"] == "application/pdf"
    assert papers[0].content.startswith(b"%PDF-")
    assert papers[0].content == papers[1].content == papers[2].content
    assert browse("bob").get(page("proposal_pdf", waiting)).status_code == 404
    assert browse("ken").get(page("proposal_pdf", waiting)).status_code == 404


def test_a_client_of_a_russian_speaker_reads_russian(table):
    with as_role("owner"):
        party = table.world.parties["ken"]
        party.language = "ru"
        party.save(update_fields=["language"])

    sent = table.propose("alice", KEN, wanted(percent("0.010")))

    assert sent.document.startswith("СОГЛАШЕНИЕ О ВОЗНАГРАЖДЕНИИ")


def api(client, path, body, **more):
    return client.post(path, json.dumps(body), content_type="application/json", headers={"Confirm-Password": PASSWORD})


def test_the_api_previews_sends_and_signs(browse, table):
    body = {"strategy": "automatic", "components": [{"method": "PERCENTOFEQUITY_EOM", "rate": "0.01"}]}
    alice = browse("alice")

    seen = api(alice, f"/api/v1/accounts/{ANA}/fee-terms/preview/", body).json()
    assert (seen["before"], seen["after"], seen["needs_signature"]) == ("168.00", "210.00", True)
    assert seen["sensitivity"]["-20"] == "168.00"

    sent = api(alice, f"/api/v1/accounts/{ANA}/fee-terms/send/", body)
    assert (sent.status_code, sent.json()["state"]) == (201, "proposed")

    ana, pk = browse("ana"), sent.json()["id"]
    listed = ana.get("/api/v1/fee-proposals/").json()["results"]
    assert [one["id"] for one in listed] == [pk]
    stale = api(ana, f"/api/v1/fee-proposals/{pk}/sign/", {"seen": "0" * 64, "name": "Ana Ruiz"})
    assert (stale.status_code, table.kept()["schedules"]) == (400, [BEFORE])
    hand = {"seen": sent.json()["document_hash"], "name": "Ana Ruiz", "drawing": DOT}
    signed = api(ana, f"/api/v1/fee-proposals/{pk}/sign/", hand)
    assert (signed.status_code, signed.json()["state"]) == (200, "approved")


@pytest.mark.parametrize(
    ("component", "status"),
    [
        ({"method": "PERCENTOFEQUITY_EOM", "rate": "1e400"}, 400),
        ({"method": "PERCENTOFEQUITY_EOM", "rate": "NaN"}, 400),
        ({"method": "PERCENTOFEQUITY_EOM", "rate": "0.0000001"}, 400),
        ({"method": "PERCENTOFEQUITY_EOM", "rate": "-0.01"}, 400),
        ({"method": "NOTHING", "rate": "0.01"}, 400),
        ({"method": "PERCENTOFEQUITY_EOM", "flat": "5"}, 400),
        ({"method": "BLENDEDPERCENTOFEQUITY", "ranges": [
            {"low": str(n), "high": str(n + 1) if n < 5 else None, "rate": "0.01"} for n in range(6)]}, 400),
        ({"method": "BLENDEDPERCENTOFEQUITY", "ranges": [
            {"low": "0", "high": "100", "rate": "0.01"}, {"low": "90", "high": None, "rate": "0.01"}]}, 400),
    ],
)  # fmt: skip
def test_odd_terms_are_refused_over_the_api(browse, table, component, status):
    body = {"strategy": "automatic", "components": [component]}
    for way in ("preview", "send"):
        answer = api(browse("alice"), f"/api/v1/accounts/{ANA}/fee-terms/{way}/", body)
        assert answer.status_code == status, (way, answer.content)

    assert table.kept()["states"] == []


def test_the_preview_is_quick(browse, table, django_assert_max_num_queries):
    alice = browse("alice")
    alice.post(PREVIEW, terms())
    with django_assert_max_num_queries(12 + 4):  # who asks, and the context of the transaction
        alice.post(PREVIEW, terms())
