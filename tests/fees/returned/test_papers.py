"""A proposal that came back signed on paper: handed in by the advisor, looked at by the back office, and only then in
force; every other hand moves nothing."""

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.ground.access.context import as_role
from auth2fa.stepup.rules import PASSWORD_FIELD
from fees.proposals.models import Proposal, Signature
from fees.returned.models import ReturnedPaper
from fees.schedules.models import Schedule
from portal.lib.exchange import exchange_day
from tests.fees.returned.conftest import PDF, scan
from tests.world import PASSWORD

PROVED = {PASSWORD_FIELD: PASSWORD}
LIST = "/office/fees/returnedpaper/"


def address(name: str, proposal, *more) -> str:
    return reverse(f"fees:{name}", args=[proposal.pk, *more])


def told(proposal, **more) -> dict[str, object]:
    today = exchange_day(timezone.now()).isoformat()
    return {"name": "Ana Ruiz", "signed_on": today, "file": scan(), **PROVED, **more}


def papers() -> list[ReturnedPaper]:
    with as_role("owner"):
        return list(ReturnedPaper.unscoped.order_by("sent_at"))


def decide(browse, paper, **data):
    olga = browse("olga")
    if "why" in data:
        return olga.post(f"{LIST}{paper.pk}/change/", {**data, **PROVED})
    return olga.post(LIST, {"action": "accept", "_selected_action": str(paper.pk), **PROVED})


@pytest.fixture
def handed_in(browse, table, waiting):
    browse("alice").post(address("return_paper", waiting), told(waiting))
    (paper,) = papers()
    return paper


def test_a_paper_is_kept_whole_and_changes_nothing_before_the_office_has_seen_it(browse, table, waiting, storage):
    before = table.kept()

    answer = browse("alice").post(address("return_paper", waiting), told(waiting))

    assert answer.status_code == 302
    (paper,) = papers()
    assert (paper.state, paper.signed_name, paper.sent_by_id) == ("review", "Ana Ruiz", table.world.users["alice"].pk)
    assert (paper.sha256, paper.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert (paper.document_hash, (storage / paper.place).read_bytes()) == (waiting.document_hash, PDF)
    assert table.kept() == before
    assert ("ana@example.test", "A fee agreement that you signed on paper was handed in") in table.mails()
    page = browse("alice").get(address("proposal", waiting)).content.decode()
    assert "With the back office" in page
    assert 'name="signed_on"' not in page


def test_the_office_reads_it_beside_the_text_and_accepts_it(browse, table, waiting, handed_in):
    olga = browse("olga")
    page = olga.get(f"{LIST}{handed_in.pk}/change/").content.decode()
    assert "AGREEMENT ON ADVISORY FEES" in page
    assert b"".join(olga.get(f"{LIST}scan/{handed_in.pk}/").streaming_content) == PDF

    decide(browse, handed_in)

    with as_role("owner"):
        held = Proposal.unscoped.get(pk=waiting.pk)
        signature = Signature.unscoped.get(proposal=held)
        schedule = Schedule.unscoped.get(pk=held.schedule_id)
    assert (held.state, held.decided_by) == ("approved", table.world.users["olga"].pk)
    assert (signature.kind, signature.name) == ("paper", "Ana Ruiz")
    assert (schedule.signed_at, schedule.document_hash) == (signature.at, waiting.document_hash)
    # Not retroactive: signed when it was accepted, in force from then or the next business day.
    assert schedule.starts >= exchange_day(signature.at)
    assert [row[0] for row in table.mails()].count("ana@example.test") >= 2
    assert table.kept()["requests"] == ["approved"]
    (paper,) = papers()
    assert (paper.state, paper.decided_by_id) == ("accepted", table.world.users["olga"].pk)
    client_reads = browse("ana").get(address("proposal_pdf", waiting))
    assert client_reads.status_code == 200


def test_a_paper_is_accepted_once(browse, table, waiting, handed_in):
    decide(browse, handed_in)
    before = table.kept()

    decide(browse, handed_in)

    assert table.kept() == before
    assert len(before["schedules"]) == 2


def test_a_rejected_paper_says_why_and_another_can_be_handed_in(browse, table, waiting, handed_in):
    before = table.kept()
    decide(browse, handed_in, why="The second page is missing")

    page = browse("alice").get(address("proposal", waiting)).content.decode()
    assert "The second page is missing" in page
    assert table.kept() == before
    browse("alice").post(address("return_paper", waiting), told(waiting))
    assert [one.state for one in papers()] == ["rejected", "review"]


def test_what_the_client_has_signed_or_declined_meanwhile_is_not_accepted(browse, table, waiting, handed_in):
    browse("ana").post(address("decline_proposal", waiting), {"reason": "I signed nothing"})
    before = table.kept()

    decide(browse, handed_in)

    assert (table.kept(), papers()[0].state) == (before, "review")


@pytest.mark.parametrize("name", ["bob", "ken", "mallory", "nina", "ana", "sam", "olga", None])
def test_nobody_else_hands_one_in(browse, table, waiting, storage, name):
    before = table.kept()
    other = browse(name or "")

    answer = other.post(address("return_paper", waiting), told(waiting))

    assert answer.status_code in (302, 403, 404)
    assert (papers(), table.kept(), list(storage.rglob("*"))) == ([], before, [])


@pytest.mark.parametrize("name", ["bob", "ken", "mallory", "sam", None])
def test_nobody_else_reads_the_scan(browse, table, waiting, handed_in, name):
    other = browse(name or "")

    answer = other.get(address("returned_scan", waiting, handed_in.pk), PROVED)

    assert answer.status_code in (302, 403, 404)
    assert not getattr(answer, "streaming", False)


@pytest.mark.parametrize("name", ["alice", "ana"])
def test_nobody_but_the_office_accepts(browse, table, waiting, handed_in, name):
    before = table.kept()

    answer = browse(name).post(LIST, {"action": "accept", "_selected_action": str(handed_in.pk), **PROVED})

    assert answer.status_code in (302, 403, 404)
    assert (table.kept(), papers()[0].state) == (before, "review")


def wrong_days():
    today = exchange_day(timezone.now())
    return [(today + timedelta(days=1)).isoformat(), (today - timedelta(days=30)).isoformat(), "soon", ""]


@pytest.mark.parametrize(
    "change",
    [
        *({"signed_on": day} for day in wrong_days()),
        {"name": ""},
        {"name": "x" * 500},
        {"file": ""},
        {"file": scan(b"MZ not a picture", "signed.exe")},
        {"file": scan(b"not a pdf at all")},
        {"file": scan(b"")},
    ],
)
def test_what_is_no_signed_paper_is_refused_in_words(browse, table, waiting, storage, change):
    before = table.kept()

    answer = browse("alice").post(address("return_paper", waiting), told(waiting, **change), follow=True)

    assert answer.status_code == 200
    assert 'class="alert' in answer.content.decode() or "message" in answer.content.decode()
    assert (papers(), table.kept(), list(storage.rglob("*"))) == ([], before, [])


def test_it_asks_who_is_there(browse, table, waiting):
    data = told(waiting)
    del data[PASSWORD_FIELD]

    assert browse("alice").post(address("return_paper", waiting), data).status_code == 403
    assert papers() == []


def test_the_api_takes_a_paper_and_hands_it_out(browse, table, waiting):
    api = reverse("api_return_paper", args=[waiting.pk])
    alice = browse("alice")

    made = alice.post(api, told(waiting), headers={"Idempotency-Key": "paper-1"})

    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["sha256"]) == ("review", hashlib.sha256(PDF).hexdigest())
    assert browse("bob").post(api, told(waiting)).status_code in (403, 404)
    (paper,) = papers()
    found = browse("ana").get(reverse("api_returned_scan", args=[waiting.pk, paper.pk]))
    assert found.status_code in (200, 403)


BEYOND = {
    "a page decides": ("default", "UPDATE fees_returnedpaper SET state = 'accepted'"),
    "the office signs what it has not accepted": (
        "office",
        "INSERT INTO fees_signature (proposal_id, firm_id, account_id, practice_id, kind, name, document_hash, at,"
        " user_id, username, address, agent, session) SELECT id, firm_id, account_id, practice_id, 'paper',"
        " 'Ana Ruiz', document_hash, now(), 1, 'x', '', '', '' FROM fees_proposal",
    ),
    "the office agrees what nobody signed": (
        "office",
        "INSERT INTO fees_schedule (firm_id, account_id, practice_id, version, strategy, starts, signed_name,"
        " document_hash, agreed_at) SELECT firm_id, account_id, practice_id, 9, 'none', '2030-01-02', '', '', now()"
        " FROM fees_proposal",
    ),
    "the office edits a scan": ("office", "UPDATE fees_returnedpaper SET sha256 = repeat('0', 64)"),
}


@pytest.mark.parametrize("wrong", BEYOND)
def test_the_second_wall_alone_lets_nothing_of_it_happen(table, waiting, handed_in, wrong):
    alias, sql = BEYOND[wrong]
    before = table.kept()

    with pytest.raises(DatabaseError), as_role(alias), transaction.atomic(using=alias):
        connections[alias].cursor().execute(sql)

    assert (table.kept(), papers()[0].state) == (before, "review")
