"""An invoice to an STL master is paid like its fees: from the master's cash, and what that lacks from the subs.

The limit of October: 2 % on 100,000 + 60,000 + 40,000 on each of the 21 business days of September 2025, 333.33.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal as D

import pytest

from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account
from fees.groups.checks import draws_are_what_masters_lacked
from fees.posting.checks import Night, look
from tests.fees.groups.conftest import MASTER, ONE, TWO, Group
from tests.fees.groups.test_draws import cash_group, free, moved  # noqa: F401  a fixture
from tests.fees.invoicing.conftest import OCTOBER, SEPTEMBER, Desk
from tests.fees.posting.nights import figures, night_role
from tests.fees.posting.test_seal import tamper

FRIDAY, NEXT = date(2025, 10, 3), date(2025, 10, 7)


@dataclass
class Invoiced(Desk, Group):
    """A group whose adviser sends invoices."""


@pytest.fixture
def group(world, as_role) -> Invoiced:
    group = Invoiced(world, as_role)
    group.cap(MASTER)
    group.worth_between(*SEPTEMBER, "100000", "60000", "40000")
    return group


def states(group) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in group.sent(MASTER)]


def test_a_master_with_the_money_pays_alone(group):
    group.has(FRIDAY, "166.67", "9000", "9000")
    group.send("alice", (MASTER, "166.67"))

    group.invoices(OCTOBER)

    assert states(group) == [("processed", "")]
    assert moved() == []


def test_what_the_master_lacks_comes_from_the_sub_with_the_most_cash(group):
    """166.67 - 40.00 = 126.67 are lacking: 100.00 from the second sub, 26.67 from the first."""
    group.has(FRIDAY, "40.00", "90.00", "100.00")
    group.send("alice", (MASTER, "166.67"))

    group.invoices(OCTOBER)

    assert states(group) == [("processed", "")]
    assert moved("invoice") == [(MASTER, MASTER, None, D("166.67"))]
    assert moved() == [(ONE, ONE, MASTER, D("26.67")), (TWO, TWO, MASTER, D("100.00"))]
    [invoice] = group.sent(MASTER)
    with as_role("owner"):
        assert set(Transfer.unscoped.filter(kind="draw").values_list("txn", flat=True)) == {invoice.pk}
    assert [free(group, number, OCTOBER) for number in (MASTER, ONE, TWO)] == [D("0.00"), D("63.33"), D("0.00")]


def test_a_second_night_of_the_same_day_moves_nothing(group):
    group.has(FRIDAY, "40.00", "90.00", "100.00")
    group.send("alice", (MASTER, "166.67"))
    group.invoices(OCTOBER)
    before = moved() + moved("invoice")

    group.invoices(OCTOBER)

    assert moved() + moved("invoice") == before


def test_an_invoice_and_a_fee_of_one_night_draw_one_after_the_other(group):
    """60.00 for the invoice: 20.00 are lacking, the second sub hands them over and has 80.00 left. The flat fee of
    252 ÷ 252 = 1.00 finds the master empty, and the first sub now has the most."""
    group.agree(MASTER, figures("ANNUALFLATFEE", flat="252"), starts=FRIDAY, ends=OCTOBER)
    group.worth_between(date(2025, 10, 1), OCTOBER, "100000", "60000", "40000")
    group.nights(FRIDAY, FRIDAY)
    group.has(FRIDAY, "40.00", "90.00", "100.00")
    group.send("alice", (MASTER, "60"))

    seal = group.whole_night(OCTOBER)

    assert seal.problem == ""
    assert moved() == [(ONE, ONE, MASTER, D("1.00")), (TWO, TWO, MASTER, D("20.00"))]
    with as_role("owner"):
        told = Instruction.unscoped.filter(kind="draw").values_list("payer", "payee", "amount")
        assert sorted(told) == [(ONE, MASTER, D("1.00")), (TWO, MASTER, D("20.00"))]


def test_a_cash_group_pays_whole_or_not_at_all(group, cash_group):  # noqa: F811
    group.has(FRIDAY, "40.00", "26.66", "100.00")
    group.send("alice", (MASTER, "166.67"))

    group.invoices(OCTOBER)

    assert states(group) == [("rejected", "insufficient_funds")]
    assert moved() == moved("invoice") == []


def test_a_cash_group_that_can_pay_together_does(group, cash_group):  # noqa: F811
    group.has(FRIDAY, "0.00", "66.67", "100.00")
    group.send("alice", (MASTER, "166.67"))

    group.invoices(OCTOBER)

    assert states(group) == [("processed", "")]
    assert moved() == [(ONE, ONE, MASTER, D("66.67")), (TWO, TWO, MASTER, D("100.00"))]


def test_a_margin_group_borrows_what_its_subs_do_not_have(group):
    group.has(FRIDAY, "0.00", "50.00", "0.00")
    group.send("alice", (MASTER, "166.67"))

    group.invoices(OCTOBER)

    assert moved() == [(ONE, ONE, MASTER, D("50.00"))]
    assert free(group, MASTER, OCTOBER) == D("-116.67")


def test_a_sub_that_the_office_holds_back_gives_nothing(group, cash_group):  # noqa: F811
    group.has(FRIDAY, "0.00", "500.00", "200.00")
    group.hold(ONE, OCTOBER, reason="by_office")
    group.send("alice", (MASTER, "166.67"))

    group.invoices(OCTOBER)

    assert moved() == [(TWO, TWO, MASTER, D("166.67"))]


def test_an_invoice_that_is_rejected_for_another_reason_draws_on_nobody(group):
    group.has(FRIDAY, "0.00", "500.00", "200.00")
    group.send("alice", (MASTER, "166.67"))
    with as_role("owner"):
        Account.unscoped.filter(number=MASTER).update(status="C", closed_on=OCTOBER)

    group.invoices(OCTOBER)

    assert states(group) == [("rejected", "account_restricted")]
    assert moved() == moved("invoice") == []


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE accounts_transfer SET amount = amount - 1 WHERE kind = 'draw' AND amount = 26.67",
        "UPDATE accounts_transfer SET txn = gen_random_uuid() WHERE kind = 'draw' AND amount = 26.67",
        "DELETE FROM accounts_transfer WHERE kind = 'draw' AND amount = 100",
        "UPDATE broker_cashbalance SET settled = 500",
    ],
)
def test_the_seal_sees_draws_that_nobody_needed(group, lie):
    group.has(FRIDAY, "40.00", "90.00", "100.00")
    group.send("alice", (MASTER, "166.67"))
    group.invoices(OCTOBER)
    with night_role():
        assert draws_are_what_masters_lacked(group.run(OCTOBER).pk, OCTOBER) == []

    tamper(lie)

    with night_role():
        assert [one.invariant for one in draws_are_what_masters_lacked(group.run(OCTOBER).pk, OCTOBER)] == ["I34"]


def test_a_draw_for_an_invoice_that_changed_since_is_seen_by_its_digest(group):
    group.has(FRIDAY, "40.00", "90.00", "100.00")
    group.send("alice", (MASTER, "166.67"))
    group.invoices(OCTOBER)

    tamper("UPDATE accounts_transfer SET amount = amount - 1 WHERE kind = 'draw' AND amount = 26.67")

    with as_role("night"):
        found = {one.check for one in look(Night(group.run(OCTOBER).pk, OCTOBER))}
    assert "movements_are_as_they_were_posted" in found
