"""Questionnaire history: who answered what and when, and who may read it."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.broker.permissions.models import PermissionRequest
from accounts.desk.applying.models import Application
from accounts.desk.hedge_funds.models import InvestorAnswer
from accounts.ground.invitations.models import InvitationState
from accounts.ground.people.models import Seat
from fees.papers.paper import Paper
from portal.tools.impact.models import ImpactAnswer
from tests.portal.reports.test_pages import (  # noqa: F401 (fixtures)
    MOST_QUESTIONS,
    OWN,
    nights,
    sealed,
    table,
    valued,
)

pytestmark = pytest.mark.django_db

ANA, CHIDI = "U1000001", "U2000001"
ALL = "report=questionnaire-history&period=inception"
SIGNED = datetime(2025, 9, 3, 2, tzinfo=UTC)  # still the 2nd at the exchange
FACTS = "Growth; 5 years of trading; annual net income 90,000.00\xa0USD; net worth 500,000.00\xa0USD;" + (
    " liquid net worth 120,000.50\xa0USD"
)


@pytest.fixture
def answered(valued):  # noqa: F811
    answer(valued)
    return valued


def answer(world):
    """Ana applied, signed for trading permissions, and was written down as an investor twice; one request of hers was
    never signed. Chidi said twice what he values. Of October is another answer of Ana's."""
    ana, chidi = world[ANA], world[CHIDI]
    of_ana = {"firm_id": ana.firm_id, "practice_id": ana.practice_id, "account": ana}
    Application.unscoped.create(
        **of_ana, party=world.parties["ana"], kind="individual", country="USA", tax_country="USA", name="Ana Ruiz",
        email="ana@example.com", invited_by=world.users["alice"].pk, created_at=SIGNED, submitted_at=SIGNED,
        state=InvitationState.SUBMITTED, document_hash="0" * 64, signed_name="Ana Ruiz", answers="sealed words",
    )  # fmt: skip
    for signed_at in (SIGNED, None):
        asked = PermissionRequest.unscoped.create(
            **of_ana, node_kind="client", wanted=["stocks:ALL"], asked_by=world.users["ana"].pk, asked_at=SIGNED,
            expires_at=SIGNED, state="requested",
        )  # fmt: skip
        given = {
            "objective": "growth",
            "experience": 5,
            "income": 90000,
            "net_worth": 500000,
            "liquid_worth": "120000.50",
        }
        if signed_at:
            signature = {"signed_at": signed_at, "signed_by": world.users["ana"].pk, "signed_name": "Ana R."}
            given |= {**signature, "document_hash": "0" * 64, "due_at": SIGNED, "decided_at": SIGNED}
        PermissionRequest.unscoped.filter(pk=asked.pk).update(**given, state="approved" if signed_at else "agreement")
    for day, answer in ((date(2025, 9, 4), "neither"), (date(2025, 9, 9), "net_worth"), (date(2025, 10, 1), "income")):
        InvestorAnswer.unscoped.create(
            **of_ana, answer=answer, answered_on=day, written_by=world.users["alice"].pk, written_at=SIGNED
        )
    said = {"firm_id": chidi.firm_id, "account": chidi, "answered_at": SIGNED}
    ImpactAnswer.unscoped.create(
        **said, values={"clean_air": 1}, source="client", said_on=date(2025, 9, 2), answered_by=world.users["chidi"].pk
    )
    ImpactAnswer.unscoped.create(
        **said, values={"clean_air": 1, "pure_water": 3}, avoided=["animal_testing"], source="advisor", how="by phone",
        said_on=date(2025, 9, 5), answered_by=world.users["bob"].pk,
    )  # fmt: skip


def found(browse, name, query=ALL):
    answer = browse(name).get(f"/api/v1/reports/figures/?{query}")
    return answer.json()["sections"][0] if answer.status_code == 200 else answer.status_code


def test_answers_stand_in_their_order_with_their_days_and_whoever_gave_them(answered, browse):
    section = found(browse, "alice")
    assert [[row[0], *row[2:]] for row in section["rows"]] == [
        [ANA, "2025-09-02", "Account application", "Ana Ruiz", "Sealed in the application", ""],
        [ANA, "2025-09-02", "Trading permissions", "Ana R.", FACTS, "Approved"],
        [ANA, "2025-09-04", "Investor category", "The advisor, for the client", "None of these", ""],
        [ANA, "2025-09-09", "Investor category", "The advisor, for the client",
         "Net worth above 1,000,000 USD without the home", ""],
    ]  # fmt: skip
    assert len(section["notes"]) == 1 and "sealed" not in str(section["rows"])
    september = found(browse, "alice", "report=questionnaire-history&period=custom&first=2025-09-05&last=2025-09-30")
    assert [row[2] for row in september["rows"]] == ["2025-09-09"]


def test_what_somebody_values_is_between_them_and_their_own_advisor(answered, browse):
    by = "The advisor, for the client (by phone)"
    wishes = "supports Pure Water 3/3, Clean Air 1/3; avoids Animal Testing"
    assert [row[2:] for row in found(browse, "bob")["rows"]] == [
        ["2025-09-02", "Values and practices", "The client", "supports Clean Air 1/3", ""],
        ["2025-09-05", "Values and practices", by, wishes, ""],
    ]
    assert "Clean Air" not in str(found(browse, "alice"))
    assert found(browse, "carol")["rows"] == found(browse, "mallory")["rows"] == []
    assert found(browse, "bob", f"{ALL}&accounts={CHIDI} {ANA}") == 404


def test_the_page_asks_few_questions(answered, browse):
    bob = browse("bob")
    bob.get("/reports/fees/")
    with CaptureQueriesContext(connection) as asked:
        assert "Clean Air" in bob.get("/reports/questionnaire-history/").content.decode()
    assert sum(not any(one in query["sql"] for one in OWN) for query in asked) <= MOST_QUESTIONS


def test_a_user_reads_no_more_than_on_the_pages_of_the_answers(answered, browse):
    Seat.unscoped.filter(pk=answered.seats["vera"].pk).update(abilities=["statements", "view_accounts"])
    section = found(browse, "vera")
    assert {row[3] for row in section["rows"]} == {"Investor category"}
    assert section["notes"][0].endswith("Trading permissions, Account application.")


def test_without_the_pages_of_accounts_there_are_no_investor_categories(answered, browse):
    vera, given = browse("vera"), Seat.unscoped.filter(pk=answered.seats["vera"].pk)
    given.update(abilities=["statements", "view_accounts"])
    assert vera.get(f"/accounts/{ANA}/hedge-funds/").status_code == 200
    assert "Net worth above" in vera.post(f"/reports/file/?{ALL}", {"format": "csv"}).content.decode()
    given.update(abilities=["statements"])
    said = {"firm_id": answered[ANA].firm_id, "account": answered[ANA], "answered_at": SIGNED}
    ImpactAnswer.unscoped.create(
        **said, values={"clean_air": 1}, source="client", said_on=date(2025, 9, 2), answered_by=answered.users["ana"].pk
    )
    assert vera.get(f"/accounts/{ANA}/hedge-funds/").status_code == 403

    section = found(browse, "vera")

    # Reports are enough for what a client values, on its page too.
    assert [row[3] for row in section["rows"]] == ["Values and practices"]
    assert section["notes"][0].endswith("Trading permissions, Account application, Investor category.")
    assert "Net worth above" not in vera.post(f"/reports/file/?{ALL}", {"format": "csv"}).content.decode()


def test_page_and_files_have_the_same_rows(answered, browse):
    alice = browse("alice")
    rows = table(alice.post(f"/reports/file/?{ALL}", {"format": "csv"}))
    assert (rows[2][0], rows[2][2:6]) == (ANA, ("2025-09-02", "Trading permissions", "Ana R.", FACTS))
    for form, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert alice.post(f"/reports/file/?{ALL}", {"format": form}).content.startswith(begins)
    page = alice.get("/reports/questionnaire-history/?language=ru").content.decode()
    assert "5 лет торговли" in page


def test_on_paper_a_long_answer_takes_several_lines_and_is_never_cut(answered, browse, monkeypatch):
    told, tell = [], Paper.cell
    monkeypatch.setattr(
        Paper, "cell", lambda self, w, h, text="", **more: told.append(text) or tell(self, w, h, text, **more)
    )
    browse("alice").post(f"/reports/file/?{ALL}", {"format": "pdf"})
    plain = FACTS.replace("\xa0", " ")
    lines = [one for text in told if (one := text.replace("\xa0", " ").strip()) and one in plain]
    assert len(lines) > 1 and " ".join(lines) == plain, told
    assert not any("…" in text for text in told)


@pytest.mark.parametrize("name", ["ana", "chidi", "sam", "nina"])
def test_owners_have_no_history_of_questionnaires(answered, browse, name):
    client = browse(name)
    assert client.get("/reports/questionnaire-history/").status_code == 404
    assert client.post(f"/reports/file/?{ALL}", {"format": "csv"}).status_code == 404
    assert found(browse, name) == 404
    assert "Questionnaire history" not in client.get("/reports/").content.decode()
