"""Fees on profit from values to money: the cases of the fee specification with real rows, and what they leave."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.broker.prices.actions import record_prices
from accounts.broker.prices.rules import Price
from accounts.broker.rates.actions import correct_rate
from accounts.ground.access.context import as_role
from accounts.ground.ledger.models import Transfer
from accounts.ground.runs.models import Hold
from fees.posting.models import Charge, ChargeState
from fees.proofs.queries import proof
from fees.proofs.words import tell
from fees.results.models import PeriodResult
from tests.fees.posting.profits import (
    ANA,
    ANNUAL,
    Q3,
    Q3_END,
    Q4_END,
    agrees,
    close,
    path,
    profit,
    result,
)
from tests.figures import write


def test_p04_percent_of_quarterly_profit_posts_on_the_tenth_business_day(nights):
    nights.agree(ANA, profit("0.02"), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "1000000", "1050000")

    close(nights, Q3_END)

    charge = nights.charge(ANA)
    assert (charge.amount, charge.state, charge.due_on) == (Decimal("1000.00"), "due", date(2025, 10, 14))
    assert nights.post(date(2025, 10, 13)).rows == 0
    assert nights.post(date(2025, 10, 14)).rows == 1
    assert Transfer.unscoped.get(source=charge.pk).amount == Decimal("1000.00")
    assert agrees(charge)


def test_p03_percent_of_annual_profit(nights):
    nights.agree(ANA, profit("0.20", ANNUAL), starts=date(2025, 1, 2))
    path(nights, ANA, date(2025, 1, 2), Q4_END, "100000", "150000")

    close(nights, Q4_END)

    charge = nights.charge(ANA)
    assert (charge.amount, charge.due_on) == (Decimal("10000.00"), date(2026, 1, 15))
    assert agrees(charge)


def test_d13_deposits_and_withdrawals_are_no_profit(nights):
    nights.agree(ANA, profit("0.15"), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "121000",
         {date(2025, 7, 15): "20000", date(2025, 8, 15): "-5000"})  # fmt: skip

    close(nights, Q3_END)

    charge = nights.charge(ANA)
    assert charge.amount == Decimal("900.00")
    assert charge.inputs.splitlines()[0].endswith(
        "0.150000 2025-06-30 100000.0000 2025-09-30 121000.0000 20000.0000 5000.0000"
    )
    assert result(ANA).profit == 6000
    assert agrees(charge)


@pytest.mark.parametrize(
    ("rate", "threshold", "begin", "end", "amount"),
    [
        pytest.param("0.20", {"kind": "percent", "figure": "0.05"}, "100000", "112000", "1400.00", id="D14"),
        pytest.param("0.20", {"kind": "percent", "figure": "0.05"}, "100000", "105000", "0.00", id="D14-equal"),
        pytest.param("0.10", {"kind": "percent", "figure": "0.02"}, "100000", "105000", "300.00", id="P23"),
        pytest.param("0.10", None, "100000", "105000", "500.00", id="P23-without"),
        pytest.param("0.10", {"kind": "amount", "figure": "2000"}, "100000", "105000", "300.00", id="amount"),
    ],
)
def test_a_threshold_is_exceeded_before_anything_is_charged(nights, rate, threshold, begin, end, amount):
    more = {"threshold": threshold} if threshold else {}
    nights.agree(ANA, profit(rate, **more), starts=Q3)
    path(nights, ANA, Q3, Q3_END, begin, end)

    close(nights, Q3_END)

    charge = nights.charge(ANA)
    assert charge.amount == Decimal(amount)
    assert charge.state == (ChargeState.DUE if charge.amount else ChargeState.ZERO)
    assert charge.reason == ("" if charge.amount else "no_profit")
    assert agrees(charge)
    write("worked_cases", "posting/D14", passed=1)


@pytest.mark.parametrize(("last", "amount"), [("424", "800.00"), ("388", "3200.00")], ids=["D15", "D15-fallen"])
def test_d15_a_benchmark_is_measured_by_imported_prices(nights, last, amount):
    nights.agree(ANA, profit("0.20", threshold={"kind": "benchmark", "benchmark": "SPX"}), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "200000", "216000")
    close(nights, Q3_END)
    assert Charge.unscoped.count() == 0
    assert Hold.unscoped.get(stage="close").reason == "no_price"

    with as_role("owner"):
        prices = [Price("SPX", date(2025, 6, 30), Decimal(400)), Price("SPX", Q3_END, Decimal(last))]
        record_prices(prices, source="index.csv", at=datetime(2025, 10, 1, tzinfo=UTC))
    nights.close(nights.next(Q3_END))

    charge = nights.charge(ANA)
    assert charge.amount == Decimal(amount)
    assert Hold.unscoped.get(stage="close").resolved_at
    assert agrees(charge)


def test_a_price_of_the_benchmark_that_is_corrected_makes_an_adjustment(nights):
    """As D15: 800.00 above 6 %. The index had gained 3 %: 16,000 - 6,000 is 10,000, of which 20 % are 2,000.00."""
    nights.agree(ANA, profit("0.20", threshold={"kind": "benchmark", "benchmark": "SPX"}), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "200000", "216000")
    with as_role("owner"):
        prices = [Price("SPX", date(2025, 6, 30), Decimal(400)), Price("SPX", Q3_END, Decimal(424))]
        record_prices(prices, source="index.csv", at=datetime(2025, 9, 30, tzinfo=UTC))
    close(nights, Q3_END)
    first = nights.charge(ANA)
    assert first.amount == Decimal("800.00")
    nights.value(ANA, nights.next(Q3_END), "216000")
    with as_role("owner"):
        other = [Price("NDX", Q3_END, Decimal(1)), Price("SPX", Q3_END, Decimal(412))]
        record_prices(other, source="index.csv", at=timezone.now())

    close(nights, nights.next(Q3_END))

    again = nights.charge(ANA, revision=1)
    assert again.amount == Decimal("1200.00")
    assert agrees(first)
    assert agrees(again)


def test_a_threshold_in_another_currency_is_turned_at_the_rate_of_the_last_business_day(nights):
    """2,000 EUR at 1.173456 are 2,346.912 USD; 10 % of the 2,653.088 above it are 265.3088, rounded once: 265.31.

    Without that rate the account waits; a rate that is corrected later changes neither the fee nor its proof.
    """
    nights.agree(ANA, profit("0.10", threshold={"kind": "amount", "figure": "2000", "currency": "EUR"}), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "105000")
    rate(date(2025, 9, 29), "1.10")
    close(nights, Q3_END)
    assert Charge.unscoped.count() == 0
    held = Hold.unscoped.get(stage="close")
    assert (held.reason, held.detail) == ("no_rate", "EUR.USD 2025-09-30")

    rate(Q3_END, "1.173456")
    nights.close(nights.next(Q3_END))

    charge = nights.charge(ANA)
    assert (charge.exact, charge.amount) == (Decimal("265.30880000"), Decimal("265.31"))
    assert "\nrate EUR 2025-09-30 1.1734560000\n" in charge.inputs
    assert agrees(charge)
    with as_role("owner"):
        told = [tell(one) for one in proof(Charge.unscoped.select_related("account").get()).story]
    assert "The threshold of 2,000.00 EUR is 2,346.912 at 1.173456, the rate of 2025-09-30." in told

    with as_role("office"):
        correct_rate(
            day=Q3_END, from_currency="EUR", to_currency="USD", seen=Decimal("1.173456"), rate=Decimal("1.2"),
            reason="Misread", by=1, at=timezone.now(),
        )  # fmt: skip
    assert agrees(charge)


def test_a_threshold_in_the_accounts_own_currency_needs_no_rate(nights):
    nights.agree(ANA, profit("0.10", threshold={"kind": "amount", "figure": "2000", "currency": "USD"}), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "105000")

    close(nights, Q3_END)

    assert nights.charge(ANA).amount == Decimal("300.00")
    assert "rate" not in nights.charge(ANA).inputs


def rate(day: date, number: str) -> None:
    """What a euro was in dollars."""
    with as_role("owner"), connection.cursor() as cur:
        cur.execute("INSERT INTO broker_fxrate VALUES (%s, 'EUR', 'USD', %s, 0)", [day, number])


@pytest.mark.parametrize(
    ("old", "middle", "new", "end", "amount"),
    [("0.10", "130000", "0.20", "120000", "1000.00"), ("0.20", "70000", "0.10", "110000", "0.00")],
    ids=["D16", "D16-negative"],
)
def test_d16_a_changed_percentage_splits_the_period(nights, old, middle, new, end, amount):
    change = date(2025, 8, 15)
    nights.agree(ANA, profit(old), starts=Q3)
    nights.agree(ANA, profit(new), starts=change)
    nights.value(ANA, date(2025, 6, 30), "100000")
    nights.values(ANA, middle, Q3, date(2025, 9, 29))
    nights.value(ANA, Q3_END, end)

    close(nights, Q3_END)

    charge = nights.charge(ANA)
    assert charge.amount == Decimal(amount)
    assert [line.split()[3] for line in charge.inputs.splitlines()[:2]] == ["2025-06-30", "2025-08-14"]
    assert agrees(charge)


def test_the_first_period_begins_when_the_fee_was_agreed(nights):
    """Nothing is charged back: the gain of July is the client's."""
    nights.agree(ANA, profit("0.20"), starts=date(2025, 8, 1))
    nights.value(ANA, date(2025, 6, 30), "100000")
    nights.values(ANA, "150000", Q3, date(2025, 9, 29))
    nights.value(ANA, Q3_END, "160000")

    close(nights, Q3_END)

    assert nights.charge(ANA).amount == Decimal("2000.00")


P05 = ("-100", "20", "-10", "10", "10", "50", "-40", "50", "10", "-150", "10", "10", "10")
CHARGEABLE = (0, 0, 0, 0, 10, 50, 0, 10, 10, 0, 0, 0, 10)
CARRIED = ((100,), (80,), (80, 10), (), (), (), (40,), (), (), (150,), (140,), (130,), ())


def test_p05_p06_p07_the_published_table_of_thirteen_periods(nights):
    """Quarters from 2023 Q2; the deposit of 150 in the tenth is no profit. Ten per cent of what is chargeable."""
    ends = [date(year, month, day) for year in range(2023, 2027)
            for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))][1:14]  # fmt: skip
    ends = [nights.on_or_before(day) for day in ends]
    first = date(2023, 4, 3)
    with as_role("owner"):
        ana = nights.account(ANA)
        type(ana).unscoped.filter(pk=ana.pk).update(opened_on=date(2023, 1, 3), funded_on=date(2023, 1, 3))
    nights.agree(ANA, profit("0.10", look_back=2), starts=first)
    level = Decimal(1000)
    nights.value(ANA, nights.previous(first), "1000")
    begin = first
    expected = []
    for number, (end, gain) in enumerate(zip(ends, P05, strict=True), start=1):
        flow = 150 if number == 10 else 0
        days = nights.days(begin, end)
        for day in days:
            came = flow if day == days[0] else 0
            level += came + (Decimal(gain) if day == days[-1] else 0)
            nights.value(ANA, day, str(level), str(came))
        expected.append(level)
        begin = nights.next(end)
        nights.close(end)

    with as_role("owner"):
        found = list(PeriodResult.unscoped.order_by("period"))
        charges = list(Charge.unscoped.order_by("starts"))
    assert [one.chargeable for one in found] == list(CHARGEABLE)
    assert [tuple(Decimal(amount) for _, amount in one.carried) for one in found] == list(CARRIED)
    assert expected == [900, 920, 910, 920, 930, 980, 940, 990, 1000, 1000, 1010, 1020, 1030]
    assert [charge.amount for charge in charges] == [Decimal(one) / 10 for one in CHARGEABLE]
    assert all(after.period - before.period == 1 for before, after in pairwise(found))
    assert all(agrees(charge) for charge in charges)


def test_d19_losses_from_elsewhere_are_recovered_first_and_counted_once(nights):
    losses = [{"period": "2025Q1", "amount": "5000"}, {"period": "2025Q2", "amount": "1000"}]
    nights.agree(ANA, profit("0.10", look_back=4, losses=losses), starts=Q3)
    nights.agree(ANA, profit("0.20", look_back=4, losses=losses), starts=date(2025, 10, 1))
    path(nights, ANA, Q3, Q3_END, "100000", "103000")
    close(nights, Q3_END)
    assert (result(ANA).recovered, result(ANA).chargeable) == (3000, 0)

    nights.values(ANA, "103000", date(2025, 10, 1), date(2025, 12, 30))
    nights.value(ANA, Q4_END, "107000")
    close(nights, Q4_END)

    assert (result(ANA).recovered, result(ANA).chargeable) == (3000, 1000)
    assert nights.charge(ANA, starts=date(2025, 10, 1)).amount == Decimal("200.00")
    assert agrees(nights.charge(ANA, starts=date(2025, 10, 1)))


def test_a_withdrawal_shrinks_losses_of_before_in_proportion(nights):
    """A quarter of the equity goes, so of the 4,000 carried 3,000 remain, and the gain of 5,000 leaves 2,000."""
    nights.agree(
        ANA, profit("0.10", look_back=None, prorate=True, losses=[{"period": "2025Q2", "amount": "4000"}]), starts=Q3
    )
    path(nights, ANA, Q3, Q3_END, "100000", "80000", {date(2025, 8, 15): "-25000"})

    close(nights, Q3_END)

    assert (result(ANA).withdrawn, result(ANA).profit, result(ANA).chargeable) == (Decimal("0.25"), 5000, 2000)
    assert nights.charge(ANA).amount == Decimal("200.00")
    assert agrees(nights.charge(ANA))


def test_a_missing_day_holds_the_account_and_the_next_night_closes_it(nights):
    nights.agree(ANA, profit("0.20"), starts=Q3)
    nights.value(ANA, date(2025, 6, 30), "100000")
    for day in nights.days(Q3, Q3_END):
        if day != date(2025, 8, 15):
            nights.value(ANA, day, "110000")
    close(nights, Q3_END)
    hold = Hold.unscoped.get(stage="close")
    assert (hold.reason, Charge.unscoped.count(), PeriodResult.unscoped.count()) == ("missing_days", 0, 0)

    nights.value(ANA, date(2025, 8, 15), "110000")
    nights.close(nights.next(Q3_END))

    charge = nights.charge(ANA)
    assert (charge.amount, charge.due_on) == (Decimal("2000.00"), date(2025, 10, 14))
    assert Hold.unscoped.get(stage="close").resolved_at


def test_a_value_from_nowhere_is_no_profit(nights):
    """The account came with a value that nothing explains; what it began with is not known."""
    nights.agree(ANA, profit("0.20"), starts=Q3)
    nights.values(ANA, "110000", Q3, Q3_END)

    close(nights, Q3_END)

    assert (Hold.unscoped.get(stage="close").reason, Charge.unscoped.count()) == ("no_begin", 0)


def test_closing_twice_writes_once(nights):
    nights.agree(ANA, profit("0.20"), profit("0.10", ANNUAL), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "110000")

    close(nights, Q3_END)
    again = nights.close(Q3_END)

    assert (Charge.unscoped.count(), PeriodResult.unscoped.count(), again.rows) == (1, 1, 0)


def test_the_final_period_of_a_closed_account_ends_with_it(nights):
    from accounts.ground.tree.actions import change_status

    nights.agree(ANA, profit("0.20"), starts=Q3)
    nights.value(ANA, date(2025, 6, 30), "100000")
    nights.values(ANA, "105000", Q3, date(2025, 8, 14))
    nights.value(ANA, date(2025, 8, 15), "0", "-108000")
    with as_role("owner"):
        change_status(account=nights.account(ANA), status="C", day=date(2025, 8, 18))

    nights.close(date(2025, 8, 18))

    charge = nights.charge(ANA)
    assert (charge.amount, charge.ends) == (Decimal("1600.00"), date(2025, 8, 18))
    assert agrees(charge)


def test_results_stay_as_they_were_closed(nights):
    from django.db import DatabaseError, transaction

    nights.agree(ANA, profit("0.20"), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "110000")
    close(nights, Q3_END)

    for change in ({"profit": 0}, {"carried": []}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PeriodResult.unscoped.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PeriodResult.unscoped.all().delete()


def test_the_proof_page_tells_the_period_in_words(nights, browse):
    """The client reads from value to value what the period earned and what was carried, in both languages."""
    nights.agree(
        ANA, profit("0.10", look_back=4, losses=[{"period": "2025Q2", "amount": "4000"}], threshold={
            "kind": "amount", "figure": "1000"}), starts=Q3,
    )  # fmt: skip
    path(nights, ANA, Q3, Q3_END, "100000", "110000")
    nights.night(Q3_END)
    charge = nights.charge(ANA)

    with as_role("owner"):
        opened = proof(Charge.unscoped.select_related("account", "practice").get(pk=charge.pk))
        words = " ".join(tell(one) for one in opened.story)
        with override("ru"):
            russian = [tell(one) for one in opened.story]
    assert charge.amount == Decimal("500.00")
    assert "10 % of the profit of each quarter" in words
    assert "A loss of 4,000 from 2025Q2 is recovered first." in words
    assert "Only what exceeds the threshold of 1,000.00 is charged: 5,000.00." in words
    assert all(re.search("[а-я]", line) for line in russian)

    for who in ("alice", "ana"):
        answer = browse(who).get(reverse("fees:proof", args=[charge.pk]))
        assert "110,000.00" in answer.content.decode()
    again = browse("ana").post(reverse("fees:recompute", args=[charge.pk]))
    assert again.context["verdict"].agrees
