"""Percent of profit, thresholds and high-water marks: the published cases and cases worked by hand."""

from decimal import Decimal

import pytest

from fees.engine.high_water import Loss, Mark, Withdrawal, settle, withdrawn_fraction
from fees.engine.high_water import validate as mark_problems
from fees.engine.hurdle import Flow, Threshold, ThresholdKind, benchmark_return, hurdle_amount, weighted_base
from fees.engine.hurdle import validate as threshold_problems
from fees.engine.profit import Piece, profit_fee, profit_of, validate

PUBLISHED = [-100, 20, -10, 10, 10, 50, -40, 50, 10, -150, 10, 10, 10]


def fee(*pieces: tuple[str, str], **figures):
    parts = [Piece(share=Decimal(share), profit=Decimal(profit)) for share, profit in pieces]
    return profit_fee(pieces=parts, period=figures.pop("period", 1), currency="USD", **figures)


def percent(figure: str) -> Threshold:
    return Threshold(kind=ThresholdKind.PERCENT, figure=Decimal(figure))


@pytest.mark.parametrize(("share", "amount"), [("0.20", "10000.00"), ("0.02", "1000.00")])
def test_p03_and_p04_a_share_of_fifty_thousand(share, amount):
    assert fee((share, "50000")).amount == Decimal(amount)


def test_d13_deposits_and_withdrawals_are_no_profit():
    profit = profit_of(
        begin=Decimal(100_000), end=Decimal(121_000), deposits=Decimal(20_000), withdrawals=Decimal(5_000)
    )

    assert profit == 6_000
    assert fee(("0.15", str(profit))).amount == Decimal("900.00")


def test_d14_only_what_exceeds_the_threshold():
    hurdle = hurdle_amount(percent("0.05"), base=Decimal(100_000))

    assert fee(("0.20", "12000"), hurdle=hurdle).amount == Decimal("1400.00")
    assert fee(("0.20", "5000"), hurdle=hurdle).amount == 0, "exactly equal is not above"
    assert fee(("0.20", "5000.01"), hurdle=hurdle).exact == Decimal("0.00200000")


def test_d15_a_benchmark_and_one_that_fell():
    benchmark = Threshold(kind=ThresholdKind.BENCHMARK, benchmark="SPX")
    base = Decimal(200_000)
    rose = hurdle_amount(benchmark, base=base, returned=benchmark_return(Decimal(100), Decimal(106)))
    fell = hurdle_amount(benchmark, base=base, returned=benchmark_return(Decimal(100), Decimal(97)))

    assert fee(("0.20", "16000"), hurdle=rose).amount == Decimal("800.00")
    assert fee(("0.20", "16000"), hurdle=fell).amount == Decimal("3200.00")


def test_d16_the_accumulated_fee_is_tested_not_the_profit():
    assert fee(("0.10", "30000"), ("0.20", "-10000")).amount == Decimal("1000.00")
    assert fee(("0.20", "-30000"), ("0.10", "40000")).amount == 0
    assert fee(("0.20", "10000"), ("0.10", "-15000")).amount == Decimal("500.00"), "although the profit is negative"


def test_p23_a_hurdle_of_two_percent():
    assert fee(("0.10", "5000")).amount == Decimal("500.00")
    assert fee(("0.10", "5000"), hurdle=hurdle_amount(percent("0.02"), base=Decimal(100_000))).amount == 300


def test_p05_and_p06_the_published_table_of_thirteen_periods():
    carried, chargeable, after = (), [], {}
    for period, profit in enumerate(PUBLISHED, start=1):
        closed = settle(Mark(look_back=2), profit=Decimal(profit), period=period, carried=carried)
        carried = closed.carried
        chargeable.append(int(closed.chargeable))
        after[period] = [int(loss.amount) for loss in carried]

    assert chargeable == [0, 0, 0, 0, 10, 50, 0, 10, 10, 0, 0, 0, 10]
    assert {period: after[period] for period in (1, 2, 3, 4, 7, 8, 10, 11, 12, 13)} == {
        1: [100],
        2: [80],
        3: [80, 10],
        4: [],
        7: [40],
        8: [],
        10: [150],
        11: [140],
        12: [130],
        13: [],
    }


def test_p07_the_equity_of_the_published_table():
    equity, deposits = Decimal(1000), {10: Decimal(150)}
    curve = []
    for period, profit in enumerate(PUBLISHED, start=1):
        begin, equity = equity, equity + profit + deposits.get(period, 0)
        assert profit_of(begin=begin, end=equity, deposits=deposits.get(period, Decimal(0))) == profit
        curve.append(int(equity))

    assert curve == [900, 920, 910, 920, 930, 980, 940, 990, 1000, 1000, 1010, 1020, 1030]


def test_d19_earlier_losses_are_recovered_oldest_first():
    mark = Mark(look_back=4)
    first = settle(mark, profit=Decimal(3_000), period=10, carried=[Loss(8, Decimal(5_000)), Loss(9, Decimal(1_000))])
    second = settle(mark, profit=Decimal(4_000), period=11, carried=first.carried)

    assert first.chargeable == 0
    assert first.carried == (Loss(8, Decimal(2_000)), Loss(9, Decimal(1_000)))
    assert second.chargeable == 1_000
    assert second.carried == ()


def test_a_withdrawal_shrinks_what_was_carried_before_the_gain_is_applied():
    closed = settle(
        Mark(look_back=None, prorate=True),
        profit=Decimal(100),
        period=2,
        carried=[Loss(1, Decimal(200))],
        withdrawn=Decimal("0.25"),
    )

    assert closed.recovered == 100
    assert closed.carried == (Loss(1, Decimal(50)),)


def test_without_proration_a_withdrawal_changes_nothing():
    closed = settle(
        Mark(look_back=None), profit=Decimal(0), period=2, carried=[Loss(1, Decimal(200))], withdrawn=Decimal(1)
    )

    assert closed.carried == (Loss(1, Decimal(200)),)


def test_the_loss_of_the_period_itself_is_never_prorated():
    closed = settle(Mark(look_back=2, prorate=True), profit=Decimal(-80), period=2, withdrawn=Decimal("0.5"))

    assert closed.carried == (Loss(2, Decimal(80)),)


def test_two_withdrawals_compound():
    # 100 of 1,000 leaves 0.9; 225 of 900 leaves 0.75 of it: 1 - 0.675 = 0.325
    assert withdrawn_fraction(
        [Withdrawal(Decimal(100), Decimal(1_000)), Withdrawal(Decimal(225), Decimal(900))]
    ) == Decimal("0.325")
    assert withdrawn_fraction([Withdrawal(Decimal(500), Decimal(400))]) == 1
    assert withdrawn_fraction([]) == 0


def test_losses_come_first_and_the_threshold_is_taken_from_what_is_left():
    # 12,000 earned, 4,000 recovered, 5,000 to exceed: 3,000 are charged at 20 %
    done = fee(
        ("0.20", "12000"),
        period=3,
        mark=Mark(look_back=None),
        carried=[Loss(2, Decimal(4_000))],
        hurdle=Decimal(5_000),
    )

    assert (done.recovered, done.chargeable, done.surplus, done.amount) == (4_000, 8_000, 3_000, 600)
    assert done.carried == ()


def test_with_a_mark_the_chargeable_profit_is_shared_over_the_parts_that_earned():
    # 3,000 of 9,000 is recovered; the parts earned 6,000 at 10 % and 3,000 at 20 %: 4,000 × 0.10 + 2,000 × 0.20
    done = fee(("0.10", "6000"), ("0.20", "3000"), period=2, mark=Mark(look_back=4), carried=[Loss(1, Decimal(3_000))])

    assert done.amount == Decimal("800.00")


def test_flows_count_for_the_days_they_were_there():
    # 90 days: 20,000 came in with 45 left, 9,000 went with 10 left: 100,000 + 10,000 - 1,000
    base = weighted_base(Decimal(100_000), [Flow(Decimal(20_000), 45), Flow(Decimal(-9_000), 10)], 90)

    assert base == 109_000


@pytest.mark.parametrize(
    ("share", "key"),
    [(None, "required"), ("0", "too_low"), ("-0.1", "too_low"), ("0.300001", "too_high"), ("NaN", "not_a_number")],
)
def test_a_share_of_profit_is_at_most_thirty_percent(share, key):
    problems = validate(None if share is None else Decimal(share))

    assert [one.key for one in problems] == [key]


def test_thirty_percent_itself_is_allowed():
    assert validate(Decimal("0.30")) == []


@pytest.mark.parametrize(
    ("threshold", "key"),
    [
        (Threshold(kind=ThresholdKind.PERCENT), "required"),
        (Threshold(kind=ThresholdKind.AMOUNT, figure=Decimal(0)), "too_low"),
        (Threshold(kind=ThresholdKind.BENCHMARK), "required"),
        (Threshold(kind=ThresholdKind.BENCHMARK, benchmark="SPX", figure=Decimal(1)), "not_used"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(threshold, key):
    assert [one.key for one in threshold_problems(threshold)] == [key]


@pytest.mark.parametrize("look_back", [0, -1, 401])
def test_a_look_back_out_of_range_is_refused(look_back):
    assert [one.key for one in mark_problems(Mark(look_back=look_back))] == ["out_of_range"]
