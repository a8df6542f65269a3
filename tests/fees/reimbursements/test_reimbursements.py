"""Half of a year's fees may go back to the client who paid them, by who received them, at once or not at all."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts.broker.funds.queries import available_cash
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Book, Transfer
from accounts.ground.ledger.queries import balance
from accounts.ground.people.models import Seat
from accounts.ground.tree.models import Account
from fees.billing.actions import approve, choose_threshold
from fees.headroom.queries import windows
from fees.reimbursements.actions import ReimbursementRefused, cancel, change, submit
from fees.reimbursements.models import Reimbursement
from fees.reimbursements.queries import ceilings
from fees.sending.rules import Asked
from tests.fees.invoicing.conftest import Desk
from tests.fees.posting.nights import figures, night_role
from tests.fees.posting.test_trades import key, per_trade, trade
from tests.fees.reimbursements.conftest import ANA, CHIDI, DAY, FIRST, NEXT, WEEK_LATER, at


def send(desk, name: str, *rows: tuple[str, str], on=None):
    asked = [Asked(line, number, amount) for line, (number, amount) in enumerate(rows, start=1)]
    with desk.acting(name) as who:
        return submit(who=who, rows=asked, at=on or at(NEXT))[1]


def kept(**where) -> list[tuple[str, str, str]]:
    with as_role("owner"):
        rows = Reimbursement.unscoped.filter(**where).order_by("submitted_at")
        return [(str(one.amount), one.state, one.reason) for one in rows]


def available(desk, day: date, number: str = ANA) -> Decimal:
    account = desk.account(number)
    with night_role():
        return ceilings(account.practice_id, [account.pk], day)[account.pk].available


def moved() -> list[tuple[Decimal, str, str]]:
    with as_role("owner"):
        rows = Transfer.unscoped.filter(kind="reimburse")
        return list(rows.values_list("amount", "debit__kind", "credit__kind"))


def test_p10_and_p11_half_of_12000_then_1000_a_week_after_5000_went_back(paid):
    assert available(paid, NEXT) == 6000
    assert [one.reason for one in send(paid, "alice", (ANA, "6000.01"))] == ["over_50pct"]
    assert kept() == []

    assert [one.is_accepted for one in send(paid, "alice", (ANA, "5000"))] == [True]
    paid.night(NEXT)

    assert kept() == [("5000.00", "processed", "")]
    assert available(paid, WEEK_LATER) == 1000


def test_what_was_given_for_trades_lowers_no_ceiling(world, as_role, settings, tmp_path):
    """500 shares at 0.01 all in with a commission of 65.00: 60.00 are given. Half of 12,000.00 may go back still."""
    settings.INSTRUCTIONS_URL = tmp_path.as_uri()
    desk = Desk(world, as_role)
    all_in = per_trade(key("absolute_amount", prices=[{"price": "0.01"}]))
    desk.agree(ANA, figures("ANNUALFLATFEE", flat="3024000"), all_in, starts=FIRST, ends=DAY)
    trade(desk, FIRST, quantity="500", commission="-65")
    desk.values(ANA, "10000000", FIRST, NEXT)
    desk.nights(FIRST, DAY)
    assert available(desk, NEXT) == 6000

    send(desk, "alice", (ANA, "6000"))

    assert desk.night(NEXT).problem == ""
    assert kept() == [("6000.00", "processed", "")]


def test_it_goes_from_the_advisor_to_the_client_and_the_day_is_sealed(paid):
    send(paid, "alice", (ANA, "5000"))

    assert paid.night(NEXT).problem == ""

    assert moved() == [(Decimal("5000.00"), "payee", "client")]
    with as_role("owner"):
        account = paid.account(ANA)
        assert balance(Book.unscoped.get(kind="client", account=account)) == Decimal("-7000.00")
        assert balance(Book.unscoped.get(kind="payee", practice=account.practice)) == Decimal("7000.00")
        told = Instruction.unscoped.get(kind="reimburse")
        assert (told.payer, told.payee, told.amount) == ("F100001", ANA, Decimal("5000.00"))
        assert paid.sealed(ANA, NEXT).figures["transfers"]["totals"] == {"USD": "5000.00"}


def test_processed_twice_changes_nothing(paid):
    send(paid, "alice", (ANA, "5000"))
    paid.reimburse(NEXT)

    again = paid.reimburse(NEXT)

    assert (again.rows, len(moved())) == (0, 1)


def test_pending_ones_count_and_rows_of_one_form_share_the_ceiling(paid):
    first = send(paid, "alice", (ANA, "4000"), (ANA, "2000.01"), (ANA, "2000"))

    assert [one.reason for one in first] == ["", "over_50pct", ""]
    assert [one.reason for one in send(paid, "alice", (ANA, "0.01"))] == ["over_50pct"]


def test_each_advisor_gives_back_only_what_it_received(paid):
    """Chidi pays Bright, not the top level: who received nothing can give nothing back, whoever asks."""
    assert [one.reason for one in send(paid, "alice", (CHIDI, "1"))] == ["over_50pct"]
    assert [one.reason for one in send(paid, "bob", (ANA, "1"))] == ["bad_account"]
    assert [one.reason for one in send(paid, "carol", (CHIDI, "1"))] == ["bad_account"]
    assert [one.reason for one in send(paid, "mallory", (ANA, "1"))] == ["bad_account"]
    assert kept() == []


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "x", "", "=1+1", "9" * 40])
def test_amounts_that_cannot_be_paid(paid, amount):
    assert [one.reason for one in send(paid, "alice", (ANA, amount))] == ["bad_amount"]
    assert kept() == []


def test_after_the_cut_off_it_counts_for_the_next_day(paid):
    send(paid, "alice", (ANA, "10"), on=at(NEXT, 17, 29, 59))
    send(paid, "alice", (ANA, "20"), on=at(NEXT, 17, 30))

    with as_role("owner"):
        days = Reimbursement.unscoped.order_by("amount").values_list("business_day", flat=True)
        assert list(days) == [NEXT, date(2025, 10, 3)]


def test_changed_and_withdrawn_until_the_cut_off(paid):
    send(paid, "alice", (ANA, "6000"))
    with as_role("owner"):
        one = Reimbursement.unscoped.get()

    with paid.acting("alice") as who:
        with pytest.raises(ReimbursementRefused, match="at most 6000"):
            change(who=who, reimbursement=one, amount="6000.01", memo="", at=at(NEXT, 12))
        assert change(who=who, reimbursement=one, amount="100", memo="Sorry", at=at(NEXT, 12)).amount == 100
        with pytest.raises(ReimbursementRefused, match="cut-off"):
            change(who=who, reimbursement=one, amount="50", memo="", at=at(NEXT, 17, 30))
        cancel(who=who, reimbursement=one, at=at(NEXT, 13))
        with pytest.raises(ReimbursementRefused, match="has been processed"):
            cancel(who=who, reimbursement=one, at=at(NEXT, 13))

    paid.night(NEXT)
    assert (kept(), moved()) == ([("100.00", "cancelled", "")], [])


def test_another_person_does_not_raise_it_to_an_amount_that_needs_approval(paid):
    with as_role("owner"):
        Seat.unscoped.filter(pk=paid.world.seats["frank"].pk).update(is_active=True, ended_at=None)
    with paid.acting("alice") as who:
        choose_threshold(who=who, threshold=Decimal("1000"), at=at(NEXT))
    send(paid, "alice", (ANA, "100"))
    with as_role("owner"):
        one = Reimbursement.unscoped.get()

    with paid.acting("frank") as who, pytest.raises(ReimbursementRefused, match="Only who sent it"):
        change(who=who, reimbursement=one, amount="1000", memo="More", at=at(NEXT, 12))
    with as_role("owner"):
        one.refresh_from_db()
    assert (one.amount, one.memo, one.needs_approval, one.changed_at) == (100, "", False, None)
    with paid.acting("alice") as who:
        assert change(who=who, reimbursement=one, amount="1000", memo="", at=at(NEXT, 12)).needs_approval


def test_another_memo_of_what_was_approved_asks_for_approval_again(paid):
    with as_role("owner"):
        Seat.unscoped.filter(pk=paid.world.seats["frank"].pk).update(is_active=True, ended_at=None)
    with paid.acting("alice") as who:
        choose_threshold(who=who, threshold=Decimal("1000"), at=at(NEXT))
    send(paid, "alice", (ANA, "1000"))
    with as_role("owner"):
        one = Reimbursement.unscoped.get()
    with paid.acting("frank") as who:
        approve(who=who, line=one, at=at(NEXT, 12))

    with paid.acting("alice") as who:
        kept_as_it_was = change(who=who, reimbursement=one, amount="1000", memo="", at=at(NEXT, 13))
        assert kept_as_it_was.approved_by_id == paid.world.users["frank"].pk
        waits = change(who=who, reimbursement=one, amount="1000", memo="Something else", at=at(NEXT, 13))
    assert (waits.memo, waits.needs_approval, waits.approved_by_id, waits.approved_at) == (
        "Something else", True, None, None,
    )  # fmt: skip


def test_without_funds_nothing_is_paid_and_nothing_of_the_ceiling_is_used(paid):
    """The broker says that the master has 4,999.99 left: 5,000 is not processed, and neither is a part of it."""
    paid.cash("F100001", NEXT, "4999.99")
    send(paid, "alice", (ANA, "5000"))

    assert paid.night(NEXT).problem == ""

    assert (kept(), moved()) == ([("5000.00", "rejected", "insufficient_master_funds")], [])
    assert available(paid, WEEK_LATER) == 6000


def test_what_one_takes_another_lacks(paid):
    paid.cash("F100001", NEXT, "5000")
    send(paid, "alice", (ANA, "3000"), (ANA, "2500"), (ANA, "500"))

    paid.night(NEXT)

    assert [state for _amount, state, _reason in kept()].count("processed") == 2
    assert sum(amount for amount, _debit, _credit in moved()) in (Decimal("3000.00") + 500, Decimal("3000.00"))


def test_a_closed_account_gets_nothing(paid):
    send(paid, "alice", (ANA, "100"))
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(status="C", closed_on=NEXT)

    paid.reimburse(NEXT)

    assert (kept(), moved()) == ([("100.00", "rejected", "account_restricted")], [])


def test_it_is_cash_of_the_client_and_raises_the_rolling_cap(paid):
    """12,000 taken and 5,000 given back are 7,000 paid; the client's cash is what it was less 7,000."""
    paid.cash(ANA, date(2025, 9, 30), "100000")
    send(paid, "alice", (ANA, "5000"))
    paid.night(NEXT)
    account = paid.account(ANA)

    with night_role():
        cash = available_cash(account_id=account.pk, currency="USD", day=NEXT)
        # What a night gives back counts from the next one on.
        before, after = (windows([account.pk], day)[account.pk][0] for day in (NEXT, NEXT + timedelta(days=1)))

    assert cash is not None and cash.amount == Decimal("93000")
    assert (before.days, before.paid, after.paid) == (30, 12000, 7000)


def test_fees_older_than_twelve_months_no_longer_count(paid):
    """(day - 12 months, day]: the fee of 1 October 2025 counts on 30 September 2026 and not on 1 October 2026."""
    assert available(paid, date(2026, 9, 30)) == 6000
    assert available(paid, date(2026, 10, 1)) == 0


@pytest.mark.parametrize(
    "change_it",
    [
        "UPDATE fees_reimbursement SET amount = 1",
        "UPDATE fees_reimbursement SET state = 'pending'",
        "DELETE FROM fees_reimbursement",
    ],
)
def test_what_was_paid_is_never_changed(paid, change_it):
    send(paid, "alice", (ANA, "100"))
    paid.reimburse(NEXT)
    connection.check_constraints()

    with pytest.raises(Exception, match="append-only"), connection.cursor() as cur:
        cur.execute(change_it)


def test_a_page_cannot_pay(paid, as_role):
    send(paid, "alice", (ANA, "100"))
    with paid.acting("alice"), connection.cursor() as cur:
        refused = pytest.raises(Exception, match="only a night pays|permission denied")
        with refused, transaction.atomic():
            cur.execute("UPDATE fees_reimbursement SET state = 'processed'")
