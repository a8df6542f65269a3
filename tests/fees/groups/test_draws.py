"""A group's fee is taken from the master's cash, and what that lacks from the subs, largest cash first.

EOM 1 % on 100,000 + 60,000 + 40,000, all 21 business days of September 2025: 166.67, due on 1 October.
"""

from datetime import date
from decimal import Decimal as D

import pytest

from accounts.broker.funds.queries import available_cash
from accounts.broker.transmit.models import Instruction
from accounts.ground.access.context import as_role
from accounts.ground.ledger.checks import CHECKS
from accounts.ground.ledger.models import Transfer
from accounts.ground.tree.models import Account, Margin
from fees.groups.checks import draws_are_what_masters_lacked
from fees.posting.models import ChargeState
from tests.fees.groups.conftest import MASTER, ONE, TWO
from tests.fees.posting.nights import figures, night_role
from tests.fees.posting.test_seal import tamper

LAST, DUE, NEXT = date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 2)


@pytest.fixture
def fee(group):
    group.agree(MASTER, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    group.worth(LAST, "100000", "60000", "40000")
    group.night(LAST)


@pytest.fixture
def cash_group():
    with as_role("owner"):
        Account.unscoped.filter(number=MASTER).update(margin_kind=Margin.CASH)


def moved(kind="draw"):
    with as_role("owner"):
        rows = Transfer.unscoped.filter(kind=kind).select_related("account", "debit__account", "credit__account")
        return sorted(
            (one.account.number, one.debit.account.number, one.credit.account and one.credit.account.number, one.amount)
            for one in rows
        )


def free(group, number, day):
    with night_role():
        found = available_cash(account_id=group.world[number].pk, currency="USD", day=day)
        return found.amount if found else None


def sound(day):
    with night_role():
        return [one.check for check in CHECKS for one in check(day)]


def test_a_master_with_the_money_pays_alone(group, fee):
    group.has(LAST, "166.67", "9000", "9000")

    group.post(DUE)

    assert moved() == []
    assert moved("fee") == [(MASTER, MASTER, None, D("166.67"))]


def test_what_the_master_lacks_comes_from_the_sub_with_the_most_cash(group, fee):
    """166.67 - 40.00 = 126.67 are lacking: 100.00 from the second sub, 26.67 from the first."""
    group.has(LAST, "40.00", "90.00", "100.00")

    group.post(DUE)
    group.sweep(DUE)

    assert moved() == [(ONE, ONE, MASTER, D("26.67")), (TWO, TWO, MASTER, D("100.00"))]
    assert moved("fee") == [(MASTER, MASTER, None, D("166.67"))]
    assert (free(group, MASTER, DUE), free(group, ONE, DUE), free(group, TWO, DUE)) == (
        D("0.00"),
        D("63.33"),
        D("0.00"),
    )
    with as_role("owner"):
        assert Transfer.unscoped.get(kind="sweep").amount == D("166.67")
    assert sound(DUE) == []


def test_a_whole_night_with_draws_is_sealed_and_told_to_the_broker(group, fee):
    group.has(LAST, "40.00", "90.00", "100.00")
    group.worth(DUE, "100000", "60000", "40000")

    seal = group.night(DUE)

    assert seal.problem == ""
    with as_role("owner"):
        told = Instruction.unscoped.filter(kind="draw").values_list("payer", "payee", "amount")
        assert sorted(told) == [(ONE, MASTER, D("26.67")), (TWO, MASTER, D("100.00"))]


def test_a_second_posting_moves_nothing(group, fee):
    group.has(LAST, "40.00", "90.00", "100.00")
    group.post(DUE)
    before = moved() + moved("fee")

    group.post(DUE)

    assert moved() + moved("fee") == before


def test_the_next_statement_shows_what_was_handed_over(group, fee):
    """Until then it is pending; the broker's own figures hold it afterwards, and it does not count twice."""
    group.has(LAST, "40.00", "90.00", "100.00")
    group.post(DUE)

    group.has(NEXT, None, "63.33", "0.00")

    assert (free(group, ONE, NEXT), free(group, TWO, NEXT)) == (D("63.33"), D("0.00"))


def test_a_cash_group_pays_whole_or_not_at_all(group, cash_group, fee):
    group.has(LAST, "40.00", "26.66", "100.00")

    group.post(DUE)

    charge = group.charge(MASTER)
    assert (charge.state, charge.reason) == (ChargeState.DEFERRED, "funds")
    assert moved() == moved("fee") == []


def test_a_cash_group_that_can_pay_together_does(group, cash_group, fee):
    group.has(LAST, "0.00", "66.67", "100.00")

    group.post(DUE)

    assert moved() == [(ONE, ONE, MASTER, D("66.67")), (TWO, TWO, MASTER, D("100.00"))]


def test_a_margin_group_borrows_what_its_subs_do_not_have(group, fee):
    group.has(LAST, "0.00", "50.00", "0.00")

    group.post(DUE)

    assert moved() == [(ONE, ONE, MASTER, D("50.00"))]
    assert free(group, MASTER, DUE) == D("-116.67")


def test_a_sub_that_the_office_holds_back_gives_nothing(group, cash_group, fee):
    group.has(LAST, "0.00", "500.00", "200.00")
    group.hold(ONE, DUE, reason="by_office")

    group.post(DUE)

    assert moved() == [(TWO, TWO, MASTER, D("166.67"))]


def test_a_master_held_back_draws_on_nobody(group, fee):
    group.has(LAST, "0.00", "500.00", "200.00")
    group.hold(MASTER, DUE, reason="by_office")

    group.post(DUE)

    assert moved() == moved("fee") == []


def test_what_goes_back_to_the_advisor_after_the_fees_makes_no_draw_wrong(group, fee):
    """A charge of the broker that is given back leaves the master's book later in the night."""
    group.has(LAST, "40.00", "90.00", "100.00")
    group.post(DUE)

    tamper(
        "INSERT INTO accounts_transfer (id, txn, firm_id, account_id, practice_id, kind, debit_id, credit_id, amount,"
        " currency, day, source) SELECT gen_random_uuid(), gen_random_uuid(), firm_id, account_id, practice_id,"
        " 'borne_back', debit_id, credit_id, 3, currency, day, gen_random_uuid() FROM accounts_transfer"
        " WHERE kind = 'fee'"
    )

    with night_role():
        assert draws_are_what_masters_lacked(group.run(DUE).pk, DUE) == []


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE accounts_transfer SET amount = amount - 1 WHERE kind = 'draw' AND amount = 26.67",
        "UPDATE accounts_transfer SET txn = gen_random_uuid() WHERE kind = 'draw' AND amount = 26.67",
        "DELETE FROM accounts_transfer WHERE kind = 'draw' AND amount = 100",
        "UPDATE broker_cashbalance SET settled = 500",
    ],
)
def test_the_seal_sees_draws_that_nobody_needed(group, fee, lie):
    group.has(LAST, "40.00", "90.00", "100.00")
    group.post(DUE)
    with night_role():
        assert draws_are_what_masters_lacked(group.run(DUE).pk, DUE) == []

    tamper(lie)

    with night_role():
        assert [one.invariant for one in draws_are_what_masters_lacked(group.run(DUE).pk, DUE)] == ["I34"]
