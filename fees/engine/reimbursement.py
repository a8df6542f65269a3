"""How much an advisor may pay back to a client.  See docs/money/reimbursement.md."""

from decimal import ROUND_DOWN, Decimal

from fees.engine.arithmetic import CONTEXT, ZERO
from portal.lib.money import minor_unit

SHARE = Decimal("0.50")


def ceiling(*, fees: Decimal, rebates: Decimal, currency: str) -> Decimal:
    """Half of the fees of the trailing twelve months, rounded down, less what was paid back or is pending; never below
    zero."""
    half = CONTEXT.multiply(SHARE, fees).quantize(minor_unit(currency), ROUND_DOWN, CONTEXT)
    return max(CONTEXT.subtract(half, rebates), ZERO)
