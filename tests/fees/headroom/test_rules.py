"""What the cap leaves of each fee of a night, by hand: in whole units of each currency and never above what is left."""

from decimal import Decimal
from uuid import uuid4

import pytest

from fees.engine.rolling_cap import window
from fees.headroom.rules import Due, decide


def due(amount, currency, rate="1"):
    return Due(id=uuid4(), account=1, currency=currency, amount=Decimal(amount), rate=Decimal(rate), cash=None)


def left_of(amount, currency):
    """A window whose 1.9 % of the average leaves the amount: nothing has been paid yet."""
    found = window(days=30, average=Decimal(amount), paid=Decimal(0), currency=currency)
    return found._replace(available=Decimal(amount))


@pytest.mark.parametrize(
    ("currency", "available", "first", "rate", "second", "taken"),
    [
        # 10.00 x 147.123 = 1,471.23 of 68,000 leaves 66,528.77: whole yen, 66,528.
        ("JPY", "68000", "10.00", "147.123", "70000", "66528"),
        # 10.00 x 1.0837 = 10.837 of 671.69 leaves 660.853: whole cents, 660.85.
        ("USD", "671.69", "10.00", "1.0837", "700.00", "660.85"),
        # 10.00 x 1.08344 = 10.8344 leaves 660.8556: never above it, 660.85 and not 660.86.
        ("USD", "671.69", "10.00", "1.08344", "700.00", "660.85"),
        # 10.00 x 67.1687 = 671.687 leaves 0.003: nothing.
        ("USD", "671.69", "10.00", "67.1687", "700.00", "0"),
    ],
)
def test_a_foreign_fee_before_it_leaves_whole_units(currency, available, first, rate, second, taken):
    foreign = "EUR" if currency == "USD" else "USD"

    before, after = decide([due(first, foreign, rate), due(second, currency)], [left_of(available, currency)])

    assert (before.taken, before.is_cut) == (Decimal(first), False)
    assert (after.taken, after.is_cut) == (Decimal(taken), True)
