"""The row that the night should join for a component, as SQL that reads nothing but the component itself.

`SCHEDULE_ROW` offers the columns of fees.engine.flattened for component `k` under the name `s`, for the engine's own
expressions; those of ranges come from the ranges as they were agreed, not from the flattened row.
"""

from fees.engine import blended
from fees.engine.types import MARGINAL

RANGES = range(1, blended.MAX_RANGES)


def _low(place: int) -> str:
    return f"(k.tiers -> {place} ->> 'low')::numeric"


def _rate(place: int) -> str:
    return f"(k.tiers -> {place} ->> 'rate')::numeric"


def _fee_at_bound(place: int) -> str:
    """What a value on the bound costs a year, seen from the range above it."""
    parts = [f"(t.b{one} - {f't.b{one - 1}' if one > 1 else '0'}) * t.r{one}" for one in range(1, place + 1)]
    whole = f"t.b{place} * t.r{place + 1}"
    return f"CASE k.mode WHEN '{MARGINAL}' THEN {' + '.join(parts)} ELSE {whole} END AS c{place}"


_BOUNDS = ", ".join(f"{_low(place)} AS b{place}" for place in RANGES)
_RATES = ", ".join(f"{_rate(place)} AS r{place + 1}" for place in range(blended.MAX_RANGES))
_FEES = ", ".join(_fee_at_bound(place) for place in RANGES)

# OFFSET keeps each figure from being read out of the JSON again wherever it is used.
SCHEDULE_ROW = f"""LATERAL (
    SELECT k.method, k.rate, k.flat, t.*, {_FEES} FROM (SELECT {_BOUNDS}, {_RATES} OFFSET 0) t OFFSET 0) s"""
