"""A client in the United States answers by PIN link: mobile number, questions, PIN (USR-7); nobody else does."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.ground.access.context import acting, enter
from accounts.ground.consents import actions as consents
from accounts.ground.consents.models import Consent
from accounts.ground.consents.queries import level_of
from accounts.ground.consents.rules import Level
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.pinlinks import actions, rules
from accounts.ground.pinlinks.models import PinFact, PinLink
from accounts.ground.tree.models import Account
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

ANSWERS = {"birth_town": "Springfield", "first_school": "St. Mary's"}
SAID = {"one": " springfield ", "two": "st marys"}
PIN = "483920"
SETTLED = timedelta(hours=72)
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}


@pytest.fixture
def american(world):
    """Chidi lives in the United States, and the back office has verified him; Ana lives in Spain."""
    for name, user in world.users.items():
        user.email = f"{name}@example.test"
        user.save(update_fields=["email"])
    for name, country in (("chidi", "USA"), ("ana", "ESP")):
        world.parties[name].residence = country
        world.parties[name].save(update_fields=["residence"])
        actions.verify(party=world.parties[name], mobile="+12025550143", answers=ANSWERS, at=timezone.now() - SETTLED)
    return world


def asked(world, name="bob", number="U2000001", kind="streamlined", at=None):
    with acting(world.users[name].pk) as who:
        account = Account.unscoped.get(number=number)
        return consents.ask(who=who, account=account, kind=kind, at=at or timezone.now())


def place(found):
    return f"/approvals/changes/{found.pk}/pin-link/"


def link():
    """The address in the newest mail to the client."""
    rows = OutboxMessage.unscoped.filter(natural_key__startswith="pin link ", channel="mail").order_by("-created_at")
    return re.search(r"https?://[^/]+(/approve/[^/]+/)", rows.first().body).group(1)


def code():
    """The digits of the newest text."""
    row = OutboxMessage.unscoped.filter(channel="sms").order_by("-created_at", "-natural_key").first()
    assert (row.recipient, row.subject, row.is_secret) == ("+12025550143", "", True)
    return re.match(r"\d{8}", row.body).group()


def token(answer):
    return re.search(r'name="token" value="([^"]+)"', answer.content.decode()).group(1)


def proved(browser, address):
    """As far as the text and the PIN: the word for the last step."""
    assert browser.post(address, {"step": "code"}).status_code == 200
    questions = browser.post(address, {"step": "mobile", "code": code()})
    assert questions.status_code == 200
    decide = browser.post(address, {"step": "questions", "token": token(questions), **SAID})
    assert decide.status_code == 200
    return decide, token(decide)


def signed(found, word, **more):
    hand = {"name": "Chidi Okafor", "read": "on", "seen": found.document_hash}
    return {"step": "decide", "token": word, "pin": PIN, "again": PIN, **hand, **more}


def level(world):
    with acting(world.users["bob"].pk) as who:
        return level_of(who, Account.unscoped.get(number="U2000001"))


def moved(before):
    return [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE]


def test_a_client_in_the_united_states_agrees_by_pin_link(browse, american):
    found, bob, stranger = asked(american), browse("bob"), Client()
    page = bob.get(f"/approvals/changes/{found.pk}/").content.decode()
    assert "Send a PIN link" in page
    assert "0143" in page
    assert "+1202555" not in page

    assert bob.post(place(found)).status_code == 302
    address = link()
    first = stranger.get(address)
    assert (first.status_code, first["Cache-Control"], "U2000001" in first.content.decode()) == (200, "no-store", False)
    decide, word = proved(stranger, address)
    assert "AUTHORITY OF YOUR ADVISOR" in decide.content.decode()
    assert level(american) == Level.CORE

    done = stranger.post(address, signed(found, word), REMOTE_ADDR="203.0.113.5")

    assert (done.status_code, level(american)) == (200, Level.STREAMLINED)
    found.refresh_from_db()
    held = PinLink.unscoped.get()
    assert (found.state, found.signed_name, found.decided_by) == ("agreed", "Chidi Okafor", american.users["chidi"].pk)
    assert (found.signed_address, found.signed_session) == ("203.0.113.5", held.link_hash)
    assert held.used_at >= held.answers_proved_at >= held.mobile_proved_at
    assert stranger.post(address, signed(found, word)).status_code == 404
    assert "mobile number verified" in bob.get(f"/approvals/changes/{found.pk}/").content.decode()


def test_the_pin_created_first_is_asked_the_second_time(browse, american):
    stranger = Client()
    for kind, pin, status in (("streamlined", PIN, 200), ("close", "111222", 422), ("close", PIN, 200)):
        found = Consent.unscoped.filter(kind=kind, state="waiting").first() or asked(american, kind=kind)
        assert browse("bob").post(place(found)).status_code == 302
        address = link()
        _decide, word = proved(stranger, address)
        answer = stranger.post(address, signed(found, word, pin=pin, again=pin))
        assert answer.status_code == status, kind
    assert Account.unscoped.get(number="U2000001").status == "C"
    assert PIN not in str(PinFact.unscoped.filter(party=american.parties["chidi"]).values())


def test_declining_needs_the_proofs_and_no_pin(browse, american):
    found, stranger = asked(american), Client()
    browse("bob").post(place(found))
    address = link()
    _decide, word = proved(stranger, address)

    done = stranger.post(address, {"step": "decide", "token": word, "decline": "1"})

    found.refresh_from_db()
    assert (done.status_code, found.state, level(american)) == (200, "declined", Level.CORE)
    assert stranger.get(address).status_code == 404


def test_usr_7_a_client_elsewhere_is_never_offered_a_pin_link(browse, american):
    found, alice = asked(american, "alice", "U1000001"), browse("alice")
    before = fingerprint_of_rows()

    page = alice.get(f"/approvals/changes/{found.pk}/").content.decode()
    forged = alice.post(place(found))
    told = alice.post(f"/api/v1/consents/{found.pk}/pin-link/", **JSON)

    assert "PIN link" not in page
    assert (forged.status_code, told.status_code) == (409, 409)
    assert "only for clients who live in the United States" in forged.content.decode()
    assert moved(before) == []


def test_a_client_who_moved_away_cannot_use_the_link(browse, american):
    found = asked(american)
    browse("bob").post(place(found))
    american.parties["chidi"].residence = "NGA"
    american.parties["chidi"].save(update_fields=["residence"])

    assert Client().get(link()).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 403), ("carol", 404), ("mallory", 404), ("chidi", 403), ("tess", 403)]
)
def test_who_may_not_send_it_moves_nothing(browse, american, name, status):
    found = asked(american)
    before = fingerprint_of_rows()

    page = browse(name).post(place(found))
    told = browse(name).post(f"/api/v1/consents/{found.pk}/pin-link/", **JSON)

    assert (page.status_code, told.status_code) == (status, status)
    assert (moved(before), PinLink.unscoped.count()) == ([], 0)


def test_over_the_api_a_second_link_ends_the_first_and_a_fourth_is_refused(browse, american):
    found, bob = asked(american), browse("bob")
    made = bob.post(f"/api/v1/consents/{found.pk}/pin-link/", **JSON)
    assert (made.status_code, made.json()["mobile_end"]) == (201, "0143")
    assert set(made.json()) == {"id", "mobile_end", "sent_at", "expires_at"}
    first = link()
    for status in (201, 201, 409):
        assert bob.post(f"/api/v1/consents/{found.pk}/pin-link/", **JSON).status_code == status
    assert Client().get(first).status_code == 404
    assert Client().get(link()).status_code == 200
    assert PinLink.unscoped.filter(used_at=None, ended_at=None).count() == 1


def test_without_verified_facts_or_mail_the_page_says_why(browse, american):
    found, bob = asked(american), browse("bob")
    american.users["chidi"].email = ""
    american.users["chidi"].save(update_fields=["email"])
    assert "has no e-mail address" in bob.get(f"/approvals/changes/{found.pk}/").content.decode()
    PinFact.unscoped.all().delete()
    page = bob.get(f"/approvals/changes/{found.pk}/").content.decode()
    assert "has not verified" in page
    assert "Send a PIN link" not in page
    assert bob.post(place(found)).status_code == 409


def test_every_dead_link_answers_like_one_that_never_was(browse, american):
    found, stranger = asked(american), Client()
    browse("bob").post(place(found))
    address = link()
    never = stranger.get("/approve/no-such-link/")
    plain = re.sub(r'csrf\w+" value="[^"]+"', "", never.content.decode())
    with acting(american.users["bob"].pk) as who:
        consents.cancel(who=who, consent=found, at=timezone.now())
    dead = stranger.get(address)
    assert (never.status_code, dead.status_code) == (404, 404)
    assert (
        re.sub(r'csrf\w+" value="[^"]+"', "", dead.content.decode()).replace(address, "/approve/no-such-link/") == plain
    )


def test_a_link_works_for_seven_days_and_never_longer_than_the_question(browse, american):
    at = timezone.now()
    late = asked(american, at=at - timedelta(days=28))
    with acting(american.users["bob"].pk) as who:
        made = actions.send(who=who, consent=late, at=at)
    assert made.expires_at == late.expires_at
    secret = link().split("/")[2]
    assert (
        actions.open_link(secret=secret, address="unknown", at=late.expires_at - timedelta(seconds=1)).mobile_end
        == "0143"
    )
    with pytest.raises(actions.LinkGone):
        actions.open_link(secret=secret, address="unknown", at=late.expires_at)


def test_five_wrong_answers_end_the_link_and_nothing_was_signed(browse, american):
    found, stranger = asked(american), Client()
    browse("bob").post(place(found))
    address = link()
    stranger.post(address, {"step": "code"})
    wrong = {"step": "mobile", "code": f"{(int(code()) + 1) % 10**8:08d}"}
    statuses = [stranger.post(address, wrong).status_code for _try in range(2)]
    questions = stranger.post(address, {"step": "mobile", "code": code()})
    said = {"step": "questions", "token": token(questions), "one": "x", "two": "y"}
    statuses += [stranger.post(address, said).status_code for _try in range(2)]
    last = stranger.post(address, said)

    assert (statuses, last.status_code) == ([422] * 4, 404)
    assert (PinLink.unscoped.get().wrong, stranger.get(address).status_code) == (5, 404)
    found.refresh_from_db()
    assert (found.state, level(american)) == ("waiting", Level.CORE)


def test_no_step_is_skipped_and_no_word_serves_another_link(browse, american):
    found, stranger = asked(american), Client()
    other = asked(american, kind="close")
    browse("bob").post(place(found))
    address = link()
    _decide, word = proved(stranger, address)
    browse("bob").post(place(other))
    second = link()
    before = fingerprint_of_rows()

    for said in (
        {"step": "questions", **SAID},
        {"step": "questions", "token": word, **SAID},
        signed(other, ""),
        signed(other, word),
        signed(other, word, decline="1"),
    ):
        answer = stranger.post(second, said)
        assert (answer.status_code, "Begin again" in answer.content.decode()) == (422, True)

    assert moved(before) == []
    other.refresh_from_db()
    assert other.state == "waiting"


def test_another_text_a_plain_pin_or_no_tick_sign_nothing_and_the_link_lives(browse, american):
    found, stranger = asked(american), Client()
    browse("bob").post(place(found))
    address = link()
    _decide, word = proved(stranger, address)
    before = fingerprint_of_rows()
    for wrong in (
        {"seen": "0" * 64},
        {"read": ""},
        {"pin": "123456", "again": "123456"},
        {"again": "1"},
        {"name": "?"},
    ):
        assert stranger.post(address, signed(found, word, **wrong)).status_code == 422, wrong
    assert (moved(before), PinFact.unscoped.get(party=american.parties["chidi"]).pin) == ([], "")
    assert stranger.post(address, signed(found, word)).status_code == 200


def test_codes_are_few_and_late_ones_are_worth_nothing(browse, american):
    """Eight digits for five minutes; sent again within them they are the same, and the text lives no longer."""
    found, at = asked(american), timezone.now()
    browse("bob").post(place(found))
    secret = link().split("/")[2]

    def text(seconds):
        then = at + timedelta(seconds=seconds)
        opened = actions.open_link(secret=secret, address="unknown", at=then)
        return actions.send_code(opened=opened, secret=secret, at=then)

    assert [text(seconds) for seconds in (0, 29, 31, 269)] == ["sent", "wait", "sent", "sent"]
    texts = OutboxMessage.unscoped.filter(channel="sms", is_secret=True)
    assert set(texts.values_list("ends_at", flat=True)) == {at + timedelta(minutes=5)}
    assert len({row.body for row in texts}) == 1
    opened = actions.open_link(secret=secret, address="unknown", at=at)
    with pytest.raises(actions.WrongProof):
        actions.prove_mobile(opened=opened, secret=secret, code=code(), at=at + timedelta(seconds=300))
    old = code()
    assert [text(seconds) for seconds in (301, 333, 364)] == ["sent", "sent", "limit"]
    assert code() != old
    with pytest.raises(actions.WrongProof):
        actions.prove_mobile(opened=opened, secret=secret, code=old, at=at + timedelta(seconds=302))
    actions.prove_mobile(opened=opened, secret=secret, code=code(), at=at + timedelta(seconds=301 + 299))
    with pytest.raises(actions.TooLate):
        actions.prove_answers(opened=opened, secret=secret, at=at + timedelta(hours=1), **SAID)


def test_the_second_wall_lets_nobody_read_the_facts_or_write_a_link(as_role, browse, american):
    found = asked(american)
    browse("bob").post(place(found))
    for name in ("bob", "alice", "chidi", "mallory"):
        with as_role("portal_web"):
            enter(american.users[name].pk)
            for sql in (
                "SELECT * FROM accounts_pinfact",
                "UPDATE accounts_pinlink SET used_at = now()",
                "INSERT INTO accounts_pinlink SELECT * FROM accounts_pinlink",
            ):
                with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cur:
                    cur.execute(sql)
            with connection.cursor() as cur:
                cur.execute("SELECT count(*) FROM accounts_pinlink")
                assert cur.fetchone()[0] == (0 if name == "mallory" else 1)
                cur.execute("SELECT count(*) FROM app_pin_recipient(%s)", [found.pk])
                assert cur.fetchone()[0] == (1 if name == "bob" else 0)


def test_the_back_office_verifies_a_client_and_forgets_a_pin(browse, american):
    olga, chidi = browse("olga"), american.parties["chidi"]
    PinFact.unscoped.all().delete()
    given = {
        "party": chidi.pk,
        "mobile": "(202) 555-0143",
        "question_one": "birth_town",
        "answer_one": "Springfield",
        "question_two": "first_school",
        "answer_two": "St. Mary's",
        "_password": PASSWORD,
    }
    add = "/office/accounts/pinfact/add/"
    for wrong in ({"party": american.parties["ana"].pk}, {"mobile": "+4930123456"}, {"question_two": "birth_town"}):
        assert olga.post(add, {**given, **wrong}).status_code == 422, wrong
    assert olga.post(add, given).status_code == 302
    fact = PinFact.unscoped.get()
    assert (fact.mobile, fact.pin, "springfield" in str(fact.__dict__).lower()) == ("+12025550143", "", False)
    PinFact.unscoped.update(pin="0" * 64)
    act = {"action": "forget_pin", "index": "0", "_selected_action": str(fact.pk), "_password": PASSWORD}
    assert olga.post("/office/accounts/pinfact/", act).status_code == 302
    assert PinFact.unscoped.get().pin == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(202) 555-0143", "+12025550143"),
        ("+1 202 555 0143", "+12025550143"),
        ("+44 20 7946 0958", None),
        ("+1 416 555 0143", None),
        ("+1 876 555 0143", None),
        ("900 555 0143", None),
        ("800 555 0143", None),
        ("202 555 0143 ext. 5", None),
        ("111 555 0143", None),
        ("12", None),
    ],
)
def test_numbers_of_the_united_states(text, number):
    assert rules.mobile_of(text) == number
