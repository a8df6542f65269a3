"""The hedge-fund programme: who qualifies, who asks, who signs, who sends, and that nothing of it moves money."""

import html
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.desk.hedge_funds import actions
from accounts.desk.hedge_funds.models import FundRequest, HedgeFund, InvestorAnswer
from accounts.desk.hedge_funds.rules import FundConflict, FundProblem, hash_of, qualifies
from accounts.desk.hedge_funds.telling import PRACTICE, people_of
from accounts.ground.access.context import acting, enter
from accounts.ground.access.scope import NotAllowed
from accounts.ground.ledger.models import Transfer
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.people.models import Party, Seat, Standing, User
from accounts.ground.requests.models import Request
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree import actions as tree
from fees.funds.models import FundValue
from portal.lapsing import lapse_due
from tests.accounts.assignments.managed import employ
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
AT = datetime(2025, 9, 1, 15, tzinfo=UTC)
SURE = {"_password": PASSWORD}
ACCOUNT = "/accounts/U2000001/hedge-funds/"
FUND = "/marketplace/hedge-funds/harrier/"


@pytest.fixture
def funds(world):
    """One fund for accredited investors and one for qualified purchasers."""
    same = {"company": "Harrier Capital", "strategy": "Long and short", "share_class": "A", "currency": "USD"}
    same |= {"subscription": "Monthly, 5 days ahead", "redemption": "Quarterly, 45 days ahead"}
    HedgeFund.unscoped.create(code="harrier", name="Harrier", investor="accredited", minimum=Decimal(100_000), **same)
    HedgeFund.unscoped.create(code="saker", name="Saker", investor="qualified", minimum=Decimal(1_000_000), **same)
    User.objects.update(email="someone@example.com")
    return world


def answered(world, given="income", name="bob", number="U2000001", at=AT):
    with acting(world.users[name].pk) as who:
        return actions.answer(who=who, account=world[number], given=given, day=date(2025, 8, 30), at=at)


def asked(world, code="harrier", amount="250000.00", name="bob", number="U2000001", at=None):
    with acting(world.users[name].pk) as who:
        fund = HedgeFund.unscoped.get(code=code)
        return actions.ask(who=who, account=world[number], fund=fund, amount=Decimal(amount), at=at or timezone.now())


def word(found, **more):
    return {"name": "Chidi Okafor", "read": "on", "seen": found.document_hash, **SURE, **more}


def state():
    return FundRequest.unscoped.get().state


def money():
    """Everything by which an account could have more or less than before."""
    return Transfer.unscoped.count(), FundValue.unscoped.count()


@pytest.mark.parametrize(
    ("answer", "accredited", "qualified"),
    [
        *((one, True, False) for one in ("income", "net_worth", "professional", "entity_assets")),
        *((one, True, True) for one in ("investments", "entity_investments")),
        *((one, False, False) for one in ("neither", None, "")),
    ],
)
def test_who_qualifies_for_what(answer, accredited, qualified):
    """Rule 501 makes accredited, section 2(a)(51) qualified; who is qualified is accredited too."""
    assert qualifies(answer, HedgeFund(investor="accredited")) is accredited
    assert qualifies(answer, HedgeFund(investor="qualified")) is qualified


def test_from_the_answer_to_the_fund_and_no_money_moves(funds, browse, office):
    bob, chidi = browse("bob"), browse("chidi")
    Party.unscoped.filter(pk=funds.parties["chidi"].pk).update(language="ru")
    before = money()
    assert "No client of yours qualifies" in bob.get(FUND).content.decode()
    assert bob.post(f"{ACCOUNT}answer/", {"answer": "net_worth", "day": "2025-08-30"}).status_code == 302
    assert "U2000001" in bob.get(FUND).content.decode().split(f'action="{FUND}ask/"')[1]

    sent = bob.post(f"{FUND}ask/", {"account": "U2000001", "amount": "250000"})
    found = FundRequest.unscoped.get()
    page = f"/approvals/hedge-funds/{found.pk}/"
    assert (sent.status_code, sent.headers["Location"]) == (302, page)
    assert "ХЕДЖ-ФОНД" in found.document and found.language == "ru" and hash_of(found.document) == found.document_hash
    waiting = Request.unscoped.get(natural_key=f"fund request {found.pk}")
    assert (waiting.status, waiting.kind) == ("awaiting_client", "client_approval")
    assert page in chidi.get("/approvals/").content.decode()

    for wrong in ({"read": ""}, {"seen": "0" * 64}, {"name": "x"}):
        assert chidi.post(f"{page}sign/", word(found, **wrong)).status_code == 422, wrong
        assert state() == "waiting"
    assert chidi.post(f"{page}sign/", word(found)).status_code == 302
    waiting.refresh_from_db(from_queryset=Request.unscoped.all())
    assert state() == "signed" and waiting.status == "awaiting_broker" and waiting.finished_at is None
    assert "/fees/configure/U2000001/" in bob.get(page).content.decode()

    chosen = {"action": "confirm", "_selected_action": str(found.pk)}
    assert office.post("/office/desk/fundrequest/", chosen).status_code == 302
    waiting.refresh_from_db(from_queryset=Request.unscoped.all())
    assert state() == "confirmed" and waiting.status == "approved"
    assert OutboxMessage.unscoped.filter(natural_key__startswith=f"fund request {found.pk} ").count() == 4
    assert money() == before
    assert chidi.post(f"{page}decline/").status_code == 422 and state() == "confirmed"


def test_refused_with_a_reason_that_both_sides_read(funds, browse, office):
    answered(funds)
    found = asked(funds)
    page, change = f"/approvals/hedge-funds/{found.pk}/", f"/office/desk/fundrequest/{found.pk}/change/"
    assert office.post(change, {"reason": "Too late"}).status_code == 403
    office.post("/office/desk/fundrequest/", {"action": "confirm", "_selected_action": str(found.pk)})
    assert state() == "waiting"
    browse("chidi").post(f"{page}sign/", word(found))
    assert office.post(change, {"reason": " "}).status_code == 200 and state() == "signed"
    assert office.post(change, {"reason": "The class is closed."}).status_code == 302
    for name in ("chidi", "bob"):
        assert "The class is closed." in browse(name).get(page).content.decode()
    assert state() == "refused" and Request.unscoped.get(kind="client_approval").status == "rejected"


@pytest.mark.parametrize(
    ("given", "more", "said"),
    [
        ("neither", {}, "does not qualify"),
        (None, {}, "does not qualify"),
        ("income", {"code": "saker", "amount": "2000000"}, "does not qualify"),
        ("income", {"amount": "99999.99"}, "takes"),
        *(("income", {"amount": one}, "above zero") for one in ("0", "-1", "NaN", "Infinity", "100000.001", "1e30")),
    ],
)
def test_what_may_not_be_asked_leaves_nothing(funds, given, more, said):
    if given:
        answered(funds, given)
    before = fingerprint_of_rows()
    with pytest.raises(FundProblem, match=said):
        asked(funds, **more)
    assert fingerprint_of_rows() == before


def test_an_answer_that_changed_stops_the_signature(funds, browse):
    answered(funds)
    found = asked(funds)
    answered(funds, "neither", at=timezone.now())
    answer = browse("chidi").post(f"/approvals/hedge-funds/{found.pk}/sign/", word(found))
    assert answer.status_code == 422 and "does not qualify" in html.unescape(answer.content.decode())
    assert state() == "waiting"


def test_two_clicks_are_one_request_and_one_signature(funds):
    answered(funds)
    found = asked(funds)
    with pytest.raises(FundConflict):
        asked(funds)
    with acting(funds.users["chidi"].pk) as who:
        sign = {"who": who, "found": found, "hand": Hand("Chidi Okafor"), "seen": found.document_hash}
        actions.sign(**sign, at=timezone.now())
        with pytest.raises(FundConflict):
            actions.sign(**sign, at=timezone.now())
    assert FundRequest.unscoped.count() == 1


@pytest.mark.parametrize("name", ["carol", "mallory", "frank", "ana", "dana", "max", ""])
def test_strangers_find_nothing_and_move_nothing(funds, browse, name):
    employ(funds)
    answered(funds)
    found = asked(funds)
    visitor, before = browse(name), fingerprint_of_rows()
    page = f"/approvals/hedge-funds/{found.pk}/"
    gone = (302, 401) if not name else (403, 404)
    for address in (page, ACCOUNT, f"/api/v1/hedge-funds/requests/{found.pk}/", f"/api/v1{ACCOUNT}"):
        assert visitor.get(address).status_code in gone, address
    posts = [(f"{page}{step}/", word(found)) for step in ("sign", "decline", "cancel")]
    posts += [(f"{ACCOUNT}answer/", {"answer": "income", "day": "2025-08-30"})]
    posts += [(f"{FUND}ask/", {"account": "U2000001", "amount": "250000"})]
    for address, said in posts:
        assert visitor.post(address, said).status_code in gone, address
    assert fingerprint_of_rows() == before


def test_the_level_above_reads_and_does_not_speak_for_a_second_levels_client(funds, browse):
    answered(funds)
    found = asked(funds)
    alice, before = browse("alice"), fingerprint_of_rows()
    assert alice.get(f"/approvals/hedge-funds/{found.pk}/").status_code == 200
    assert alice.post(f"/approvals/hedge-funds/{found.pk}/cancel/").status_code == 403
    assert alice.post(f"{ACCOUNT}answer/", {"answer": "neither", "day": "2025-08-30"}).status_code == 403
    assert alice.post(f"{FUND}ask/", {"account": "U2000001", "amount": "250000"}).status_code == 403
    for name in ("bob", "alice"):
        assert browse(name).post(f"/approvals/hedge-funds/{found.pk}/sign/", word(found)).status_code == 403
    assert browse("chidi").get("/marketplace/hedge-funds/").status_code == 404
    assert browse("chidi").post(f"{ACCOUNT}answer/", {"answer": "income", "day": "2025-08-30"}).status_code == 403
    with acting(funds.users["bob"].pk) as who, pytest.raises(NotAllowed):
        actions.confirm(who=who, found=found, at=AT)
    assert fingerprint_of_rows() == before


def test_nobody_is_written_to_whose_principal_has_left(funds):
    """Bob has asked and is a second user from now on; with the principal's seat his own opens nothing any more."""
    answered(funds)
    found = asked(funds)
    mine, principal = (Seat.unscoped.filter(pk=funds.seats[name].pk) for name in ("bob", "carol"))
    mine.update(standing=Standing.SECOND, principal=funds.seats["carol"])
    assert people_of(found, PRACTICE) == [funds.users["bob"].pk]
    principal.update(is_active=False, ended_at=AT)
    assert people_of(found, PRACTICE) == []


def test_the_second_wall_alone(funds, as_role):
    """No advisor signs or sends, nobody asks past the answer, no answer is taken back, a sibling sees nothing."""
    given = answered(funds)
    found = asked(funds)
    row = {name: getattr(found, name) for name in ("firm_id", "practice_id", "account_id", "fund_id", "currency")}
    row |= {name: getattr(found, name) for name in ("language", "document", "document_hash", "asked_at", "expires_at")}
    signed = {"signed_by": funds.users["bob"].pk, "signed_at": AT, "signed_name": "Bob"}
    with as_role("portal_web"):
        for name, count in (("bob", 1), ("alice", 1), ("chidi", 1), ("carol", 0), ("dana", 0), ("mallory", 0)):
            enter(funds.users[name].pk)
            assert (FundRequest.unscoped.count(), InvestorAnswer.unscoped.count()) == (count, count), name
        enter(funds.users["bob"].pk)
        mine = FundRequest.unscoped.filter(pk=found.pk)
        for change in (
            *({"state": "signed", **signed}, {"state": "confirmed", "ended_at": AT, **signed}),
            *({"amount": 1}, {"document": "x"}, {"reason": "x"}),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                mine.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            InvestorAnswer.unscoped.filter(pk=given.pk).update(answer="investments")
        with pytest.raises(DatabaseError, match="does not qualify"), transaction.atomic():
            FundRequest.unscoped.create(
                **{**row, "fund_id": "saker"}, amount=Decimal(2_000_000), asked_by=funds.users["bob"].pk
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            HedgeFund.unscoped.filter(pk="harrier").update(minimum=1)
    with as_role("portal_office"), pytest.raises(DatabaseError), transaction.atomic():
        FundRequest.unscoped.filter(pk=found.pk).update(state="confirmed", ended_at=AT)
    assert state() == "waiting"


def test_what_nobody_signs_ends_by_the_clock_and_a_closed_account_ends_it_too(funds):
    answered(funds)
    late = asked(funds, at=timezone.now() - timedelta(days=31))
    with acting(funds.users["chidi"].pk) as who, pytest.raises(FundConflict, match="in time"):
        actions.sign(who=who, found=late, hand=Hand("Chidi Okafor"), seen=late.document_hash, at=timezone.now())
    assert lapse_due(at=timezone.now())["investments in hedge funds"] == 1
    assert state() == "expired" and lapse_due(at=timezone.now())["investments in hedge funds"] == 0
    again = asked(funds)
    tree.change_status(account=funds["U2000001"], status="C", day=date(2025, 9, 2))
    rows = Request.unscoped.filter(natural_key__startswith="fund request ").order_by("created_at")
    assert [one.status for one in rows] == ["expired", "cancelled"]
    assert FundRequest.unscoped.get(pk=again.pk).state == "cancelled"


def test_the_api_does_the_same(funds, browse):
    bob, chidi = browse("bob"), browse("chidi")
    kind = {"content_type": "application/json"}
    assert [one["code"] for one in bob.get("/api/v1/marketplace/hedge-funds/").json()] == ["harrier", "saker"]
    assert chidi.get("/api/v1/marketplace/hedge-funds/").status_code == 404
    wanted = json.dumps({"account": "U2000001", "amount": "250000.00"})
    assert bob.post(f"/api/v1{FUND}ask/", wanted, **kind).status_code == 400
    said = json.dumps({"answer": "income", "answered_on": "2025-08-30"})
    assert bob.post(f"/api/v1{ACCOUNT}answer/", said, **kind).status_code == 201
    late = json.dumps({"answer": "income", "answered_on": "2999-01-01"})
    assert bob.post(f"/api/v1{ACCOUNT}answer/", late, **kind).status_code == 400
    made = bob.post(f"/api/v1{FUND}ask/", wanted, **kind)
    assert (made.status_code, made.json()["amount"], made.json()["state"]) == (201, "250000.00", "waiting")
    assert bob.post(f"/api/v1{FUND}ask/", wanted, **kind).status_code == 409
    found = f"/api/v1/hedge-funds/requests/{made.json()['id']}/"
    hand = json.dumps({"name": "Chidi Okafor", "seen": made.json()["document_hash"]})
    assert chidi.post(f"{found}sign/", hand, **kind).status_code == 403
    sure = {**kind, "headers": {"Confirm-Password": PASSWORD}}
    assert chidi.post(f"{found}sign/", hand, **sure).json()["state"] == "signed"
    assert bob.delete(f"{found}cancel/").status_code == 204 and state() == "cancelled"
    assert [one["answer"] for one in chidi.get(f"/api/v1{ACCOUNT}").json()["answers"]] == ["income"]
