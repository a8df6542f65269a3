"""Class action recovery by SET-3: what an amount comes to, who takes part, and for which claims money is posted."""

import html
import json
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from accounts.broker.products.actions import grant
from accounts.broker.products.rules import Permission
from accounts.desk.recoveries import actions
from accounts.desk.recoveries.models import Recovery, RecoveryElection
from accounts.desk.recoveries.queries import totals
from accounts.desk.recoveries.rules import (
    RecoveryConflict,
    RecoveryProblem,
    derivation,
    eligibility_problem,
    hash_of,
    split,
    terms,
    took_part_on,
)
from accounts.ground.access.context import acting
from accounts.ground.access.scope import NotAllowed
from accounts.ground.signatures.rules import Hand
from accounts.ground.tree.models import Account
from tests.house.written import fingerprint_of_rows
from tests.world import PASSWORD

JUNE, JULY, AUGUST = (datetime(2026, month, 10, 15, tzinfo=UTC) for month in (6, 7, 8))
SURE = {"_password": PASSWORD}
JSON = {"content_type": "application/json", "headers": {"Confirm-Password": PASSWORD}}
PAGE, API = "/settings/account/U1000001/class-action/", "/api/v1/accounts/U1000001/class-action/"
STOCKS = Permission("stocks", "US")


@pytest.mark.parametrize(
    ("currency", "gross", "fee", "net"),
    [
        # SET-3.
        ("USD", "1000.00", "200.00", "800.00"),
        ("USD", "0.03", "0.01", "0.02"),  # 0.006
        # By hand: a fifth, rounded to the smallest unit; the account gets the rest.
        ("USD", "0.01", "0.00", "0.01"),  # 0.002
        ("USD", "0.02", "0.00", "0.02"),  # 0.004
        ("CAD", "33.33", "6.67", "26.66"),  # 6.666
        ("USD", "1234.56", "246.91", "987.65"),  # 246.912
        ("USD", "987654321.09", "197530864.22", "790123456.87"),  # 197530864.218
        ("JPY", "1003", "201", "802"),  # 200.6
        ("JPY", "12", "2", "10"),  # 2.4
    ],
)
def test_set_3_fee_and_net_sum_to_what_was_recovered(currency, gross, fee, net):
    parts = split(D(gross), currency)
    assert (parts.fee, parts.net) == (D(fee), D(net))
    assert parts.fee + parts.net == D(gross)


@pytest.mark.parametrize(
    ("currency", "gross"),
    [("USD", "0"), ("USD", "-1"), ("USD", "0.001"), ("JPY", "0.5"), ("USD", "NaN"), ("USD", "Infinity")],
)
def test_what_is_no_amount_is_refused(currency, gross):
    with pytest.raises(RecoveryProblem):
        split(D(gross), currency)


def test_the_arithmetic_is_said():
    assert list(derivation(split(D("1000"), "USD"), "USD")) == [
        "Fee: 1,000.00\xa0USD × 20 % = 200.00\xa0USD",
        "To the account: 1,000.00\xa0USD − 200.00\xa0USD = 800.00\xa0USD",
    ]
    assert "= 0.006, rounded half up to 0.01" in next(derivation(split(D("0.03"), "USD"), "USD"))


@pytest.mark.parametrize(
    ("day", "took_part"),
    [("2026-06-09", False), ("2026-06-10", True), ("2026-07-09", True), ("2026-07-10", True), ("2026-07-11", False),
     ("2026-08-09", False), ("2026-08-10", True), ("2027-01-01", True)],
)  # fmt: skip
def test_what_was_claimed_before_leaving_is_paid(day, took_part):
    steps = [(JUNE, True), (JULY, False), (AUGUST, True)]
    assert took_part_on(steps, date.fromisoformat(day)) is took_part
    assert took_part_on([], date.fromisoformat(day)) is False


@pytest.fixture
def firm(world):
    """Ana's and sam's accounts are held in the United States and may trade its stocks."""
    numbers = ("U1000001", "I4000001")
    Account.unscoped.filter(number__in=numbers).update(entity="IBLLC-US")
    with acting(world.users["olga"].pk, alias="office") as who:
        grant(who=who, account=world["F100001"], permissions=[STOCKS], day=JUNE.date(), at=JUNE)
    with acting(world.users["alice"].pk) as who:
        for number in numbers:
            world[number].refresh_from_db()
            grant(who=who, account=world[number], permissions=[STOCKS], day=JUNE.date(), at=JUNE)
    return world


def enrolled(world, at=JUNE, name="ana", number="U1000001"):
    with acting(world.users[name].pk) as who:
        seen = hash_of(terms(world[number]))
        return actions.enroll(who=who, account=world[number], hand=Hand(name="Ana Ruiz"), seen=seen, at=at)


def left(world, at=JULY):
    with acting(world.users["ana"].pk) as who:
        return actions.leave(who=who, account=world["U1000001"], at=at)


def said(world, **more):
    account = world["U1000001"].pk
    fields = {"account": account, "case": "In re Acme", "reference": "C-1", "currency": "USD", "gross": "1000.00"}
    return {**fields, "data_sent_on": "2026-06-20", "paid_on": "2026-11-02", **more}


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({"entity": "IB-UK"}, [STOCKS]),
        ({"entity": ""}, [STOCKS]),
        ({"status": "P"}, [STOCKS]),
        ({"kind": "second_master"}, [STOCKS]),
        ({}, []),
        ({}, [Permission("options", "US"), Permission("stocks", "GB")]),
    ],
)
def test_who_cannot_take_part_is_told_why(change, held):
    account = Account(**{"entity": "IBLLC-US", "status": "O", "kind": "client", **change})
    assert eligibility_problem(account, held)


@pytest.mark.parametrize("one", [STOCKS, Permission("bonds", "CA"), Permission("stocks")])
def test_stocks_or_bonds_of_either_country_are_enough(one):
    assert eligibility_problem(Account(entity="IBLLC-US", status="O", kind="stl_sub"), [one]) == ""


def test_the_owner_signs_leaves_and_comes_back(browse, firm):
    ana = browse("ana")
    page = ana.get(PAGE).content.decode()
    text = terms(firm["U1000001"])
    assert "Not enrolled" in page and text in html.unescape(page)
    hand = {"name": "Ana Ruiz", "read": "on", "seen": hash_of(text), **SURE}
    for wrong in ({"read": ""}, {"name": "?"}, {"seen": "0" * 64}):
        assert ana.post(f"{PAGE}enroll/", {**hand, **wrong}).status_code == 422
    assert ana.post(f"{PAGE}enroll/", {**hand, "_password": ""}).status_code == 403
    assert not RecoveryElection.unscoped.exists()

    assert ana.post(f"{PAGE}enroll/", hand, REMOTE_ADDR="203.0.113.5").status_code == 302
    row = RecoveryElection.unscoped.get()
    assert (row.document, row.signed_name, row.signed_address) == (text, "Ana Ruiz", "203.0.113.5")
    assert "Enrolled" in browse("alice").get(PAGE).content.decode()
    assert ana.post(f"{PAGE}enroll/", hand).status_code == 422
    assert (
        ana.post(f"{API}enroll/", json.dumps({"name": "Ana Ruiz", "seen": row.document_hash}), **JSON).status_code
        == 409
    )

    assert ana.post(f"{PAGE}leave/", SURE).status_code == 302
    assert ana.post(f"{API}leave/", **JSON).status_code == 409
    assert "Unsubscribed" in ana.get(PAGE).content.decode()
    answer = ana.post(f"{API}enroll/", json.dumps({"name": "Ana Ruiz", "seen": row.document_hash}), **JSON)
    assert answer.json()["is_enrolled"] is True
    assert list(RecoveryElection.unscoped.order_by("elected_at").values_list("is_enrolled", flat=True)) == [
        *(True, False, True),
    ]


def test_an_account_that_cannot_take_part_is_not_enrolled(browse, firm):
    Account.unscoped.filter(number="U1000001").update(entity="IB-UK")
    hand = {"name": "Ana Ruiz", "read": "on", "seen": hash_of(terms(firm["U1000001"])), **SURE}
    assert browse("ana").post(f"{PAGE}enroll/", hand).status_code == 422
    assert "in the United States holds" in browse("ana").get(PAGE).content.decode()
    assert not RecoveryElection.unscoped.exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("alice", 403), ("vera", 403), ("tess", 403), ("bob", 403), ("mallory", 403), ("suki", 404), ("sam", 404)),
        *(("ken", 404), ("chidi", 404), ("nina", 404), ("frank", 403), ("olga", 403), ("", 302)),
    ],
)
def test_nobody_enrolls_or_leaves_for_somebody_else(browse, firm, name, status):
    enrolled(firm)
    before = fingerprint_of_rows()
    hand = {"name": "Ana Ruiz", "read": "on", "seen": hash_of(terms(firm["U1000001"])), **SURE}
    for act in ("enroll", "leave"):
        assert browse(name).post(f"{PAGE}{act}/", hand).status_code in (status, 403 if name == "suki" else status), act
        api = browse(name).post(f"{API}{act}/", json.dumps({"name": "Ana Ruiz", "seen": "0" * 64}), **JSON)
        assert api.status_code in (401 if not name else status, 403 if name == "suki" else status)
    assert fingerprint_of_rows() == before


def test_the_back_office_posts_once_a_claim(browse, firm, office):
    address = "/office/desk/recovery/add/"
    assert office.post(address, said(firm)).status_code == 422
    enrolled(firm)
    for wrong in (
        *({"data_sent_on": "2026-06-09"}, {"paid_on": "2026-06-19"}, {"gross": "0"}, {"gross": "-5"}),
        *({"gross": "NaN"}, {"currency": "XXX"}, {"currency": "JPY", "gross": "0.50"}, {"account": ""}),
    ):
        assert office.post(address, said(firm, **wrong)).status_code == 422, wrong
    assert not Recovery.unscoped.exists()

    assert office.post(address, said(firm)).status_code == 302
    assert office.post(address, said(firm, gross="5.00")).status_code == 422
    row = Recovery.unscoped.get()
    assert (row.gross, row.fee, row.net) == (D("1000.00"), D("200.00"), D("800.00"))
    for name in ("ana", "alice"):
        page = html.unescape(browse(name).get(PAGE).content.decode())
        assert "In re Acme" in page and "Fee: 1,000.00\xa0USD × 20 % = 200.00\xa0USD" in page, name
    shown = browse("ana").get(API).json()["recoveries"][0]
    assert (shown["gross"], shown["fee"], shown["net"]) == ("1000.00", "200.00", "800.00")


def test_what_was_claimed_before_leaving_is_posted_and_later_claims_are_not(firm, office):
    enrolled(firm)
    left(firm)
    assert office.post("/office/desk/recovery/add/", said(firm)).status_code == 302
    late = said(firm, reference="C-2", data_sent_on="2026-07-11")
    assert office.post("/office/desk/recovery/add/", late).status_code == 422
    assert Recovery.unscoped.count() == 1


def test_a_mistake_is_posted_the_other_way_round_once(browse, firm, office):
    enrolled(firm)
    office.post("/office/desk/recovery/add/", said(firm, gross="0.03"))
    row = Recovery.unscoped.get()
    act = {"action": "take_back_rows", "_selected_action": str(row.pk)}
    office.post("/office/desk/recovery/", act)
    office.post("/office/desk/recovery/", act)
    assert list(Recovery.unscoped.order_by("written_at").values_list("kind", "gross", "fee", "net")) == [
        ("recovery", D("0.03"), D("0.01"), D("0.02")),
        ("reversal", D("0.03"), D("0.01"), D("0.02")),
    ]
    page = browse("ana").get(PAGE).content.decode()
    assert "Taken back" in page and "0.00" in page


def test_what_was_taken_back_is_posted_again_under_the_same_claim(browse, firm, office):
    """By hand: 90.00 - 90.00 + 900.00; its fee is a fifth, 180.00."""
    enrolled(firm)
    address = "/office/desk/recovery/add/"
    assert office.post(address, said(firm, gross="90.00")).status_code == 302
    assert office.post(address, said(firm, gross="900.00")).status_code == 422
    wrong = Recovery.unscoped.get()
    office.post("/office/desk/recovery/", {"action": "take_back_rows", "_selected_action": str(wrong.pk)})

    assert office.post(address, said(firm, gross="900.00")).status_code == 302
    assert office.post(address, said(firm, gross="900.00")).status_code == 422

    rows = Recovery.unscoped.filter(reference="C-1").order_by("written_at")
    assert list(rows.values_list("kind", "gross")) == [
        *(("recovery", D("90.00")), ("reversal", D("90.00")), ("recovery", D("900.00"))),
    ]
    with acting(firm.users["ana"].pk) as who:
        assert totals(who, firm["U1000001"]) == [("USD", D("900.00"), D("180.00"), D("720.00"))]
    fields = {name: getattr(wrong, name) for name in ("firm_id", "practice_id", "account_id", "case", "reference")}
    fields |= {name: getattr(wrong, name) for name in ("currency", "gross", "fee", "net", "data_sent_on", "paid_on")}
    with pytest.raises(DatabaseError, match="posted already"), transaction.atomic():
        Recovery.unscoped.create(written_by=1, written_at=AUGUST, **fields)


@pytest.mark.parametrize("name", ["ken", "chidi", "nina", "bob", "mallory", "sam", "frank", ""])
def test_who_does_not_see_the_account_reads_nothing(browse, firm, office, name):
    enrolled(firm)
    office.post("/office/desk/recovery/add/", said(firm))
    for address in (PAGE, API):
        answer = browse(name).get(address)
        assert answer.status_code in (302, 401, 403, 404) and "Acme" not in answer.content.decode()


def test_posting_is_the_offices_and_other_hands_are_refused(firm):
    enrolled(firm)
    claim = actions.Claim("In re Acme", "C-1", D(1), "USD", date(2026, 6, 20), date(2026, 11, 2))
    for name in ("ana", "alice", "bob"):
        with acting(firm.users[name].pk) as who, pytest.raises(NotAllowed):
            actions.write_down(who=who, account=firm["U1000001"], claim=claim, at=AUGUST)
    with acting(firm.users["alice"].pk) as who, pytest.raises(NotAllowed):
        actions.leave(who=who, account=firm["U1000001"], at=AUGUST)
    with pytest.raises(RecoveryConflict):
        enrolled(firm, at=AUGUST)
    assert not Recovery.unscoped.exists() and RecoveryElection.unscoped.count() == 1


def test_the_database_alone_refuses_other_hands_and_other_sums(firm, as_role):
    made = enrolled(firm)
    place = {"firm_id": made.firm_id, "practice_id": made.practice_id, "account_id": made.account_id}
    money = {"gross": D("1000.00"), "fee": D("200.00"), "net": D("800.00"), "currency": "USD", "case": "x"}
    money |= {"data_sent_on": date(2026, 6, 20), "paid_on": date(2026, 6, 20), "written_by": 1, "written_at": AUGUST}
    for name in ("alice", "bob", "mallory", "ken", "sam", "ana"):
        with as_role("portal_web"), acting(firm.users[name].pk) as who:
            with pytest.raises(DatabaseError), transaction.atomic():
                Recovery.unscoped.create(reference="C-1", **place, **money)
            by = who.user_id if name != "ana" else 10**9
            with pytest.raises(DatabaseError), transaction.atomic():
                RecoveryElection.unscoped.create(is_enrolled=False, elected_by=by, elected_at=AUGUST, **place)
            seen = RecoveryElection.unscoped.count()
        assert seen == (name in ("alice", "ana")), name
    for forged in (
        *({"fee": D("199.99"), "net": D("800.01")}, {"net": D("800.01")}, {"gross": D("-1000.00")}),
        *({"data_sent_on": date(2026, 6, 9)}, {"currency": "JPY", "gross": D("0.50"), "fee": D(0), "net": D("0.50")}),
        {"kind": "reversal"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Recovery.unscoped.create(reference="C-1", **place, **{**money, **forged})
    posted = Recovery.unscoped.create(reference="C-1", **place, **money)
    for change in ({"net": D(1)}, {"paid_on": date(2027, 1, 1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Recovery.unscoped.filter(pk=posted.pk).update(**change)
    other = {"gross": D("5.00"), "fee": D("1.00"), "net": D("4.00")}
    with pytest.raises(DatabaseError), transaction.atomic():
        Recovery.unscoped.create(reference="C-1", kind="reversal", reverses=posted, **place, **{**money, **other})
    with pytest.raises(DatabaseError), transaction.atomic():
        RecoveryElection.unscoped.create(is_enrolled=False, elected_by=1, elected_at=AUGUST, **place, signed_name="x")
    assert Recovery.unscoped.count() == 1
