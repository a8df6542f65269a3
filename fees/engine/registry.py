"""Every method the engine knows.  A new one is one module beside these and one line in FAMILIES.

Codes are stored in rows and never change or return: 1-9 percent, 11-19 blended, 21-29 flat; later families take the
next tens.
"""

from fees.engine import blended, flat, percent
from fees.engine.types import Family, Method, Problem, Terms

CODES_A_FAMILY = 10

FAMILIES: tuple[Family, ...] = (percent, blended, flat)

METHODS: dict[int, Method] = {method.code: method for family in FAMILIES for method in family.METHODS}
BY_NAME: dict[str, Method] = {method.name: method for method in METHODS.values()}
FAMILY_OF: dict[int, Family] = {method.code: family for family in FAMILIES for method in family.METHODS}

ACCRUED_CODES: tuple[int, ...] = tuple(code for code, method in METHODS.items() if method.accrues)
PERIOD_END_CODES: tuple[int, ...] = tuple(code for code, method in METHODS.items() if method.at_period_end)


def validate(terms: Terms) -> list[Problem]:
    """What is wrong with these terms, field by field; empty when they may be agreed."""
    return FAMILY_OF[terms.method].validate(terms)
