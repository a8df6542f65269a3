"""Which periods close, what holds an account instead, and what happens to an account that was closed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.ground.ledger.models import Transfer
from accounts.ground.requests.models import Request
from accounts.ground.runs.models import Hold
from accounts.ground.tree.models import Account, Status
from fees.posting.models import Charge, ChargeState
from fees.schedules.models import RunSchedule
from tests.fees.posting.nights import figures, ranges

ANA = "U1000001"
SEPTEMBER = (date(2025, 9, 2), date(2025, 9, 30))


def close_account(number, day):
    Account.unscoped.filter(number=number).update(status=Status.CLOSED, closed_on=day)


def held(day, stage="close"):
    return Hold.unscoped.filter(stage=stage, day=day, resolved_at=None)


def test_fixed_to_blended_within_the_month_both_bill_their_days_on_the_same_closing_value(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.agree(
        ANA,
        figures("BLENDEDPERCENTOFEQUITY_EOM", ranges=ranges(("0", "1000000", "0.01"), ("1000000", None, "0.0075"))),
        starts=date(2025, 9, 16),
    )
    nights.value(ANA, date(2025, 9, 30), "1500000")

    nights.night(date(2025, 9, 30))

    # 15,000 x 10 / 252 and, by the worked case P22, 13,750 x 11 / 252.
    assert sorted(Charge.unscoped.values_list("amount", flat=True)) == [Decimal("595.24"), Decimal("600.20")]


def test_a_rate_change_within_the_month_is_one_charge_over_both_stretches(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.02"), starts=date(2025, 9, 16))
    nights.value(ANA, date(2025, 9, 30), "250000")

    nights.night(date(2025, 9, 30))

    # 250,000 x (1 % x 10 + 2 % x 11) / 252
    charge = nights.charge(ANA)
    assert charge.amount == Decimal("317.46")
    assert charge.inputs.splitlines()[0] == "2025-09-30 250000.0000"
    assert [line.split()[1:] for line in charge.inputs.splitlines()[1:]] == [["0.010000", "10"], ["0.020000", "11"]]


def test_a_day_without_a_value_holds_the_account_at_close_with_a_pending_item(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=date(2025, 9, 1))
    for day in nights.days(*SEPTEMBER):
        if day != date(2025, 9, 15):
            nights.value(ANA, day, "100000")
    for day in nights.days(*SEPTEMBER):
        nights.accrue(day)

    nights.close(date(2025, 9, 30))

    assert not Charge.unscoped.exists()
    hold = held(date(2025, 9, 30)).get()
    assert (hold.account.number, hold.reason, hold.detail) == (ANA, "missing_days", "20 of 21 days, method 2")
    assert Request.unscoped.filter(account=hold.account, kind="statement", finished_at=None).exists()


def test_a_held_account_closes_in_the_night_after_its_missing_day_was_accrued(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=date(2025, 9, 1))
    missing = date(2025, 9, 15)
    for day in nights.days(*SEPTEMBER):
        if day != missing:
            nights.value(ANA, day, "100000" if day < date(2025, 9, 16) else "120000")
    nights.hold(ANA, missing)
    for day in nights.days(*SEPTEMBER):
        nights.accrue(day)
    nights.close(date(2025, 9, 30))

    nights.value(ANA, missing, "100000")
    Hold.unscoped.filter(stage="accrue").update(retry_asked_at=datetime(2025, 10, 1, 9, tzinfo=UTC))
    nights.accrue(date(2025, 10, 1))
    nights.close(date(2025, 10, 1))
    nights.post(date(2025, 10, 1))

    # The worked case D07, a night late, with its own value dates.
    charge = nights.charge(ANA)
    assert (charge.amount, charge.period_end_day) == (Decimal("110.48"), date(2025, 9, 30))
    assert (charge.state, charge.posted_on) == (ChargeState.POSTED, date(2025, 10, 1))
    assert not held(date(2025, 9, 30)).exists()
    assert not Request.unscoped.filter(
        natural_key__startswith="held:", finished_at=None, title__contains="Fees"
    ).exists()


def test_a_daily_fee_that_was_held_is_charged_when_its_day_is_accrued(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 29))
    nights.hold(ANA, date(2025, 9, 29))
    nights.accrue(date(2025, 9, 29))
    nights.close(date(2025, 9, 29))
    assert not held(date(2025, 9, 29)).exists(), "the missing value is a pending item already"

    nights.value(ANA, date(2025, 9, 29), "100000")
    nights.value(ANA, date(2025, 9, 30), "100000")
    Hold.unscoped.filter(stage="accrue").update(retry_asked_at=datetime(2025, 9, 30, 9, tzinfo=UTC))
    nights.accrue(date(2025, 9, 30))
    nights.close(date(2025, 9, 30))

    assert list(Charge.unscoped.order_by("starts").values_list("starts", "amount")) == [
        (date(2025, 9, 29), Decimal("19.84")),
        (date(2025, 9, 30), Decimal("19.84")),
    ]


def test_a_month_end_fee_without_a_closing_value_is_held(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))

    nights.close(date(2025, 9, 30))

    assert held(date(2025, 9, 30)).get().reason == "no_nav"
    assert not Charge.unscoped.exists()


def test_its_closing_value_ends_the_hold_and_posts_the_next_night(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.close(date(2025, 9, 30))
    nights.value(ANA, date(2025, 9, 30), "250000")

    nights.close(date(2025, 10, 1))
    nights.post(date(2025, 10, 1))

    assert (nights.charge(ANA).amount, nights.charge(ANA).posted_on) == (Decimal("208.33"), date(2025, 10, 1))
    assert not held(date(2025, 9, 30)).exists()


def test_an_account_that_the_check_doubts_is_not_closed(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=date(2025, 9, 30))
    nights.value(ANA, date(2025, 9, 30), "100000")
    nights.accrue(date(2025, 9, 30))
    nights.hold(ANA, date(2025, 9, 30), stage="check", reason="line_differs")

    nights.close(date(2025, 9, 30))

    assert not Charge.unscoped.exists()
    assert held(date(2025, 9, 30)).get().reason == "check_differs"


def _another_rate(rows):
    rows.update(rate=Decimal("0.02"))


def _same_fee_from_another_component(rows):
    rows.update(component_id=999_999)


def _nothing(rows):
    rows.delete()


def _another_payee(rows):
    rows.update(practice_id=999_999)


@pytest.mark.parametrize("went_astray", [_another_rate, _same_fee_from_another_component, _nothing, _another_payee])
@pytest.mark.parametrize("closed_on", [None, date(2025, 9, 16)], ids=["open", "closed in mid month"])
def test_a_period_end_fee_that_the_engine_computes_otherwise_is_held_and_moves_nothing(nights, went_astray, closed_on):
    """The closing joins the flattened row; the engine reads what was agreed."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    day = closed_on or date(2025, 9, 30)
    nights.values(ANA, "250000", date(2025, 9, 2), day)
    if closed_on:
        close_account(ANA, closed_on)
    went_astray(RunSchedule.unscoped.filter(account_id=nights.world[ANA].pk))

    nights.close(day)
    nights.post(nights.next(day))

    assert [(hold.account.number, hold.reason) for hold in held(day)] == [(ANA, "check_differs")]
    assert not Charge.unscoped.exists()
    assert not Transfer.unscoped.exists()


def test_a_fee_that_nobody_agreed_is_held(nights):
    nights.agree("U2000001", figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value("U2000001", date(2025, 9, 30), "250000")
    nights.value(ANA, date(2025, 9, 30), "250000")
    RunSchedule.unscoped.update(account_id=nights.world[ANA].pk)

    nights.close(date(2025, 9, 30))

    assert {(hold.account.number, hold.reason) for hold in held(date(2025, 9, 30))} == {
        (ANA, "check_differs"),
        ("U2000001", "check_differs"),
    }
    assert not Charge.unscoped.exists()


def test_a_fee_that_agrees_with_the_engine_is_charged_beside_one_that_does_not(nights):
    for number in (ANA, "U2000001"):
        nights.agree(number, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
        nights.value(number, date(2025, 9, 30), "250000")
    RunSchedule.unscoped.filter(account_id=nights.world[ANA].pk).update(rate=Decimal("0.02"))

    nights.close(date(2025, 9, 30))

    assert Charge.unscoped.get().account.number == "U2000001"
    assert held(date(2025, 9, 30)).get().account.number == ANA


def test_an_account_closed_in_mid_month_posts_its_accrued_days_at_once(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_MONTHLY", rate="0.012"), starts=date(2025, 9, 1))
    nights.values(ANA, "100000", date(2025, 9, 2), date(2025, 9, 15))
    close_account(ANA, date(2025, 9, 16))
    for day in nights.days(date(2025, 9, 2), date(2025, 9, 16)):
        nights.accrue(day)
        nights.close(day)

    charge = nights.charge(ANA)
    # 100,000 x 1.2 % / 252 = 4.76190476 on each of ten days.
    assert (charge.amount, charge.ends, charge.period_end_day) == (
        Decimal("47.62"), date(2025, 9, 16), date(2025, 9, 15),
    )  # fmt: skip
    assert charge.due_on == date(2025, 9, 17)

    nights.close(date(2025, 9, 30))
    assert Charge.unscoped.count() == 1


@pytest.mark.parametrize(
    ("flow", "amount", "state"),
    [("0", "99.21", ChargeState.DUE), ("-250000", "0.00", ChargeState.ZERO)],
    ids=["moved without a withdrawal", "withdrawn first"],
)
def test_a_period_end_fee_of_a_closed_account_follows_its_last_value_unless_it_was_withdrawn(
    nights, flow, amount, state
):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.values(ANA, "250000", date(2025, 9, 2), date(2025, 9, 15))
    nights.value(ANA, date(2025, 9, 16), "0", flow=flow)
    close_account(ANA, date(2025, 9, 16))

    nights.close(date(2025, 9, 16))

    # 250,000 x 1 % x 10 / 252 = 99.21
    assert (nights.charge(ANA).amount, nights.charge(ANA).state) == (Decimal(amount), state)


def test_a_fee_below_a_cent_is_zero_with_its_reason(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.01"), starts=date(2025, 9, 30))
    nights.value(ANA, date(2025, 9, 30), "100")

    nights.night(date(2025, 9, 30))

    charge = nights.charge(ANA)
    assert (charge.state, charge.reason, charge.exact) == (ChargeState.ZERO, "below_unit", Decimal("0.00396825"))


def test_the_schedule_of_a_payee_that_ended_still_bills_its_days(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1), ends=date(2025, 9, 16))
    nights.value(ANA, date(2025, 9, 30), "250000")

    nights.night(date(2025, 9, 30))

    assert nights.charge(ANA).amount == Decimal("99.21")


def test_the_posting_lag_is_handed_down(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=date(2025, 9, 1))
    nights.value(ANA, date(2025, 9, 30), "250000")

    nights.close(date(2025, 9, 30), lag=10)

    assert nights.charge(ANA).due_on == date(2025, 10, 14)
