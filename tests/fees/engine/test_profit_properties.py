"""What holds for every sequence of profits: carried losses move only for the four reasons, and nothing is negative."""

from decimal import Decimal
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from fees.engine.high_water import Mark, settle, withdrawn_fraction
from fees.engine.high_water import Withdrawal as Out
from fees.engine.profit import Piece, profit_fee

money = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2)
fractions = st.decimals(min_value=0, max_value=1, places=6)
marks = st.builds(Mark, look_back=st.one_of(st.none(), st.integers(1, 8)), prorate=st.booleans())
periods = st.lists(st.tuples(money, fractions), min_size=1, max_size=12)


def total(losses) -> Decimal:
    return sum((loss.amount for loss in losses), start=Decimal(0))


@given(marks, periods)
def test_carried_losses_change_only_by_a_loss_a_gain_expiry_or_proration(mark, history):
    carried = ()
    for period, (profit, withdrawn) in enumerate(history):
        aged = [loss for loss in carried if mark.look_back is None or period - loss.period <= mark.look_back]
        kept = 1 - withdrawn if mark.prorate else Decimal(1)
        closed = settle(mark, profit=profit, period=period, carried=carried, withdrawn=withdrawn)

        expected = max(total(aged) * kept - profit, Decimal(0)) if profit >= 0 else total(aged) * kept - profit
        assert abs(total(closed.carried) - expected) <= Decimal("0.00000001") * len(carried)
        assert closed.chargeable >= 0
        assert closed.recovered + closed.chargeable == max(profit, Decimal(0))
        assert all(loss.amount > 0 for loss in closed.carried)
        assert [loss.period for loss in closed.carried] == sorted({loss.period for loss in closed.carried})
        carried = closed.carried


@given(periods)
def test_for_ever_means_that_only_a_new_high_is_charged(history):
    """Without withdrawals all that was chargeable is the highest that the accumulated profit ever stood."""
    carried, chargeable = (), Decimal(0)
    for period, (profit, _withdrawn) in enumerate(history):
        closed = settle(Mark(look_back=None), profit=profit, period=period, carried=carried)
        carried, chargeable = closed.carried, chargeable + closed.chargeable

    assert chargeable == max(Decimal(0), *accumulate(profit for profit, _withdrawn in history))


@given(
    st.lists(st.tuples(st.decimals("0.000001", "0.3", places=6), money), min_size=1, max_size=4),
    st.one_of(st.none(), marks),
    st.one_of(st.none(), st.decimals(0, 100_000, places=2)),
)
def test_a_fee_is_never_negative_and_never_above_the_highest_percentage_of_the_gains(parts, mark, hurdle):
    pieces = [Piece(share=share, profit=profit) for share, profit in parts]
    fee = profit_fee(pieces=pieces, period=1, currency="USD", mark=mark, hurdle=hurdle)

    gains = sum((max(profit, Decimal(0)) for _share, profit in parts), start=Decimal(0))
    assert 0 <= fee.exact <= gains * max(share for share, _profit in parts) + Decimal("0.00000001")
    assert fee.amount == 0 or fee.exact > 0


@given(st.lists(st.tuples(st.decimals(0, 1_000, places=2), st.decimals("0.01", 1_000, places=2)), max_size=6))
def test_a_withdrawn_fraction_is_between_none_and_all(withdrawals):
    assert 0 <= withdrawn_fraction(Out(*one) for one in withdrawals) <= 1
