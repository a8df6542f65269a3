"""Impact preferences end to end: asked, answered, taken back, lapsed; scores of what is held; and who may not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.broker.feed.models import FxRate
from accounts.broker.holdings.models import Instrument, Position
from accounts.ground.access.context import acting, as_role, enter, leave
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import User
from accounts.ground.requests.models import Request
from accounts.ground.tree.models import Account, Status
from portal.lapsing import lapse_due
from portal.tools.impact import actions
from portal.tools.impact.models import ImpactAnswer, ImpactInvitation, ImpactRelease, ImpactSecurity
from portal.tools.impact.rules import Wishes
from tests.portal.tools.kit import a_file

ANA, KEN, CHIDI, DANA = "U1000001", "U1000002", "U2000001", "U3000001"
API = "/api/v1/impact/"
DAY = date(2026, 11, 19)
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
WISHED = {"values": {"clean_air": 3, "pure_water": 1}, "avoided": ["animal_testing"]}
SCORES = (
    "symbol;asset;conid;isin;name;clean_air;pure_water;flags\n"
    "GREEN;STK;11;;Green plc;8;4;\n"
    "GREY;STK;;DE0000000002;Grey AG;3;3;\n"
    "LAB;STK;13;;Lab Inc;9,5;9,5;Animal Testing\n"
    "BETTER;STK;21;;Better Co;9;9;\n"
    "BEST;STK;22;;Best Co;10;10;\n"
    "TESTER;STK;23;;Tester Co;10;10;animal_testing\n"
    "LOAN;BOND;24;;A loan;10;10;\n"
)


@pytest.fixture(autouse=True)
def written_to(world):
    """The people of the cast read mail."""
    with as_role("owner"):
        for name in ("alice", "ana", "ken"):
            User.objects.filter(pk=world.users[name].pk).update(email=f"{name}@example.com")


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """It is noon on 20 November 2026 wherever a page asks."""
    for module in ("views", "api", "admin"):
        monkeypatch.setattr(f"portal.tools.impact.{module}.exchange_today", lambda: NOON.date())
        monkeypatch.setattr(f"portal.tools.impact.{module}.timezone.now", lambda: NOON)


def load(office, text=SCORES, day="2026-11-18"):
    file = SimpleUploadedFile("scores.csv", text.encode())
    return office.post("/office/tools/impactrelease/add/", {"file": file, "day": day, "provider": "Example data"})


def holds(account, symbol, conid, value, currency="USD", quantity=10):
    with as_role("owner"):
        Position.unscoped.create(
            account_id=account.pk,
            day=DAY,
            key=symbol,
            level=Position.SUMMARY,
            asset="STK",
            symbol=symbol,
            conid=conid,
            currency=currency,
            quantity=quantity,
            price=1,
            value=value,
            file=a_file(),
        )


def kept():
    """Everything that a refusal must not move."""
    with as_role("owner"):
        rows = [ImpactInvitation.unscoped, ImpactAnswer.unscoped, Request.unscoped.filter(title=actions.TITLE)]
        mails = OutboxMessage.unscoped.filter(natural_key__startswith="impact").count()
        return [sorted(map(str, one.values())) for one in rows], mails


def invited(world, number, name="alice", at=NOON):
    with acting(world.users[name].pk) as who:
        return actions.invite(who=who, account=world.accounts[number], at=at)


def state(browse, number=ANA, name="alice"):
    return browse(name).get(f"{API}{number}/").json()["state"]


def put(person, path, said):
    return person.put(path, said, content_type="application/json")


def test_a_client_is_asked_answers_and_answers_again(world, browse, monkeypatch):
    alice, ana = browse("alice"), browse("ana")
    assert state(browse) == "none"
    assert "Nothing is asked" in ana.get(f"/impact/{ANA}/").content.decode()

    assert alice.post("/tools/esg/invite/", {"account": [ANA, KEN]}).status_code == 302

    assert state(browse) == "invited"
    with as_role("owner"):
        (mail,) = OutboxMessage.unscoped.filter(recipient="ana@example.com", natural_key__startswith="impact")
        assert f"/impact/{ANA}/" in mail.body
    assert f"/impact/{ANA}/" in ana.get("/approvals/").content.decode()
    said = {"value-clean_air": "3", "value-pure_water": "1", "avoid-weapons": "on"}
    assert ana.post(f"/impact/{ANA}/", said).status_code == 302
    assert f"/impact/{ANA}/" not in ana.get("/").content.decode()
    found = alice.get(f"{API}{ANA}/").json()
    assert (found["state"], found["source"], found["said_on"]) == ("answered", "client", "2026-11-20")
    assert (found["values"], found["avoided"]) == ({"clean_air": 3, "pure_water": 1}, ["weapons"])
    before = kept()
    assert ana.post(f"/impact/{ANA}/", said).status_code == 302  # the same again is the same answer
    assert kept() == before
    monkeypatch.setattr("portal.tools.impact.api.timezone.now", lambda: NOON + timedelta(hours=1))
    assert put(ana, f"/api/v1/own-impact/{ANA}/", {"values": {"clean_air": 1}, "avoided": []}).status_code == 200
    assert alice.get(f"{API}{ANA}/").json()["values"] == {"clean_air": 1}
    with as_role("owner"):
        assert ImpactAnswer.unscoped.count() == 2
        Account.unscoped.filter(number=ANA).update(status=Status.CLOSED, closed_on=DAY)
    before = kept()
    assert ana.post(f"/impact/{ANA}/", said).status_code == 409  # a closed account asks nothing of anybody
    assert kept() == before


def test_an_invitation_is_sent_again_taken_back_and_lapses(world, browse):
    alice = browse("alice")
    invited(world, ANA, at=NOON - timedelta(days=29))
    assert alice.post("/tools/esg/invite/", {"account": ANA}).status_code == 302  # one waits at a time
    assert alice.post(f"/tools/esg/{ANA}/again/").status_code == 302
    assert alice.post(f"/tools/esg/{ANA}/again/").status_code == 302  # the second click sends nothing
    with as_role("owner"):
        (row,) = ImpactInvitation.unscoped.all()
        assert (row.times, row.expires_at) == (2, NOON + timedelta(days=30))
    assert kept()[1] == 2

    assert lapse_due(at=NOON + timedelta(days=29))["impact preferences"] == 0
    assert alice.delete(f"{API}{ANA}/invitation/").status_code == 204
    assert state(browse) == "withdrawn"
    before = kept()
    assert alice.post(f"/tools/esg/{ANA}/again/").status_code == 409
    assert alice.post(f"/tools/esg/{ANA}/withdraw/").status_code == 409
    assert browse("ana").post(f"/impact/{ANA}/", {"value-clean_air": "1"}).status_code == 409
    assert kept() == before

    invited(world, KEN, at=NOON - timedelta(days=31))
    assert state(browse, KEN) == "expired"  # before the night has come to it
    assert browse("ken").post(f"/impact/{KEN}/", {"value-clean_air": "1"}).status_code == 409
    assert lapse_due(at=NOON)["impact preferences"] == 1
    assert lapse_due(at=NOON)["impact preferences"] == 0
    assert state(browse, KEN) == "expired"
    assert alice.post("/tools/esg/invite/", {"account": KEN}).status_code == 302
    assert state(browse, KEN) == "invited"


def test_the_advisor_writes_down_what_the_client_said(world, browse):
    invited(world, ANA)
    said = {"value-clean_air": "2", "said_on": "2026-11-02", "how": "by phone"}
    assert browse("alice").post(f"/tools/esg/{ANA}/answer/", said).status_code == 302

    found = browse("alice").get(f"{API}{ANA}/").json()
    assert (found["state"], found["source"], found["said_on"]) == ("answered", "advisor", "2026-11-02")
    page = browse("alice").get(f"/tools/esg/{ANA}/").content.decode()
    for words in ("by phone", "Clean Air", "no advice", "not verified"):
        assert words in page
    before = kept()
    for wrong in (
        {"said_on": "2026-11-02"},
        {"value-clean_air": "4", "said_on": "2026-11-02"},
        {"value-clean_air": "2", "said_on": "2026-11-21"},
        {"value-clean_air": "2", "said_on": "2024-01-01"},
    ):
        assert browse("alice").post(f"/tools/esg/{ANA}/answer/", wrong).status_code == 422
    for wrong in ({"values": {"clean_hair": 1}, "avoided": []}, {"values": {}, "avoided": ["clean_air"]}):
        assert put(browse("alice"), f"{API}{ANA}/answer/", {**wrong, "said_on": "2026-11-02"}).status_code == 400
    assert kept() == before


def test_holdings_are_scored_compared_and_given_alternatives(world, browse, office):
    """3 and 1: GREEN is (8x3 + 4) / 4 = 7; 1,000 EUR at 1.1 are 1,100 USD at 3; LAB is 9.5 and in conflict.

    7,500 x 7 + 1,100 x 3 + 400 x 9.5 = 59,600 by 9,000 = 6.62; 9,000 of 10,000 are 90 percent. BETTER for GREY:
    52,500 + 1,100 x 9 + 3,800 = 66,200 by 9,000 = 7.36; BEST: 67,300 = 7.48, and for LAB 52,500 + 3,300 + 4,000 = 6.64.
    """
    account = world.accounts[ANA]
    assert load(office).status_code == 302
    with as_role("owner"):
        Instrument.unscoped.create(conid=12, symbol="GREY", isin="DE0000000002", asset="STK", file=a_file())
        FxRate.unscoped.create(day=DAY, from_currency="EUR", to_currency="USD", rate=Decimal("1.1"), file=a_file())
    holds(account, "GREEN", 11, 7500)
    holds(account, "GREY", 12, 1000, "EUR")
    holds(account, "LAB", 13, 400)
    holds(account, "NONE", 99, 1000)
    holds(account, "SHORT", 21, -500, quantity=-5)
    put(browse("alice"), f"{API}{ANA}/answer/", {**WISHED, "said_on": "2026-11-02"})

    found = browse("alice").get(f"{API}{ANA}/").json()

    assert (found["portfolio_score"], found["coverage"], found["scores_of"]) == ("6.62", "90.00", "2026-11-18")
    by_symbol = {one["symbol"]: one for one in found["holdings"]}
    assert {name: one["score"] for name, one in by_symbol.items()} == {
        "GREEN": "7.00",
        "GREY": "3.00",
        "LAB": "9.50",
        "NONE": None,
        "SHORT": "9.00",
    }
    assert by_symbol["GREY"]["value"] == "1100.00"
    assert by_symbol["LAB"]["conflicts"] == ["animal_testing"]
    offered = [(one["symbol"], one["score"], one["portfolio_score"]) for one in by_symbol["GREY"]["alternatives"]]
    assert offered == [("BEST", "10.00", "7.48")]  # BETTER is held short, LAB and TESTER test on animals
    offered = [(one["symbol"], one["portfolio_score"]) for one in by_symbol["LAB"]["alternatives"]]
    assert offered == [("BEST", "6.64")]
    assert by_symbol["GREEN"]["alternatives"] == by_symbol["NONE"]["alternatives"] == []
    page = browse("alice").get(f"/tools/esg/{ANA}/").content.decode()
    for words in ("6.62", "90.00%", "Animal Testing", "BEST", "7.48", "Example data"):
        assert words in page
    assert "Choose a value to see alternatives" not in page


def test_without_a_value_the_page_says_what_alternatives_need(world, browse, office):
    """Nothing says by what one security would be better than another, and nothing is covered."""
    assert load(office).status_code == 302
    holds(world.accounts[ANA], "LAB", 13, 400)
    avoided = {"values": {}, "avoided": ["animal_testing"], "said_on": "2026-11-02"}
    assert put(browse("alice"), f"{API}{ANA}/answer/", avoided).status_code == 200
    page = browse("alice").get(f"/tools/esg/{ANA}/").content.decode()
    assert "Choose a value to see alternatives" in page and "Animal Testing" in page
    assert "<dd>0.00%</dd>" not in page


def test_the_newest_file_of_a_day_holds_and_a_file_is_taken_once(world, browse, office):
    put(browse("alice"), f"{API}{ANA}/answer/", {**WISHED, "said_on": "2026-11-02"})
    holds(world.accounts[ANA], "GREEN", 11, 100)
    assert load(office).status_code == 302
    assert load(office).status_code == 302
    newer = "symbol,asset,conid,clean_air\nGREEN,STK,11,2\nBAD,STK,x,2\n"
    load(office, newer, "2026-11-17")
    with as_role("owner"):
        assert ImpactRelease.unscoped.count() == 2
    assert browse("alice").get(f"{API}{ANA}/").json()["portfolio_score"] == "7.00"
    load(office, newer, "2026-11-20")
    assert browse("alice").get(f"{API}{ANA}/").json()["portfolio_score"] == "2.00"
    with as_role("owner"):
        last = ImpactRelease.unscoped.get(day=date(2026, 11, 20))
        count = ImpactSecurity.unscoped.count()
    assert "Line 3, BAD" in office.get(f"/office/tools/impactrelease/{last.pk}/change/").content.decode()
    for text, day in (("symbol\n", "2026-11-20"), (SCORES, "2026-11-21"), ("", "2026-11-20")):
        assert load(office, text, day).status_code == 422
    with as_role("owner"):
        assert ImpactSecurity.unscoped.count() == count
    assert "Clean Air" in office.get("/office/tools/impacttopic/").content.decode()


@pytest.mark.parametrize("name", ["alice", "carol", "mallory", "ana", "dana", "sam", "frank", "tess", ""])
def test_esg_3_nobody_else_asks_reads_or_answers(world, browse, name):
    """Bob's client: not for the level above, a sibling, another firm, other clients, who has left, or nobody."""
    invited(world, CHIDI, "bob")
    before = kept()
    person = browse(name)
    refused = {404} if name in ("alice", "carol", "mallory") else {302, 401, 403, 404}

    answers = [
        person.get(f"/tools/esg/{CHIDI}/"),
        person.post("/tools/esg/invite/", {"account": CHIDI}),
        person.post(f"/tools/esg/{CHIDI}/again/"),
        person.post(f"/tools/esg/{CHIDI}/withdraw/"),
        person.post(f"/tools/esg/{CHIDI}/answer/", {"value-clean_air": "1", "said_on": "2026-11-02"}),
        person.get(f"{API}{CHIDI}/"),
        put(person, f"{API}{CHIDI}/answer/", {**WISHED, "said_on": "2026-11-02"}),
        person.delete(f"{API}{CHIDI}/invitation/"),
        person.post(API, {"accounts": [CHIDI]}, content_type="application/json"),
    ]
    own = [person.get(f"/impact/{CHIDI}/"), person.post(f"/impact/{CHIDI}/", {"value-clean_air": "1"})]
    own += [put(person, f"/api/v1/own-impact/{CHIDI}/", WISHED)]

    assert {one.status_code for one in answers} <= refused
    assert {one.status_code for one in own} <= {302, 401, 403, 404}
    assert kept() == before


def test_one_foreign_account_among_the_chosen_stops_all_of_it(world, browse):
    before = kept()
    assert browse("bob").post("/tools/esg/invite/", {"account": [CHIDI, DANA]}).status_code == 404
    said = {"accounts": [CHIDI, "U9999999"]}
    assert browse("bob").post(API, said, content_type="application/json").status_code == 404
    assert kept() == before


def test_the_database_alone_keeps_others_out(world, as_role):
    """The second wall: the level above reads nothing, an owner neither asks nor takes back, answers stay."""
    row = invited(world, CHIDI, "bob")
    account = world.accounts[CHIDI]
    given = {"firm_id": account.firm_id, "account_id": account.pk, "said_on": DAY, "answered_at": NOON}
    with acting(world.users["chidi"].pk) as who:
        actions.answer(
            who=who, account=account, wishes=Wishes({"clean_air": 1}), said_on=DAY, how="", today=DAY, at=NOON
        )
    for name in ("alice", "carol", "mallory", "dana"):
        with acting(world.users[name].pk):
            assert not ImpactInvitation.unscoped.exists()
            assert not ImpactAnswer.unscoped.exists()
            with pytest.raises(DatabaseError), transaction.atomic():
                ImpactAnswer.unscoped.create(**given, source="advisor", answered_by=world.users[name].pk)
    again = invited(world, CHIDI, "bob", NOON + timedelta(days=1))
    with acting(world.users["chidi"].pk):
        for source, by in (("advisor", "chidi"), ("client", "bob")):
            with pytest.raises(DatabaseError), transaction.atomic():
                ImpactAnswer.unscoped.create(**given, source=source, answered_by=world.users[by].pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            ImpactInvitation.unscoped.filter(pk=again.pk).update(state="withdrawn", ended_at=NOON)
        assert ImpactInvitation.unscoped.filter(pk=row.pk).update(state="answered", ended_at=NOON) == 0
    with acting(world.users["bob"].pk), pytest.raises(DatabaseError), transaction.atomic():
        ImpactAnswer.unscoped.filter(account=account).update(how="by phone")


def test_the_pages_ask_as_much_for_one_as_for_many(world, browse, office):
    def questions(path):
        with CaptureQueriesContext(connection) as asked:
            assert alice.get(path).status_code == 200
        return len([one for one in asked.captured_queries if " FROM " in one["sql"]])

    alice = browse("alice")
    load(office)
    put(alice, f"{API}{ANA}/answer/", {**WISHED, "said_on": "2026-11-02"})
    holds(world.accounts[ANA], "LAB", 13, 400)
    alice.get("/tools/esg/")
    one, sheet = questions("/tools/esg/"), questions(f"/tools/esg/{ANA}/")
    invited(world, KEN)
    for symbol, conid in (("GREEN", 11), ("BETTER", 21), ("OTHER", 98)):
        holds(world.accounts[ANA], symbol, conid, 100)

    assert questions("/tools/esg/") == one
    assert questions(f"/tools/esg/{ANA}/") == sheet
    assert max(one, sheet) <= 12


def test_who_is_written_to_is_told_to_the_own_practice_and_the_owner_alone(world, as_role):
    ana = world["U1000001"]
    found = {}
    with as_role("portal_web"):
        for name in ("alice", "bob", "mallory", "ana", "nina"):
            enter(world.users[name].pk)
            found[name] = [
                bool(actions.people_of(ana, side, world.users["alice"].pk)) for side in ("practice", "owner")
            ]
            leave()
    told, nothing = [True, True], [False, False]
    assert found == {"alice": told, "bob": nothing, "mallory": nothing, "ana": told, "nina": nothing}
