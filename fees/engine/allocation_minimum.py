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
    return least(plan, CONTEXT.multiply(quantity, price))


def least(plan: Plan | str, value: Decimal) -> Decimal:
    """The same of an allocation that was filled in parts, by their value together."""
    return round_money(min(CONTEXT.multiply(VALUE_SHARE, value), CEILINGS[Plan(plan)]), CURRENCY)


def commission(plan: Plan | str, *, rate: Decimal, quantity: Decimal, price: Decimal) -> Decimal:
    """The commission of one allocation in USD: `rate` a share, but not less than the minimum."""
    by_share = round_money(CONTEXT.multiply(rate, quantity), CURRENCY)
    return max(by_share, minimum(plan, quantity=quantity, price=price))


def charged(plan: Plan | str, *, value: Decimal, commission: Decimal) -> Decimal:
    """What of the broker's `commission` for an allocation is the minimum: all of it up to that, nothing where the
    shares cost more, because then no minimum was asked for."""
    paid = round_money(commission, CURRENCY)
    return paid if Decimal(0) < paid <= least(plan, value) else Decimal("0.00")


# The same in SQL, of columns `plan`, `value` and `commission`.
SQL_CHARGED = f"""
    CASE WHEN commission > 0 AND round(commission, 2) <= round(least({VALUE_SHARE} * value,
              CASE plan {" ".join(f"WHEN '{plan.value}' THEN {most}" for plan, most in CEILINGS.items())} END), 2)
         THEN round(commission, 2) ELSE 0 END"""
