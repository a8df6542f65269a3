"""F2 asks, F1 decides: requests for trading permissions, signed and answered once (12.1, SET-6, HIE-3)."""

import hashlib
import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, ProgrammingError, transaction
from django.utils import timezone

from accounts.broker.permissions import actions
from accounts.broker.permissions.models import PermissionRequest, PermissionState
from accounts.broker.permissions.rules import PermissionProblem, due_at
from accounts.broker.products.actions import grant, withdraw
from accounts.broker.products.models import ProductApproval
from accounts.broker.products.rules import Permission
from accounts.ground.access.context import acting, enter
from accounts.ground.days.queries import calendar
from accounts.ground.notifications.models import Notification
from accounts.ground.outbox.models import OutboxMessage
from accounts.ground.requests.models import Request
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import Account
from portal.lapsing import lapse_due
from tests.broker.permissions.said import MEANS, SAID
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

AT = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
SURE = {"_password": PASSWORD}
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
STOCKS, OPTIONS, FUTURES = Permission("stocks"), Permission("options"), Permission("futures")
FACTS = {"objective": "growth", "experience": "3", **MEANS}


@pytest.fixture
def firm(world):
    """The top level is approved for stocks and options; nobody below it for anything."""
    for name, user in world.users.items():
        user.email = f"{name}@example.test"
        user.save(update_fields=["email"])
    with acting(world.users["olga"].pk, alias="office") as who:
        grant(who=who, account=world["F100001"], permissions=[STOCKS, OPTIONS], day=AT.date(), at=AT)
    return world


def asked(world, name="bob", number="F200002", *, wanted=(STOCKS,), at=AT, experience=3):
    """Asked, stated and signed."""
    with acting(world.users[name].pk) as who:
        account = Account.unscoped.get(number=number)
        made = actions.ask(who=who, account=account, wanted=wanted, at=at)
        stated = actions.state_facts(who=who, pk=made.pk, said=replace(SAID, experience=experience), at=at)
        return actions.sign(who=who, pk=made.pk, hand=Hand(name="Bob"), seen=stated.document_hash, at=at)


def held(number):
    rows = ProductApproval.unscoped.filter(account__number=number, removed_at=None)
    return set(rows.values_list("product", flat=True))


def tick_page(client, number="F200002", *, wanted=("stocks:ALL",)):
    return client.post(f"/accounts/{number}/products/ask/", {"permission": list(wanted)})


def sign_page(client, found, **more):
    """State the facts, read the agreement, sign it."""
    place = f"/trading/permissions/{found.pk}/"
    assert client.post(f"{place}facts/", FACTS).status_code == 302
    found.refresh_from_db()
    assert found.document in html.unescape(client.get(place).content.decode())
    said = {"name": "Bob Bright", "read": "on", "seen": found.document_hash, **SURE, **more}
    return client.post(f"{place}sign/", said, REMOTE_ADDR="203.0.113.5", HTTP_USER_AGENT="Firefox")


def letters():
    rows = OutboxMessage.unscoped.filter(natural_key__startswith="permission ").order_by("created_at", "natural_key")
    return [(row.recipient.split("@")[0], row.subject) for row in rows]


def test_f2_asks_and_f1_approves(browse, firm):
    bob = browse("bob")
    assert tick_page(bob).status_code == 302
    found = PermissionRequest.unscoped.get()
    waiting = Request.unscoped.get(kind="trading_permission")
    assert (found.state, found.document, waiting.status, letters()) == ("requested", "", "incomplete", [])
    assert "Requested" in bob.get("/accounts/F200002/products/").content.decode()

    assert bob.post(f"/trading/permissions/{found.pk}/facts/", FACTS).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.signed_at, letters()) == ("agreement", None, [])
    assert "Awaiting agreement" in bob.get("/accounts/F200002/products/").content.decode()

    assert sign_page(bob, found).status_code == 302

    found.refresh_from_db()
    waiting.refresh_from_db()
    assert (found.state, found.wanted, found.signed_name) == ("review", ["stocks:ALL"], "Bob Bright")
    assert "Account: F200002, Brightwell LLC, in USD" in found.document
    assert found.document_hash == hashlib.sha256(found.document.encode()).hexdigest()
    signer = (found.signed_by, found.signed_address, found.signed_agent)
    assert signer == (firm.users["bob"].pk, "203.0.113.5", "Firefox") and len(found.signed_session) == 64
    assert (waiting.status, waiting.finished_at, held("F200002")) == ("awaiting_advisor", None, set())
    page = browse("bob").get("/accounts/F200002/products/").content.decode()
    assert "Under review" in page and "normally up to 48 business hours" in page
    for name in ("alice", "bob"):
        assert b"Trading permissions are asked for" in browse(name).get("/pending/").content
    assert b"Trading permissions are asked for" in browse("alice").get("/notifications/").content
    assert letters() == [("alice", "Trading permissions are asked for"), ("vera", "Trading permissions are asked for")]

    answer = {"answer": "approve", **SURE}
    assert browse("alice").post(f"/trading/permissions/{found.pk}/decide/", answer).status_code == 302

    found.refresh_from_db()
    waiting.refresh_from_db()
    assert (found.state, waiting.status, held("F200002")) == ("approved", "approved", {"stocks"})
    assert letters()[2:] == [("bob", "Your trading permissions were approved")]
    assert b"Your trading permissions were approved" in browse("bob").get("/notifications/").content
    assert b"market data subscriptions" in browse("bob").get("/accounts/F200002/products/").content
    again = browse("alice").post(f"/trading/permissions/{found.pk}/decide/", answer)
    assert again.status_code == 409


def test_another_text_than_was_read_cannot_be_signed(browse, firm):
    bob = browse("bob")
    tick_page(bob)
    found = PermissionRequest.unscoped.get()
    place = f"/trading/permissions/{found.pk}/"
    assert bob.post(f"{place}sign/", {"name": "Bob Bright", "read": "on", "seen": "", **SURE}).status_code == 422
    bob.post(f"{place}facts/", FACTS)
    found.refresh_from_db()
    read = found.document_hash
    bob.post(f"{place}facts/", {**FACTS, "experience": "40"})
    before = fingerprint_of_rows()

    for said in (
        {"name": "Bob Bright", "read": "on", "seen": read},
        {"name": "Bob Bright", "seen": PermissionRequest.unscoped.get().document_hash},
        {"name": "?", "read": "on", "seen": PermissionRequest.unscoped.get().document_hash},
    ):
        assert bob.post(f"{place}sign/", {**said, **SURE}).status_code == 422, said
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []
    assert browse("alice").post(f"{place}decide/", {"answer": "approve", **SURE}).status_code == 409
    assert held("F200002") == set()


def test_what_was_signed_stays(firm):
    found = asked(firm)
    rows = PermissionRequest.unscoped.filter(pk=found.pk)
    for change in ({"document": "x"}, {"experience": 40}, {"signed_name": "Eve"}, {"wanted": ["futures:ALL"]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="agreement")


def test_the_same_over_the_api_declined_with_a_reason(browse, firm):
    url = "/api/v1/accounts/F200002/permission-requests/"
    said = {"permissions": [{"product": "options", "country": "ALL"}]}
    made = browse("bob").post(url, said, **JSON)
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    assert browse("bob").post(url, said, **JSON).status_code == 409
    place = f"/api/v1/permission-requests/{made.json()['id']}/"
    stated = browse("bob").post(f"{place}facts/", {"objective": "income", "experience": 2, **MEANS}, **JSON).json()
    hand = {"name": "Bob", "seen": stated["document_hash"]}
    assert (stated["state"], "F200002" in stated["document"]) == ("agreement", True)
    assert browse("bob").post(f"{place}sign/", hand, content_type="application/json").status_code == 403
    assert browse("bob").post(f"{place}sign/", {**hand, "seen": "0" * 64}, **JSON).status_code == 409
    assert browse("bob").post(f"{place}sign/", hand, **JSON).json()["state"] == "review"
    assert browse("alice").get(place).json()["signed_name"] == "Bob"

    answer = f"{place}answer/"
    assert browse("alice").post(answer, {"approve": False}, **JSON).status_code == 400
    done = browse("alice").post(answer, {"approve": False, "reason": "not yet"}, **JSON)

    assert (done.status_code, done.json()["state"], done.json()["reason"]) == (200, "declined", "not yet")
    assert held("F200002") == set()
    assert Request.unscoped.get(kind="trading_permission").status == "rejected"
    (row,) = browse("bob").get(url).json()
    assert row["state"] == "declined"


def test_usr_7_what_an_advisor_gives_a_client_waits_for_the_client(browse, firm):
    bob, chidi = browse("bob"), browse("chidi")
    with acting(firm.users["alice"].pk) as who:
        grant(who=who, account=firm["F200002"], permissions=[STOCKS, OPTIONS], day=AT.date(), at=AT)
    change = {"permission": ["stocks:ALL", "options:ALL"]}

    assert bob.post("/accounts/U2000001/products/change/", change).status_code == 302

    found, waiting = PermissionRequest.unscoped.get(), Request.unscoped.get(kind="trading_permission")
    assert (found.state, waiting.status, held("U2000001")) == ("requested", "awaiting_client", set())
    assert letters() == [("chidi", "Your advisor asks for trading permissions for you")]
    assert "Awaiting Client" in bob.get("/pending/").content.decode()
    place = f"/trading/permissions/{found.pk}/"
    for name in ("bob", "alice"):
        assert browse(name).post(f"{place}facts/", FACTS).status_code == 403
        assert browse(name).post(f"{place}decide/", {"answer": "approve", **SURE}).status_code == 409
    assert bob.post("/accounts/U2000001/products/change/", change).status_code == 422
    assert held("U2000001") == set()

    assert sign_page(chidi, found).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.status, held("U2000001")) == ("awaiting_advisor", set())
    assert bob.post(f"{place}decide/", {"answer": "approve", **SURE}).status_code == 302
    assert held("U2000001") == {"stocks", "options"}

    told = bob.post("/api/v1/accounts/U2000001/products/set/", {"permissions": [{"product": "stocks"}]}, **JSON)
    assert (told.status_code, held("U2000001")) == (200, {"stocks"})
    again = {"permissions": [{"product": "stocks"}, {"product": "options"}]}
    told = bob.post("/api/v1/accounts/U2000001/products/set/", again, **JSON)
    assert (told.status_code, held("U2000001")) == (202, {"stocks"})
    assert chidi.post(f"/trading/permissions/{told.json()['waiting']}/cancel/").status_code == 302
    assert PermissionRequest.unscoped.get(pk=told.json()["waiting"]).state == "cancelled"
    assert held("U2000001") == {"stocks"}


def test_hie_3_what_the_top_level_lacks_is_refused_at_once(browse, firm):
    before = fingerprint_of_rows()

    page = tick_page(browse("bob"), wanted=["stocks:ALL", "futures:ALL"])

    assert page.status_code == 422
    assert "Futures, all countries: not approved for the top-level advisor" in page.content.decode()
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


def test_what_the_top_level_lost_meanwhile_cannot_be_approved(browse, firm):
    found = asked(firm)
    with acting(firm.users["olga"].pk, alias="office") as who:
        withdraw(who=who, account=firm["F100001"], permissions=[STOCKS], day=AT.date(), at=AT)

    answer = browse("alice").post(f"/trading/permissions/{found.pk}/decide/", {"answer": "approve", **SURE})

    found.refresh_from_db()
    assert (answer.status_code, found.state, held("F200002")) == (409, PermissionState.REVIEW, set())


@pytest.mark.parametrize(
    ("name", "number", "status"),
    [
        ("alice", "F100001", 403),  # the broker approves a top level
        ("alice", "F200002", 403),
        ("tess", "F100001", 403),
        ("bob", "F200003", 404),
        ("carol", "F200002", 404),
        ("mallory", "F200002", 404),
        ("chidi", "F200002", 404),
    ],
)
def test_only_who_owns_the_account_asks(browse, firm, name, number, status):
    before = fingerprint_of_rows()

    page = tick_page(browse(name), number)
    said = {"permissions": [{"product": "stocks"}]}
    told = browse(name).post(f"/api/v1/accounts/{number}/permission-requests/", said, **JSON)

    assert (page.status_code, told.status_code) == (status, status)
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("carol", 404), ("mallory", 404), ("chidi", 403)])
def test_only_the_level_above_answers(browse, firm, name, status):
    found = asked(firm)
    before = fingerprint_of_rows()

    page = browse(name).post(f"/trading/permissions/{found.pk}/decide/", {"answer": "approve", **SURE})
    told = browse(name).post(f"/api/v1/permission-requests/{found.pk}/answer/", {"approve": True}, **JSON)

    assert (page.status_code, told.status_code) == (status, status)
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


def test_an_owner_asks_its_own_advisor(browse, firm):
    with acting(firm.users["alice"].pk) as who:
        grant(who=who, account=firm["F200002"], permissions=[STOCKS], day=AT.date(), at=AT)
    assert tick_page(browse("chidi"), "U2000001").status_code == 302
    found = PermissionRequest.unscoped.get()
    assert Request.unscoped.get(kind="trading_permission").status == "awaiting_client"
    assert sign_page(browse("chidi"), found).status_code == 302
    assert letters() == [("bob", "Trading permissions are asked for")]
    assert (
        browse("bob").post(f"/trading/permissions/{found.pk}/decide/", {"answer": "approve", **SURE}).status_code == 302
    )
    assert held("U2000001") == {"stocks"}
    assert letters()[1:] == [("chidi", "Your trading permissions were approved")]


def test_options_need_experience_and_futures_a_margin_account(firm):
    with pytest.raises(PermissionProblem, match="at least a year"):
        asked(firm, wanted=[OPTIONS], experience=0)
    with acting(firm.users["olga"].pk, alias="office") as who:
        grant(who=who, account=firm["F100001"], permissions=[FUTURES], day=AT.date(), at=AT)
    Account.unscoped.filter(number="U1000001").update(margin_kind="cash")
    with pytest.raises(PermissionProblem, match="margin account"):
        asked(firm, "ana", "U1000001", wanted=[FUTURES])
    assert not PermissionRequest.unscoped.exclude(state="requested").exists()


def test_contracts_for_difference_are_asked_for_where_the_holding_company_issues_them(firm):
    cfds = Permission("cfds")
    with acting(firm.users["olga"].pk, alias="office") as who:
        grant(who=who, account=firm["F100001"], permissions=[cfds], day=AT.date(), at=AT)
    with pytest.raises(PermissionProblem, match="issues none"):
        asked(firm, "ana", "U1000001", wanted=[cfds])
    assert not PermissionRequest.unscoped.exclude(state="requested").exists()
    PermissionRequest.unscoped.all().delete()
    Account.unscoped.filter(number="U1000001").update(entity="IBAU")
    assert asked(firm, "ana", "U1000001", wanted=[cfds]).state == "review"


def test_only_who_asked_takes_it_back(browse, firm):
    found = asked(firm)
    for name in ("alice", "carol", "ana"):
        assert browse(name).post(f"/trading/permissions/{found.pk}/cancel/").status_code == 404
        assert browse(name).delete(f"/api/v1/permission-requests/{found.pk}/").status_code == 404

    assert browse("bob").post(f"/trading/permissions/{found.pk}/cancel/").status_code == 302

    found.refresh_from_db()
    assert found.state == "cancelled"
    assert Request.unscoped.get(kind="trading_permission").status == "cancelled"
    cache.clear()
    late = browse("alice").post(f"/trading/permissions/{found.pk}/decide/", {"answer": "approve", **SURE})
    assert (late.status_code, held("F200002")) == (409, set())
    assert asked(firm).state == "review"


def test_set_6_at_48_business_hours_it_is_overdue_and_nothing_else(browse, firm):
    # Thursday, so two business days on is Monday at the same hour.
    assert due_at(AT, calendar()) == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    found = asked(firm, at=timezone.now() - timedelta(days=10))

    assert lapse_due(at=timezone.now())["trading permissions"] == 0
    page = browse("alice").get("/accounts/F200002/products/").content.decode()

    assert "Overdue" in page
    found.refresh_from_db()
    assert (found.state, held("F200002")) == ("review", set())


def test_a_request_nobody_decides_ends_after_ninety_days(browse, firm):
    found = asked(firm)
    assert lapse_due(at=AT + timedelta(days=90, seconds=-1))["trading permissions"] == 0
    assert lapse_due(at=AT + timedelta(days=90))["trading permissions"] == 1
    assert lapse_due(at=AT + timedelta(days=91))["trading permissions"] == 0

    found.refresh_from_db()
    assert (found.state, held("F200002")) == ("expired", set())
    assert Request.unscoped.get(kind="trading_permission").status == "expired"
    assert ("bob", "Your request for trading permissions has expired") in letters()
    assert ("alice", "A request for trading permissions has expired") in letters()
    assert Notification.unscoped.filter(practice=firm["F200002"].practice).count() == 1


def test_the_second_wall_lets_nobody_answer_or_ask_for_others(as_role, firm):
    found = asked(firm)
    for name in ("bob", "carol", "mallory", "chidi"):
        with as_role("portal_web"):
            enter(firm.users[name].pk)
            rows = PermissionRequest.unscoped.filter(pk=found.pk)
            try:
                with transaction.atomic():
                    changed = rows.update(state="approved", decided_at=AT)
            except ProgrammingError:
                changed = 0
            assert changed == 0, name
    found.refresh_from_db()
    fields = {
        field.attname: getattr(found, field.attname) for field in found._meta.concrete_fields if field.name != "id"
    }
    with as_role("portal_web"):
        enter(firm.users["carol"].pk)
        with pytest.raises(ProgrammingError), transaction.atomic():
            PermissionRequest.unscoped.create(**{**fields, "asked_by": firm.users["carol"].pk})
    assert found.state == "review"
