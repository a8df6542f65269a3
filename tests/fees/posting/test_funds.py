"""A cash account pays whole or not at all, is tried five more business days, and is then written off."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.ledger.models import Transfer
from accounts.ground.notifications.models import Notification
from accounts.ground.tree.models import Account, Margin
from fees.posting.models import Charge, ChargeState
from tests.fees.posting.nights import figures
from tests.fees.posting.test_trades import trade

ANA, KEN = "U1000001", "U1000002"
DUE = date(2025, 10, 1)


@pytest.fixture
def fee(nights):
    """A month's fee of 208.33 on Ana, due on 1 October 2025."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, date(2025, 9, 30), "250000")
    nights.night(date(2025, 9, 30))


@pytest.fixture
def cash_account(world):
    Account.unscoped.filter(number=ANA).update(margin_kind=Margin.CASH)


def state(nights):
    return nights.charge(ANA).state


def test_a_margin_account_is_debited_into_margin(nights, fee):
    nights.cash(ANA, date(2025, 9, 30), "0.00")

    nights.post(DUE)

    assert state(nights) == ChargeState.POSTED


def test_a_cash_account_with_exactly_the_fee_pays(nights, cash_account, fee):
    nights.cash(ANA, date(2025, 9, 30), "208.33")

    nights.post(DUE)

    assert state(nights) == ChargeState.POSTED


def test_a_fee_above_the_cash_is_deferred_whole(nights, cash_account, fee):
    nights.cash(ANA, date(2025, 9, 30), "208.32")

    nights.post(DUE)

    charge = nights.charge(ANA)
    assert (charge.state, charge.reason, charge.posted_on) == (ChargeState.DEFERRED, "funds", None)
    assert charge.retry_until == date(2025, 10, 8)
    assert not Transfer.unscoped.exists()


def test_it_posts_when_the_cash_has_come(nights, cash_account, fee):
    nights.cash(ANA, date(2025, 9, 30), "0.00")
    nights.post(DUE)
    nights.cash(ANA, date(2025, 10, 2), "500.00")

    nights.post(date(2025, 10, 2))

    charge = nights.charge(ANA)
    assert (charge.state, charge.posted_on, charge.reason) == (ChargeState.POSTED, date(2025, 10, 2), "")


def test_after_five_more_business_days_it_is_written_off_and_the_advisor_told(nights, cash_account, fee):
    nights.cash(ANA, date(2025, 9, 30), "0.00")

    seen = []
    for day in nights.days(DUE, date(2025, 10, 9)):
        nights.post(day)
        seen.append((day, state(nights)))

    assert seen == [
        (date(2025, 10, 1), ChargeState.DEFERRED),
        (date(2025, 10, 2), ChargeState.DEFERRED),
        (date(2025, 10, 3), ChargeState.DEFERRED),
        (date(2025, 10, 6), ChargeState.DEFERRED),
        (date(2025, 10, 7), ChargeState.DEFERRED),
        (date(2025, 10, 8), ChargeState.WRITTEN_OFF),
        (date(2025, 10, 9), ChargeState.WRITTEN_OFF),
    ]
    news = Notification.unscoped.get()
    assert (news.practice_id, news.account.number) == (nights.charge(ANA).practice_id, ANA)
    assert "208.33 USD" in news.body
    assert not Transfer.unscoped.exists()


def test_our_own_postings_that_no_statement_has_shown_count_against_the_cash(nights, cash_account):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 29))
    nights.values(ANA, "100000", date(2025, 9, 29), date(2025, 9, 30))
    nights.cash(ANA, date(2025, 9, 29), "20.00")

    for day in nights.days(date(2025, 9, 29), date(2025, 9, 30)):
        nights.night(day)
    nights.post(DUE)

    # 19.84 left 0.16 of the 20.00, which the broker has not reported again.
    assert [(c.starts, c.state) for c in Charge.unscoped.order_by("starts")] == [
        (date(2025, 9, 29), ChargeState.POSTED),
        (date(2025, 9, 30), ChargeState.DEFERRED),
    ]


def test_a_small_fee_passes_where_a_larger_one_does_not(nights, world, cash_account):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.agree(ANA, figures("ANNUALFLATFEE", flat="1000"), starts=date(2025, 9, 30), practice=None)
    nights.value(ANA, date(2025, 9, 30), "250000")
    nights.cash(ANA, date(2025, 9, 30), "10.00")
    nights.night(date(2025, 9, 30))

    nights.post(DUE)

    assert {c.amount: c.state for c in Charge.unscoped.all()} == {
        Decimal("198.41"): ChargeState.DEFERRED,
        Decimal("3.97"): ChargeState.POSTED,
    }


def test_an_account_of_which_no_cash_was_reported_is_not_stopped(nights, cash_account, fee):
    nights.post(DUE)

    assert state(nights) == ChargeState.POSTED


def test_yen_are_charged_without_decimals(nights):
    nights.agree(KEN, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(KEN, date(2025, 9, 30), "25000000")
    nights.cash(KEN, date(2025, 9, 30), "20833")

    nights.night(date(2025, 9, 30))
    nights.post(DUE)

    # 25,000,000 x 1 % x 21 / 252 = 20,833.33, half up to whole yen.
    charge = nights.charge(KEN)
    assert (charge.amount, charge.currency, charge.state) == (Decimal("20833.00"), "JPY", ChargeState.POSTED)


def test_nothing_is_charged_on_the_day_of_a_liquidation_and_the_fee_posts_on_the_next(nights, fee):
    trade(nights, DUE, notes="P;L")

    assert nights.post(DUE).rows == 0
    charge = nights.charge(ANA)
    assert (charge.state, charge.reason) == (ChargeState.DEFERRED, "liquidation")
    assert not Transfer.unscoped.exists()

    assert nights.post(date(2025, 10, 2)).rows == 1
    assert (state(nights), nights.charge(ANA).reason) == (ChargeState.POSTED, "")


def test_a_liquidation_of_somebody_else_or_of_another_day_stops_nothing(nights, fee):
    trade(nights, DUE, number=KEN, notes="L")
    trade(nights, date(2025, 9, 30), notes="L")
    trade(nights, DUE, key="2:2:EXECUTION", notes="P;Ex")

    assert nights.post(DUE).rows == 1
