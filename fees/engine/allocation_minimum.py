"""The broker's minimum commission for US stocks allocated to clients.  See docs/money/allocation-minimum.md."""

from decimal import Decimal
from enum import StrEnum

from fees.engine.arithmetic import CONTEXT
from portal.lib.money import round_money

VALUE_SHARE = Decimal("0.0005")
CURRENCY = "USD"


class Plan(StrEnum):
    """The commission plan of an account."""

    TIERED = "tiered"
    FIXED = "fixed"


CEILINGS = {Plan.TIERED: Decimal("0.35"), Plan.FIXED: Decimal("1.00")}


def minimum(plan: Plan | str, *, quantity: Decimal, price: Decimal) -> Decimal:
    """The least commission of one client's allocation in USD: 0.05 % of its value, at most the plan's ceiling."""
    value = CONTEXT.multiply(quantity, price)
    return round_money(min(CONTEXT.multiply(VALUE_SHARE, value), CEILINGS[Plan(plan)]), CURRENCY)


def commission(plan: Plan | str, *, rate: Decimal, quantity: Decimal, price: Decimal) -> Decimal:
    """The commission of one allocation in USD: `rate` a share, but not less than the minimum."""
    by_share = round_money(CONTEXT.multiply(rate, quantity), CURRENCY)
    return max(by_share, minimum(plan, quantity=quantity, price=price))
