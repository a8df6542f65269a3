"""The night's arithmetic as SQL text: the same methods, set-based.

Expressions read `n.nlv` (a day's value) and `s`, the flattened schedule row of `flattened.COLUMNS` plus `s.method`.
They contain no values from outside, so they are joined as text.
"""

from fees.engine.registry import CODES_A_FAMILY, FAMILIES
from fees.engine.types import Family
from portal.lib.money import MINOR_UNITS, USUAL_PLACES


def _branches(attribute: str) -> str:
    # A family owns whole tens of codes, so one comparison finds it; a list of codes costs a tenth of the statement.
    in_order = sorted(FAMILIES, key=_ceiling)
    return "\n  ".join(f"when s.method < {_ceiling(one)} then {getattr(one, attribute)}" for one in in_order)


def _ceiling(family: Family) -> int:
    return (family.METHODS[0].code // CODES_A_FAMILY + 1) * CODES_A_FAMILY


# A value of zero or below costs nothing in any method, and its line shows the rate that was applied: none.
ANNUAL = f"(case when n.nlv <= 0 then 0\n  {_branches('SQL_ANNUAL')} end)"
RATE = f"(case when n.nlv <= 0 then 0\n  {_branches('SQL_RATE')} end)"
BASE = f"(case {_branches('SQL_BASE')} end)"

# Numeric division keeps about sixteen significant digits, so the numerator is widened first: otherwise the quotient
# is rounded twice, and 3111111.0831112199 / 252 comes out one in the last place too high.
AMOUNT = f"round({ANNUAL}::numeric(40,20) / 252, 8)"


def period_end_exact(days: str = "g.days") -> str:
    """An aggregate over the segments of a period-end charge: `n.nlv` is the closing value, `days` a segment's days."""
    return f"round(sum({ANNUAL} * {days})::numeric(40,20) / 252, 8)"


def round_money(amount: str, currency: str) -> str:
    """SQL for `portal.lib.money.round_money`."""
    unusual: dict[int, list[str]] = {}
    for code, places in MINOR_UNITS.items():
        if places != USUAL_PLACES:
            unusual.setdefault(places, []).append(f"'{code}'")
    branches = " ".join(f"when {currency} in ({', '.join(codes)}) then {places}" for places, codes in unusual.items())
    return f"round({amount}, case {branches} else {USUAL_PLACES} end)"
