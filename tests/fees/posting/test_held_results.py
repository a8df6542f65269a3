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
