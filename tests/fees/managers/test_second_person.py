"""The advisor's own rules hold for what it sends for its money manager.

From 50.00 on a second person of Southbank approves. The money manager's limit of October is 83.33: 1 % a month of
100,000 on every one of September's 21 business days is 0.01 x 2,100,000 / 252.
"""

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.ground.access.context import as_role as in_role
from accounts.ground.ledger.models import Transfer
from fees.billing.actions import BillingRefused, approve, choose_threshold
from fees.invoicing.actions import InvoiceRefused, change
from tests.accounts.assignments.managed import CLIENT, NUMBER
from tests.fees.invoicing.conftest import OCTOBER, at
from tests.fees.managers.conftest import amounts, row
from tests.house.written import fingerprint_of_rows

NOON = at(OCTOBER, 13)


@pytest.fixture
def ruled(two_persons):
    with two_persons.acting("mallory") as who:
        choose_threshold(who=who, threshold=D("50"), at=at(OCTOBER))
    return two_persons


def night(desk):
    for day in desk.days(date(2025, 10, 1), OCTOBER):
        desk.value(CLIENT, day, "100000")
    assert desk.whole_night(OCTOBER).problem == ""


def moved():
    with in_role("owner"):
        return sorted(Transfer.unscoped.filter(day=OCTOBER).values_list("kind", "amount"))


def test_a_change_across_the_threshold_asks_for_the_second_person(ruled):
    """Sent with 10.00 and changed to 80.00: without an approval the night pays nothing."""
    ruled.send("mallory", row(1, CLIENT, "10"))
    [invoice] = ruled.sent(CLIENT)
    assert amounts(ruled) == [(D("10.00"), False, False)]

    with ruled.acting("mallory") as who:
        change(who=who, invoice=invoice, amount="49.99", memo="", at=NOON)
        assert amounts(ruled) == [(D("49.99"), False, False)]
        change(who=who, invoice=invoice, amount="80.00", memo="", at=NOON)
    assert amounts(ruled) == [(D("80.00"), True, False)]
    before = fingerprint_of_rows()
    with ruled.acting("mallory") as who, pytest.raises(BillingRefused, match="cannot approve"):
        approve(who=who, line=invoice, at=NOON)
    assert fingerprint_of_rows() == before

    night(ruled)
    assert [(one.state, one.reason) for one in ruled.sent(CLIENT)] == [("rejected", "not_approved")]
    assert moved() == []


def test_what_waits_for_the_second_person_still_waits_with_another_amount(ruled):
    ruled.send("mallory", row(1, CLIENT, "60"))
    [invoice] = ruled.sent(CLIENT)
    assert amounts(ruled) == [(D("60.00"), True, False)]
    with ruled.acting("mallory") as who:
        change(who=who, invoice=invoice, amount="60.01", memo="", at=NOON)
    assert amounts(ruled) == [(D("60.01"), True, False)]

    before = fingerprint_of_rows()
    with ruled.acting("molly") as who, pytest.raises(InvoiceRefused, match="Only who sent it"):
        change(who=who, invoice=invoice, amount="70", memo="", at=NOON)
    assert fingerprint_of_rows() == before

    with ruled.acting("molly") as who:
        approve(who=who, line=invoice, at=NOON)
    with ruled.acting("mallory") as who:
        change(who=who, invoice=invoice, amount="70", memo="", at=NOON)
    assert amounts(ruled) == [(D("70.00"), True, False)]
    with ruled.acting("molly") as who:
        approve(who=who, line=invoice, at=NOON)
    night(ruled)
    payee = ruled.world[NUMBER].practice_id
    assert {one.practice_id for one in ruled.sent(CLIENT)} == {payee}
    assert moved() == [("invoice", D("70.00")), ("sweep", D("70.00"))]
