"""What an advisor asks stands as Awaiting Client and has no effect before the client agrees (USR-7)."""

import hashlib
import html
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.ground.access.context import acting, enter
from accounts.ground.consents import actions
from accounts.ground.consents.models import Consent
from accounts.ground.consents.queries import level_of
from accounts.ground.consents.rules import ConsentProblem, Level
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import Account
from portal.lapsing import lapse_due
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

SURE = {"_password": PASSWORD}
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
ASK = "/accounts/{}/authority/ask/"


@pytest.fixture
def mailed(world):
    for name, user in world.users.items():
        user.email = f"{name}@example.test"
        user.save(update_fields=["email"])
    return world


def asked(world, name="bob", number="U2000001", kind="streamlined", at=None):
    with acting(world.users[name].pk) as who:
        account = Account.unscoped.get(number=number)
        return actions.ask(who=who, account=account, kind=kind, at=at or timezone.now())


def word(found, **more):
    return {"name": "Chidi Okafor", "read": "on", "seen": found.document_hash, **SURE, **more}


def level(world, number="U2000001", name="bob"):
    with acting(world.users[name].pk) as who:
        return level_of(who, Account.unscoped.get(number=number))


def letters():
    rows = OutboxMessage.unscoped.filter(natural_key__startswith="consent ").order_by("created_at", "natural_key")
    return [(row.recipient.split("@")[0], row.subject) for row in rows]


def moved(before):
    return [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE]


def test_usr_7_nothing_changes_before_the_client_agrees(browse, mailed):
    bob, chidi = browse("bob"), browse("chidi")
    assert level(mailed) == Level.CORE

    assert bob.post(ASK.format("U2000001")).status_code == 302

    found, item = Consent.unscoped.get(), Request.unscoped.get(kind="client_approval")
    assert (found.state, item.status, level(mailed)) == ("waiting", "awaiting_client", Level.CORE)
    assert letters() == [("chidi", "Your advisor asks for your approval")]
    assert "Awaiting Client" in bob.get("/pending/").content.decode()
    place = f"/approvals/changes/{found.pk}/"
    assert f'href="{place}"' in chidi.get("/approvals/").content.decode()
    assert found.document in html.unescape(chidi.get(place).content.decode())

    said = {"REMOTE_ADDR": "203.0.113.5", "HTTP_USER_AGENT": "Firefox"}
    assert chidi.post(f"{place}agree/", word(found), **said).status_code == 302

    found.refresh_from_db()
    item.refresh_from_db()
    assert (found.state, item.status, level(mailed)) == ("agreed", "approved", Level.STREAMLINED)
    assert found.document_hash == hashlib.sha256(found.document.encode()).hexdigest()
    assert (found.signed_name, found.signed_address, found.signed_agent) == ("Chidi Okafor", "203.0.113.5", "Firefox")
    assert (found.decided_by, len(found.signed_session)) == (mailed.users["chidi"].pk, 64)
    assert letters()[1:] == [("bob", "A client has agreed")]
    assert chidi.post(f"{place}agree/", word(found)).status_code == 422

    assert chidi.post("/accounts/U2000001/authority/end/").status_code == 302
    assert level(mailed) == Level.CORE
    assert bob.post("/accounts/U2000001/authority/end/").status_code == 409


def test_an_advisor_closes_an_account_only_once_the_client_agrees(browse, mailed):
    bob, chidi = browse("bob"), browse("chidi")

    assert bob.post("/applications/U2000001/status/", {"status": "C"}).status_code == 302
    told = bob.post("/api/v1/accounts/U2000001/status/", {"status": "C"}, **JSON)

    found = Consent.unscoped.get()
    assert (told.status_code, found.kind, Account.unscoped.get(number="U2000001").status) == (409, "close", "O")
    assert chidi.post(f"/approvals/changes/{found.pk}/agree/", word(found)).status_code == 302
    closed = Account.unscoped.get(number="U2000001")
    assert (closed.status, closed.closed_on is not None) == ("C", True)


def test_the_right_of_the_asker_counts_on_the_day_of_the_agreement(browse, mailed):
    bob_left = asked(mailed, kind="close")
    mailed.seats["bob"].is_active = False
    mailed.seats["bob"].save(update_fields=["is_active"])
    before = fingerprint_of_rows()

    answer = browse("chidi").post(f"/approvals/changes/{bob_left.pk}/agree/", word(bob_left))

    assert (answer.status_code, Account.unscoped.get(number="U2000001").status) == (422, "O")
    assert moved(before) == []


def test_over_the_api_declined_and_taken_back(browse, mailed):
    bob, chidi = browse("bob"), browse("chidi")
    made = bob.post("/api/v1/accounts/U2000001/authority/ask/", **JSON)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert bob.post("/api/v1/accounts/U2000001/authority/ask/", **JSON).status_code == 409
    place = f"/api/v1/consents/{made.json()['id']}/"
    hand = {"name": "Chidi", "seen": made.json()["document_hash"]}
    assert chidi.post(f"{place}agree/", hand, content_type="application/json").status_code == 403
    assert chidi.post(f"{place}agree/", {**hand, "seen": "0" * 64}, **JSON).status_code == 409
    assert chidi.post(f"{place}decline/", **JSON).json()["state"] == "declined"
    assert Request.unscoped.get(kind="client_approval").status == "rejected"

    again = bob.post("/api/v1/accounts/U2000001/authority/ask/", **JSON).json()
    assert bob.delete(f"/api/v1/consents/{again['id']}/").status_code == 204
    told = chidi.get("/api/v1/accounts/U2000001/authority/").json()
    assert (told["level"], [one["state"] for one in told["questions"]]) == ("core", ["cancelled", "declined"])
    assert ("chidi", "A question was taken back") in letters()


@pytest.mark.parametrize(
    ("name", "number", "status"),
    [
        ("alice", "U2000001", 403),  # only the second level manages its clients
        ("carol", "U2000001", 404),
        ("mallory", "U2000001", 404),
        ("chidi", "U2000001", 403),
        ("bob", "F200002", 409),
        ("alice", "U4000001", 409),
        ("tess", "U1000001", 403),
    ],
)
def test_who_may_not_ask_moves_nothing(browse, mailed, name, number, status):
    before = fingerprint_of_rows()

    page = browse(name).post(ASK.format(number))
    told = browse(name).post(f"/api/v1/accounts/{number}/authority/ask/", **JSON)

    assert (page.status_code, told.status_code in (status, 400)) == (status, True)
    assert moved(before) == []


@pytest.mark.parametrize(
    ("name", "status"), [("bob", 403), ("alice", 403), ("carol", 403), ("ana", 404), ("nina", 404), ("mallory", 403)]
)
def test_nobody_but_the_owner_agrees_or_declines(browse, mailed, name, status):
    found = asked(mailed)
    before = fingerprint_of_rows()

    page = browse(name).post(f"/approvals/changes/{found.pk}/agree/", word(found))
    told = browse(name).post(f"/api/v1/consents/{found.pk}/decline/", **JSON)

    assert (page.status_code, told.status_code) == (status, status)
    assert (moved(before), level(mailed)) == ([], Level.CORE)


def test_another_text_or_no_name_is_no_agreement(browse, mailed):
    found = asked(mailed)
    before = fingerprint_of_rows()
    for wrong in ({"seen": "0" * 64}, {"name": "?"}, {"read": ""}):
        answer = browse("chidi").post(f"/approvals/changes/{found.pk}/agree/", {**word(found), **wrong})
        assert answer.status_code == 422, wrong
    assert (moved(before), level(mailed)) == ([], Level.CORE)


def test_a_question_nobody_answers_ends_after_thirty_days(mailed):
    at = timezone.now()
    found = asked(mailed, at=at)
    assert lapse_due(at=at + timedelta(days=30, seconds=-1))["consents"] == 0
    with acting(mailed.users["chidi"].pk) as who, pytest.raises(ConsentProblem, match="in time"):
        actions.agree(who=who, consent=found, hand=Hand("Chidi"), seen=found.document_hash, at=at + timedelta(days=30))
    assert lapse_due(at=at + timedelta(days=30))["consents"] == 1
    assert lapse_due(at=at + timedelta(days=31))["consents"] == 0

    found.refresh_from_db()
    assert (found.state, Request.unscoped.get(kind="client_approval").status) == ("expired", "expired")
    assert [name for name, subject in letters() if "expired" in subject] == ["chidi", "bob"]


def test_the_second_wall_lets_no_advisor_agree(as_role, mailed):
    found = asked(mailed)
    signed = {"state": "agreed", "decided_at": timezone.now(), "signed_name": "Chidi"}
    for name in ("bob", "alice", "carol", "ana"):
        for more in ({}, {"ended_at": timezone.now()}):
            with as_role("portal_web"):
                enter(mailed.users[name].pk)
                rows = Consent.unscoped.filter(pk=found.pk)
                try:
                    with transaction.atomic():
                        changed = rows.update(**signed, decided_by=mailed.users[name].pk, **more)
                except DatabaseError:
                    changed = 0
                assert changed == 0, name
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.unscoped.filter(pk=found.pk).update(document="another")
    found.refresh_from_db()
    assert found.state == "waiting"


def test_the_client_reads_it_in_russian(mailed):
    mailed.parties["chidi"].language = "ru"
    mailed.parties["chidi"].save(update_fields=["language"])

    found = asked(mailed)

    assert (found.language, found.document.startswith("ПОЛНОМОЧИЯ ВАШЕГО КОНСУЛЬТАНТА")) == ("ru", True)


def test_an_owner_without_a_sign_in_is_not_asked_and_the_back_office_closes_the_account(browse, mailed):
    """What nobody could answer would wait for thirty days and then lapse."""
    mailed.seats["chidi"].is_active = False
    mailed.seats["chidi"].save(update_fields=["is_active"])
    before = fingerprint_of_rows()

    page = browse("bob").post("/applications/U2000001/status/", {"status": "C"})
    told = browse("bob").post("/api/v1/accounts/U2000001/status/", {"status": "C"}, **JSON)
    asked_for = browse("bob").post(ASK.format("U2000001"))

    assert (page.status_code, told.status_code, asked_for.status_code) == (409, 409, 409)
    assert "ask the back office to close the account" in page.content.decode()
    assert "Invite the owner first" in asked_for.content.decode()
    assert (Consent.unscoped.count(), Account.unscoped.get(number="U2000001").status) == (0, "O")
    assert moved(before) == []

    number = {"action": "become_C", "index": "0", "_selected_action": mailed["U2000001"].pk, **SURE}
    assert browse("olga").post("/office/accounts/account/", number).status_code == 302
    closed = Account.unscoped.get(number="U2000001")
    assert (closed.status, closed.closed_on is not None) == ("C", True)


def test_what_waits_is_withdrawn_when_the_account_closes(browse, mailed):
    """Nobody is left with a question about an account that is closed: not after the office, not after an agreement."""
    closing, chidi = asked(mailed, kind="close"), browse("chidi")
    number = {"action": "become_C", "index": "0", "_selected_action": mailed["U2000001"].pk, **SURE}
    assert browse("olga").post("/office/accounts/account/", number).status_code == 302

    closing.refresh_from_db()
    item = Request.unscoped.get(kind="client_approval")
    assert (closing.state, closing.decided_by) == ("cancelled", mailed.users["olga"].pk)
    assert item.status == "cancelled"
    assert ("chidi", "A question was taken back") in letters()
    assert "Cancelled" in chidi.get("/approvals/").content.decode()
    assert chidi.post(f"/approvals/changes/{closing.pk}/agree/", word(closing)).status_code == 422

    browse("olga").post("/office/accounts/account/", {**number, "action": "become_O"})
    streamlined, again = asked(mailed), asked(mailed, kind="close")
    assert chidi.post(f"/approvals/changes/{again.pk}/agree/", word(again)).status_code == 302
    streamlined.refresh_from_db()
    again.refresh_from_db()
    assert (streamlined.state, again.state) == ("cancelled", "agreed")


def test_an_account_that_cannot_be_closed_keeps_what_waits(browse, mailed):
    waiting = asked(mailed, "alice", "I4000001")
    number = {"action": "become_C", "index": "0", "_selected_action": mailed["I4000001"].pk, **SURE}
    assert browse("olga").post("/office/accounts/account/", number).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, Account.unscoped.get(number="I4000001").status) == ("waiting", "O")


def test_what_was_not_answered_in_time_offers_nothing_to_sign(browse, mailed):
    late = asked(mailed, at=timezone.now() - timedelta(days=31))
    place = f"/approvals/changes/{late.pk}/"

    assert "Agree and sign" not in browse("chidi").get(place).content.decode()
    assert "Take it back" not in browse("bob").get(place).content.decode()
