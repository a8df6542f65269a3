"""Transfer positions in the browser and over the API, from the form to the history; who may not; queries a page."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingRequest
from accounts.broker.funding.sending import send_due
from accounts.broker.positions.models import MovedPosition
from accounts.ground.access.context import acting, enter
from accounts.ground.clock import exchange_today
from tests.broker.funding.conftest import FRIDAY, questions
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

SURE = {"_password": PASSWORD}
HL = {"name": "Old broker", "method": "ACATS", "bank_name": "Harborlight", "holder": "Ana"}
HL |= {"code": "0123", "number": "HL-778899"}


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_from_the_broker_to_the_history(browse, depot, world):
    depot.hold("U1000001", "AAPL", "100", "150")
    ana, alice = browse("ana"), browse("alice")
    assert "U1000001" in page(ana, "/transfer/positions/")
    assert "No other broker is ready yet" in page(ana, "/accounts/U1000001/transfer/positions/in/")
    assert "nowhere to send" in page(ana, "/accounts/U1000001/transfer/positions/out/")
    said = {**HL, "key": str(uuid4())}
    asks = ana.post("/accounts/U1000001/transfer/broker/", said)
    assert (asks.status_code, "Ana, HL-778899, 0123, Harborlight, ACATS" in asks.content.decode()) == (403, True)
    assert ana.post("/accounts/U1000001/transfer/broker/", {**said, **SURE}).status_code == 302
    saved = FundingRequest.unscoped.get()
    with acting(world.users["ana"].pk) as who:
        actions.confirm(who=who, found=saved, number=actions.number_of(saved), at=saved.asked_at)
    assert "Old broker" in page(ana, "/transfer/saved/")
    assert "Old broker" not in page(ana, "/accounts/U1000001/transfer/withdraw/")
    assert "Old broker" not in page(ana, "/accounts/U1000001/transfer/recurring/")

    out = {"to": f"broker {saved.bank_id}", "quantity-265598": "60", "key": str(uuid4())}
    asks = ana.post("/accounts/U1000001/transfer/positions/out/", out)
    assert asks.status_code == 403
    assert "Move 60 AAPL from account U1000001" in asks.content.decode()
    assert MovedPosition.unscoped.count() == 0
    assert ana.post("/accounts/U1000001/transfer/positions/out/", {**out, **SURE}).status_code == 302
    assert ana.post("/accounts/U1000001/transfer/positions/out/", {**out, **SURE}).status_code == 302
    found = FundingRequest.unscoped.get(kind="position_out")
    place = f"/transfer/requests/{found.pk}/"
    assert "AAPL" in page(ana, place)
    assert "Confirm with the mailed number" in page(ana, place)
    assert ana.post(f"{place}number/", {"number": actions.number_of(found)}).status_code == 302
    (row,) = alice.get("/api/v1/transactions/", {"type": "Outbound position transfer"}).json()["results"]
    assert (row["type"], row["method"], row["status"]) == ("position_out", "ACATS", "pending")
    assert ana.get(f"/api/v1/funding-requests/{found.pk}/").json()["positions"][0]["symbol"] == "AAPL"

    more = {"to": out["to"], "whole-265598": "on", "quantity-265598": "", "key": str(uuid4())}
    asks = ana.post("/accounts/U1000001/transfer/positions/out/", more).content.decode()
    assert "Move 40 AAPL" in asks
    for wrong in ("0", "NaN", "40.1", "9" * 60, "1.1234567"):
        bad = {**more, "whole-265598": "", "quantity-265598": wrong, **SURE}
        assert ana.post("/accounts/U1000001/transfer/positions/out/", bad).status_code == 422, wrong

    bring = {"broker": str(saved.bank_id), "parts": "SAP 7\nMSFT 2.5", "key": str(uuid4())}
    assert ana.post("/accounts/U1000001/transfer/positions/in/", bring).status_code == 302
    coming = FundingRequest.unscoped.get(kind="position_in")
    assert (coming.status, coming.positions(manager="unscoped").count()) == ("pending", 2)
    for wrong in ("SAP", "SAP 0", "SAP x", "SAP 1\nSAP 2", "S 1\n" * 101):
        bad = {**bring, "parts": wrong, "key": str(uuid4())}
        assert ana.post("/accounts/U1000001/transfer/positions/in/", bad).status_code == 422, wrong
    assert ana.post(f"/transfer/requests/{coming.pk}/cancel/", {"reason": "No"}).status_code == 302
    send_due(at=FRIDAY)
    assert ana.post(f"{place}cancel/", {"reason": "late"}).status_code == 409
    depot.row("U1000001", "AAPL", "-60", "OUT", day=exchange_today(), value="9000")
    listed = alice.get("/api/v1/transactions/", {"type": "position_out"}).json()["results"]
    assert [(one["method"], one["status"]) for one in listed] == [("ACATS", "completed")]
    assert "Completed" in page(ana, place)


def test_the_same_over_the_api(browse, depot):
    depot.hold("U1000001", "AAPL", "100", "150")
    broker = depot.broker("ana", "U1000001").bank
    ana, sure = browse("ana"), {"Confirm-Password": PASSWORD}

    def post(client, way, said, key, number="U1000001", **headers):
        url = f"/api/v1/accounts/{number}/position-transfers/{way}/"
        more = {"Idempotency-Key": key, **headers}
        return client.post(url, said, content_type="application/json", headers=more)

    told = ana.get("/api/v1/accounts/U1000001/positions-to-move/").json()
    assert [(one["symbol"], one["quantity"], one["free"]) for one in told["positions"]] == [
        ("AAPL", "100.0000000000", "100.0000000000")
    ]
    out = {"broker": str(broker.pk), "positions": [{"symbol": "aapl", "quantity": "60"}]}
    assert post(ana, "out", out, "1").status_code == 403
    made = post(ana, "out", out, "1", **sure)
    assert (made.status_code, made.json()["kind"], made.json()["amount"]) == (201, "position_out", None)
    assert post(ana, "out", out, "1", **sure).json()["id"] == made.json()["id"]
    other = {**out, "positions": [{"symbol": "AAPL", "quantity": "1"}]}
    assert post(ana, "out", other, "1", **sure).status_code == 409
    for wrong in (
        {**out, "positions": []},
        {**out, "to": "U1000002"},
        {"positions": out["positions"]},
        {**out, "broker": str(uuid4())},
        {**out, "positions": [{"symbol": "GOOG", "quantity": "1"}]},
        {**out, "positions": [{"symbol": "AAPL", "quantity": "-1"}]},
        {**out, "positions": [{"symbol": "AAPL", "quantity": "1"}] * 2},
    ):
        assert post(ana, "out", wrong, "2", **sure).status_code == 400, wrong
    whole = post(ana, "in", {"broker": str(broker.pk)}, "3")
    assert (whole.status_code, whole.json()["status"]) == (201, "pending")


@pytest.mark.parametrize("name", ["carol", "chidi", "dana", "mallory", "nina", "frank", "ken", "bob", "sam"])
def test_whom_it_does_not_concern_moves_nothing(browse, depot, name):
    depot.hold("U1000001", "AAPL", "100")
    asked = depot.broker("ana", "U1000001")
    found = depot.ask("ana", "U1000001", "position_out", {"AAPL": "1"}, bank=asked.bank)
    before = fingerprint_of_rows()
    client = browse(name)
    for path in ("", "in/", "out/"):
        assert client.get(f"/accounts/U1000001/transfer/positions/{path}").status_code in (403, 404), path
    said = {"to": f"broker {asked.bank_id}", "whole-265598": "on", "key": str(uuid4()), **SURE}
    assert client.post("/accounts/U1000001/transfer/positions/out/", said).status_code in (403, 404)
    said = {"broker": str(asked.bank_id), "key": str(uuid4())}
    assert client.post("/accounts/U1000001/transfer/positions/in/", said).status_code in (403, 404)
    assert client.post("/accounts/U1000001/transfer/broker/", {**HL, **said, **SURE}).status_code in (403, 404)
    assert client.post(f"/transfer/requests/{found.pk}/cancel/", {"reason": "mine"}).status_code in (403, 404)
    headers = {"Idempotency-Key": "1", "Confirm-Password": PASSWORD}
    out = {"broker": str(asked.bank_id), "positions": [{"symbol": "AAPL", "quantity": "1"}]}
    for way, body in (("out", out), ("in", {"broker": str(asked.bank_id)})):
        url = f"/api/v1/accounts/U1000001/position-transfers/{way}/"
        answer = client.post(url, body, content_type="application/json", headers=headers)
        assert answer.status_code in (403, 404), way
    assert "AAPL" not in client.get("/transfer/positions/").content.decode()
    assert [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE] == []


def test_nobody_signs_in_first_and_who_may_not_is_told_why(browse, depot):
    assert browse("").get("/transfer/positions/").status_code == 302
    assert browse("").get("/api/v1/accounts/U1000001/positions-to-move/").status_code == 401
    told = browse("alice").get("/accounts/U2000001/transfer/positions/")
    assert (told.status_code, "cannot fund second-level" in told.content.decode()) == (403, True)
    depot.hold("U4000001", "AAPL", "10")
    for way in ("", "in/", "out/"):
        sub = browse("sam").get(f"/accounts/U4000001/transfer/positions/{way}")
        assert (sub.status_code, "Fund the STL master account" in sub.content.decode()) == (403, True)
    said = {"to": "account I4000001", "whole-265598": "on", "key": str(uuid4()), **SURE}
    place = "/accounts/I4000001/transfer/positions/"
    assert "out/?of=U4000001" in page(browse("sam"), place)
    for strange in ("U1000001", "U9999999", "I4000001"):
        assert browse("sam").post(f"{place}out/", {**said, "of": strange}).status_code == 404, strange
    assert (
        "Move 10 AAPL from account U4000001"
        in browse("sam").post(f"{place}out/", {**said, "of": "U4000001", "_password": ""}).content.decode()
    )
    assert browse("sam").post(f"{place}out/", {**said, "of": "U4000001"}).status_code == 302
    assert FundingRequest.unscoped.get().kind == "position_inside"


def write(world, name, sql, values):
    """As the pages' login alone, past every view: the error of the database, or None."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE portal_web")
            enter(world.users[name].pk)
            cursor.execute(sql, values)
            count = cursor.rowcount
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except DatabaseError as problem:
        return problem
    return None if count else "no row"


def test_the_second_wall_adds_nothing_to_what_stands_and_lists_nothing_elsewhere(depot, world):
    depot.hold("U1000001", "AAPL", "100")
    broker = depot.broker("ana", "U1000001").bank
    found = depot.ask("ana", "U1000001", "position_out", {"AAPL": "1"}, bank=broker)
    insert = (
        "INSERT INTO broker_movedposition (firm_id, practice_id, account_id, request_id, symbol, asset, currency,"
        " quantity) VALUES (%s, %s, %s, %s, 'MSFT', '', '', 9)"
    )
    home = [found.firm_id, found.practice_id, found.account_id]
    stranger = world["U1000002"]
    for name, values in (
        ("ana", [*home, found.pk]),  # added to what stands
        ("alice", [*home, found.pk]),
        ("ana", [*home, uuid4()]),  # without a request
        ("ken", [*home, uuid4()]),
        ("ana", [found.firm_id, found.practice_id, stranger.pk, uuid4()]),
    ):
        assert write(world, name, insert, values) is not None, (name, values)
    for change in ("quantity = 99", "symbol = 'X'", "moved_id = NULL"):
        for name in ("ana", "alice"):
            problem = write(world, name, f"UPDATE broker_movedposition SET {change}", [])
            assert problem not in (None, "no row"), (name, change)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t) FROM broker_fundingrequest t WHERE id = %s", [found.pk])
        row = cursor.fetchone()[0]
    row = {**(json.loads(row) if isinstance(row, str) else row), "id": str(uuid4()), "key": str(uuid4())}
    columns = ", ".join(row)
    bare = (
        f"INSERT INTO broker_fundingrequest ({columns}) SELECT {columns}"
        " FROM jsonb_populate_record(NULL::broker_fundingrequest, %s)"
    )
    problem = write(world, "ana", bare, [json.dumps({**row, "status": "pending"})])
    assert "names them" in str(problem)


def test_pages_ask_the_same_few_questions_however_many_rows(browse, depot):
    client, counted = browse("ana"), {}
    paths = ["/transfer/positions/", "/accounts/U1000001/transfer/positions/", "/transfer/saved/"]
    depot.hold("U1000001", "AAPL", "1000")
    broker = depot.broker("ana", "U1000001").bank
    first = depot.ask("ana", "U1000001", "position_out", {"AAPL": "1"}, bank=broker)
    paths += [f"/transfer/requests/{first.pk}/", "/accounts/U1000001/transfer/positions/out/"]
    for turn in (0, 1):
        for path in paths:
            page(client, path)
            with CaptureQueriesContext(connection) as asked:
                page(client, path)
            counted.setdefault(path, []).append(questions(asked))
        if turn == 0:
            for place in range(3):
                depot.broker("ana", "U1000001", name=f"Broker {place}")
                depot.hold("U1000001", f"S{place}", "5", day=date(2026, 4, 30))
                depot.ask("ana", "U1000001", "position_out", {"AAPL": "1"}, bank=broker)
    assert all(one == other for one, other in counted.values()), counted
    assert max(one for one, _other in counted.values()) <= 12, counted
