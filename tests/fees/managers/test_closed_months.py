"""A month of the advisor's billing counts in what it has sent for its money manager, and closes over it.

October's limits are 83.33 for the money manager and 166.67 for Southbank.
"""

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.ground.access.context import as_role as in_role
from fees.billing import queries
from fees.billing.actions import BillingRefused, approve, choose_threshold, close_month
from fees.billing.models import BillingLock
from fees.billing.rules import Month
from fees.invoicing.actions import InvoiceRefused, cancel, change
from tests.accounts.assignments.managed import CLIENT
from tests.fees.invoicing.conftest import OCTOBER, at
from tests.fees.managers.conftest import row
from tests.house.written import fingerprint_of_rows

MONTH = Month.of(OCTOBER)
NOON, LAST = at(OCTOBER, 13), date(2025, 10, 31)


def seen(desk, sealed=LAST):
    """What the desk lists for the month: codes and how many of each."""
    with desk.acting("mallory") as who:
        return [(one.code, one.number) for one in queries.exceptions(who, MONTH, sealed)]


def close(desk, reason=""):
    with desk.acting("mallory") as who:
        return close_month(who=who, month=MONTH, reason=reason, sealed=LAST, at=at(date(2025, 11, 3)))


@pytest.fixture
def rejected(two_persons):
    """10.00 for the money manager that nobody approved, so that the night of the 6th rejected it."""
    with two_persons.acting("mallory") as who:
        choose_threshold(who=who, threshold=D("5"), at=at(OCTOBER))
    two_persons.send("mallory", row(1, CLIENT, "10"))
    assert seen(two_persons) == [("not_approved", 1)]
    for day in two_persons.days(date(2025, 10, 1), OCTOBER):
        two_persons.value(CLIENT, day, "100000")
    assert two_persons.whole_night(OCTOBER).problem == ""
    return two_persons


def test_a_month_does_not_close_silently_over_a_rejected_invoice_of_the_money_manager(rejected):
    assert seen(rejected) == [("invoice_rejected", 1)]
    before = fingerprint_of_rows()
    with pytest.raises(BillingRefused, match="1 errors are open"):
        close(rejected)
    assert fingerprint_of_rows() == before
    assert close(rejected, "Sent again next month").reason == "Sent again next month"


def test_the_money_managers_money_is_in_no_sum_of_the_advisor(two_persons):
    two_persons.send("mallory", row(1, CLIENT, "10"))
    two_persons.send("mallory", (CLIENT, "20"), on=at(date(2025, 10, 7)))
    with two_persons.acting("mallory") as who:
        [(currency, sums)] = queries.totals(who, MONTH, LAST).items()
    assert (currency, sums.pending) == ("GBP", D("20.00"))
    assert close(two_persons).figures["GBP"]["pending"] == "20.00"


def test_in_a_closed_month_nothing_of_the_money_manager_moves(two_persons):
    with two_persons.acting("mallory") as who:
        choose_threshold(who=who, threshold=D("5"), at=at(OCTOBER))
    two_persons.send("mallory", row(1, CLIENT, "10"))
    [invoice] = two_persons.sent(CLIENT)
    close(two_persons)
    with in_role("owner"):
        assert BillingLock.unscoped.get().opened_at is None

    before = fingerprint_of_rows()
    with two_persons.acting("mallory") as who:
        with pytest.raises(InvoiceRefused, match="is closed"):
            change(who=who, invoice=invoice, amount="11", memo="", at=NOON)
        with pytest.raises(InvoiceRefused, match="is closed"):
            cancel(who=who, invoice=invoice, at=NOON)
    with two_persons.acting("molly") as who, pytest.raises(BillingRefused, match="is closed"):
        approve(who=who, line=invoice, at=NOON)
    assert fingerprint_of_rows() == before
    [still] = two_persons.sent(CLIENT)
    assert (still.state, still.amount, still.approved_at) == ("pending", D("10.00"), None)
