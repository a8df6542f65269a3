"""What the broker rejected and a night took back is told to those who were charged, and counts nowhere any more."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from fees.billing.queries import exceptions, totals
from fees.billing.rules import Month
from portal.statements.lines import lines_of
from portal.statements.queries import months, statement, subject_of
from portal.transactions.sources import transactions
from tests.broker.transmit.conftest import ANA, DAY, FIRST, NEXT, told
from tests.broker.transmit.test_answers import answers, fee
from tests.broker.transmit.test_reversal import give_up
from tests.fees.invoicing.conftest import OCTOBER, Desk, at, desk
from tests.fees.invoicing.test_limits import limit_of

__all__ = ["desk", "told"]


def test_a_reversal_is_a_line_of_statement_and_transactions_and_closes_the_month(told, as_role):
    """1.00 of 1 October is taken back on the 2nd, when another 1.00 is posted."""
    people = Desk(told.world, as_role)
    answers((fee(ANA).pk, "rejected", "closed"))
    rejected_in, charged_for = Month.of(DAY), Month.of(FIRST)
    with people.acting("alice") as who:
        assert [one.code for one in exceptions(who, rejected_in, DAY)] == ["broker_rejected"]
        before = totals(who, charged_for, DAY)["USD"]
    give_up(ANA)
    assert told.night(NEXT).problem == ""

    for name in ("alice", "ana"):
        with people.acting(name) as who:
            subject = subject_of(who, told.account(ANA), consolidated=False)
            found = statement(who, subject, DAY, NEXT)
            assert found is not None
            assert [(one.day, one.kind, one.amount) for one in lines_of(found)] == [
                (DAY, "fee", 1), (NEXT, "fee", 1), (NEXT, "reversal", -1),
            ]  # fmt: skip
            assert found.charged_totals == {"USD": Decimal(1)}
            assert next(one.charged_totals for one in months(who, subject, 2025, NEXT)) == {"USD": Decimal(1)}
            rows = transactions(who, since=FIRST, sealed=NEXT).order_by("t_day", "t_uid").all()
            told_of = [(row["t_day"], row["t_kind"], row["t_amount"]) for row in rows if row["t_number"] == ANA]
            assert (NEXT, "reversal", 1) in told_of and (DAY, "fee", -1) in told_of
            assert not [row for row in transactions(who, since=FIRST, sealed=DAY).all() if row["t_kind"] == "reversal"]
    with people.acting("alice") as who:
        assert exceptions(who, rejected_in, NEXT) == []
        after = totals(who, charged_for, NEXT)["USD"]
    assert (before.processed, after.processed) == (1, 0)
    with people.acting("bob") as who:
        assert not [row for row in transactions(who, since=FIRST, sealed=NEXT).all() if row["t_kind"] == "reversal"]


def test_an_invoice_that_was_taken_back_leaves_its_limit_free(desk):
    """166.67 a month: 100.00 are invoiced and paid, 66.67 are left; taken back, all of it is."""
    desk.send("alice", (ANA, "100"), on=at(OCTOBER))
    desk.whole_night(OCTOBER)
    assert limit_of(desk, ANA).available == Decimal("66.67")

    with as_role("owner"):
        paid = Transfer.unscoped.get(kind="invoice", account__number=ANA)
        swept = Transfer.unscoped.filter(kind="sweep", practice_id=paid.practice_id)[0]
        Transfer.unscoped.create(
            txn=uuid4(), firm_id=paid.firm_id, account_id=paid.account_id, practice_id=paid.practice_id,
            kind="reversal", debit=swept.credit, credit=paid.debit, amount=paid.amount, currency=paid.currency,
            day=date(2025, 10, 16), source=paid.source,
        )  # fmt: skip

    assert limit_of(desk, ANA).available == Decimal("166.67")
