"""What a night makes of invoices: paid whole, or rejected with the reason; and the day's books still agree."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account
from fees.accrual import statements
from fees.invoicing.actions import InvoiceRefused, cancel
from fees.posting.checks import Night, look
from tests.fees.invoicing.conftest import ANA, CHIDI, KEN, OCTOBER, SEPTEMBER, at
from tests.fees.posting.nights import figures

NEXT = date(2025, 10, 7)


@pytest.fixture
def billed(desk):
    """Nights up to 3 October, so that 6 October is the next."""
    desk.agree(ANA, figures("ANNUALFLATFEE", flat="252"), starts=date(2025, 9, 29))
    desk.values(ANA, "100000", date(2025, 10, 1), OCTOBER)
    desk.nights(date(2025, 9, 29), date(2025, 10, 3))
    return desk


def moved(number: str, kind: str) -> list[tuple[Decimal, date]]:
    with as_role("owner"):
        rows = Transfer.unscoped.filter(account__number=number, kind=kind).order_by("day")
        return list(rows.values_list("amount", "day"))


def test_an_invoice_is_paid_swept_and_sealed_with_the_fees_of_the_day(billed):
    billed.send("alice", (ANA, "100"))

    sealed = billed.whole_night(OCTOBER)

    assert sealed.problem == ""
    assert [(one.state, one.processed_on) for one in billed.sent(ANA)] == [("processed", OCTOBER)]
    assert moved(ANA, "invoice") == [(100, OCTOBER)]
    assert moved(ANA, "fee")[-1] == (1, OCTOBER), "the daily fee of Friday"
    with as_role("owner"):
        swept = Transfer.unscoped.filter(kind="sweep", day=OCTOBER).values_list("amount", flat=True)
        assert sum(swept) == 101


def test_processed_twice_changes_nothing(billed):
    billed.send("alice", (ANA, "100"))
    first = billed.invoices(OCTOBER)

    again = billed.invoices(OCTOBER)

    assert (first.rows, again.rows) == (1, 0)
    assert moved(ANA, "invoice") == [(100, OCTOBER)]


def test_from_the_moment_a_night_takes_invoices_a_new_one_counts_for_the_next_day(billed):
    billed.invoices(OCTOBER)

    billed.send("alice", (ANA, "100"), on=at(OCTOBER))

    assert [one.business_day for one in billed.sent(ANA)] == [NEXT]


def test_what_a_night_has_taken_can_no_longer_be_cancelled(billed):
    billed.cap(CHIDI)
    billed.values(CHIDI, "100000", *SEPTEMBER)
    billed.send("bob", (CHIDI, "10"), on=at(OCTOBER))
    [invoice] = billed.sent(CHIDI)
    billed.run(OCTOBER)
    with as_role("owner"):
        billed.chunk(billed.run(OCTOBER), "invoices", 6)

    with billed.acting("bob") as who, pytest.raises(InvoiceRefused, match="cut-off"):
        cancel(who=who, invoice=invoice, at=at(OCTOBER))


def test_a_cash_account_pays_whole_or_not_at_all(billed):
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(margin_kind="cash")
    billed.cash(ANA, date(2025, 10, 3), "99.99")
    billed.send("alice", (ANA, "100"))

    billed.invoices(OCTOBER)

    assert [(one.state, one.reason) for one in billed.sent(ANA)] == [("rejected", "insufficient_funds")]
    assert moved(ANA, "invoice") == []


def test_a_rejected_invoice_frees_its_limit_and_is_never_tried_again(billed):
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(margin_kind="cash")
    billed.cash(ANA, date(2025, 10, 3), "1")
    billed.send("alice", (ANA, "166.67"))
    billed.invoices(OCTOBER)
    billed.cash(ANA, OCTOBER, "100000")

    billed.invoices(NEXT)

    assert [one.state for one in billed.sent(ANA)] == ["rejected"]
    assert [one.is_accepted for one in billed.send("alice", (ANA, "166.67"), on=at(date(2025, 10, 8)))] == [True]


def test_an_account_closed_meanwhile_is_not_charged(billed):
    billed.send("alice", (ANA, "100"))
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(status="C", closed_on=OCTOBER)

    billed.invoices(OCTOBER)

    assert [(one.state, one.reason) for one in billed.sent(ANA)] == [("rejected", "account_restricted")]
    assert moved(ANA, "invoice") == []


def test_the_rolling_cap_rejects_and_never_trims(desk):
    """Ken is 30 days old with 10,000 yen: 0.25 × sqrt(30/360) of it is 721.69, so 722 is too much and 721 is not."""
    opened = OCTOBER - timedelta(days=30)
    with as_role("owner"):
        Account.unscoped.filter(number=KEN).update(opened_on=opened, margin_kind="margin")
    desk.values(KEN, "10000", opened, OCTOBER)
    desk.cap(KEN, None, amount="5000", starts=opened)
    desk.send("alice", (KEN, "723"))

    desk.invoices(OCTOBER)
    assert [(one.state, one.reason) for one in desk.sent(KEN)] == [("rejected", "fee_cap")]

    desk.send("alice", (KEN, "721"), on=at(NEXT))
    desk.value(KEN, NEXT, "10000")
    desk.invoices(NEXT)
    assert [one.state for one in desk.sent(KEN, business_day=NEXT)] == ["processed"]


def test_an_invoice_without_its_movement_stops_the_seal(billed):
    billed.send("alice", (ANA, "100"))
    billed.invoices(OCTOBER)
    run = billed.run(OCTOBER)
    with connection.cursor() as cur:
        cur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cur.execute("ALTER TABLE fees_invoice DISABLE TRIGGER USER")
        cur.execute("UPDATE fees_invoice SET amount = 99")
        cur.execute("ALTER TABLE fees_invoice ENABLE TRIGGER USER")

    with as_role("night"):
        found = look(Night(run.pk, OCTOBER))

    assert "every_processed_invoice_moved_once" in {one.check for one in found}


@pytest.mark.parametrize(("few", "is_guarded"), [(0, True), (1, False)])
def test_beyond_a_few_the_planner_is_kept_from_looping_over_invoices(desk, monkeypatch, few, is_guarded):
    """As for charges: it thinks that almost none ever waits."""
    monkeypatch.setattr(statements, "FEW", few)
    desk.send("alice", (ANA, "100"))

    with CaptureQueriesContext(connection) as asked:
        desk.invoices(OCTOBER)

    assert any("enable_nestloop = off" in one["sql"] for one in asked) is is_guarded
