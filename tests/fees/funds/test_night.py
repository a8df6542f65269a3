"""Fees on hedge funds from valuations to money. Figures are worked by hand from the formula of the specification."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Hold
from accounts.ground.tree.models import Account, Status
from fees.funds.checks import fund_fees_come_out_again
from fees.funds.models import FundValue
from fees.posting.models import Charge, ChargeState
from fees.proofs.actions import recompute_charge
from fees.proofs.queries import proof
from fees.proofs.words import tell
from tests.fees.funds.conftest import ANA, MONTHLY, QUARTERLY, fund, on_funds
from tests.fees.posting.nights import figures
from tests.fees.posting.test_trades import trade

NUMBERS = (ANA, "U2000001", "U9000001")
SEP, SEP_END, OCT = date(2025, 9, 1), date(2025, 9, 30), date(2025, 10, 1)
Q3, JUN_END, AUG_END = date(2025, 7, 1), date(2025, 6, 30), date(2025, 8, 29)


def agrees(charge: Charge) -> bool:
    with as_role("owner"):
        charge = Charge.unscoped.select_related("account", "practice").get(pk=charge.pk)
        return recompute_charge(charge).agrees


def told_of(charge: Charge) -> list[str]:
    with as_role("owner"):
        charge = Charge.unscoped.select_related("account", "practice").get(pk=charge.pk)
        return [tell(sentence) for sentence in proof(charge).story]


def test_a_rate_of_the_value_is_charged_for_the_days_of_the_month_and_moves_money(nights):
    """250,000 × 1.2 % × 21 ÷ 252 = 250.00, posted on the first business day of October."""
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.told(SEP_END, "250000")

    nights.night(SEP_END)
    charge = nights.charge(ANA)
    assert (charge.amount, charge.method, charge.due_on) == (Decimal("250.00"), MONTHLY, OCT)
    assert agrees(charge)
    assert nights.sealed(ANA, SEP_END)

    nights.night(OCT)
    assert nights.charge(ANA).state == ChargeState.POSTED
    assert [one.amount for one in Transfer.unscoped.filter(kind="fee")] == [Decimal("250.00")]
    assert nights.sealed(ANA, OCT)


def test_value_and_profit_of_a_quarter(nights):
    """112,000 × 2 % × 64 ÷ 252 = 568.88888889; 20 % of 112,000 − 100,000 − 2,000 is 2,000: together 2,568.89."""
    nights.agree(ANA, on_funds(fund(rate="0.02", share="0.20"), method=QUARTERLY), starts=Q3)
    nights.told(JUN_END, "100000")
    nights.told(date(2025, 8, 4), None, put_in="2000")
    nights.told(SEP_END, "112000")

    nights.night(SEP_END)

    charge = nights.charge(ANA)
    assert (charge.exact, charge.amount) == (Decimal("2568.88888889"), Decimal("2568.89"))
    assert agrees(charge)
    assert told_of(charge) == [
        "ALPHA was worth 112,000.00 on 2025-09-30.",
        "112,000.00 × 2 % × 64 ÷ 252 = 568.88888889.",
        "ALPHA went from 100,000.00 on 2025-06-30 to 112,000.00 on 2025-09-30; 2,000.00 was put in and 0.00 taken out"
        " between.",
        "The investment earned 10,000.00; 20 % of it, never below zero, is 2,000.00.",
        "Together 2,568.88888889; rounded once, half up, the fee is 2,568.89 USD.",
    ]
    with override("ru"):
        first, *_rest = told_of(charge)
        assert first == "На 2025-09-30 вложение в ALPHA стоило 112\xa0000,00."


def test_a_loss_costs_nothing_and_a_gain_of_another_fund_is_not_set_against_it(nights):
    """ALPHA lost 10,000, BETA earned 5,000: 20 % of 5,000."""
    nights.agree(ANA, on_funds(fund(share="0.20"), fund("BETA", share="0.20")), starts=SEP)
    for name, begin, end in (("ALPHA", "100000", "90000"), ("BETA", "50000", "55000")):
        nights.told(AUG_END, begin, name=name)
        nights.told(SEP_END, end, name=name)

    nights.night(SEP_END)

    assert nights.charge(ANA).amount == Decimal("1000.00")


def test_a_fee_that_begins_inside_the_month_counts_from_its_first_day(nights):
    """From the 16th: 11 business days, 250,000 × 1.2 % × 11 ÷ 252 = 130.95."""
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=date(2025, 9, 16))
    nights.told(SEP_END, "250000")

    nights.night(SEP_END)

    assert nights.charge(ANA).amount == Decimal("130.95")
    assert agrees(nights.charge(ANA))


def test_a_fund_valued_on_the_last_day_of_the_calendar_counts(nights):
    """31 August 2025 is a Sunday; 21 business days: 120,000 × 2.1 % × 21 ÷ 252 = 210.00."""
    nights.agree(ANA, on_funds(fund(rate="0.021")), starts=date(2025, 8, 1))
    nights.told(date(2025, 8, 31), "120000")

    nights.night(AUG_END)

    assert nights.charge(ANA).amount == Decimal("210.00")
    assert agrees(nights.charge(ANA))


def test_a_missing_valuation_is_a_break_and_never_a_fee_of_nothing(nights):
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.told(AUG_END, "240000")

    nights.night(SEP_END)

    assert not Charge.unscoped.exists()
    hold = Hold.unscoped.get(resolved_at=None)
    assert (hold.stage, hold.reason, hold.detail) == ("close", "no_valuation", "ALPHA 2025-09-30")
    assert Request.unscoped.filter(kind="statement", account__number=ANA, finished_at=None).count() == 1
    seal = nights.sealed(ANA, SEP_END)
    assert (seal.billable, seal.billed, seal.zero, seal.held) == (1, 0, 0, 1)
    assert seal.figures["holds"]["listed"] == [f"{ANA} close no_valuation"]


def test_it_is_charged_by_the_night_after_the_value_came(nights):
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.night(SEP_END)
    nights.told(SEP_END, "250000")

    nights.night(OCT)

    charge = nights.charge(ANA)
    assert (charge.amount, charge.starts, charge.state) == (Decimal("250.00"), SEP, ChargeState.POSTED)
    assert not Hold.unscoped.filter(resolved_at=None).exists()
    assert agrees(charge)


def test_an_investment_that_was_given_up_stays_at_nothing_until_something_is_put_in(nights):
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.told(date(2025, 7, 31), "0", taken_out="250000")
    nights.night(SEP_END)
    charge = nights.charge(ANA)
    assert (charge.amount, charge.state, charge.reason) == (Decimal("0.00"), ChargeState.ZERO, "no_fund_fee")

    nights.told(date(2025, 10, 6), None, put_in="50000")
    nights.night(date(2025, 10, 31))
    assert Hold.unscoped.get(resolved_at=None).detail == "ALPHA 2025-10-31"


def test_an_investment_that_began_inside_the_month_began_with_nothing_where_that_is_told(nights):
    """50,000 put in on the 8th is worth 52,000: 20 % of 2,000, once it is known that nothing was there before."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.told(date(2025, 9, 8), None, put_in="50000")
    nights.told(SEP_END, "52000")

    nights.night(SEP_END)
    assert not Charge.unscoped.exists()
    assert Hold.unscoped.get(resolved_at=None).detail == "ALPHA 2025-08-29"

    nights.told(AUG_END, "0")
    nights.night(OCT)
    assert nights.charge(ANA).amount == Decimal("400.00")
    assert agrees(nights.charge(ANA))


def test_statements_tell_of_the_investment_too(nights):
    """Bought for 2,000 inside the month; the rest as above."""
    nights.agree(ANA, on_funds(fund(rate="0.02", share="0.20"), method=QUARTERLY), starts=Q3)
    nights.position(JUN_END, "100000")
    trade(nights, date(2025, 8, 4), asset="FUND", symbol="ALPHA", proceeds="-2000")
    nights.position(SEP_END, "112000")

    nights.night(SEP_END)

    charge = nights.charge(ANA)
    assert charge.amount == Decimal("2568.89")
    assert agrees(charge)
    assert nights.sealed(ANA, SEP_END)
    nights.close(SEP_END)
    assert FundValue.unscoped.count() == 3


def test_a_position_in_another_currency_is_turned_into_the_accounts(nights):
    """200,000 EUR at 1.25 is 250,000 USD."""
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.position(SEP_END, "200000", currency="EUR", rate="1.25")

    nights.night(SEP_END)

    assert nights.charge(ANA).amount == Decimal("250.00")


def test_without_a_rate_of_exchange_the_account_waits(nights):
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.position(SEP_END, "200000", currency="CHF")

    nights.night(SEP_END)

    assert not Charge.unscoped.exists()
    assert Hold.unscoped.get(resolved_at=None).reason == "no_valuation"


def test_what_the_office_tells_comes_before_the_statement(nights):
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    nights.told(SEP_END, "250000")
    nights.position(SEP_END, "990000")

    nights.night(SEP_END)

    assert nights.charge(ANA).amount == Decimal("250.00")


@pytest.mark.parametrize("source", ["office", "statement"])
def test_a_corrected_value_is_settled_by_an_adjustment_and_the_fee_stays(nights, source):
    """240,000 instead of 250,000: 240.00, so 10.00 goes back."""
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=SEP)
    tell_value = nights.told if source == "office" else nights.position
    tell_value(SEP_END, "250000")
    nights.nights(SEP_END, OCT)
    tell_value(SEP_END, "240000")

    nights.night(date(2025, 10, 2))

    first, second = Charge.unscoped.filter(account__number=ANA).order_by("revision")
    assert (first.amount, second.amount, second.state) == (Decimal("250.00"), Decimal("-10.00"), ChargeState.POSTED)
    assert agrees(first)
    assert agrees(second)
    assert nights.sealed(ANA, date(2025, 10, 2))
    assert [(one.value, one.recorded_by_id is None) for one in FundValue.unscoped.order_by("id")] == [
        (Decimal(250000), source == "statement"),
        (Decimal(240000), source == "statement"),
    ]


def test_an_old_value_of_nothing_that_is_corrected_holds_what_was_charged_on_it(nights):
    """Worth nothing on 30 June, so September earned 100,000: 20,000.00. It was 95,000, and 96,000 at the end of August:
    20 % of 4,000 is 800.00, so 19,200.00 goes back."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.told(JUN_END, "0")
    nights.told(SEP_END, "100000")
    nights.nights(SEP_END, OCT)
    assert nights.charge(ANA).amount == Decimal("20000.00")
    nights.told(JUN_END, "95000")

    nights.nights(date(2025, 10, 2), date(2025, 10, 3))

    hold = Hold.unscoped.get(resolved_at=None)
    assert (hold.stage, hold.reason, hold.day, hold.detail) == ("close", "no_valuation", SEP_END, "ALPHA 2025-08-29")
    assert Request.unscoped.get(finished_at=None).account.number == ANA
    assert nights.charge(ANA).amount == Decimal("20000.00")

    nights.told(AUG_END, "96000")
    nights.night(date(2025, 10, 6))

    first, second = Charge.unscoped.filter(account__number=ANA).order_by("revision")
    assert (first.amount, second.amount) == (Decimal("20000.00"), Decimal("-19200.00"))
    assert agrees(first)
    assert agrees(second)
    assert not Hold.unscoped.filter(resolved_at=None).exists()
    assert not Request.unscoped.filter(finished_at=None).exists()
    assert nights.sealed(ANA, date(2025, 10, 6))


def test_an_old_value_told_late_leaves_alone_what_was_charged_on_a_value_of_its_own(nights):
    """The end of August was told to be nothing, whatever June was."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.told(AUG_END, "0")
    nights.told(SEP_END, "100000")
    nights.nights(SEP_END, OCT)
    nights.told(JUN_END, "95000")

    nights.night(date(2025, 10, 2))

    assert nights.charge(ANA).amount == Decimal("20000.00")
    assert not Hold.unscoped.exists()


def test_the_seal_asks_once_for_the_values_of_all_fees_of_a_night(nights):
    counts = []
    for numbers, starts, day in ((NUMBERS[:1], SEP, SEP_END), (NUMBERS, OCT, date(2025, 10, 31))):
        for number in numbers:
            if (starts == OCT and number != ANA) or starts == SEP:
                nights.agree(number, on_funds(fund(rate="0.012")), starts=starts)
            nights.told(day, "250000", number=number)
        nights.night(day)
        run = nights.run(day)
        with as_role("night"), CaptureQueriesContext(connections["night"]) as asked:
            assert fund_fees_come_out_again(run.pk) == []
        assert Charge.unscoped.filter(run_id=run.pk).count() == len(numbers)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_an_account_that_is_closed_is_charged_for_its_last_days(nights):
    """Closed on the 16th: 10 business days, on the value of the 15th: 250,000 × 1.26 % × 10 ÷ 252 = 125.00."""
    nights.agree(ANA, on_funds(fund(rate="0.0126")), starts=SEP)
    nights.told(date(2025, 9, 15), "250000")
    with as_role("owner"):
        Account.unscoped.filter(number=ANA).update(status=Status.CLOSED, closed_on=date(2025, 9, 16))

    nights.night(date(2025, 9, 16))

    charge = nights.charge(ANA)
    assert (charge.amount, charge.ends) == (Decimal("125.00"), date(2025, 9, 16))
    assert agrees(charge)


def test_a_version_that_changes_something_else_does_not_split_the_profit(nights):
    """Only the ends of the month are known, and that is enough: 20 % of 10,000."""
    nights.agree(ANA, on_funds(fund(share="0.20")), starts=SEP)
    nights.agree(ANA, on_funds(fund(share="0.20")), figures("ANNUALFLATFEE", flat="252"), starts=date(2025, 9, 16))
    nights.told(AUG_END, "100000")
    nights.told(SEP_END, "110000")

    nights.close(SEP_END)

    charge = Charge.unscoped.get(method=MONTHLY)
    assert charge.amount == Decimal("2000.00")
    assert agrees(charge)
