"""Pure reading of a stored proof: the engine's charge out of its columns, so that it can be explained."""

from datetime import date
from decimal import Decimal

from fees.engine.accrual import annual
from fees.engine.registry import METHODS
from fees.engine.types import Accrual, Charge, NavPoint, Segment, Terms
from portal.lib.periods import Period


def parse(
    *, method: int, period: Period, currency: str, exact: Decimal, amount: Decimal, inputs: str, terms: dict[int, Terms]
) -> Charge:
    """The charge as it was stored.  Only a segment's annual figure is not in the text; it follows from the terms."""
    lines = [line.split(" ") for line in inputs.splitlines()]
    if METHODS[method].accrues:
        accruals = tuple(
            Accrual(date.fromisoformat(day), Decimal(base), Decimal(rate), Decimal(share), int(component))
            for day, base, rate, share, component in lines
        )
        return Charge(method=method, period=period, currency=currency, exact=exact, amount=amount, accruals=accruals)
    (day, nlv), *rest = lines
    closing = NavPoint(date.fromisoformat(day), Decimal(nlv))
    segments = tuple(
        Segment(int(component), Decimal(rate), int(days), annual(terms[int(component)], closing.nlv))
        for component, rate, days in rest
    )
    return Charge(
        method=method,
        period=period,
        currency=currency,
        exact=exact,
        amount=amount,
        closing=closing,
        segments=segments,
    )
