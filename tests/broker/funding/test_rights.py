"""Who may move whose money: TRX-7, TRX-8, siblings, former employees, clients of others, nobody; and nothing moves."""

import json
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.rules import FundingProblem
from accounts.ground.access.context import acting, enter
from accounts.ground.trail.models import TrailEntry
from tests.broker.funding.conftest import FRIDAY
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

SURE = {"_password": PASSWORD}


def moved(before):
    return [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE]


def form(amount="10", **more):
    return {"amount": amount, "currency": "USD", "key": str(uuid4()), "to": "CHECK", **SURE, **more}


def test_trx_7_a_top_level_user_withdraws_nothing_for_a_second_levels_client(browse, till, world):
    till.cash("U2000001", "1000")
    before = fingerprint_of_rows()

    page = browse("alice").post("/accounts/U2000001/transfer/withdraw/", form())

    assert page.status_code == 403
    assert "cannot fund second-level advisors or their clients" in page.content.decode()
    assert moved(before) == []
    noted = TrailEntry.unscoped.filter(table="refused").latest("at")
    assert (noted.user_id, noted.new["path"], noted.new["status"]) == (
        world.users["alice"].pk,
        "/accounts/U2000001/transfer/withdraw/",
        403,
    )
    key = {"Idempotency-Key": "1", "Confirm-Password": PASSWORD}
    said = {"amount": "10.00", "currency": "USD"}
    url = "/api/v1/accounts/U2000001/withdrawals/"
    answer = browse("alice").post(url, said, content_type="application/json", headers=key)
    assert answer.status_code == 403
    assert FundingRequest.unscoped.count() == 0


def test_trx_8_a_sub_account_is_funded_by_its_master(browse, till, settings):
    till.cash("I4000001", "1000")
    for name in ("sam", "alice"):
        said = {"amount": "10", "currency": "USD", "method": "WIRE", "key": str(uuid4())}
        page = browse(name).post("/accounts/U4000001/transfer/deposit/", said)
        assert page.status_code == 403
        assert "Fund the STL master account" in page.content.decode()
        answer = browse(name).post(
            "/api/v1/accounts/U4000001/deposits/",
            {"amount": "10.00", "currency": "USD", "method": "WIRE"},
            content_type="application/json",
            headers={"Idempotency-Key": "1"},
        )
        assert answer.status_code == 403
        assert "Fund the STL master account" in answer.json()["detail"]
    assert FundingRequest.unscoped.count() == 0

    assert till.move("sam", "I4000001", "U4000001", "400").status == "pending"
    till.cash("U4000001", "50")
    assert till.move("sam", "U4000001", "I4000001", "50").status == "pending"
    with pytest.raises(FundingProblem, match="do not pay each other"), acting(till.world.users["sam"].pk) as who:
        from accounts.broker.funding.checking import Asked

        payer, payee = till.world["U4000001"], till.world["U4000002"]
        asked = Asked("internal_cash", "USD", uuid4(), 1, "INTERNAL", counter=payee)
        actions.move(who=who, payer=payer, asked=asked, factor="phone", at=FRIDAY)
    settings.STL_SUBS_PAY_EACH_OTHER = True
    till.cash("U4000001", "150")
    assert till.move("sam", "U4000001", "U4000002", "1").status == "pending"
    settings.STL_SUBS_PAY_EACH_OTHER = False
    # The advisor funds an STL master as an organisation; its owner approves.
    assert till.move("alice", "I4000001", "U4000002", "1").status == "pending_verification"


@pytest.mark.parametrize("name", ["carol", "chidi", "dana", "mallory", "nina", "frank", "suki"])
def test_whom_it_does_not_concern_finds_nothing(browse, till, name):
    till.cash("U1000001", "1000")
    found = till.withdraw("ana", "U1000001", "100")
    bank = till.bank("ana", "U1000001")
    before = fingerprint_of_rows()
    client = browse(name)
    for path in (
        f"/transfer/requests/{found.pk}/cancel/",
        f"/transfer/requests/{found.pk}/consent/",
        f"/transfer/requests/{found.pk}/amount/",
        f"/transfer/requests/{found.pk}/number/",
        f"/transfer/requests/{found.pk}/answer/",
        f"/transfer/banks/{bank.bank_id}/delete/",
        "/accounts/U1000001/transfer/withdraw/",
        "/accounts/U1000001/transfer/bank/",
        "/accounts/U1000001/transfer/deposit/",
    ):
        said = {**form(), "reason": "mine", "answer": "approve", "number": actions.number_of(bank) if 0 else "1"}
        assert client.post(path, said).status_code in (403, 404), path
    for path in (f"/transfer/requests/{found.pk}/", "/accounts/U1000001/transfer/"):
        assert client.get(path).status_code in (403, 404), path
    assert moved(before) == []


def test_nobody_signs_in_first(browse, till):
    till.cash("U1000001", "1000")
    found = till.withdraw("ana", "U1000001", "100")
    for path in ("/transfer/funds/", "/transfer/saved/", f"/transfer/requests/{found.pk}/"):
        assert browse("").get(path).status_code == 302
    assert browse("").get(f"/api/v1/funding-requests/{found.pk}/").status_code == 401


def test_the_top_level_reads_of_its_second_levels_money_in_reports_alone(browse, till):
    till.cash("U2000001", "1000")
    found = till.withdraw("chidi", "U2000001", "100")
    for name, status in (("bob", 200), ("chidi", 200), ("alice", 404), ("vera", 404), ("carol", 404)):
        assert browse(name).get(f"/transfer/requests/{found.pk}/").status_code == status, name
    assert f"/transfer/requests/{found.pk}/" in browse("bob").get("/pending/").content.decode()
    assert f"/transfer/requests/{found.pk}/" not in browse("alice").get("/pending/").content.decode()
    assert browse("alice").get("/transactions/?type=withdrawal").content.count(b"funding-") == 0
    assert browse("bob").get("/transactions/?type=withdrawal").status_code == 200


def test_a_client_of_a_level_consents_to_nothing_and_another_level_neither(browse, till):
    till.cash("U2000001", "1000")
    found = till.withdraw("chidi", "U2000001", "100")
    assert browse("alice").post(f"/transfer/requests/{found.pk}/consent/").status_code == 404
    assert browse("chidi").post(f"/transfer/requests/{found.pk}/consent/").status_code == 409
    assert browse("bob").post(f"/transfer/requests/{found.pk}/consent/").status_code == 302
    found.refresh_from_db()
    assert found.status == "pending"


def row_of(found, **more):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t) FROM broker_fundingrequest t WHERE id = %s", [found.pk])
        row = cursor.fetchone()[0]
    row = json.loads(row) if isinstance(row, str) else row
    return {**row, "id": str(uuid4()), "key": str(uuid4()), **more}


def write(world, name, sql, values):
    """As the pages' login alone, past every view: the error of the database, or None."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE portal_web")
            enter(world.users[name].pk)
            cursor.execute(sql, values)
            count = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as problem:
        return problem
    return None if count else "no row"


def test_the_second_wall_stops_what_the_first_one_would_let_through(till, world):
    till.cash("U1000001", "1000")
    till.cash("U2000001", "1000")
    asked, second = till.withdraw("ana", "U1000001", "100"), till.withdraw("chidi", "U2000001", "100")
    columns = ", ".join(row_of(asked))
    insert = (
        f"INSERT INTO broker_fundingrequest ({columns}) SELECT {columns}"
        " FROM jsonb_populate_record(NULL::broker_fundingrequest, %s)"
    )
    ana, alice, bob = (world.users[name].pk for name in ("ana", "alice", "bob"))
    inside = {"kind": "internal_cash", "method": "INTERNAL", "counter_id": world["U2000001"].pk}
    inside |= {"usd": None, "counts_on": None, "hold_until": None}
    inside = row_of(asked, asked_by=alice, is_by_advisor=True, status="pending_verification", **inside)
    tried = [
        ("ana", row_of(asked), None),
        ("ana", row_of(asked, status="pending"), "refused"),
        ("ana", row_of(asked, asked_by=alice), "refused"),
        ("ana", row_of(asked, usd="0.01"), "refused"),
        ("ana", row_of(asked, counts_on="2026-04-01"), "refused"),
        ("alice", inside, "refused"),
        ("ana", row_of(asked, account_id=world["U1000002"].pk), "refused"),
        ("alice", row_of(asked, asked_by=alice, is_by_advisor=True, status="pending"), "refused"),
        ("alice", row_of(asked, asked_by=alice, is_by_advisor=True, status="pending_verification"), None),
        ("alice", row_of(second, asked_by=alice, is_by_advisor=True, status="pending_verification"), "refused"),
        ("bob", row_of(asked, asked_by=bob, is_by_advisor=True, status="pending_verification"), "refused"),
        ("sam", row_of(asked, account_id=world["U4000001"].pk, asked_by=world.users["sam"].pk), "refused"),
    ]
    for name, values, wanted in tried:
        problem = write(world, name, insert, [json.dumps(values)])
        assert (problem is None) == (wanted is None), (name, values["status"], problem)
    for fact in (
        "hold_until = asked_at",
        "released_at = asked_at",
        "numbered_at = asked_at",
        "counts_on = '2026-06-01'",
    ):
        for name in ("ana", "alice"):
            problem = write(world, name, f"UPDATE broker_fundingrequest SET {fact} WHERE id = %s", [asked.pk])
            assert problem not in (None, "no row"), (name, fact)
    release = "UPDATE broker_fundingrequest SET status = 'pending', consented_by = %s WHERE id = %s"
    assert write(world, "ana", release, [ana, asked.pk]) is not None
    assert write(world, "bob", release, [bob, asked.pk]) == "no row"
    assert write(world, "alice", release, [alice, asked.pk]) is None
    stop = "UPDATE broker_fundingrequest SET status = 'cancelled', reason = 'x', ended_at = asked_at WHERE id = %s"
    assert write(world, "alice", stop, [asked.pk]) is not None
    assert write(world, "ana", stop, [asked.pk]) is None
