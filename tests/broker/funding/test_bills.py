"""Bill pay: a payee is confirmed as a bank is, and a bill leaves as a withdrawal with its limits and holds."""

import csv
import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.broker.funding import actions
from accounts.broker.funding.models import FundingFile, FundingRequest, SavedBank
from accounts.broker.funding.rules import FundingProblem, bank_problem
from accounts.broker.funding.sending import send_due
from accounts.ground.access.context import acting
from accounts.ground.clock import exchange_today
from accounts.ground.outbox.models import OutboxMessage
from tests.broker.funding.conftest import FRIDAY
from tests.house.written import LEAVES_A_TRACE, fingerprint_of_rows
from tests.world import PASSWORD

SURE = {"_password": PASSWORD}
POWER = {"name": "Power", "method": "BILLPAY", "bank_name": "1 Main St, Springfield", "holder": "City Power",
         "code": "", "number": "C-7"}  # fmt: skip


def pay(till, payee, amount, **more):
    return till.withdraw("ana", "U1000001", amount, method="BILLPAY", bank=payee, **more)


def test_a_bill_is_a_withdrawal_with_its_hold_and_limits_and_names_the_payee_to_the_broker(till, world):
    till.cash("U1000001", "60000")
    payee = till.bank("ana", "U1000001", **POWER).bank
    with pytest.raises(FundingProblem, match="at most USD"):
        pay(till, payee, "50000.01", factor="password")
    with pytest.raises(FundingProblem, match="USD only"):
        pay(till, payee, "1", currency="EUR")
    with pytest.raises(FundingProblem, match="available"):
        pay(till, payee, "60000.01")
    asked = pay(till, payee, "88.15")
    assert (asked.status, asked.usd) == ("pending_advisor", Decimal("88.15"))
    with acting(world.users["alice"].pk) as who:
        actions.consent(who=who, found=asked, at=FRIDAY)
    send_due(at=FRIDAY)
    text = OutboxMessage.unscoped.get(natural_key=FundingFile.unscoped.get().natural_key).body
    (row,) = csv.DictReader(io.StringIO(text))
    said = (row["kind"], row["memo"], row["bank_holder"], row["bank_name"], row["bank_account"])
    assert said == ("withdrawal", "BILLPAY", "City Power", "1 Main St, Springfield", "C-7")


def test_an_unconfirmed_payee_is_paid_nothing_and_no_deposit_comes_by_bill_pay(till):
    till.cash("U1000001", "1000")
    waits = till.bank("ana", "U1000001", factor="password", **POWER).bank
    with pytest.raises(FundingProblem, match="saved bank"):
        pay(till, waits, "1")
    with pytest.raises(FundingProblem, match="method"):
        till.deposit("ana", "U1000001", "1", method="BILLPAY")
    for number, fits in (("7", True), ("", False), ("A" * 35, False), ("a", False), ("1 2", False)):
        assert (bank_problem("BILLPAY", "", number) == "") == fits


def test_the_pages_from_payee_to_history(browse, till, world):
    ana = browse("ana")
    till.cash("U1000001", "1000", day=exchange_today())
    assert "No payee is saved" in ana.get("/transfer/bills/").content.decode()
    assert "No payee is ready yet" in ana.get("/accounts/U1000001/transfer/bill/").content.decode()
    said = {key: POWER[key] for key in ("name", "bank_name", "holder", "number")} | {"key": str(uuid4())}
    asks = ana.post("/accounts/U1000001/transfer/payee/", said).content.decode()
    assert "City Power, C-7, 1 Main St, Springfield" in asks
    ana.post("/accounts/U1000001/transfer/payee/", {**said, **SURE})
    asked = FundingRequest.unscoped.get()
    with acting(world.users["ana"].pk) as who:
        actions.confirm(who=who, found=asked, number=actions.number_of(asked), at=asked.asked_at)
    payee = SavedBank.unscoped.get()
    assert "Power" in ana.get("/transfer/bills/").content.decode()
    assert "Power" not in ana.get("/transfer/saved/").content.decode()
    assert "Power" not in ana.get("/accounts/U1000001/transfer/withdraw/").content.decode()
    bill = {"to": str(payee.pk), "amount": "88.15", "key": str(uuid4())}
    asks = ana.post("/accounts/U1000001/transfer/bill/", {**bill, "currency": "JPY"}).content.decode()
    assert "Withdraw 88.15\N{NO-BREAK SPACE}USD from account U1000001" in asks
    assert "City Power" in asks
    assert ana.post("/accounts/U1000001/transfer/bill/", {**bill, **SURE}).status_code == 302
    (row,) = ana.get("/api/v1/transactions/", {"type": "Bill pay"}).json()["results"]
    assert (row["type"], row["method"], row["amount"]) == ("bill_pay", "Bill pay", "-88.15")
    assert f"to {payee.pk}" in ana.get("/accounts/U1000001/transfer/recurring/").content.decode()
    assert ana.post(f"/transfer/banks/{payee.pk}/delete/", SURE).headers["Location"] == "/transfer/bills/"


@pytest.mark.parametrize("name", ["ken", "bob", "sam", "chidi"])
def test_whom_it_does_not_concern_pays_nothing(browse, till, name):
    till.cash("U1000001", "1000", day=date(2026, 4, 30))
    payee = till.bank("ana", "U1000001", **POWER).bank
    before = fingerprint_of_rows()
    client = browse(name)
    assert "Power" not in client.get("/transfer/bills/").content.decode()
    bill = {"to": str(payee.pk), "amount": "1", "key": str(uuid4()), **SURE}
    assert client.post("/accounts/U1000001/transfer/bill/", bill).status_code == 404
    assert client.post("/accounts/U1000001/transfer/payee/", {**POWER, "key": str(uuid4()), **SURE}).status_code == 404
    moved = [row for row in fingerprint_of_rows() if row not in before and row[0] not in LEAVES_A_TRACE]
    assert moved == []
