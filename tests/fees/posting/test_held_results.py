"""Periods on profit that a night held: they are closed in their order, and what overtook them is put right."""

from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.broker.prices.actions import record_prices
from accounts.broker.prices.rules import Price
from accounts.ground.access.context import as_role
from accounts.ground.runs.models import Hold
from fees.posting.models import Charge
from fees.results.checks import carried_losses_follow_from_results
from tests.fees.posting.profits import (
    ANA,
    Q3,
    Q3_END,
    Q4_END,
    QUARTER,
    agrees,
    close,
    path,
    profit,
    result,
)

HELD = {"look_back": 4, "losses": [{"period": "2025Q2", "amount": "1000"}]}
Q4 = date(2025, 10, 1)


def followed(nights, day: date) -> bool:
    """The check of the seal: every result follows from those before it."""
    with as_role("night"):
        return carried_losses_follow_from_results(nights.run(day).pk) == []


def imported(*prices: tuple[date, str]) -> None:
    with as_role("owner"):
        listed = [Price("SPX", day, Decimal(figure)) for day, figure in prices]
        record_prices(listed, source="index.csv", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_quarter_that_was_held_closes_before_the_one_that_ends_today(nights):
    """A loss of 1,000 from before, 500 in the third quarter, then a gain of 2,000: 500 are chargeable, 50.00 at 10 %.

    The index did not move, but its price of 30 September comes only on the last evening of the year.
    """
    nights.agree(ANA, profit("0.10", threshold={"kind": "benchmark", "benchmark": "SPX"}, **HELD), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "99500")
    imported((date(2025, 6, 30), "400"), (Q4_END, "400"))
    close(nights, Q3_END)
    nights.values(ANA, "99500", Q4, date(2025, 12, 30))
    nights.value(ANA, Q4_END, "101500")
    imported((Q3_END, "400"))

    close(nights, Q4_END)

    assert result(ANA).recovered == 1500
    assert [nights.charge(ANA, starts=starts).amount for starts in (Q3, Q4)] == [0, Decimal("50.00")]
    assert not Hold.unscoped.filter(resolved_at=None, stage="close").exists()
    assert followed(nights, Q4_END)
    assert agrees(nights.charge(ANA, starts=Q4))


def test_a_quarter_waits_while_the_one_before_it_is_held(nights):
    """15 August is missing, so the fourth quarter may not take the losses that the third has not settled."""
    missing = date(2025, 8, 15)
    nights.agree(ANA, profit("0.10", **HELD), starts=Q3)
    nights.value(ANA, date(2025, 6, 30), "100000")
    for day in nights.days(Q3, Q3_END):
        if day != missing:
            nights.value(ANA, day, "99500")
    close(nights, Q3_END)
    nights.values(ANA, "99500", Q4, date(2025, 12, 30))
    nights.value(ANA, Q4_END, "101500")
    close(nights, Q4_END)
    assert Charge.unscoped.count() == 0
    held = Hold.unscoped.get(stage="close", day=Q4_END)
    assert (held.reason, held.detail) == ("earlier_period", f"2025-09-30, method {QUARTER}")

    nights.value(ANA, missing, "99500")
    late = nights.next(Q4_END)
    close(nights, late)

    assert [nights.charge(ANA, starts=starts).amount for starts in (Q3, Q4)] == [0, Decimal("50.00")]
    assert not Hold.unscoped.filter(resolved_at=None, stage="close").exists()
    assert followed(nights, late)
    assert agrees(nights.charge(ANA, starts=Q4))


def test_another_fee_that_is_held_keeps_no_quarter_waiting(nights):
    """The monthly fee of September was held; the quarter that was closed then has its result."""
    nights.agree(ANA, profit("0.10", **HELD), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "99500")
    close(nights, Q3_END)
    nights.hold(ANA, Q3_END, stage="close", reason="missing_days")
    nights.values(ANA, "99500", Q4, date(2025, 12, 30))
    nights.value(ANA, Q4_END, "101500")

    close(nights, Q4_END)

    assert nights.charge(ANA, starts=Q4).amount == Decimal("50.00")


def test_a_quarter_that_was_overtaken_once_is_put_right_when_the_earlier_one_closes(nights, monkeypatch):
    """The fourth quarter was charged 100.00 on 1,000 before nights waited; the loss of 500 takes 50.00 back."""
    nights.agree(ANA, profit("0.10", threshold={"kind": "benchmark", "benchmark": "SPX"}, **HELD), starts=Q3)
    nights.agree(ANA, profit("0.10", **HELD), starts=Q4)
    path(nights, ANA, Q3, Q3_END, "100000", "99500")
    close(nights, Q3_END)
    nights.values(ANA, "99500", Q4, date(2025, 12, 30))
    nights.value(ANA, Q4_END, "101500")
    with monkeypatch.context() as before:
        before.setattr("fees.results.closing.waiting_for_earlier", lambda *_: {})
        close(nights, Q4_END)
    assert nights.charge(ANA, starts=Q4).amount == Decimal("100.00")

    imported((date(2025, 6, 30), "400"), (Q3_END, "400"))
    late = nights.next(Q4_END)
    close(nights, late)

    assert nights.charge(ANA, starts=Q4, revision=1).amount == Decimal("-50.00")
    assert followed(nights, late)
    assert agrees(nights.charge(ANA, starts=Q4, revision=1))


def read_once(terms, *, before, left):
    """Earlier losses as nights formerly read them: stated otherwise, they were added to what was left."""
    agreed = list(terms.more.initial)
    if before is None:
        return tuple(sorted(agreed))
    for loss in before.more.initial:
        if loss in agreed:
            agreed.remove(loss)
    return tuple(sorted([*left, *agreed]))


def gain(nights, begin: str, end: str, first: date, last: date) -> None:
    nights.values(ANA, begin, first, nights.previous(last))
    nights.value(ANA, last, end)


Q1_2026, Q1_2026_END = date(2026, 1, 1), date(2026, 3, 31)


def test_what_was_charged_by_the_former_reading_keeps_no_later_night_from_its_seal(nights, monkeypatch):
    """Agreed 5,000, of which a gain of 3,000 left 2,000; then 4,000 agreed, read as 4,000 more: a gain of 3,000 was
    free and left 3,000.  The next gain of 3,500 leaves 500 to charge, 50.00 at 10 %."""
    nights.agree(ANA, profit("0.10", look_back=4, losses=[{"period": "2025Q2", "amount": "5000"}]), starts=Q3)
    nights.agree(ANA, profit("0.10", look_back=4, losses=[{"period": "2025Q2", "amount": "4000"}]), starts=Q4)
    path(nights, ANA, Q3, Q3_END, "100000", "103000")
    gain(nights, "103000", "106000", Q4, Q4_END)
    with monkeypatch.context() as before:
        before.setattr("fees.results.queries.losses_carried_in", read_once)
        close(nights, Q3_END)
        close(nights, Q4_END)
    assert [nights.charge(ANA, starts=starts).amount for starts in (Q3, Q4)] == [0, 0]
    assert not followed(nights, Q4_END)  # what a night writes today has one reading
    gain(nights, "106000", "109500", Q1_2026, Q1_2026_END)

    close(nights, Q1_2026_END)

    assert nights.charge(ANA, starts=Q1_2026).amount == Decimal("50.00")
    assert followed(nights, Q1_2026_END)
    assert [agrees(nights.charge(ANA, starts=starts)) for starts in (Q3, Q4, Q1_2026)] == [True] * 3


def test_two_earlier_losses_of_one_period_stay_two(nights, monkeypatch):
    """3,000 and 2,000 of one quarter, from two brokers: a loss of 100 leaves three lines, read then as they are now."""
    both = [{"period": "2025Q2", "amount": "3000"}, {"period": "2025Q2", "amount": "2000"}]
    nights.agree(ANA, profit("0.10", look_back=4, losses=both), starts=Q3)
    path(nights, ANA, Q3, Q3_END, "100000", "99900")
    gain(nights, "99900", "105500", Q4, Q4_END)
    with monkeypatch.context() as before:
        before.setattr("fees.results.queries.losses_carried_in", read_once)
        close(nights, Q3_END)
    assert [Decimal(amount) for _, amount in result(ANA).carried] == [2000, 3000, 100]

    close(nights, Q4_END)

    assert nights.charge(ANA, starts=Q4).amount == Decimal("50.00")  # 5,600 less 5,100
    assert followed(nights, Q4_END)
    assert agrees(nights.charge(ANA, starts=Q3))


def test_a_quarter_in_which_it_was_agreed_on_no_business_day_keeps_no_other_waiting(nights):
    """Terms that ended on New Year's Day, and new ones from April: a hold of another fee in March is none of theirs."""
    nights.agree(ANA, profit("0.10"), starts=Q4, ends=date(2026, 1, 2))
    nights.agree(ANA, profit("0.10"), starts=date(2026, 4, 1))
    nights.hold(ANA, Q1_2026_END, stage="close", reason="no_rate")
    june = date(2026, 6, 30)
    path(nights, ANA, date(2026, 4, 1), june, "100000", "101000")

    close(nights, june)

    assert nights.charge(ANA, starts=date(2026, 4, 1)).amount == Decimal("100.00")
