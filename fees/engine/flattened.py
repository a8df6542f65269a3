"""One schedule component as one flat row: what the night joins, and the record of what a run applied."""

from decimal import Decimal

from fees.engine.registry import FAMILY_OF
from fees.engine.types import Terms

# Column and type, in order.  The night's table of applied schedules declares the same.
COLUMNS: dict[str, str] = {
    "rate": "numeric(9,6)",
    "flat": "numeric(20,4)",
    **{f"b{place}": "numeric(20,4)" for place in range(1, 5)},
    **{f"r{place}": "numeric(9,6)" for place in range(1, 6)},
    **{f"c{place}": "numeric(30,10)" for place in range(1, 5)},
}


def flatten(terms: Terms) -> dict[str, Decimal | None]:
    """Every column of COLUMNS for these terms; None where the method does not use it.

    Methods that stand apart use none: their row says only who agreed what, and from when until when.
    """
    family = FAMILY_OF.get(terms.method)
    used = family.columns(terms) if family else {}
    return {column: used.get(column) for column in COLUMNS}
