"""Charges of every method beside what was agreed for their periods: right books show nothing, each planted difference
is found with its reason, and it ends when the money has been put right.  Figures are worked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.ground.access.context import as_role, cursor
from fees.accrual.statements import PLANNING
from fees.differences import charged
from fees.differences.rules import is_settled
from fees.posting.models import Charge
from tests.fees.adjustments.conftest import Corrected
from tests.fees.differences.test_found import FIRST, MONTH_END, NEXT, SECOND, approved, found, lie, pending
from tests.fees.funds.conftest import Funds, fund, on_funds
from tests.fees.posting.nights import ALL, figures, night_role, ranges
from tests.fees.posting.profits import ANA, Q3, Q3_END, path, profit
from tests.fees.posting.test_trades import key, per_trade, trade

SEP = date(2025, 9, 2)
# 500,000 at 1 % and the rest at 0.5 %: 6,000 a year on 700,000.
BLEND = ranges(("0", "500000", "0.01"), ("500000", None, "0.005"))


def told(charge_of):
    return [(one.reason, one.detail["kind"], one.expected, one.found) for one in charge_of]


def about_charges():
    return [one for one in found() if one.subject.startswith("charge")]


def rewrite(nights, sql, *values):
    lie(f"UPDATE fees_charge SET {sql} WHERE revision = 0", values, "fees_charge")


@pytest.fixture
def month(nights):
    """250,000 at 1 % at the end of September: 208.33 (D01)."""
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEP)
    nights.value(ANA, MONTH_END, "250000")
    nights.close(MONTH_END)
    return nights


def test_right_charges_of_every_method_show_nothing(nights):
    """All that one schedule may hold: on value, flat, on profit, per trade; and ranges, and funds, of other payers."""
    nights.agree(
        ANA,
        figures("PERCENTOFEQUITY_MONTHLY", rate="0.01"),
        figures("ANNUALFLATFEE_QUATERLY", flat="6000"),
        profit("0.20", threshold={"kind": "percent", "figure": "0.02"}, look_back=4, prorate=True),
        per_trade(key("absolute_markup", "0.01", minimum="1")),
        starts=Q3,
    )
    nights.agree("U1000002", figures("BLENDEDPERCENTOFEQUITY_EOM", ranges=BLEND), starts=SEP)
    path(nights, ANA, Q3, Q3_END, "100000", "112000", {date(2025, 8, 4): "20000", date(2025, 9, 3): "-5000"})
    nights.value(ANA, NEXT, "112000")
    nights.values("U1000002", "700000", FIRST, NEXT)
    trade(nights, FIRST, quantity="100")
    for day in nights.days(Q3, date(2025, 9, 26)):
        nights.accrue(day)

    nights.nights(FIRST, NEXT)

    assert (found(), pending()) == ([], [])


def test_a_charge_at_another_rate_than_agreed_is_listed_until_it_is_given_back(month):
    """Charged at 2 %: 416.67; agreed 1 %: 208.33."""
    rewrite(month, "inputs = replace(inputs, ' 0.010000 ', ' 0.020000 '), exact = 416.66666667, amount = 416.67")

    month.compare(MONTH_END)

    (one,) = found()
    assert (one.reason, one.detail) == ("wrong_rate", {"kind": "rate", "signed": "0.010000", "agreed": "0.020000"})
    assert (one.expected, one.found) == (Decimal("208.33"), Decimal("416.67"))
    assert [item.natural_key for item in pending()] == [f"difference {one.pk}"]

    month.value(ANA, NEXT, "250000")
    month.night(NEXT)

    with as_role("owner"):
        back = Charge.unscoped.get(account__number=ANA, revision=1)
    assert (back.amount, back.taken) == (Decimal("-208.34"), Decimal("-208.34"))
    assert (about_charges(), pending()) == ([], [])


def test_a_refund_ends_a_difference_when_it_has_moved_and_not_before(month):
    """Written, and then not taken: the money is still with the payee."""
    rewrite(month, "inputs = replace(inputs, ' 0.010000 ', ' 0.020000 '), exact = 416.66666667, amount = 416.67")
    month.compare(MONTH_END)
    month.value(ANA, NEXT, "250000")
    month.accrue(NEXT)
    month.close(NEXT)

    month.compare(NEXT)
    assert [one[2:] for one in told(about_charges())] == [(Decimal("208.33"), Decimal("416.67"))]

    lie("UPDATE fees_charge SET state = 'posted', posted_on = %s WHERE revision = 0", [NEXT], "fees_charge")
    lie("UPDATE fees_charge SET state = 'written_off', forgone = amount, reason = 'not_taken' WHERE revision = 1", (),
        "fees_charge")  # fmt: skip
    month.compare(NEXT)
    assert [one[2:] for one in told(about_charges())] == [(Decimal("208.33"), Decimal("416.67"))]


@pytest.mark.parametrize(
    ("change", "reason", "kind"),
    [
        ("exact = 208.34, amount = 208.34", "wrong_rate", "sum"),
        ("amount = 209", "wrong_rate", "sum"),
        ("inputs = replace(inputs, ' 21', ' 22'), exact = 218.25396825, amount = 218.25", "exit_refund", "days"),
    ],
)
def test_a_sum_or_days_that_the_terms_do_not_make(month, change, reason, kind):
    rewrite(month, change)

    month.compare(MONTH_END)

    assert [one[:3] for one in told(found())] == [(reason, kind, Decimal("208.33"))]


def test_a_charge_under_a_version_of_another_time_is_listed(month):
    with as_role("owner"):
        account = month.account(ANA)
    lie("UPDATE fees_schedule SET starts = '2025-10-01', signed_at = '2025-09-30 12:00Z' WHERE account_id = %s",
        [account.pk], "fees_schedule")  # fmt: skip

    month.compare(MONTH_END)

    assert told(about_charges()) == [("stale_schedule", "version", Decimal("0.00"), Decimal("208.33"))]


def test_ranges_and_bounds_that_the_night_has_wrong_are_listed_with_their_lines(nights):
    """6,000 ÷ 252 = 23.81 a day; with the bound at 600,000 it is 6,500 ÷ 252 = 25.79."""
    nights.agree(ANA, figures("BLENDEDPERCENTOFEQUITY", ranges=BLEND), starts=FIRST)
    lie("UPDATE fees_runschedule SET b1 = 600000, c1 = 6000")
    nights.values(ANA, "700000", FIRST, SECOND)

    nights.night(FIRST)

    assert [(one.reason, one.subject.split()[0], one.detail["kind"]) for one in found()] == [
        ("wrong_rate", "component", "joined_otherwise"),
        ("wrong_rate", "line", "line"),
    ]
    line = found()[1]
    # 6,000 and 6,500 of 700,000.
    assert (line.detail["signed"], line.detail["agreed"]) == ("0.008571", "0.009286")


def test_ranges_of_a_month_end_are_compared_too(nights):
    """700,000 × 6,000 a year × 21 ÷ 252 = 500.00."""
    nights.agree(ANA, figures("BLENDEDPERCENTOFEQUITY_EOM", ranges=BLEND), starts=SEP)
    nights.value(ANA, MONTH_END, "700000")
    nights.close(MONTH_END)
    nights.compare(MONTH_END)
    assert found() == []
    assert nights.charge(ANA).amount == Decimal("500.00")

    rewrite(nights, "exact = 541.66666667, amount = 541.67, inputs = replace(inputs, '0.008571', '0.009286')")
    nights.compare(MONTH_END)

    assert told(found()) == [("wrong_rate", "rate", Decimal("500.00"), Decimal("541.67"))]


@pytest.fixture
def quarter(nights):
    """12,000 of profit, 20 % above 2 % of 100,000: 2,000.00."""
    terms = profit("0.20", threshold={"kind": "percent", "figure": "0.02"}, look_back=4)
    nights.agree(ANA, terms, starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "112000")
    nights.accrue(Q3_END)
    nights.close(Q3_END)
    return nights


@pytest.mark.parametrize(
    ("change", "reason", "kind"),
    [
        ("inputs = replace(inputs, ' 0.200000 ', ' 0.300000 '), exact = 3000, amount = 3000", "wrong_rate", "rate"),
        (
            "inputs = replace(inputs, 'percent 0.020000', 'percent 0.010000'), exact = 2200, amount = 2200",
            "wrong_rate",
            "charge_conditions",
        ),
        (
            "inputs = replace(inputs, E'mark 4 whole\\n', ''), exact = 2200, amount = 2200",
            "wrong_rate",
            "charge_conditions",
        ),
        ("exact = 2100, amount = 2100", "wrong_rate", "sum"),
        ("inputs = replace(inputs, '2025-06-30', '2025-06-27'), exact = 2100, amount = 2100", "exit_refund", "days"),
        ("inputs = 'nothing of ours', exact = 2100, amount = 2100", "wrong_rate", "unreadable"),
    ],
)
def test_a_fee_on_profit_with_other_terms_than_agreed(quarter, change, reason, kind):
    quarter.compare(Q3_END)
    assert found() == []
    assert quarter.charge(ANA).amount == Decimal("2000.00")
    rewrite(quarter, change)

    quarter.compare(Q3_END)

    assert [one[:3] for one in told(found())] == [(reason, kind, Decimal("2000.00"))]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("inputs = replace(inputs, ' 0.012000 ', ' 0.024000 '), exact = 500, amount = 500", "rate"),
        ("inputs = replace(inputs, ' - 21 ', ' - 22 '), exact = 261.90476190, amount = 261.90", "days"),
        ("exact = 251, amount = 251", "sum"),
    ],
)
def test_a_fee_on_a_fund_with_other_terms_than_agreed(nights, change, kind):
    """250,000 × 1.2 % × 21 ÷ 252 = 250.00."""
    nights.agree(ANA, on_funds(fund(rate="0.012")), starts=date(2025, 9, 1))
    Funds(nights.world).told(MONTH_END, "250000")
    nights.value(ANA, MONTH_END, "250000")
    nights.accrue(MONTH_END)
    nights.close(MONTH_END)
    nights.compare(MONTH_END)
    assert found() == []
    rewrite(nights, change)

    nights.compare(MONTH_END)

    assert [one[1:3] for one in told(found())] == [(kind, Decimal("250.00"))]


@pytest.fixture
def traded(nights):
    """100 shares at 0.05: 5.00."""
    nights.agree(ANA, per_trade(key("absolute_markup", "0.05")), starts=FIRST)
    nights.values(ANA, "100000", FIRST, NEXT)
    trade(nights, FIRST, quantity="100")
    return nights


def test_a_fee_on_trades_with_another_sum_is_listed(traded):
    traded.night(FIRST)
    assert found() == []
    rewrite(traded, "exact = 6, amount = 6")

    traded.compare(FIRST)

    assert told(found()) == [("wrong_rate", "sum", Decimal("5.00"), Decimal("6.00"))]


def test_a_trade_that_was_not_charged_is_listed_and_ends_when_it_is(traded):
    traded.accrue(FIRST)
    traded.compare(FIRST)

    (one,) = found()
    assert (one.reason, one.detail) == ("missing_days", {"kind": "execution", "on": "2025-09-29", "symbol": "AAPL"})
    assert len(pending()) == 1

    traded.close(FIRST)
    traded.compare(FIRST)
    assert (found(), pending()) == ([], [])


def test_a_period_that_was_neither_charged_nor_held_is_listed(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEP)
    nights.value(ANA, MONTH_END, "250000")

    nights.compare(MONTH_END)

    (one,) = found()
    detail = {"kind": "uncharged", "since": "2025-09-01", "on": "2025-09-30", "closed": "2025-09-30"}
    assert (one.reason, one.detail) == ("missing_days", detail)

    nights.close(MONTH_END)
    nights.compare(NEXT)
    assert [one for one in found() if one.detail["kind"] == "uncharged"] == []


def test_a_period_that_is_held_is_the_holds_business_until_it_ends(nights):
    nights.agree(ANA, figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEP)
    hold = nights.hold(ANA, MONTH_END, stage="close", reason="no_nav")
    nights.compare(MONTH_END)
    assert found() == []

    lie("UPDATE accounts_hold SET resolved_at = now() WHERE id = %s", [hold.pk], "accounts_hold")
    nights.compare(NEXT)

    assert [one.detail["closed"] for one in found()] == ["2025-09-30"]


@pytest.mark.parametrize(
    ("change", "reason", "kind"),
    [
        ("strategy = 'none'", "unsigned_increase", "strategy"),
        ("commissions_to_master = true", "unsigned_increase", "commissions"),
        ("other_fees_to_master = true", "unsigned_increase", "other_fees"),
        ("cap_kind = 'monthly', cap_rate = 0.02", "stale_schedule", "cap"),
    ],
)
def test_a_switch_that_is_not_as_signed(nights, change, reason, kind):
    """Each is one that the client approved and the schedule in force does not say."""
    schedule = nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    approved(nights, schedule, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.value(ANA, FIRST, "100000")
    nights.night(FIRST)
    assert found() == []
    lie(f"UPDATE fees_proposal SET {change}", (), "fees_proposal")

    nights.compare(FIRST)

    assert [(one.reason, one.detail["kind"]) for one in found()] == [(reason, kind)]
    assert len(pending()) == 1


def test_charges_that_the_account_could_not_pay_are_as_they_should_be(month):
    """Written off, or cut by the cap: as agreed, and not taken."""
    lie("UPDATE fees_charge SET state = 'written_off', forgone = amount, reason = 'funds'", (), "fees_charge")
    month.compare(MONTH_END)
    assert found() == []

    lie("UPDATE fees_charge SET state = 'posted', posted_on = '2025-10-01', forgone = 8.33, reason = 'fee_cap'", (),
        "fees_charge")  # fmt: skip
    month.compare(MONTH_END)
    assert found() == []


def test_a_corrected_value_and_its_adjustment_show_nothing(month):
    """250,000 becomes 260,000: 216.67 in all, 8.34 more."""
    month.value(ANA, NEXT, "260000")
    Corrected(month.world).correct(ANA, MONTH_END, "260000")

    month.night(NEXT)

    with as_role("owner"):
        assert [one.amount for one in Charge.unscoped.filter(account__number=ANA).order_by("revision")] == [
            Decimal("208.33"),
            Decimal("8.34"),
        ]
    assert found() == []


def past_closing(since: date, explain: str = "") -> list[str]:
    """Looked at in the night of the first of October, of accounts closed after `since` and before; or how."""
    with night_role(), cursor() as cur:
        cur.execute(f"{PLANNING}; SET LOCAL enable_seqscan = off")
        cur.execute(explain + charged.past_closing(NEXT, since, 0, ALL))
        return [line for (line,) in cur.fetchall()]


def test_of_closed_accounts_only_charges_beyond_the_closing_are_looked_at(nights):
    """Monday, Tuesday and the month were charged, by two accounts that had left on Tuesday."""
    lately, long_ago = date(2025, 9, 1), SECOND
    nights.agree(ANA, figures("PERCENTOFEQUITY", rate="0.05"), starts=FIRST)
    nights.agree("U1000002", figures("PERCENTOFEQUITY_EOM", rate="0.01"), starts=SEP)
    for number in (ANA, "U1000002"):
        nights.values(number, "100000", FIRST, NEXT)
    nights.nights(FIRST, SECOND)
    assert past_closing(lately) == []
    lie("UPDATE accounts_account SET closed_on = %s, status = 'C' WHERE number IN ('U1000001', 'U1000002')", [SECOND],
        "accounts_account")  # fmt: skip

    beyond = sorted(str(one.pk) for one in (nights.charge(ANA, starts=SECOND), nights.charge("U1000002")))
    assert past_closing(lately) == past_closing(long_ago) == beyond

    nights.compare(SECOND)
    nights.close(NEXT)
    assert Charge.unscoped.filter(revision=1).count() == 2
    assert (past_closing(lately), past_closing(long_ago)) == (beyond, [])


def test_charges_of_closed_accounts_are_found_by_their_days(nights):
    plan = past_closing(SECOND, "EXPLAIN ")

    assert not any("Join" in line or "Seq Scan on fees_charge" in line for line in plan)
    months = [line for line in plan if "closed_on - 31" in line]
    assert len(months) == 2
    assert all("Index Cond: ((account_id = a" in line for line in months)


def test_what_has_been_put_right():
    def settled(right, gross, moved):
        return is_settled(right=Decimal(right), gross=Decimal(gross), moved=Decimal(moved))

    assert not settled("100", "208", "208")
    assert settled("100", "100", "100")
    assert settled("100", "208", "0")
    assert not settled("100", "100", "208")
    assert not settled("100", "90", "90")
    assert settled("100", "100", "60")
