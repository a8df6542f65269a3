"""Properties of a period measured day by day and of a day's trades: whatever the values, some things always hold."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fees.engine.executions import Execution, day_total, fee_of, keys_of
from fees.engine.executions import text as trades_text
from fees.engine.high_water import Loss, Mark
from fees.engine.hurdle import Threshold, ThresholdKind
from fees.engine.profit import Shield
from fees.engine.results import DayValue, Measured, measure, parse, stretches_of, text
from fees.engine.trade_unit import Markup, TradeSchedule
from fees.engine.types import Terms
from portal.lib.periods import Period
from tests.fees.engine.agreed import NEW_YORK

QUARTER = Period(date(2025, 7, 1), date(2025, 10, 1))
DAYS = NEW_YORK.between(date(2025, 6, 30), QUARTER.ends)
CHANGE = date(2025, 8, 15)
OPENED = date(2024, 1, 2)

money = st.decimals(min_value=0, max_value=10_000_000, places=4)
flows = st.decimals(min_value=-50_000, max_value=50_000, places=4)
shares = st.decimals(min_value="0.000001", max_value="0.30", places=6)
marks = st.none() | st.builds(Mark, look_back=st.none() | st.integers(1, 8), prorate=st.booleans())
thresholds = st.none() | st.builds(
    Threshold, kind=st.just(ThresholdKind.PERCENT), figure=st.decimals("0.000001", "0.5", places=6)
)
losses = st.lists(st.builds(Loss, st.integers(8090, 8101), st.decimals("0.00000001", 500_000, places=8)), max_size=4)


@st.composite
def values(draw) -> list[DayValue]:
    """A value on every business day and the one before, with a flow now and then."""
    moved = draw(st.dictionaries(st.integers(1, len(DAYS) - 1), flows, max_size=5))
    levels = draw(st.lists(money, min_size=3, max_size=6))
    return [DayValue(day, levels[n % len(levels)], moved.get(n, Decimal(0))) for n, day in enumerate(DAYS)]


def measured(days: list[DayValue], *terms: Terms, carried=()) -> Measured:
    stretches = stretches_of(terms, period=QUARTER, opened_on=OPENED, closed_on=None, days=NEW_YORK)
    return measure(
        stretches, days, period=QUARTER, begins=OPENED, currency="USD", carried=carried, prices={}, days=NEW_YORK
    )


def agreed(share: Decimal, shield: Shield, *, starts=OPENED, ends=None, component=1) -> Terms:
    return Terms(method=32, rate=share, starts=starts, ends=ends, component=component, more=shield)


@settings(max_examples=150, deadline=None)
@given(values(), shares, marks, thresholds, losses)
def test_a_fee_is_a_share_of_profit_and_its_text_says_everything(days, share, mark, threshold, carried):
    one = measured(days, agreed(share, Shield(threshold=threshold, mark=mark)), carried=carried)
    fee = one.fee()

    assert 0 <= fee.exact <= max(fee.profit, 0) * share + Decimal("0.00000001")
    again = parse(text(one, fee), method=32, period=QUARTER, currency="USD")
    assert again.fee().exact == fee.exact
    assert text(again, again.fee()) == text(one, fee)


@settings(max_examples=150, deadline=None)
@given(values(), shares, marks, losses)
def test_losses_change_only_by_loss_gain_expiry_and_proration(days, share, mark, carried):
    one = measured(days, agreed(share, Shield(mark=mark)), carried=carried)
    fee = one.fee()

    before = sum(loss.amount for loss in one.carried)
    after = sum(loss.amount for loss in fee.carried)
    assert fee.recovered + fee.chargeable == max(fee.profit, 0)
    if mark is None:
        assert after == 0
    elif fee.profit < 0:
        assert -fee.profit <= after <= before - fee.profit
    else:
        assert after <= before - fee.recovered


@settings(max_examples=100, deadline=None)
@given(values(), shares)
def test_splitting_a_period_at_the_same_percentage_changes_nothing(days, share):
    whole = measured(days, agreed(share, Shield())).fee()
    split = measured(
        days, agreed(share, Shield(), ends=CHANGE), agreed(share, Shield(), starts=CHANGE, component=2)
    ).fee()

    assert (split.profit, split.exact) == (whole.profit, whole.exact)


executions = st.builds(
    Execution,
    key=st.integers(1, 10**9).map(lambda number: f"{number}:a b:EXECUTION"),
    day=st.just(date(2025, 9, 30)),
    asset=st.just("STK"),
    symbol=st.sampled_from(["AAPL", "BRK B"]),
    currency=st.just("USD"),
    quantity=st.decimals("0.0001", 100_000, places=4),
    value=money,
    commission=st.decimals(0, 500, places=4),
    notes=st.sampled_from(["", "P", "P;L", "M", "L"]),
    opens_or_closes=st.sampled_from(["O", "C", ""]),
)
kinds = st.sampled_from([Markup.ABSOLUTE, Markup.PERCENT, Markup.TICKET])


@settings(max_examples=150, deadline=None)
@given(st.lists(executions, max_size=8, unique_by=lambda one: one.key), kinds, st.decimals("0.001", 5, places=3))
def test_a_days_trades_are_added_up_and_each_is_named_once(trades, kind, figure):
    schedule = TradeSchedule(asset_class="STK", currency="USD", kind=kind, figure=figure)
    terms = Terms(method=41, starts=OPENED, component=7, more=(schedule,))
    fees = [fee_of(terms, one) for one in trades]
    exact, amount = day_total(fees, "USD")

    assert exact == sum(one.exact for one in fees) >= 0
    assert abs(amount - exact) <= Decimal("0.005")
    assert sorted(keys_of(trades_text(fees))) == sorted((one.key, 7) for one in trades)
    assert all(one.exact == 0 for one in fees if "L" in one.execution.notes.split(";"))
    assert trades_text(fees) == trades_text(list(reversed(fees)))
