"""Losses from one period to the next where the earlier losses that are agreed change in between."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.engine.agreement import Agreement, ProfitTerms, Strategy, increases
from fees.engine.high_water import Loss, Mark, number_of
from fees.engine.profit import Shield
from fees.engine.results import losses_carried_in
from fees.engine.types import Terms

MARK = Mark(look_back=4)


def losses(**amounts: str | int) -> tuple[Loss, ...]:
    """Q4_2024="5000" as the loss of that quarter."""
    named = ((name.split("_"), amount) for name, amount in amounts.items())
    return tuple(
        sorted(Loss(number_of("quarterly", f"{year}{quarter}"), Decimal(amount)) for (quarter, year), amount in named)
    )


def version(initial: tuple[Loss, ...], mark: Mark | None = MARK) -> Terms:
    return Terms(method=32, starts=date(2025, 1, 1), rate=Decimal("0.2"), more=Shield(mark=mark, initial=initial))


# 5,000 of 2024Q4 were agreed; a gain of 3,000 left 2,000 of them.
FIRST, LEFT = losses(Q4_2024=5000), losses(Q4_2024=2000)


@pytest.mark.parametrize(
    ("then", "carried"),
    [
        (losses(Q4_2024=5000), losses(Q4_2024=2000)),
        (losses(Q4_2024=4000), losses(Q4_2024=1000)),
        (losses(Q4_2024=3000), ()),
        (losses(Q4_2024=1000), ()),
        (losses(Q4_2024=6000), losses(Q4_2024=3000)),
        (losses(Q3_2024=5000), losses(Q3_2024=5000)),
        (losses(Q3_2024=700, Q4_2024=5000), losses(Q3_2024=700, Q4_2024=2000)),
        ((), ()),
    ],
    ids=["the same", "less", "as much less as is left", "below nothing", "more", "another", "one more", "none"],
)
def test_a_change_of_the_earlier_losses_counts_once(then, carried):
    assert losses_carried_in(version(then), before=version(FIRST), left=LEFT) == carried


def test_losses_of_the_fee_itself_stay():
    left = losses(Q4_2024=2000, Q1_2025=40)
    assert losses_carried_in(version(()), before=version(FIRST), left=left) == losses(Q1_2025=40)


def test_two_losses_of_one_period_stay_two_until_one_of_them_moves():
    two = losses(Q4_2024=3000) + losses(Q4_2024=2000)
    assert losses_carried_in(version(two), before=None, left=()) == tuple(sorted(two))
    assert losses_carried_in(version(two), before=version(two), left=two) == tuple(sorted(two))
    assert losses_carried_in(version(FIRST), before=version(two), left=two) == tuple(sorted(two))
    assert losses_carried_in(version(losses(Q4_2024=4000)), before=version(two), left=two) == losses(Q4_2024=4000)


def test_without_a_mark_before_the_earlier_losses_begin():
    assert losses_carried_in(version(FIRST), before=version((), mark=None), left=()) == FIRST
    assert losses_carried_in(version(FIRST), before=None, left=()) == FIRST


some = st.dictionaries(st.integers(8090, 8099), st.decimals("0.01", "9999", places=2)).map(
    lambda found: tuple(Loss(number, amount) for number, amount in sorted(found.items()))
)


@given(then=some, now=some, left=some)
def test_each_period_moves_by_what_its_agreed_loss_moves(then, now, left):
    carried = dict(losses_carried_in(version(now), before=version(then), left=left))

    for number in range(8090, 8100):
        change = dict(now).get(number, 0) - dict(then).get(number, 0)
        assert carried.get(number, 0) == max(dict(left).get(number, 0) + change, 0)
    assert losses_carried_in(version(then), before=version(then), left=left) == left
    assert losses_carried_in(version(now), before=version(then), left=then) == now


def waits(old: tuple[Loss, ...], new: tuple[Loss, ...]) -> bool:
    before, after = (
        Agreement(
            strategy=Strategy.AUTOMATIC,
            profit=(ProfitTerms(method=32, share=Decimal("0.2"), mark=MARK, initial=initial),),
        )
        for initial in (old, new)
    )
    return bool(increases(before, after))


@pytest.mark.parametrize(
    "new",
    [
        losses(Q1_2021=5000),  # too old to shield from anything
        losses(Q3_2024=5000),
        losses(Q4_2024=4999),
        losses(Q3_2024=9000, Q4_2024=4999),
        (),
    ],
    ids=["long expired", "older", "less", "more, but older", "none"],
)
def test_earlier_losses_that_shield_less_wait_for_the_client(new):
    assert waits(FIRST, new)


@pytest.mark.parametrize(
    "new",
    [
        FIRST,
        losses(Q4_2024=6000),
        losses(Q3_2024=1, Q4_2024=5000),
        losses(Q1_2025=5000),
        losses(Q1_2025=2000, Q4_2024=3000),
    ],
    ids=["the same", "more", "one more", "later", "a part of it later"],
)
def test_earlier_losses_that_shield_as_long_or_longer_do_not(new):
    assert not waits(FIRST, new)
